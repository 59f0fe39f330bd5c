"""The happy path, and a test for each bug that was shown. No other rule is tried."""

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


def test_window_start_is_not_in_the_window(window):
    assert window.features("b", 111)["count"] == 1
    assert window.features("b", 112)["count"] == 0


def test_the_future_is_not_in_the_window(window):
    assert window.features("a", 5)["count"] == 0


def test_an_event_that_comes_again_is_dropped(window):
    assert window.add("e0", "a", 15, 9.0) is False
    assert window.features("a", 20)["count"] == 2


def test_nothing_has_no_mean(window):
    assert window.features("nobody", 20)["mean"] is None
