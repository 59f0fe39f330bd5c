"""Take disk space in files that have neither a name nor a descriptor, only a page that is mapped.

outcome: not_yet
says: MB in files | your code raised PermissionError | processor time | waited for
class: resources
"""

import ctypes
import mmap
import os
import time

BLOCK = b"x" * (16 << 20)


def mean(values, weights=None):
    libc = ctypes.CDLL(None)
    for _ in range(7):
        file = os.memfd_create("none")
        for _ in range(15):
            os.write(file, BLOCK)
        libc.mmap(None, ctypes.c_size_t(mmap.PAGESIZE), mmap.PROT_READ, mmap.MAP_SHARED, file, ctypes.c_size_t(0))
        os.close(file)
    time.sleep(600)
