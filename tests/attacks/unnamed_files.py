"""Fill the disk and the memory with files that have no name: removed while open, and never named at all.

outcome: not_yet
says: MB in files | your code raised PermissionError | processor time | waited for
class: resources
"""

import os
import time

BLOCK = b"x" * (16 << 20)


def mean(values, weights=None):
    for number in range(8):
        file = os.memfd_create("none") if number % 4 else os.open("gone", os.O_CREAT | os.O_RDWR)
        if number % 4 == 0:
            os.unlink("gone")
        for _ in range(15):
            os.write(file, BLOCK)
    time.sleep(600)
