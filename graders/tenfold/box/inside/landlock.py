"""Landlock: the kernel lets this process and its children open only the paths named, whatever their user may do.

Called through ctypes, in the worker, before anything untrusted is loaded; imports nothing else of the engine.
Source: https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on x86_64 and aarch64
RULE_PATH_BENEATH, FLAG_VERSION = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, IOCTL_DEV = 1, 2, 4, 8, 1 << 14, 1 << 15
MAKE_CHAR, MAKE_BLOCK = 1 << 6, 1 << 11
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
ALL = (1 << 16) - 1
TCP, SCOPED = 3, 3  # bind and connect; abstract sockets and signals
SINCE_TCP, SINCE_SCOPED = 4, 6
LEAST_ABI = 3  # below it a file can be emptied where it cannot be written
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/random")

_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """Return the version of Landlock in this kernel, 0 where there is none."""
    try:
        return _call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(FLAG_VERSION))
    except OSError:
        return 0


def restrict(read: Iterable[Path], write: Iterable[Path], tcp: bool = False) -> None:
    """Confine this process and all that it starts to paths, for good.

    Parameters
    ----------
    read
        Files and folders that may be read and executed.
    write
        Folders that may be read and written, but nothing in them executed.
    tcp
        Whether ports may be bound and connected to.

    Raises
    ------
    OSError
        The kernel has no Landlock, or too old a one.
    """
    version = abi()
    if version < LEAST_ABI:
        raise OSError(f"Landlock {LEAST_ABI} is needed; this kernel has {version}")
    rights = HANDLED.get(version, ALL)
    ports = 0 if tcp or version < SINCE_TCP else TCP
    attributes = struct.pack("QQQ", rights, ports, SCOPED if version >= SINCE_SCOPED else 0)
    size = 8 if version < SINCE_TCP else 16 if version < SINCE_SCOPED else 24
    ruleset = _call(CREATE_RULESET, attributes[:size], ctypes.c_size_t(size), ctypes.c_uint32(0))
    for path in read:
        _allow(ruleset, path, (EXECUTE | READ_FILE | READ_DIR) & rights)
    for path in write:
        _allow(ruleset, path, rights & ~(EXECUTE | MAKE_CHAR | MAKE_BLOCK))
    for device in DEVICES:
        _allow(ruleset, Path(device), (READ_FILE | WRITE_FILE) & rights)
    _call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no right
    try:
        rule = struct.pack("=Qi", rights if path.is_dir() else rights & FILE_RIGHTS, place)
        _call(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(RULE_PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(place)


def _call(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
