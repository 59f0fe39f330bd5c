"""Put another program into the place of the worker, with the stream still open.

outcome: not_yet
says: waited for
class: ends
"""

import os


def mean(values, weights=None):
    for number in range(64):
        try:
            os.set_inheritable(number, True)
        except OSError:
            continue
    os.execv("/bin/sh", ["sh", "-c", "trap '' HUP INT TERM; while :; do sleep 600; done"])
