"""What a worker does to itself before it loads anything untrusted: limits, a user of its own, and at *medium* walls.

It runs in the worker, before the learner's code.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import stat
import sys
from pathlib import Path
from typing import Any

from . import capabilities, landlock, seccomp

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
GRACE = 2  # seconds of processor time between the signal that names the limit and the one that kills
NO_CORE = 1  # bytes: with 0, a program that the machine keeps crashes with would still be run, as root

NAMES = ("/etc/hosts", "/etc/nsswitch.conf")  # to find localhost
OF_ITSELF = (  # of /proc/self: not the tables of the network and of mounts, which are everybody's
    *("auxv", "cgroup", "cmdline", "comm", "environ", "exe", "fd", "fdinfo", "io", "limits", "maps", "oom_score"),
    *("oom_score_adj", "schedstat", "smaps", "smaps_rollup", "stat", "statm", "status"),
)
OF_CGROUPS = (  # how much there is, not what is used, which is everybody's
    *("cpu.max", "cpuset.cpus.effective", "memory.max", "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"),
    *("cpuset/cpuset.cpus", "memory/memory.limit_in_bytes"),
)
READABLE = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/mime.types"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"),
    *(f"/proc/self/{name}" for name in OF_ITSELF),
    *(f"/sys/fs/cgroup/{name}" for name in OF_CGROUPS),
)


def confine(limits: dict[str, Any], uid: int | None, level: str, keeper: int) -> None:
    """Confine this process to its working folder, the interpreter and its limits.

    Parameters
    ----------
    limits
        The fields of `limits.Limits`.
    uid
        Where this process is root: the user id that no other process has.
    level
        *medium* and *strong* add Landlock and seccomp; at *strong*, other walls stand around this process already.
    keeper
        The parent: this process dies with it.
    """
    linux = sys.platform == "linux"
    libc = ctypes.CDLL(None, use_errno=True)
    if linux:
        with contextlib.suppress(OSError):  # who takes the memory is the first to go
            Path("/proc/self/oom_score_adj").write_text("1000")
    _limit_resources(limits, others=0 if uid is not None else _tasks_of(os.getuid()))
    if uid is not None:
        _become(uid, walled=level in ("medium", "strong"))
    if linux:
        if uid is None:
            capabilities.bound()
            capabilities.hold()  # an account may have been given some
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # after the change of user, which clears it
        if os.getppid() != keeper:
            os._exit(1)  # it ended before the line above
    if level in ("medium", "strong"):
        _wall(shared=limits["network"] == "loopback", alone=level == "strong", owner=uid is not None)


def _wall(shared: bool, alone: bool, owner: bool) -> None:
    """Let the kernel refuse what is not needed.

    Parameters
    ----------
    shared
        Allow sockets and shared memory; only where nothing outside can be reached with them.
    alone
        Other walls stand, so that a kernel without Landlock will do.
    owner
        Nothing but its own folder belongs to this process's user.
    """
    if landlock.abi() >= landlock.LEAST_ABI or not alone:
        read, write = [*READABLE, sys.prefix, sys.base_prefix], [Path.cwd()]
        if shared:
            read, write = [*read, *NAMES], [*write, Path("/dev/shm")]
        landlock.restrict(map(Path, read), write, tcp=shared)
    seccomp.refuse(shared=shared, signals=alone or landlock.abi() >= landlock.SINCE_SCOPED, owned=alone and owner)


def _limit_resources(limits: dict[str, Any], others: int) -> None:
    cpu = int(limits["total"]) + 5  # of one process; the keeper adds up all of them, and is sooner
    values = {
        resource.RLIMIT_CPU: cpu,
        resource.RLIMIT_FSIZE: limits["file_mb"] << 20,
        resource.RLIMIT_NOFILE: limits["open_files"],
    }
    if sys.platform == "linux":
        memory = limits["memory_mb"] + 256  # beside what the libraries hold; resident memory is watched outside
        values[resource.RLIMIT_DATA] = _data() + (memory << 20)
        values[resource.RLIMIT_NPROC] = others + limits["processes"]
    for name, value in values.items():
        hard = resource.getrlimit(name)[1]
        lower = value if hard == resource.RLIM_INFINITY else min(value, hard)
        later = GRACE if name == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
        resource.setrlimit(name, (lower, lower + later))
    for most in (NO_CORE, 0):
        with contextlib.suppress(OSError, ValueError):  # where nothing at all was allowed, that stays
            resource.setrlimit(resource.RLIMIT_CORE, (most, most))
            break


def _data() -> int:
    """Return the bytes that this process has mapped for data."""
    pages = Path("/proc/self/statm").read_text().split()[5]
    return int(pages) * resource.getpagesize()


def _tasks_of(uid: int) -> int:
    """Count the threads of a user: RLIMIT_NPROC counts them all, the ones outside included."""
    count = 0
    for entry in Path("/proc").glob("[0-9]*/task"):
        try:
            if entry.stat().st_uid == uid:
                count += len(os.listdir(entry))  # noqa: PTH208 - names only, no Path for each
        except OSError:
            continue
    return count


def _become(uid: int, walled: bool) -> None:
    """Become a user that nobody else is.

    An interpreter that only root may read can be read with a right to read everything. A box keeps that, and no other,
    where walls stand that the right does not open; elsewhere none is started (`zygote`).
    """
    right = capabilities.READ_SEARCH if walled and closed() else None
    if right is not None:
        capabilities.survive()
    capabilities.bound(right)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    capabilities.hold(right)


def closed() -> Path | None:
    """Return a folder or file of the interpreter, or above it, that is shut to other users; the outermost one."""
    whole = {Path(sys.prefix), Path(sys.base_prefix), Path(os.__file__).parent}
    for path in sorted({p for place in (*whole, Path(sys.executable)) for p in (place, place.resolve())}):
        if folder := shut(path):
            return folder
    for path in (*whole, Path(os.__file__)):
        needed = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0)
        if path.stat().st_mode & needed != needed:
            return path
    return None


def shut(path: Path) -> Path | None:
    """Return the outermost folder above a path that other users cannot enter, where there is one."""
    return next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & stat.S_IXOTH), None)
