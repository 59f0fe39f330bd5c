"""Take memory in processes whose first thread has ended: they look dead, and as if they held nothing.

outcome: not_yet
says: memory | processor time | waited for
class: resources
"""

import ctypes
import os
import threading
import time

EXIT = {"x86_64": 60, "aarch64": 93}[os.uname().machine]


def hold():
    time.sleep(0.1)
    kept = bytearray(b"x" * (200 << 20))
    time.sleep(600)
    del kept


def mean(values, weights=None):
    for _ in range(6):
        if os.fork() == 0:
            threading.Thread(target=hold).start()
            ctypes.CDLL(None).syscall(EXIT, 0)
    time.sleep(600)
