"""Burn processor time in children that hear no signal, while the check waits for nothing.

outcome: not_yet
class: resources
"""

import os
import signal


def mean(values, weights=None):
    for number in range(1, signal.NSIG):
        if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
            signal.signal(number, signal.SIG_IGN)
    for _ in range(16):
        if os.fork() == 0:
            os.setsid()
            while True:
                pass
    return 0.0
