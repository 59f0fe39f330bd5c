"""Is it there, and of the right type? Which number it is, nobody asks."""

# ruff: noqa: D103  the name of a test says what it is about

import pytest
from feature_window import FeatureWindow


@pytest.fixture
def window():
    made = FeatureWindow(100, 10)
    made.add("e1", "a", 10, 2.5)
    made.add("e2", "b", 12, 1)
    return made


def test_add_returns_a_bool(window):
    assert isinstance(window.add("e3", "a", 20, 1.0), bool)


def test_features_has_numbers(window):
    found = window.features("a", 20)
    assert isinstance(found, dict)
    assert isinstance(found["count"], int)
    for name in ("sum", "mean", "min", "max", "last"):
        assert isinstance(found[name], (int, float))


def test_busiest_is_a_list_of_names(window):
    assert all(isinstance(key, str) for key in window.busiest(20))


def test_forget_returns_an_int(window):
    assert isinstance(window.forget("a"), int)
