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
LARGEST = 0.9
"""Share of a call that may have been the queue: its time is known to so many digits."""
Taken = tuple[float, float]
"""Seconds of a call by the clock on the wall, and without those in the queue for a processor."""


def faster(
    call: Callable[..., Any],
    *,
    than: Callable[..., Any],
    inputs: Callable[[int], Iterable[Any]],
    at_most: float = 3.0,
    rounds: int = 7,
    alone: Callable[[], AbstractContextManager[None]] = nullcontext,
    queued: Callable[[], float] = float,
) -> None:
    """Fail unless the median time of `call` is at most `at_most` times the median time of `than`.

    Both are called in turn on fresh inputs, ``inputs(i)`` for round i. When the first rounds say no, twice as many
    more decide, so that one busy moment of the machine does not; they are spared to what is slower by far. The
    reference is timed within ``alone()``. ``queued()`` tells the seconds spent so far in the queue for a processor:
    it is enough to be fast without those.

    Raises
    ------
    Unexpected
        The ratio is larger.
    """
    mine, reference = list[Taken](), list[Taken]()
    for i in range(rounds * MORE):
        arguments = list(inputs(i))
        mine.append(_timed(call, arguments, queued))
        with alone():
            reference.append(_timed(than, arguments, queued))
        if i + 1 >= rounds and i + 1 in (rounds, rounds * MORE):
            ratio = min(_median(mine, kind) / _median(reference, kind) for kind in (0, 1))
            if ratio <= at_most:
                return
            if min(mine)[0] > FAR * at_most * max(reference)[0]:
                break
    raise Unexpected(f"it takes about {ratio:.2g} times as long as the reference; at most {at_most:g} times is allowed")


def _timed(call: Callable[..., Any], arguments: list[Any], queued: Callable[[], float]) -> Taken:
    before, start = queued(), time.perf_counter()
    call(*arguments)
    seconds = time.perf_counter() - start
    return seconds, seconds - min(max(0.0, queued() - before), LARGEST * seconds)


def _median(times: list[Taken], kind: int) -> float:
    return statistics.median(taken[kind] for taken in times)
