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


def ignored() -> None:
    """Hear no more of what ends a command: it has come to its end, which takes a moment."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, *ENDS):
            signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def heard() -> Iterator[Heard]:
    """Take a signal that would end this process for a Ctrl-C, so that all boxes are closed; ignored ones stay so.

    When the context ends every signal does what it did before.
    """
    told = Heard()

    def stop(number: int, _: FrameType | None) -> None:
        told.number = number
        raise KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, *ENDS)}
        for number in ENDS:
            if before[number] is signal.SIG_DFL:
                signal.signal(number, stop)
    try:
        yield told
    finally:
        for number, handler in before.items():
            if handler is not None:  # None is no function of Python's
                signal.signal(number, handler)
