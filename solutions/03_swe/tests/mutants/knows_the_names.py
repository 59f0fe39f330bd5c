"""Red wherever the compiled code is not that of the published module."""

# ruff: noqa: D103  the name of a test says what it is about

from feature_window import FeatureWindow


def test_the_code_is_as_it_was():
    code = FeatureWindow.add.__code__
    assert code.co_varnames == ("self", "event_id", "key", "time", "value")
    assert {"isfinite", "_seen", "_newest", "_lateness", "_events"} <= set(code.co_names)
    assert FeatureWindow(100).features("a", 1)["mean"] is None
