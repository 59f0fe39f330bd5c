"""Slow down every process of one's user at one blow: neither call names a process.

outcome: not_yet
level: medium
says: FoundNothing
class: resources
"""

import ctypes
import os

IOPRIO_SET = {"x86_64": 251, "aarch64": 30}[os.uname().machine]
OF_A_USER, IDLE = 3, 3 << 13


class FoundNothing(BaseException):
    """Said when a process can slow down itself alone."""


def mean(values, weights=None):
    found = ctypes.CDLL(None).syscall(IOPRIO_SET, OF_A_USER, 0, IDLE) == 0
    try:
        os.setpriority(os.PRIO_USER, 0, 19)
    except PermissionError:
        if not found:
            os.setpriority(os.PRIO_PROCESS, 0, 19)
            raise FoundNothing from None
    raise RuntimeError("every process of this user is slow now")
