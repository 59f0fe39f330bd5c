"""End by a signal that has no name, so that the grader fails to say which.

outcome: not_yet
says: your program was stopped
class: ends
"""

import os


def mean(values, weights=None):
    os.kill(os.getpid(), 40)
