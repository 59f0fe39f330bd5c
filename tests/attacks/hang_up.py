"""Close the stream and live on without it.

outcome: not_yet
says: your program was stopped
class: ends
"""

import os
import signal
import time


def mean(values, weights=None):
    for number in range(1, signal.NSIG):
        if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
            signal.signal(number, signal.SIG_IGN)
    os.closerange(0, 64)
    time.sleep(600)
