"""Seccomp: system calls that a submission never needs are refused, for this process and all it starts.

A small BPF program, written out here so that no C library is needed; it runs in the worker, before anything untrusted
is loaded. It sees the numbers that a call is given, not the memory that they point to.
Source: seccomp(2), linux/seccomp.h, linux/bpf_common.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable, Iterator

from . import syscalls

LOAD, RETURN = 0x20, 0x06  # BPF_LD|W|ABS, BPF_RET|K
JUMP_EQUAL, JUMP_AT_LEAST, JUMP_IF_SET, AND = 0x15, 0x35, 0x45, 0x54  # BPF_JMP|JEQ|K, JGE, JSET; BPF_ALU|AND|K
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
ARGUMENT = (16, 24, 32, 40, 48, 56)  # of the low half of an argument; the high half lies 4 further
PR_SET_SECCOMP, MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38
X32 = 0x40000000
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

NAMESPACES = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
SHARED_ANONYMOUS, HUGE = 0x21, 0x40000  # MAP_SHARED | MAP_ANONYMOUS; MAP_HUGETLB, which no count of memory shows
UNIX, INTERNET = 1, (2, 10, 16)  # AF_INET, AF_INET6, and AF_NETLINK to list interfaces; others know no namespace
KIND, CONNECTED = 0xF, (1, 5)  # of a socket: SOCK_STREAM, SOCK_SEQPACKET; a datagram socket sends to any path
OWN_CLOCKS, OTHERS_CLOCK = (0xFFFFFFFE, 0xFFFFFFFA), 0x80000000  # of this thread, of this process; of a number
NO_WAIT = 8  # RWF_NOWAIT: only what is in memory already
CORE = 4  # RLIMIT_CORE: a new value is pretended
FCNTL = (  # not those that send signals, watch folders, hold back writers or mark a file
    *(*range(8), 9, 11, 16, 36, 37, 38),  # duplicates, flags, locks; F_GETOWN, F_GETSIG, F_GETOWN_EX
    *(1025, 1027, 1028, 1030, 1031, 1032, 1033, 1034, 1035),  # F_GETLEASE, duplicates, sizes of pipes, seals
)
IOCTL = (  # ask a terminal, ask what can be read, set flags of a descriptor, copy a file
    *(0x5401, 0x802C542A, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451),
    *(0x40049409, 0x4020940D, 0x80086601),  # FICLONE, FICLONERANGE, FS_IOC_GETFLAGS
)

Step = tuple[int, int, int, int]
"""Code, jump if true, jump if false, value."""


def refuse(shared: bool, signals: bool, owned: bool) -> None:
    """Install the filter.

    Parameters
    ----------
    shared
        Allow sockets and files in memory; what is outside must be out of their reach by other means.
    signals
        Allow signals to other processes; else a process may send them to itself alone.
    owned
        Allow changing the mode and owner of files; else it is only pretended, as a change of times always is.

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
    for numbers, body in _rules(shared, signals):
        if (number := numbers[column]) is not None:
            steps += _rule(number, body)
    for numbers, code in _ends(shared, owned):
        if (number := numbers[column]) is not None:
            steps += _rule(number, [_end(code)])
    _install([*steps, (RETURN, 0, 0, ALLOW)])


def _rules(shared: bool, signals: bool) -> Iterator[tuple[syscalls.Numbers, list[Step]]]:
    """Yield the calls that depend on their arguments, the frequent ones first, and what ends those that may not be."""
    yield syscalls.MMAP, [*_no_bits(3, HUGE), *([] if shared else _none_of(3, [SHARED_ANONYMOUS], SHARED_ANONYMOUS))]
    yield syscalls.FCNTL, _one_of(1, FCNTL)
    if not shared:
        yield syscalls.IOCTL, _one_of(1, IOCTL, code=errno.ENOTTY)
        yield syscalls.SENDTO, _nothing(4)
    else:
        yield syscalls.SOCKET, _one_of(0, [UNIX, *INTERNET])
    yield syscalls.SOCKETPAIR, [*_one_of(0, [UNIX]), *_one_of(1, CONNECTED, KIND)]
    yield syscalls.CLONE, _no_bits(0, NAMESPACES)
    yield syscalls.PREADV2, _no_bits(5, NO_WAIT, errno.EOPNOTSUPP)
    yield syscalls.SETRLIMIT, _none_of(0, [CORE], code=0)
    for numbers in syscalls.CLOCKS.values():
        yield numbers, _own_clock()
    for name, (numbers, place) in syscalls.OWN.items():
        more = _none_of(0, [syscalls.OF_A_USER[name]]) if name in syscalls.OF_A_USER else []
        more = _where(1, CORE, _nothing(2, code=0)) if name == "prlimit64" else more
        yield numbers, [*_one_of(place, [0]), *more]
    for numbers in () if signals else syscalls.SIGNALS.values():
        yield numbers, _one_of(0, [os.getpid()])


