"""End the process in the middle of a check.

outcome: not_yet
says: ended by itself
class: ends
"""

import os


def mean(values, weights=None):
    os._exit(0)
