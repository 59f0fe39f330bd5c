"""One test for each bug that the kit shows, and none besides."""

# ruff: noqa: D103  the name of a test says what it is about

from feature_window import FeatureWindow


def test_window_includes_its_first_moment():
    window = FeatureWindow(60)
    window.add("x", "k", 0, 5)
    assert window.features("k", 60)["count"] == 0


def test_event_that_comes_again():
    window = FeatureWindow(60)
    window.add("x", "k", 0, 5)
    window.add("x", "k", 0, 5)
    assert window.features("k", 0)["count"] == 1


def test_mean_of_no_events():
    assert FeatureWindow(60).features("k", 0)["mean"] is None


def test_events_of_the_future():
    window = FeatureWindow(60)
    window.add("x", "k", 30, 5)
    assert window.features("k", 0)["count"] == 0
