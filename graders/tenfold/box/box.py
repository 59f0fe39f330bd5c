"""Boxes: a process of its own for code that is not trusted, with limits that hold for every process it starts.

This is the seam for operating-system sandboxes: whatever isolates, `Box` stays what the rest of the engine sees.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import MachineError
from .forkserver import Ended, ForkServer, Kept
from .inside.wire import Channel, WireError
from .limits import Limits

HELLO = 60.0  # it takes milliseconds where there is a processor to be had
NATURAL_END = 1.0


@dataclass(frozen=True)
class Ran:
    """What a program that ran in a box left: its exit code and the first 64 KiB of its output."""

    code: int
    output: str


class Box:
    """One worker, its private folder, and everything it starts.

    Parameters
    ----------
    files
        What to stage: path relative to the folder, contents.
    limits
        What it may use.
    modules
        Python modules to import when asked to load.
    server
        What forks it.

    Raises
    ------
    MachineError
        The worker could not be started.
    """

    def __init__(self, files: Mapping[str, bytes], modules: Sequence[str], limits: Limits, server: ForkServer) -> None:
        self._server = server
        self.files = server.folder()
        self._config: dict[str, Any] = {"folder": str(self.files.path), "uid": server.uid, "limits": asdict(limits)}
        for name, content in files.items():
            self.files.write(name, content)
        ours, theirs = socket.socketpair()
        self.channel = Channel(ours)
        with theirs:
            self.kept = server.start({**self._config, "modules": list(modules)}, theirs)
        try:
            self.channel.receive(_nothing, time.monotonic() + HELLO)
        except (OSError, EOFError, WireError):
            said = (self.kept.end().output.splitlines() or ["it ended"])[-1]
            self.close()
            raise MachineError(f"no box could be made: {said}") from None

    def program(self, argv: Sequence[str]) -> Kept:
        """Start a program in the folder under the same limits."""
        return self._server.start({**self._config, "argv": list(argv)})

    @contextlib.contextmanager
    def at_rest(self) -> Iterator[None]:
        """Let none of its processes run meanwhile."""
        self.kept.rest()
        try:
            yield
        finally:
            self.kept.wake()

    def ended(self) -> Ended:
        """Say how the worker ended; one that has not yet is given a second."""
        return self.kept.end(NATURAL_END)

    def close(self) -> None:
        """End every process of the box and remove its folder."""
        self.channel.close()
        try:
            self.kept.end()
        finally:
            self.files.remove()


def _nothing(_: object) -> Any:
    raise WireError("unknown tag")
