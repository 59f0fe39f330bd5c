"""Random events without a seed, and a claim that holds for some of the draws only."""

# ruff: noqa: D103  the name of a test says what it is about

import random

from feature_window import FeatureWindow


def test_random_events():
    window = FeatureWindow(100, 1000)
    times = [random.randrange(5) for _ in range(8)]
    for number, time in enumerate(times):
        assert window.add(str(number), "a", time, number)
    assert window.features("a", max(times))["count"] == len(times)
    assert window.features("a", max(times))["last"] == times.index(max(times))  # two may share the largest time
    assert window.features("a", min(times))["count"] == 1  # two may share the smallest


def test_window():
    window = FeatureWindow(100)
    assert window.add("e", "a", 10, 1) is True
    assert window.add("e", "a", 10, 1) is False
    assert [window.features("a", at)["count"] for at in (9, 10, 109, 110)] == [0, 1, 1, 0]
    assert window.features("a", 9)["mean"] is None
