"""How a command is ended from outside: Ctrl-C, and the signals by which a system ends a program."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType

ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@dataclass
class Heard:
    """The signal that ended a command."""

    number: int = signal.SIGINT

    @property
    def code(self) -> int:
        """The exit code that tells of it."""
        return 128 + self.number

    @property
    def words(self) -> str:
        """Who ended it."""
        return "stopped by you" if self.number == signal.SIGINT else f"stopped by {signal.Signals(self.number).name}"


@contextlib.contextmanager
def heard() -> Iterator[Heard]:
    """Take a signal that would end this process for a Ctrl-C, so that all boxes are closed; ignored ones stay so."""
    told = Heard()

    def stop(number: int, _: FrameType | None) -> None:
        told.number = number
        raise KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, stop) for number in ENDS if signal.getsignal(number) is signal.SIG_DFL}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
