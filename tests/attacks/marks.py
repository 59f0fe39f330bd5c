"""Mark what every box may read, or look for a mark: leases, watches, hints, flags, times, counters, the page cache.

outcome: not_yet
level: medium
says: FoundNothing
class: timing
"""

import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import struct

F_SETLEASE, F_NOTIFY, F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SET_RW_HINT, F_SETDELEG = 1024, 1026, 8, 10, 15, 1036, 1040
FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, FIOSETOWN, TIOCSTI = 0x40086602, 0x401C5820, 0x8901, 0x5412
NO_WAIT = 8
CALLS = {  # x86_64, aarch64
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "mincore": (27, 232),
    "cachestat": (451, 451),
    "openat2": (437, 437),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "memfd_secret": (447, 447),
    "vmsplice": (278, 75),
    "statmount": (457, 457),
}
TABLES = (
    *("/proc/self/net/unix", "/proc/self/net/tcp", "/proc/self/mountinfo", "/proc/self/task/self/net/unix"),
    *("/proc/loadavg", "/proc/locks", "/proc/vmstat", "/proc/sysvipc/shm", "/proc/sys/kernel/random/boot_id"),
    *("/proc/sys/fs/file-nr", "/proc/sys/fs/inode-nr", "/proc/interrupts", "/proc/keys", "/proc/key-users"),
    *("/sys/fs/cgroup/memory.peak", "/sys/fs/cgroup/pids.peak", "/sys/fs/cgroup/cgroup.procs", "/dev/shm/x"),
    *("/sys/fs/cgroup/memory/memory.max_usage_in_bytes", "/sys/kernel/slab", "/sys/block", "/sys/class/net"),
)


class FoundNothing(BaseException):
    """Said when nothing is left on a file, and nothing of others is told."""


def mean(values, weights=None):
    libc, column = ctypes.CDLL(None, use_errno=True), os.uname().machine == "aarch64"
    found = [
        name
        for name, numbers in CALLS.items()
        if libc.syscall(numbers[column], 0, None, 0, 0, 0) >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS)
    ]
    with open(os.__file__, "rb") as file:
        for word in (F_SETLEASE, F_NOTIFY, F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SET_RW_HINT, F_SETDELEG):
            with contextlib.suppress(PermissionError):
                fcntl.fcntl(file, word, struct.pack("Q", 0))
                found.append(f"fcntl {word}")
        for word in (FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, FIOSETOWN, TIOCSTI):
            try:
                fcntl.ioctl(file, word, bytes(64))
                found.append(f"ioctl {word:x}")
            except OSError as error:
                if error.errno != errno.ENOTTY:
                    found.append(f"ioctl {word:x}: {error.strerror}")
        with contextlib.suppress(OSError):
            os.preadv(file.fileno(), [bytearray(1)], 0, NO_WAIT)
            found.append("RWF_NOWAIT")
    with contextlib.suppress(OSError):
        mmap.mmap(-1, 2 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)
        found.append("a huge page")
    for name in ("/dev/null", "/dev/tty", "/tmp", "..", os.__file__):
        with contextlib.suppress(OSError):
            before = os.stat(name).st_mtime_ns
            with contextlib.suppress(OSError):
                os.utime(name)
            if os.stat(name).st_mtime_ns != before:
                found.append(f"the time of {name}")
    for name in TABLES:
        with contextlib.suppress(OSError):
            found += [name] if os.listdir(name) else []
        with contextlib.suppress(OSError), open(name, "rb") as file:
            found += [name] if file.read(1) else []
    if found:
        raise RuntimeError(found)
    raise FoundNothing
