"""Start threads until no more can be had, in every child.

outcome: not_yet
says: processes and threads | processor time | waited for
class: resources
"""

import os
import threading
import time


def mean(values, weights=None):
    os.fork()
    while True:
        try:
            threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        except RuntimeError:
            time.sleep(0.01)
