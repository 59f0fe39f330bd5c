"""A keeper knows what has ended in its box as well as what lives; where the kernel's counter is missing, nearly so."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tenfold.box.launchers.paths import INSIDE

MEASURE = """
import os, signal, sys, time
sys.path.insert(0, {inside!r})
from types import ModuleType
package = sys.modules.setdefault("_tenfold", ModuleType("_tenfold"))
package.__path__ = [{inside!r}]
from _tenfold import processor_time, usage
import ctypes
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
if {blind!r}:
    processor_time._counter = lambda: None
times = processor_time.ProcessorTime()

def burn(seconds):
    start = time.process_time()
    while time.process_time() < start + seconds:
        pass

def box():
{body}

if (child := os.fork()) == 0:
    box()
    os._exit(0)
ended = False
while not ended:
    try:
        while (found := os.waitpid(-1, os.WNOHANG)[0]):
            pass
    except ChildProcessError:
        ended = True
    times.look([] if ended else usage.below())
    time.sleep(0.005)
print(times.used, times.active)
"""
LIVES = {
    "one process": "    burn(0.4)",
    "children that are waited for": "    for _ in range(20):\n"
    "        os.fork() or (burn(0.02), os._exit(0))\n"
    "        os.wait()",
    "children at once": "    for _ in range(4): os.fork() or (burn(0.1), os._exit(0))\n"
    "    for _ in range(4): os.wait()",
    "orphans": "    for _ in range(4): os.fork() or (os.fork() or burn(0.1), os._exit(0))",
    "children that are not waited for": "    signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    "    for _ in range(4):\n"
    "        if (child := os.fork()) == 0: burn(0.1); os._exit(0)\n"
    "        while os.path.exists(f'/proc/{child}'): time.sleep(0.001)",
}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc and perf_event_open")


@pytest.mark.parametrize("body", LIVES.values(), ids=LIVES)
@pytest.mark.parametrize("blind", [False, True], ids=["as the kernel allows", "without the counter"])
def test_all_that_ever_ran_is_counted_and_nothing_twice(body, blind):
    code = MEASURE.format(inside=str(INSIDE), blind=blind, body=body)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    used, active = map(float, done.stdout.split())
    least = 0.25 if blind else 0.39  # of one that vanishes, what was seen of it last
    assert least <= used <= 0.8
    assert active > used / (os.cpu_count() or 1) / 2
