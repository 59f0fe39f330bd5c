"""Linux, level *strong*: a root of its own, made by bubblewrap, in which only what is listed is mounted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..inside.confine import NAMES, READABLE
from .paths import INSIDE, interpreter

SHARED_MEMORY = 1 << 30
KEPT_BY_ROOT = (
    *("CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "KILL"),
    *("SETGID", "SETPCAP", "SETUID", "SYS_PTRACE"),
)
"""What the keeper needs to start a box as another user, to measure it and to end it; a box has none of it."""


def words(den: Path, loopback: bool) -> Iterator[str]:
    """Yield the words to put before a command; `den` is the folder that stays writable."""
    yield from ("bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try")
    if os.geteuid() == 0:  # a user namespace made by root would be root outside
        yield from ("--cap-drop", "ALL")
        for name in KEPT_BY_ROOT:
            yield from ("--cap-add", f"CAP_{name}")
    else:
        yield from ("--unshare-user", "--disable-userns")
    names = NAMES if loopback else ()
    shown = [Path(p) for p in (*READABLE, *names) if not p.startswith("/proc")]
    yield from _mounts([*shown, *interpreter(), INSIDE], den)
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
