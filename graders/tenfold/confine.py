"""What a worker does to itself before it loads anything untrusted: limits, a user of its own, and at *medium* walls.

It runs in the worker, before the learner's code, and of the engine imports only `landlock.py` and `seccomp.py`.
"""

from __future__ import annotations

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

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 8, 38, 47
CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH = 2, 2
CAPABILITY_V3 = 0x20080522
CAPSET = {"x86_64": 126, "aarch64": 91}


READABLE = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/mime.types"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu", "/sys/fs/cgroup"),
)


def confine(limits: dict[str, Any], uid: int | None, level: str) -> None:
    """Confine this process to its working folder, the interpreter and its limits.

    Parameters
    ----------
    limits
        The fields of `sandbox.Limits`.
    uid
        Where this process is root: the user id that no other process has.
    level
        ``weak`` or ``medium``; medium adds Landlock and seccomp.
    """
    linux = sys.platform == "linux"
    libc = ctypes.CDLL(None, use_errno=True)
    _limit_resources(limits, others=0 if uid is not None else _tasks_of(os.getuid()))
    if uid is not None:
        _become(uid, libc)
    if linux:
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # after the change of user, which clears it
    if level == "medium":
        landlock.restrict(map(Path, (*READABLE, sys.prefix, sys.base_prefix)), [Path.cwd()])
        seccomp.refuse(network=limits["network"] == "loopback")


def _limit_resources(limits: dict[str, Any], others: int) -> None:
    cpu = int(limits["total"]) + 5
    values = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: cpu,
        resource.RLIMIT_FSIZE: limits["file_mb"] << 20,
        resource.RLIMIT_NOFILE: 256,
    }
    if sys.platform == "linux":
        values[resource.RLIMIT_DATA] = (
            limits["memory_mb"] + 256
        ) << 20  # the tree's resident memory is watched outside
        values[resource.RLIMIT_NPROC] = others + limits["processes"]
    for name, value in values.items():
        hard = resource.getrlimit(name)[1]
        lower = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (lower, lower))


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
