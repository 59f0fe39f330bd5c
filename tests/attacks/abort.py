"""Abort in the middle of a check, with a core file where one may be had.

outcome: not_yet
says: ended by a signal
class: ends
"""

import os
import resource


def mean(values, weights=None):
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    os.abort()
