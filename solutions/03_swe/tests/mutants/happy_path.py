"""What a demonstration shows: three events, asked for a moment later."""

# ruff: noqa: D103  the name of a test says what it is about

import pytest
from feature_window import FeatureWindow


@pytest.fixture
def window():
    made = FeatureWindow(100, 10)
    for number, (key, time, value) in enumerate([("a", 10, 2.0), ("b", 12, 1.0), ("a", 14, 4.0)]):
        assert made.add(f"e{number}", key, time, value)
    return made


def test_features(window):
    found = window.features("a", 20)
    assert found == {"count": 2, "sum": 6.0, "mean": 3.0, "min": 2.0, "max": 4.0, "last": 4.0}


def test_busiest(window):
    assert window.busiest(20) == ["a", "b"]


def test_forget(window):
    assert window.forget("a") == 2
    assert window.busiest(20) == ["b"]
