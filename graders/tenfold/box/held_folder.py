"""Temporary folders of this kit's, each with a lock that its owner holds: those of the killed are swept by the next."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .inside.zygote import CLEAR

PREFIXES = ("tenfold-base-", "tenfold-box-", "tenfold-plain-", "tenfold-verify-")
"""How their names begin: a commit's files, boxes, visible checks in plain pytest, the files of a proof."""
LOCK = ".lock"


def make(prefix: str) -> tuple[Path, int]:
    """Make a folder and return it with its lock: a descriptor that tells others, while it is open, of its use.

    Parameters
    ----------
    prefix
        One of `PREFIXES`.
    """
    sweep()
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
        with contextlib.suppress(FileNotFoundError):  # another command has just swept it: it was not locked yet
            folder.chmod(0o700)  # whatever the umask takes away
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            os.fchmod(lock, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if os.fstat(lock).st_nlink:
                return folder, lock
            os.close(lock)


def remove(folder: Path) -> None:
    """Remove a folder, however deep it is and whatever in it is closed."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        subprocess.run(["sh", "-c", CLEAR, "sh", str(folder)], capture_output=True)


@contextlib.contextmanager
def held(prefix: str) -> Iterator[tuple[Path, int]]:
    """Give a folder and its lock for as long as the context lasts."""
    folder, lock = make(prefix)
    try:
        yield folder, lock
    finally:
        remove(folder)
        os.close(lock)


def sweep() -> None:
    """Remove the folders whose owners were killed before they could: nobody holds their lock."""
    for prefix in PREFIXES:
        for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            with contextlib.suppress(OSError):
                _sweep(folder)


def _sweep(folder: Path) -> None:
    if folder.stat().st_uid != os.geteuid():
        return
    if not (folder / LOCK).exists():
        folder.rmdir()  # fails where anything lies in it: then it is none of these
        return
    with (folder / LOCK).open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove(folder)