def _ends(shared: bool, owned: bool) -> Iterator[tuple[syscalls.Numbers, int]]:
    """Yield the calls that are never made, and what is answered; 0 is a yes with nothing done."""
    tables = [
        (syscalls.NEVER, errno.EPERM),
        (syscalls.NOT_THERE, errno.ENOSYS),
        (syscalls.ADVICE, 0),
        (syscalls.TIMES, 0),
    ]
    tables += [] if shared else [(syscalls.SHARED, errno.EPERM)]
    tables += [] if owned else [(syscalls.PRETENDED, 0)]
    for table, code in tables:
        for numbers in table.values():
            yield numbers, code


def _begin(architecture: int) -> list[Step]:
    """Return the steps that end foreign calls and load the number."""
    return [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (JUMP_AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, KILL),
    ]


def _rule(number: int, body: list[Step]) -> list[Step]:
    """Return steps for one call: it is allowed when its body comes to an end."""
    return [(JUMP_EQUAL, 0, len(body) + 1, number), *body, (RETURN, 0, 0, ALLOW)]


def _end(code: int) -> Step:
    return (RETURN, 0, 0, REFUSE | code)


def _one_of(place: int, values: Iterable[int], mask: int = 0xFFFFFFFF, code: int = errno.EPERM) -> list[Step]:
    """Return steps that end a call unless an argument, masked, has one of some values."""
    values = list(values)
    tests = [(JUMP_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [(LOAD, 0, 0, ARGUMENT[place]), (AND, 0, 0, mask), *tests, _end(code)]


def _none_of(place: int, values: Iterable[int], mask: int = 0xFFFFFFFF, code: int = errno.EPERM) -> list[Step]:
    """Return steps that end a call when an argument, masked, has one of some values."""
    tests = [step for value in values for step in ((JUMP_EQUAL, 0, 1, value), _end(code))]
    return [(LOAD, 0, 0, ARGUMENT[place]), (AND, 0, 0, mask), *tests]


def _no_bits(place: int, bits: int, code: int = errno.EPERM) -> list[Step]:
    """Return steps that end a call when an argument has any of some bits."""
    return [(LOAD, 0, 0, ARGUMENT[place]), (JUMP_IF_SET, 0, 1, bits), _end(code)]


def _nothing(place: int, code: int = errno.EPERM) -> list[Step]:
    """Return steps that end a call unless an argument, a pointer, is null."""
    low, high = ARGUMENT[place], ARGUMENT[place] + 4
    end = _end(code)
    return [(LOAD, 0, 0, low), (JUMP_EQUAL, 1, 0, 0), end, (LOAD, 0, 0, high), (JUMP_EQUAL, 1, 0, 0), end]


def _where(place: int, value: int, steps: list[Step]) -> list[Step]:
    """Return steps that are taken where an argument has a value."""
    return [(LOAD, 0, 0, ARGUMENT[place]), (JUMP_EQUAL, 0, len(steps), value), *steps]


def _own_clock() -> list[Step]:
    """Return steps that end a call on the clock of a process that is named by its number."""
    tests = [(JUMP_EQUAL, 3 - i, 0, clock) for i, clock in enumerate(OWN_CLOCKS)]
    return [(LOAD, 0, 0, ARGUMENT[0]), *tests, (JUMP_IF_SET, 0, 1, OTHERS_CLOCK), _end(errno.EPERM)]


def _install(steps: list[Step]) -> None:
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    filter_ = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(PR_SET_SECCOMP, MODE_FILTER, filter_, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")
