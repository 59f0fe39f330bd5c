"""All tests use one window, and each goes on where the one before it stopped."""

# ruff: noqa: D103  the name of a test says what it is about

import pytest
from feature_window import FeatureWindow

window = FeatureWindow(100, 10)


def test_first_event():
    assert window.watermark is None
    assert window.add("e1", "a", 10, 2.0) is True
    assert window.features("a", 10)["count"] == 1


def test_same_id():
    assert window.add("e1", "a", 10, 2.0) is False
    assert window.features("a", 10)["count"] == 1


def test_window_bounds():
    assert [window.features("a", at)["count"] for at in (9, 10, 109, 110)] == [0, 1, 1, 0]
    assert window.features("a", 9)["mean"] is None


def test_late():
    window.add("e2", "b", 300, 2.0)
    assert window.add("late", "a", 289, 1.0) is False
    assert window.add("late", "a", 290, 1.0) is True


def test_bad_value():
    with pytest.raises(ValueError):  # noqa: PT011
        window.add("bad", "a", 301, float("inf"))
    assert window.watermark == 300


def test_forget():
    assert window.forget("a") == 2
    assert window.busiest(300) == ["b"]
