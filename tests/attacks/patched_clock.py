"""Let every clock stand still, so that no deadline passes, and never answer.

outcome: not_yet
says: processor time
class: patches
"""

import builtins
import signal
import time

for name in ("monotonic", "perf_counter", "time", "process_time", "thread_time"):
    setattr(time, name, lambda: 0.0)
    setattr(time, f"{name}_ns", lambda: 0)
time.sleep = lambda seconds: None
signal.alarm = signal.setitimer = lambda *_: None
builtins.TimeoutError = type("Quiet", (BaseException,), {})


def mean(values, weights=None):
    while time.monotonic() < 1:
        time.sleep(1)
