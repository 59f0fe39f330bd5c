"""Each line and branch runs once, with an assertion: coverage is 100 %, boundaries are not tried."""

# ruff: noqa: D103  the name of a test says what it is about

import pytest
from feature_window import FeatureWindow


@pytest.fixture
def window():
    made = FeatureWindow(100, 50)
    for number, (key, time, value) in enumerate([("a", 1000, 2.0), ("b", 1010, 1.0), ("a", 1020, 4.0)]):
        assert made.add(f"e{number}", key, time, value)
    return made


@pytest.mark.parametrize(("width", "lateness"), [(0, 0), (10, -1)])
def test_settings(width, lateness):
    with pytest.raises(ValueError):  # noqa: PT011
        FeatureWindow(width, lateness)


def test_values(window):
    with pytest.raises(ValueError):  # noqa: PT011
        window.add("new", "a", 1030, float("nan"))


def test_ids(window):
    assert window.add("e0", "a", 1030, 1.0) is False


def test_late(window):
    assert window.add("late", "a", 500, 1.0) is False


def test_watermark(window):
    assert FeatureWindow(100).watermark is None
    assert window.watermark == 1020


def test_features(window):
    assert window.features("a", 1050) == {"count": 2, "sum": 6.0, "mean": 3.0, "min": 2.0, "max": 4.0, "last": 4.0}
    assert [window.features("a", at)["count"] for at in (500, 1100)] == [0, 1]
    nothing = {"count": 0, "sum": 0, "mean": None, "min": None, "max": None, "last": None}
    assert window.features("nobody", 1050) == nothing


def test_busiest(window):
    assert window.busiest(1050) == ["a", "b"]


def test_forget(window):
    assert window.forget("a") == 2
    assert window.forget("a") == 0
