"""Programs that wall in a fork server and all its boxes: bubblewrap on Linux, sandbox-exec on macOS."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from .inside.confine import NAMES, READABLE

INSIDE = Path(__file__).with_name("inside")
SHARED_MEMORY = 1 << 30
KEPT_BY_ROOT = (
    *("CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "KILL"),
    *("SETGID", "SETPCAP", "SETUID", "SYS_PTRACE"),
)
"""What the keeper needs to start a box as another user, to measure it and to end it; a box has none of it."""

PROFILE = """(version 1)
(allow default)
(deny network*)
(deny file-write* (subpath "/"))
(allow file-write* (subpath "{den}") (literal "/dev/null"))
(deny file-read* (subpath "/Users") (subpath "/Volumes") (subpath "/private/var/root"))
(allow file-read-metadata)
(allow file-read* {reads})
(deny signal (target others))
"""


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
        return list(_bubblewrap(den, loopback))
    if level == "sandbox-exec":
        reads = " ".join(f'(subpath "{path}")' for path in (den, *_interpreter()))
        return ["sandbox-exec", "-p", PROFILE.format(den=den, reads=reads)]
    return []


def _bubblewrap(den: Path, loopback: bool) -> Iterator[str]:
    yield from ("bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try")
    if os.geteuid() == 0:  # a user namespace made by root would be root outside
        yield from ("--cap-drop", "ALL")
        for name in KEPT_BY_ROOT:
            yield from ("--cap-add", f"CAP_{name}")
    else:
        yield from ("--unshare-user", "--disable-userns")
    names = NAMES if loopback else ()
    shown = [Path(p) for p in (*READABLE, *names) if not p.startswith("/proc")]
    yield from _mounts([*shown, *_interpreter(), INSIDE], den)
    yield from ("--proc", "/proc", "--dev", "/dev")
    if loopback:
        yield from ("--perms", "1777", "--size", str(SHARED_MEMORY), "--tmpfs", "/dev/shm")
    yield from ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/")


def _mounts(shown: Iterable[Path], den: Path) -> Iterator[str]:
    """Yield what mounts paths where they are, the outer before the inner, every parent open to other users."""
    done: list[Path] = []
    made: set[Path] = set()
    for path in sorted({*shown, den}):
        if not path.exists() or any(path.is_relative_to(p) for p in done):
            continue
        for parent in reversed(path.parents[:-1]):
            if parent not in made:
                made.add(parent)
                yield from ("--perms", "0755", "--dir", str(parent))
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
            continue
        yield from ("--bind" if path == den else "--ro-bind", str(path), str(path))
        done.append(path)


def _interpreter() -> list[Path]:
    return [Path(p) for given in (sys.prefix, sys.base_prefix) for p in {given, os.path.realpath(given)}]
