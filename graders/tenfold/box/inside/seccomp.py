"""Seccomp: system calls that a submission never needs are refused with EPERM, for this process and all it starts.

A small BPF program, written out here so that no C library is needed; it runs in the worker, before anything untrusted
is loaded, and imports nothing else of the engine. Source: seccomp(2), linux/seccomp.h, linux/bpf_common.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

LOAD, RETURN = 0x20, 0x06  # BPF_LD|W|ABS, BPF_RET|K
JUMP_EQUAL, JUMP_AT_LEAST, JUMP_IF_SET, AND = 0x15, 0x35, 0x45, 0x54  # BPF_JMP|JEQ|K, JGE, JSET; BPF_ALU|AND|K
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
ARGUMENT = (16, 24, 32, 40)  # of the low half of an argument
PR_SET_SECCOMP, MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38
X32 = 0x40000000
NAMESPACES = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET

Step = tuple[int, int, int, int]

# name: (x86_64, aarch64); from asm/unistd_64.h and asm-generic/unistd.h
CALLS = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "setns": (308, 268), "unshare": (272, 97), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "io_uring_setup": (425, 425), "open_by_handle_at": (304, 265), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsmount": (432, 432), "mount_setattr": (442, 442), "quotactl": (179, 60),
    "acct": (163, 89), "settimeofday": (164, 170), "clock_settime": (227, 112), "syslog": (103, 116),
    "personality": (135, 92), "pidfd_send_signal": (424, 424),
    "socket": (41, 198), "sendmsg": (46, 211), "sendmmsg": (307, 269), "memfd_create": (319, 279),
    "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180),
}  # fmt: skip
SHARED = {"socket", "sendmsg", "sendmmsg", "memfd_create", "shmget", "semget", "msgget", "mq_open"}
# what they hold outlives a process, or is in none: a file under way between two sockets, a page that all let go
PRETENDED = {  # Landlock lets the owner of a file do these anywhere; the answer is yes, and nothing is done
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}  # fmt: skip
OWN = {  # the argument that names a process, which may only be 0, oneself
    "prlimit64": ((302, 261), 0), "sched_setaffinity": ((203, 122), 0), "sched_setscheduler": ((144, 119), 0),
    "sched_setparam": ((142, 118), 0), "sched_setattr": ((314, 274), 0), "setpriority": ((141, 140), 1),
    "ioprio_set": ((251, 30), 1),
}  # fmt: skip
MMAP, SHARED_ANONYMOUS = (9, 222), 0x21  # MAP_SHARED | MAP_ANONYMOUS
SIGNALS = {
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}  # fmt: skip
CLONE, CLONE3 = (56, 220), (435, 435)
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def refuse(shared: bool, signals: bool, owned: bool) -> None:
    """Install the filter.

    Parameters
    ----------
    shared
        Allow sockets and shared memory; what is outside must be out of their reach by other means.
    signals
        Allow signals to other processes; else a process may send them to itself alone.
    owned
        Allow changing the mode, times and owner of files; else it is only pretended.

    Raises
    ------
    OSError
        The machine is of another architecture, or the kernel refuses.
    """
    machine = os.uname().machine
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no system call numbers for {machine}")
    column, architecture = ARCHITECTURES[machine]
    steps = _begin(architecture)
    for name, pair in CALLS.items():
        if not (shared and name in SHARED):
            steps += _always(pair[column], errno.EPERM)
    # what clone3 asks for lies in memory, where no filter reads; without it, libraries take clone
    steps += _always(CLONE3[column], errno.ENOSYS)
    steps += _only(CLONE[column], 0, [(JUMP_IF_SET, 1, 0, NAMESPACES)])
    for pair, place in OWN.values():
        steps += _only(pair[column], place, [(JUMP_EQUAL, 0, 1, 0)])
    for pair in () if signals else SIGNALS.values():
        steps += _only(pair[column], 0, [(JUMP_EQUAL, 0, 1, os.getpid())])
    for number in () if owned else [numbers[column] for numbers in PRETENDED.values()]:
        steps += [] if number is None else _always(number, 0)
    if not shared:
        steps += _only(MMAP[column], 3, [(AND, 0, 0, SHARED_ANONYMOUS), (JUMP_EQUAL, 1, 0, SHARED_ANONYMOUS)])
    _install([*steps, (RETURN, 0, 0, ALLOW)])


def _always(number: int, code: int) -> list[Step]:
    """Return steps that end a call with an error code, 0 for a yes."""
    return [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE | code)]


def _begin(architecture: int) -> list[Step]:
    """Return the steps (code, jump if true, jump if false, value) that end foreign calls and load the number."""
    return [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (JUMP_AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, KILL),
    ]


def _only(number: int, place: int, test: list[Step]) -> list[Step]:
    """Return steps that refuse a call unless an argument passes a test, whose last step jumps over one or none."""
    return [
        (JUMP_EQUAL, 0, 3 + len(test), number),
        (LOAD, 0, 0, ARGUMENT[place]),
        *test,
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
    ]


def _install(steps: list[Step]) -> None:
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    filter_ = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(PR_SET_SECCOMP, MODE_FILTER, filter_, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")
