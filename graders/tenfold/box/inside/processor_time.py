"""What a box has had of the processors, with all that has ended in it, measured by its keeper.

Where the kernel allows it, one of its counters goes with every process and thread from the fork on: exact, whatever
they do. Beside it stands what living processes show, and what the kernel sums up of those that were waited for; what
was seen of one that ended without being waited for is kept. The larger of the two counts: programs that may not be
read drop the counter, and a child that nobody waits for, gone before one looks, shows itself in the counter alone.
Sources: perf_event_open(2), getrusage(2), proc(5); in the kernel's Documentation, scheduler/sched-stats.rst.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import struct
import sys
import time

import psutil

PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
ATTRIBUTES = 112
SOFTWARE, TASK_CLOCK = 1, 1
INHERIT, NO_KERNEL, NO_HYPERVISOR = 1 << 1, 1 << 5, 1 << 6
"""Time in the kernel is counted all the same; without these words only the mightiest may ask."""
CLOSE_ON_EXEC = 8
TICK = 0.02
"""How exact what one process shows is, in seconds."""

Task = tuple[int, str]


class ProcessorTime:
    """Seconds of processor time of every process that was or is below this one; made before the first is forked."""

    def __init__(self) -> None:
        self.used = 0.0
        """On a processor, all together."""
        self.active = 0.0
        """By the clock on the wall: while at least one was on a processor or in the queue for one."""
        self._then = time.monotonic()
        self._own = time.process_time()
        self._counter = _counter()
        self._ended = self._lost = 0.0
        self._shown: dict[psutil.Process, tuple[float, float]] = {}
        self._tasks: dict[Task, float] = {}

    def look(self, processes: list[psutil.Process]) -> None:
        """Add what has been used since the last look; `processes` are those that live."""
        now = time.monotonic()
        used = max(self.used, self._counted(), self._summed(processes))
        gained, self.used = used - self.used, used
        # of one that began and ended since the last look nobody tells how long it queued: about as long as all do now
        self.active += min(now - self._then, max(gained * _crowd(), self._queued(processes)))
        self._then = now

    def _counted(self) -> float:
        """Return what the kernel's counter says, without this process's own part."""
        if self._counter is None:
            return 0.0
        nanoseconds: int = struct.unpack("Q", os.read(self._counter, 8))[0]
        return nanoseconds / 1e9 - (time.process_time() - self._own)

    def _summed(self, processes: list[psutil.Process]) -> float:
        """Return what processes show, what those that were waited for have left, and what was seen of the others."""
        now = _shown(processes)
        now |= _shown([p for p in self._shown if p not in now and p.is_running()])  # the list may miss some
        gone = self._shown.keys() - now.keys()
        if gone:  # look again at who may have waited for them meanwhile
            now |= _shown(list(now))
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = used.ru_utime + used.ru_stime
        taken_in = ended - self._ended
        taken_in += sum(children - self._shown.get(p, (0.0, 0.0))[1] for p, (_, children) in now.items())
        left = sum(sum(self._shown[p]) - TICK for p in gone)
        self._lost += max(0.0, left - taken_in)
        self._shown, self._ended = now, ended
        return ended + self._lost + sum(map(sum, now.values()))

    def _queued(self, processes: list[psutil.Process]) -> float:
        """Return for how long tasks that live ran or stood in the queue since the last look; 0 where nobody tells."""
        tasks: dict[Task, float] = {}
        total = 0.0
        for pid in [process.pid for process in processes]:
            for task, so_far in _schedule(pid).items():
                before = self._tasks.get(task, 0.0)
                total += so_far - before if so_far >= before else so_far
                tasks[task] = so_far
        self._tasks = tasks
        return total


def _counter() -> int | None:
    """Open a counter of the processor time of this process and of all that it will fork."""
    number = PERF_EVENT_OPEN.get(os.uname().machine)
    if sys.platform != "linux" or number is None:
        return None
    wanted = ctypes.create_string_buffer(ATTRIBUTES)
    struct.pack_into("IIQ", wanted, 0, SOFTWARE, ATTRIBUTES, TASK_CLOCK)
    struct.pack_into("Q", wanted, 40, INHERIT | NO_KERNEL | NO_HYPERVISOR)
    counter = ctypes.CDLL(None).syscall(number, wanted, 0, -1, -1, CLOSE_ON_EXEC)
    return int(counter) if counter >= 0 else None


def _shown(processes: list[psutil.Process]) -> dict[psutil.Process, tuple[float, float]]:
    """Return what each has used, and what the children that it has waited for have."""
    found = {}
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            times = process.cpu_times()
            found[process] = (times.user + times.system, times.children_user + times.children_system)
    return found


def _schedule(pid: int) -> dict[Task, float]:
    """Return for how long each task of a process has run or stood in the queue for a processor."""
    found = {}
    with contextlib.suppress(OSError, ValueError):  # it has ended
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - names only
            with open(f"/proc/{pid}/task/{task}/schedstat") as file:  # noqa: PTH123 - a path object costs more
                ran, queued, _ = file.read().split()
            found[pid, task] = (int(ran) + int(queued)) / 1e9
    return found


def _crowd() -> float:
    """Return how many want each processor now, at least 1."""
    if sys.platform != "linux":
        return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/loadavg") as file:  # noqa: PTH123
        return max(1.0, int(file.read().split()[3].partition("/")[0]) / len(os.sched_getaffinity(0)))
    return 1.0
