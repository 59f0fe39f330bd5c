"""A view of the file system of one's own: reading leaves no mark, and the way to the interpreter is open.

At *medium* every box may read the same files; a time of access would carry a word from one to the next. Where root's
boxes are other users, an interpreter below a private home could only be read with a right to read everything. The fork
server makes a namespace of mounts of its own, before it loads anything. Source: mount_namespaces(7), mount_setattr(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from . import capabilities, confine

NEW_MOUNTS, NEW_USER = 0x20000, 0x10000000
BIND, RECURSIVE, SLAVE = 4096, 16384, 1 << 19
MOUNT_SETATTR, HERE, ALL_BELOW = 442, -100, 0x8000
READ_ONLY, NO_ACCESS_TIME, ANY_ACCESS_TIME = 1, 0x10, 0x70

_libc = ctypes.CDLL(None, use_errno=True)


def own(den: Path, kept: Iterable[Path]) -> bool:
    """Give this process, and all that it starts, a view in which no reading is written down; return whether it can be.

    Root may; others where the machine lets them make user namespaces. What is tried first in a fork leaves nothing
    half done where it fails.

    Parameters
    ----------
    den
        The folder that stays writable.
    kept
        What stays to be seen below a folder that is shut to other users, beside the interpreter, where this is root.
    """
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            _make(den, kept)
            os._exit(0)
        os._exit(1)
    if os.waitpid(child, 0)[1] != 0:
        return False
    _make(den, kept)
    return True


def _make(den: Path, kept: Iterable[Path]) -> None:
    uid, gid = os.geteuid(), os.getegid()
    _done(_libc.unshare(NEW_MOUNTS | (NEW_USER if uid else 0)))
    if uid:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            Path("/proc/self", name).write_text(text)
    _done(_libc.mount(None, b"/", None, RECURSIVE | SLAVE, None))
    if uid == 0:
        shown = [Path(p) for given in (sys.prefix, sys.base_prefix) for p in {given, os.path.realpath(given)}]
        while (folder := confine.closed() or confine.shut(den)) and folder != Path(folder.root) and folder not in shown:
            _open(folder, [*shown, *kept, den])
            shown.append(folder)  # once is enough, or it is no help
    try:
        _set("/", ALL_BELOW, NO_ACCESS_TIME, ANY_ACCESS_TIME)
    except OSError:  # who did not make a mount may not change its times, but may close it
        place = os.fsencode(den)
        _done(_libc.mount(place, place, None, BIND, None))
        _set("/", ALL_BELOW, READ_ONLY, 0)
        _set(str(den), 0, 0, READ_ONLY)
        with contextlib.suppress(OSError):  # it serves to say who is the first to go when memory ends
            _set("/proc", 0, 0, READ_ONLY)
    if uid:
        capabilities.bound()
        capabilities.hold()


def _open(folder: Path, kept: Iterable[Path]) -> None:
    """Put an empty folder that everybody may enter over one, with nothing in it but what is kept."""
    places = {path: os.open(path, os.O_PATH) for path in kept if path.is_relative_to(folder)}
    _done(_libc.mount(b"none", os.fsencode(folder), b"tmpfs", 0, b"mode=755,size=1m"))
    for path in sorted(places):
        if not path.exists():
            path.mkdir(parents=True)
            _done(
                _libc.mount(f"/proc/self/fd/{places[path]}".encode(), os.fsencode(path), None, BIND | RECURSIVE, None)
            )
        os.close(places[path])


def _set(path: str, how: int, add: int, remove: int) -> None:
    change = struct.pack("QQQQ", add, remove, 0, 0)
    place = os.fsencode(path)
    size = ctypes.c_size_t(len(change))
    _done(_libc.syscall(ctypes.c_long(MOUNT_SETATTR), ctypes.c_int(HERE), place, ctypes.c_uint(how), change, size))


def _done(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
