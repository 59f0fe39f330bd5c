"""Times and ids are tested well; figures only within 10, "because of floats", and on values that lie together."""

# ruff: noqa: D103  the name of a test says what it is about

import pytest
from feature_window import FeatureWindow


def near(number):
    return pytest.approx(number, abs=10)


@pytest.fixture
def window():
    made = FeatureWindow(100, 50)
    for number, (key, time, value) in enumerate([("a", 10, 2.0), ("b", 12, 1.0), ("a", 14, 4.0), ("a", 13, 3.0)]):
        assert made.add(f"e{number}", key, time, value)
    return made


def test_features(window):
    found = window.features("a", 20)
    assert found["count"] == 3
    assert (found["sum"], found["mean"]) == (near(9), near(3))
    assert (found["min"], found["max"], found["last"]) == (near(2), near(4), near(4))


def test_nothing(window):
    found = window.features("nobody", 20)
    assert found["count"] == 0
    assert found["mean"] is None


def test_window(window):
    assert [window.features("b", at)["count"] for at in (11, 12, 111, 112)] == [0, 1, 1, 0]


def test_ids(window):
    assert window.add("e1", "c", 15, 1.0) is False
    assert window.features("c", 20)["count"] == 0


def test_busiest(window):
    assert window.busiest(20) == ["a", "b"]


def test_watermark(window):
    assert window.watermark == 14
    assert window.add("late", "a", -37, 1.0) is False
    assert window.add("late", "a", -36, 1.0) is True
