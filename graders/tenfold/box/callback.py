"""Functions of the grader that the learner's code may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

DEFAULT_CALLS = 10_000


class Callback:
    """A function of the grader that the learner's code may call.

    Parameters
    ----------
    function
        Takes and returns values that may cross.
    calls
        How often it may be called; after that the learner's code gets a `RuntimeError`.
    """

    def __init__(self, function: Callable[..., Any], calls: int = DEFAULT_CALLS) -> None:
        self._function, self._budget = function, calls
        self.calls = 0
        """How often it has been called."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.calls >= self._budget:
            raise RuntimeError(f"the budget of {self._budget} calls is used up")
        self.calls += 1
        return self._function(*args, **kwargs)
