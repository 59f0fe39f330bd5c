"""Try every call of the kernel's that leads to another process, another mount, a device or more rights.

outcome: not_yet
level: medium
says: FoundNothing
class: reads
"""

import ctypes
import errno
import os
import signal

CALLS = {  # x86_64, aarch64, arguments that would be fit
    "ptrace": (101, 117, 16),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "process_madvise": (440, 440),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425, 8),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97, 0x10000000),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "syslog": (103, 116, 3),
    "sethostname": (170, 161),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "personality": (135, 92, 0x40000),
    "request_key": (249, 218),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "socket": (41, 198, 1, 1),
    "connect": (42, 203),
    "bind": (49, 200),
    "sendmsg": (46, 211),
    "memfd_create": (319, 279),
    "clone3": (435, 435),
    "clone": (56, 220, 0x10000000 | 17),
}
CLOSED = (
    *("/etc/passwd", "/etc/shadow", "/root", "/home", "/tmp", "/var", "/run", "/srv", "/mnt", "/boot", "/etc/ssh"),
    *(
        "/dev/kmsg",
        "/dev/mem",
        "/dev/tty",
        "/dev/ptmx",
        "/dev/fuse",
        "/dev/net/tun",
        "/dev/kvm",
        "/dev/vda",
        "/dev/sda",
    ),
    *("/proc/1/environ", "/proc/1/root", "/proc/kcore", "/proc/kmsg", "/proc/config.gz", "/proc/sysrq-trigger"),
    *("/sys/kernel/debug", "/sys/kernel/security", "/tmp/.X11-unix", "/run/user", "/run/docker.sock"),
)


class FoundNothing(BaseException):
    """Said when every door is shut."""


def mean(values, weights=None):
    libc, column = ctypes.CDLL(None, use_errno=True), os.uname().machine == "aarch64"
    above, found = os.getppid(), []
    for name, call in CALLS.items():
        given = [ctypes.c_long(argument) for argument in (call[2:] or (above,))]
        given += [ctypes.c_long(0)] * (6 - len(given))
        answer = libc.syscall(ctypes.c_long(call[column]), *given)
        if answer >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            found.append((name, errno.errorcode.get(ctypes.get_errno())))
        if name == "clone" and answer == 0:
            os._exit(0)
    for attempt in (
        lambda: os.kill(above, 0),
        lambda: os.kill(1, signal.SIGCONT),
        lambda: os.sched_setaffinity(above, {0}),
        lambda: os.setpriority(os.PRIO_PROCESS, above, 19),
        lambda: os.setuid(0),
        lambda: os.setgroups([0]),
        lambda: os.mknod("disk", 0o60600, 0x0800),
        lambda: os.mknod("/tmp/tenfold-was-here", 0o600),
        lambda: os.link(os.__file__, "../tenfold-was-here"),
        lambda: os.rename("mean.py", "/tmp/tenfold-was-here"),
        lambda: os.symlink("x", "/tmp/tenfold-was-here"),
        lambda: os.truncate(os.__file__, 0),
    ):
        try:
            attempt()
            found.append(attempt.__code__.co_firstlineno)
        except OSError:
            continue
    for path in CLOSED:
        for look in (os.listdir, lambda place: os.read(os.open(place, os.O_RDONLY | os.O_NONBLOCK), 1)):
            try:
                found += [path] if look(path) else []
            except OSError:
                continue
    if found:
        raise RuntimeError(found)
    raise FoundNothing
