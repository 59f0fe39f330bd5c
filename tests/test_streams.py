"""What a process prints to is open, and takes whatever there is to print."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
from tenfold import streams
streams.make_ready()
import os, sys, socket
assert min(s.fileno() for s in socket.socketpair()) > 2
print(sys.stdin.read(), "✓ ✗ · Ω \\udcff")
print("told", file=sys.stderr)
"""


def run(*words, **environment):
    argv = ["sh", "-c", f'exec "$@" {" ".join(words)}', "sh", sys.executable, "-c", PROGRAM]
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, env=os.environ | environment)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_was_closed_is_open_on_nothing(closed):
    assert run(closed).returncode == 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "iso8859-15", "cp437", "ascii:strict"])
def test_two_marks_stay_two_where_the_encoding_has_neither(encoding):
    ran = run(PYTHONIOENCODING=encoding)
    assert (ran.returncode, ran.stderr) == (0, b"told\n")
    said = ran.stdout.decode(encoding.partition(":")[0]).split()
    assert said[0] == "+"
    assert said[1] == "x"
    assert said[-1] == "?"


def test_half_a_character_is_printed_as_something_else():
    assert run(PYTHONIOENCODING="utf-8").stdout.decode().split() == ["✓", "✗", "·", "Ω", "?"]


@pytest.mark.parametrize(("columns", "left"), [("0", None), ("1", None), ("abc", None), ("-5", None), ("100", "100")])
def test_a_terminal_of_no_width_is_none(columns, left):
    program = "from tenfold import streams; streams.make_ready(); import os; print(os.environ.get('COLUMNS'))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, env=os.environ | {"COLUMNS": columns})
    assert ran.stdout.decode().strip() == str(left)
