"""How much slower this machine is than the one that limits are given for: a small piece of work, timed once a boot."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
import time
import zlib
from pathlib import Path

REFERENCE = 0.0120
"""Processor seconds that `_work` takes on the reference machine."""
ROUNDS = 5
TEXT = b" ".join(b"%d" % (number * number) for number in range(9_000))
MOST = 4.0
"""A machine that is slower still is too slow for the exercises."""


@functools.cache
def factor() -> float:
    """Return what limits of time are multiplied by on this machine, between 1 and `MOST`."""
    return min(MOST, max(1.0, round(_measured() / REFERENCE, 1)))


def _measured() -> float:
    """Return what the work takes, from the last time that it was asked since the boot, where there is one."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tenfold" / "speed.json"
    key = f"{_boot()} {sys.version} {sys.executable} {REFERENCE}"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(cache.read_text(encoding="utf-8"))
        if known["key"] == key and 0 < float(known["seconds"]) < 60:
            return float(known["seconds"])
    seconds = min(_timed() for _ in range(ROUNDS))  # the least: what else runs can only add
    with contextlib.suppress(OSError):  # a machine where nothing can be kept is timed each time
        cache.parent.mkdir(parents=True, exist_ok=True)
        fresh = cache.with_name(f"{cache.name}.{os.getpid()}")
        fresh.write_text(json.dumps({"key": key, "seconds": seconds}), encoding="utf-8")
        fresh.replace(cache)
    return seconds


def _timed() -> float:
    start = time.process_time()
    _work()
    return time.process_time() - start


def _work() -> None:
    """Compute in Python and in C, about as much of each."""
    total = 0
    for number in range(100_000):
        total += number * number % 7
    zlib.compress(TEXT, 9)


def _boot() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""
