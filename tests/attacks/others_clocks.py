"""Read how much processor time other processes have used: each has a clock, whose number is made of its own.

outcome: not_yet
level: medium
says: FoundNothing
class: reads
"""

import os
import time


class FoundNothing(BaseException):
    """Said when only the own clocks can be read."""


def mean(values, weights=None):
    assert time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID) > 0
    assert time.clock_gettime(~0 << 3 | 2) > 0
    found = []
    for process in {*range(1, 50), *range(max(1, os.getpid() - 500), os.getpid())}:
        try:
            found.append((process, time.clock_gettime(~process << 3 | 2)))
        except OSError:
            continue
    if found:
        raise RuntimeError(found)
    raise FoundNothing
