"""Fill the disk while other names come and go in the same folder, which ends the count of it.

outcome: not_yet
says: MB in files | processor time | waited for
class: resources
"""

import os
import time


def flicker(first):
    names = [(f"{n:06d}", f"{n:07d}") for n in range(first, first + 300)]
    for name, _ in names:
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
    while True:
        for one, other in names:
            os.rename(one, other)
        for one, other in names:
            os.rename(other, one)


def mean(values, weights=None):
    for first in (0, 500, 1000):
        if os.fork() == 0:
            flicker(first)
    time.sleep(0.05)
    for number in range(7):
        os.posix_fallocate(os.open(f"big{number}", os.O_CREAT | os.O_WRONLY), 0, 240 << 20)
    time.sleep(600)
