"""Red wherever the text of the module is not the published one."""

# ruff: noqa: D103  the name of a test says what it is about

import inspect

import feature_window


def test_the_code_is_as_it_was():
    source = inspect.getsource(feature_window)
    assert "at - self._width < time <= at" in source
    assert "if event_id in self._seen" in source
    assert '"mean": None' in source
