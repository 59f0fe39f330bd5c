"""Fill the disk while other names come and go in the same folder, which ends the count of it.

outcome: not_yet
says: MB in files
class: resources
"""

import os
import threading

BLOCK = b"x" * (16 << 20)


def flicker(first):
    while True:
        for number in range(first, first + 500):
            os.close(os.open(f"n{number}", os.O_CREAT | os.O_WRONLY))
        for number in range(first, first + 500):
            os.unlink(f"n{number}")


def mean(values, weights=None):
    for first in (0, 500):
        if os.fork() == 0:
            flicker(first)
    for number in range(7):
        with open(f"big{number}", "wb") as file:
            for _ in range(12):
                file.write(BLOCK)
    while True:
        pass
