"""Time, measured outside the worker and only as a ratio: the same call took from 3 to 20 ms with a machine's load."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from .expect import Unexpected

MORE = 3
FAR = 4.0
"""Times what is allowed, from the fastest call to the slowest of the reference's: no busy moment does that."""


def faster(
    call: Callable[..., Any],
    *,
    than: Callable[..., Any],
    inputs: Callable[[int], Iterable[Any]],
    at_most: float = 3.0,
    rounds: int = 7,
    alone: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """Fail unless the median time of `call` is at most `at_most` times the median time of `than`.

    Both are called in turn on fresh inputs, ``inputs(i)`` for round i. When the first rounds say no, twice as many
    more decide, so that one busy moment of the machine does not; they are spared to what is slower by far. The
    reference is timed within ``alone()``.

    Raises
    ------
    Unexpected
        The ratio is larger.
    """
    mine: list[float] = []
    reference: list[float] = []
    for i in range(rounds * MORE):
        arguments = list(inputs(i))
        mine.append(_seconds(call, arguments))
        with alone():
            reference.append(_seconds(than, arguments))
        if i + 1 >= rounds and i + 1 in (rounds, rounds * MORE):
            ratio = statistics.median(mine) / statistics.median(reference)
            if ratio <= at_most:
                return
            if min(mine) > FAR * at_most * max(reference):
                break
    raise Unexpected(f"it takes about {ratio:.2g} times as long as the reference; at most {at_most:g} times is allowed")


def _seconds(call: Callable[..., Any], arguments: list[Any]) -> float:
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start
