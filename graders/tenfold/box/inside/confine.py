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
import struct
import sys
from pathlib import Path
from typing import Any

from . import landlock, seccomp

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 8, 24, 38, 47
CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH = 2, 2
GRACE = 2  # seconds of processor time between the signal that names the limit and the one that kills
CAPABILITY_V3 = 0x20080522
CAPSET = {"x86_64": 126, "aarch64": 91}


NAMES = ("/etc/hosts", "/etc/nsswitch.conf")  # to find localhost
READABLE = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/mime.types"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu", "/sys/fs/cgroup"),
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
        _become(uid, libc)
    if linux:
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # after the change of user, which clears it
        if os.getppid() != keeper:
            os._exit(1)  # it ended before the line above
    if level in ("medium", "strong"):
        _wall(shared=limits["network"] == "loopback", alone=level == "strong")


def _wall(shared: bool, alone: bool) -> None:
    """Let the kernel refuse what is not needed.

    Parameters
    ----------
    shared
        Allow sockets and shared memory; only where nothing outside can be reached with them.
    alone
        Other walls stand, so that a kernel without Landlock will do.
    """
    if landlock.abi() >= landlock.LEAST_ABI or not alone:
        read, write = [*READABLE, sys.prefix, sys.base_prefix], [Path.cwd()]
        if shared:
            read, write = [*read, *NAMES], [*write, Path("/dev/shm")]
        landlock.restrict(map(Path, read), write, tcp=shared)
    seccomp.refuse(shared=shared, signals=alone or landlock.abi() >= landlock.SINCE_SCOPED, owned=alone)


def _limit_resources(limits: dict[str, Any], others: int) -> None:
    cpu = int(limits["total"]) + 5  # of one process; the keeper adds up all of them, and is sooner
    values = {
        resource.RLIMIT_CORE: 0,
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


def _become(uid: int, libc: Any) -> None:
    read_all = not _reachable_by_others(Path(sys.executable), Path(sys.prefix), Path(sys.base_prefix))
    if read_all:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    for capability in set(range(64)) - ({CAP_DAC_READ_SEARCH} if read_all else set()):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # it cannot come back, whatever is run
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if read_all:  # an interpreter under a private home: keep the right to read it, and no other
        _keep_read_capability(libc)


def _keep_read_capability(libc: Any) -> None:
    bit = 1 << CAP_DAC_READ_SEARCH
    header = struct.pack("Ii", CAPABILITY_V3, 0)
    data = struct.pack("6I", bit, bit, bit, 0, 0, 0)
    if libc.syscall(CAPSET[os.uname().machine], header, data) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    libc.prctl(PR_CAP_AMBIENT, CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0)


def _reachable_by_others(*paths: Path) -> bool:
    for path in {p for given in paths for p in (given, given.resolve())}:
        if not all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents):
            return False
    return True
