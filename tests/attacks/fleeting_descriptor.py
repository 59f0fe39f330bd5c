"""Fill the memory with files without a name while other descriptors open and close, which ends the count of them.

outcome: not_yet
says: MB in files
class: resources
"""

import os
import threading

BLOCK = b"x" * (16 << 20)


def flicker(numbers):
    while True:
        for number in numbers:
            os.dup2(1, number)
        for number in numbers:
            os.close(number)


def mean(values, weights=None):
    hold = [os.memfd_create("none") for _ in range(100, 107)]
    high = [os.dup2(file, number) for number, file in enumerate(hold, 200)]
    os.closerange(4, 200)
    for _ in range(2):
        threading.Thread(target=flicker, args=(range(10, 150),), daemon=True).start()
    for file in high:
        for _ in range(15):
            os.write(file, BLOCK)
    while True:
        pass
