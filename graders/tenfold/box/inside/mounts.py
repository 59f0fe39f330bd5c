"""A view of the file system in which reading leaves no mark: no time of access is written.

At *medium* every box may read the same files; a time of access would carry a word from one to the next. The fork server
makes a namespace of mounts of its own, before it loads anything. Imports nothing else of the engine.
Source: mount_namespaces(7), mount_setattr(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from pathlib import Path

from . import capabilities

NEW_MOUNTS, NEW_USER = 0x20000, 0x10000000
BIND, RECURSIVE, SLAVE = 4096, 16384, 1 << 19
MOUNT_SETATTR, HERE, ALL_BELOW = 442, -100, 0x8000
READ_ONLY, NO_ACCESS_TIME, ANY_ACCESS_TIME = 1, 0x10, 0x70

_libc = ctypes.CDLL(None, use_errno=True)


def unmarked(den: Path) -> bool:
    """Let no reading by this process, or by one that it starts, be written down; return whether that can be had.

    Root may; others where the machine lets them make user namespaces. What is tried first in a fork leaves nothing
    half done where it fails.

    Parameters
    ----------
    den
        The folder that stays writable.
    """
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            _make(den)
            os._exit(0)
        os._exit(1)
    if os.waitpid(child, 0)[1] != 0:
        return False
    _make(den)
    return True


def _make(den: Path) -> None:
    uid, gid = os.geteuid(), os.getegid()
    _done(_libc.unshare(NEW_MOUNTS | (NEW_USER if uid else 0)))
    if uid:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            Path("/proc/self", name).write_text(text)
    _done(_libc.mount(None, b"/", None, RECURSIVE | SLAVE, None))
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


def _set(path: str, how: int, add: int, remove: int) -> None:
    change = struct.pack("QQQQ", add, remove, 0, 0)
    place = os.fsencode(path)
    size = ctypes.c_size_t(len(change))
    _done(_libc.syscall(ctypes.c_long(MOUNT_SETATTR), ctypes.c_int(HERE), place, ctypes.c_uint(how), change, size))


def _done(result: int) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
