"""What the boxes of one submission have had of the time of a grade, and when it is enough."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from . import machine_speed
from .forkserver import Kept
from .limits import Limits
from .time_budget import Spent, longest_wait, passed

PAUSE = 0.2
"""Seconds after which a keeper is asked again: shorter calls are charged together."""
CORES = os.cpu_count() or 1
MOST_CALLBACKS = 200_000
"""Calls from the learner's code to functions of the grader's, in one grade."""


class Late(Exception):
    """There was too much of something; the text says of what. `starved`: it got no processor to use."""

    def __init__(self, text: str, starved: bool = False) -> None:
        super().__init__(text)
        self.starved = starved


class Meter:
    """The time of one submission, over all of its boxes.

    Parameters
    ----------
    limits
        `seconds` and `total` are processor seconds on the reference machine.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits, self.factor = limits, machine_speed.factor()
        self.all = Spent()
        """What all calls have had; what is used between them too."""
        self.outside = Spent()
        """What the grader's own functions have had that the learner's code has called."""
        self.loading = 0.0
        self._callbacks = 0
        self._queued = self.queued()
        self._charged: dict[Kept, tuple[float, float]] = {}
        self._short: dict[Kept, float] = {}

    def left(self) -> float:
        """Return the processor seconds that are left of the grade."""
        return max(1.0, self._limits.total * self.factor - self.all.used)

    def watch(self, kept: Kept, what: str, seconds: float | None = None) -> Watch:
        """Watch one call from now on; `what` is its name in what is said, `seconds` its limit."""
        self.judge()
        return Watch(self, kept, what, min(seconds or self._limits.seconds, self._limits.total))

    def charge(self, kept: Kept, wall: float = 0.0) -> Spent:
        """Charge what a keeper has told since the last time, and return it; `wall`: the seconds of calls since then.

        Of calls that were too short to be asked about, the wall time is charged already.
        """
        before, now = self._charged.get(kept, (0.0, 0.0)), kept.times
        self._charged[kept] = now
        called = wall + self._short.pop(kept, 0.0)
        spent = Spent(max(0.0, now[0] - before[0]), max(0.0, called - (now[1] - before[1])), wall)
        self.all.used += spent.used
        self.all.waited += spent.waited
        self.all.wall += wall
        return spent

    def charge_later(self, kept: Kept, wall: float) -> None:
        """Charge the wall time of a short call; what it used is charged with the next ones."""
        self.all.wall += wall
        self._short[kept] = self._short.get(kept, 0.0) + wall

    def close(self, kept: Kept) -> None:
        """Charge the last of a box that has ended."""
        self.charge(kept)
        self._charged.pop(kept, None)

    def judge(self) -> None:
        """Raise `Late` when all calls together have had too much."""
        budget = self._limits.total * self.factor
        loading = f", {self.loading:.0f} s of them to load your file: each check loads it, so work inside functions"
        more = loading if self.loading > budget / 2 else ""
        late(self.all, budget, "all calls together", f"the limit of one grade{self._slower(self._limits.total)}", more)

    def judge_call(self, spent: Spent, what: str, seconds: float) -> None:
        """Raise `Late` when one call has had too much."""
        late(spent, seconds * self.factor, what, f"the limit of one call{self._slower(seconds)}")

    @staticmethod
    def queued() -> float:
        """Return for how many seconds this process, the grader, has stood in the queue for a processor."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
        return 0.0

    def _slower(self, seconds: float) -> str:
        return f": {seconds:g} s, times {self.factor:g} on this slower machine" if self.factor > 1 else ""

    @contextlib.contextmanager
    def callback(self) -> Iterator[None]:
        """Count a call to a function of the grader's; its time is not the learner's, but has bounds of its own."""
        self._callbacks += 1
        if self._callbacks > MOST_CALLBACKS:
            raise Late(f"it called functions of the checks more than {MOST_CALLBACKS} times in one grade")
        start, wall = time.process_time(), time.monotonic()
        try:
            yield
        finally:
            self.outside.used += time.process_time() - start
            self.outside.wall += time.monotonic() - wall
        self._judge_outside()

    def charge_callback(self, used: float) -> None:
        """Charge what it took this process to take a call to a function in, and to send its answer."""
        self.outside.used += used
        self.outside.wall += used
        self._judge_outside()

    def _judge_outside(self) -> None:
        budget = self._limits.total * self.factor
        waited = self.outside.wall - self.outside.used
        if waited > longest_wait(budget):  # rare: only now it is asked how much of it was the queue
            self.outside.waited = waited - (self.queued() - self._queued)
        late(self.outside, budget, "the functions of the checks that it called, together,", "the limit of one grade")


class Watch:
    """One call at work: asked how long to wait for more of its answer, it says so, or raises `Late`."""

    def __init__(self, meter: Meter, kept: Kept, what: str, seconds: float) -> None:
        self._meter, self._kept, self._what, self._seconds = meter, kept, what, seconds
        self.spent = Spent()
        self._pause = max(0.01, min(PAUSE, seconds / 4))
        if time.monotonic() - kept.asked > PAUSE and kept.ask():
            meter.charge(kept)  # what went on between two calls is of the grade, but of no call
            meter.judge()
        self._looked, self._own, self._inside = time.monotonic(), time.process_time(), 0.0

    def __call__(self) -> float:
        """Return for how long to wait before asking again."""
        left = self._looked + self._pause - time.monotonic()
        if left <= 0:
            self._look()
            left = self._pause
        return left

    @contextlib.contextmanager
    def interrupted(self) -> Iterator[None]:
        """Let the grader work meanwhile: its time is not the learner's."""
        start, own = time.monotonic(), time.process_time()
        try:
            with self._meter.callback():
                yield
        finally:
            self._looked += time.monotonic() - start
            self._own += time.process_time() - own
            self._inside = time.process_time() - own

    def exchanged(self, used: float) -> None:
        """Charge what taking in and answering the last call to a function cost here, beside the function's own work."""
        self._meter.charge_callback(max(0.0, used - self._inside))

    def _look(self) -> None:
        wall = self._passed()
        if not self._kept.ask():  # it has come to an end, which whoever waits will see
            return
        piece = self._meter.charge(self._kept, wall)
        self.spent.used += min(piece.used, wall * CORES)  # the rest is of short calls before
        self.spent.waited += min(piece.waited, wall)
        self.spent.wall += wall
        self._meter.judge_call(self.spent, self._what, self._seconds)
        self._meter.judge()

    def close(self) -> float:
        """Charge the rest of the call; return the seconds of its time on processors, or of a short one on the wall."""
        wall = self._passed()
        self._meter.charge_later(self._kept, wall)
        return self.spent.used or wall

    def _passed(self) -> float:
        """Return the seconds since the last look, without those in which the grader packed and unpacked."""
        now, own = time.monotonic(), time.process_time()
        wall = max(0.0, now - self._looked - (own - self._own))
        self._looked, self._own = now, own
        return wall


def late(spent: Spent, budget: float, what: str, limit: str, more: str = "") -> None:
    """Raise `Late` when something has had more than its budget allows."""
    reason = passed(spent, budget)
    if reason == "used":
        raise Late(f"{what} used more than {budget:.3g} s of processor time ({limit}){more}")
    if reason == "waited":
        why = "asleep, reading what nobody writes, or at a lock"
        raise Late(f"{what} waited for more than {longest_wait(budget):.3g} s without a processor to use: {why}")
    if reason == "starved":
        got = f"{what} had {spent.used:.1f} s of processor time in {spent.wall:.0f} s"
        raise Late(f"this machine is too busy to grade: {got}. Try again when less runs on it.", starved=True)
