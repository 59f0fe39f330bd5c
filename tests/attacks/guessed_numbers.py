"""Take memory, queues and semaphores of others by their numbers, which are small, without asking for one of one's own.

outcome: not_yet
level: medium
says: FoundNothing
class: reads
"""

import ctypes
import errno
import os

CALLS = {  # x86_64, aarch64
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183),
    "mq_notify": (244, 184),
}


class FoundNothing(BaseException):
    """Said when the kernel does not even look for the number."""


def mean(values, weights=None):
    libc, column = ctypes.CDLL(None, use_errno=True), os.uname().machine == "aarch64"
    found = []
    for name, numbers in CALLS.items():
        for guessed in (0, 1, 2, 32768):
            if libc.syscall(numbers[column], guessed, None, 0, 0, 0) >= 0 or ctypes.get_errno() != errno.EPERM:
                found.append((name, guessed, errno.errorcode.get(ctypes.get_errno())))
    if found:
        raise RuntimeError(found)
    raise FoundNothing
