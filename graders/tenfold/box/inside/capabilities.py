"""Capabilities: the parts of root's might, of which a box holds none, or at most one.

Imports nothing else of the engine. Source: capabilities(7), prctl(2).
"""

from __future__ import annotations

import ctypes
import os
import struct

PR_SET_KEEPCAPS, PR_CAPBSET_DROP, PR_CAP_AMBIENT = 8, 24, 47
AMBIENT_RAISE, AMBIENT_CLEAR = 2, 4
READ_SEARCH = 2
VERSION_3 = 0x20080522
CAPSET = {"x86_64": 126, "aarch64": 91}

_libc = ctypes.CDLL(None, use_errno=True)


def bound(keep: int | None = None) -> None:
    """Let no capability but one come back, whatever is run; who may not say so has none to lose."""
    for capability in set(range(64)) - {keep}:
        _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def survive() -> None:
    """Keep capabilities over the next change of user."""
    _libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)


def hold(only: int | None = None) -> None:
    """Hold one capability, also in programs that are run, or none.

    Raises
    ------
    OSError
        It is not there to be held.
    """
    _libc.prctl(PR_CAP_AMBIENT, AMBIENT_CLEAR, 0, 0, 0)
    machine = os.uname().machine
    if machine not in CAPSET:
        return
    bits = 0 if only is None else 1 << only
    if _libc.syscall(CAPSET[machine], struct.pack("Ii", VERSION_3, 0), struct.pack("6I", *[bits] * 3, 0, 0, 0)) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    if only is not None:
        _libc.prctl(PR_CAP_AMBIENT, AMBIENT_RAISE, only, 0, 0)
