"""Take the descriptors of the processes above this one, and read from whatever lies open here.

outcome: not_yet
level: medium
says: FoundNothing
class: reads
"""

import ctypes
import os
import socket

PIDFD_OPEN, PIDFD_GETFD = 434, 438


class FoundNothing(BaseException):
    """Said when nothing is open but the stream and the output."""


def mean(values, weights=None):
    libc = ctypes.CDLL(None)
    found = [n for n in range(4, 1024) if os.path.exists(f"/proc/self/fd/{n}") and not os.get_inheritable(n)]
    for process in range(1, os.getpid()):
        above = libc.syscall(PIDFD_OPEN, process, 0)
        found += [n for n in range(16 if above >= 0 else 0) if libc.syscall(PIDFD_GETFD, above, n, 0) >= 0]
        if above >= 0:
            os.close(above)
    for number in found:
        socket.socket(fileno=number).send(b'{"code": 0, "why": null, "output": "", "left": []}')
        raise RuntimeError(found)
    raise FoundNothing
