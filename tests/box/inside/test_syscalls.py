"""The numbers of system calls are those of the kernel's headers, and none is missing where one is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tenfold.box.inside import syscalls

TABLES = ("NEVER", "NOT_THERE", "SHARED", "PRETENDED", "TIMES", "ADVICE", "SIGNALS", "CLOCKS")
SINGLE = ("CLONE", "MMAP", "FCNTL", "IOCTL", "SENDTO", "SOCKET", "SOCKETPAIR", "PREADV2", "SETRLIMIT")
NAMED = {name: numbers for table in TABLES for name, numbers in getattr(syscalls, table).items()}
NAMED |= {name: numbers for name, (numbers, _) in syscalls.OWN.items()}
NAMED |= {name.lower(): getattr(syscalls, name) for name in SINGLE}
HEADERS = {0: "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", 1: "/usr/include/asm-generic/unistd.h"}
COMMON = 424
"""From here on, a call has one number on all machines."""


def of_header(path):
    found = re.finditer(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", Path(path).read_text())
    return {match[1]: int(match[2]) for match in found if match[1] != "syscalls"}  # that is how many there are


@pytest.mark.parametrize("column", HEADERS)
def test_the_numbers_are_those_of_the_kernels_headers(column):
    if not Path(HEADERS[column]).exists():
        pytest.skip("the kernel's headers are not installed")
    known = of_header(HEADERS[column])
    assert len(known) > 250
    newest = max(known.values())
    wrong = {
        name: (numbers[column], known.get(name))
        for name, numbers in NAMED.items()
        if numbers[column] != known.get(name) and (numbers[column] or 0) <= newest
    }
    assert not wrong


def test_newer_calls_have_one_number_and_none_is_given_twice():
    assert all(x86 == arm for x86, arm in NAMED.values() if (x86 or 0) >= COMMON or (arm or 0) >= COMMON)
    for column in HEADERS:
        numbers = [pair[column] for name, pair in NAMED.items() if pair[column] is not None and name != "socket"]
        assert len(numbers) == len(set(numbers))
