"""Make a file of a terabyte that takes no room, for whoever reads it.

outcome: not_yet
says: a file may have at most | processor time | waited for
class: resources
"""

import os
import signal


def mean(values, weights=None):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    os.truncate(os.open("mean.py", os.O_RDWR), 1 << 40)
