"""Print for ever.

outcome: not_yet
says: your program was stopped | processor time | waited for
class: resources
"""

import os


def mean(values, weights=None):
    while True:
        os.write(1, b"full marks " * 100_000)
