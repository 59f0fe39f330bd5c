"""Programs that wall in a fork server and all its boxes: bubblewrap on Linux, sandbox-exec on macOS."""

from __future__ import annotations

from pathlib import Path

from . import bubblewrap, sandbox_exec


def around(level: str, den: Path, loopback: bool) -> list[str]:
    """Return the words to put before a command, so that it runs behind the walls of a level.

    Parameters
    ----------
    level
        One of `levels.LEVELS`; only *strong* and *sandbox-exec* need a program.
    den
        The folder that stays writable.
    loopback
        Whether the command may use sockets and shared memory of its own.
    """
    if level == "strong":
        return list(bubblewrap.words(den, loopback))
    if level == "sandbox-exec":
        return list(sandbox_exec.words(den))
    return []
