"""The three streams of a process: open, and able to print whatever there is to print."""

from __future__ import annotations

import codecs
import io
import os
import sys

PLAIN = {"✓": "+", "✗": "x", "·": "-", "●": "o", "─": "-", "…": "...", "–": "-", "—": "-", "’": "'"}
"""What stands for a character where the encoding has no place for it, so that two marks stay two."""
NARROWEST = 20
"""Columns."""
REPLACED = "tenfold.replaced"


def make_ready() -> None:
    """Open what was closed at the start, on nothing; print what an encoding has no place for as something else.

    A descriptor of 0, 1 or 2 that is free goes to the next file that is opened, be it a box's socket.
    """
    number = os.open(os.devnull, os.O_RDWR)
    while number <= 2:
        os.set_inheritable(number, True)
        number = os.open(os.devnull, os.O_RDWR)
    os.close(number)
    for name, descriptor, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            stream = open(descriptor, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
    columns = os.environ.get("COLUMNS", "")
    if columns and not (columns.isdecimal() and int(columns) >= NARROWEST):
        del os.environ["COLUMNS"]  # what is printed there would be a letter a line, or nothing
    codecs.register_error(REPLACED, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=REPLACED)


def print_no_more() -> None:
    """Let what is still to be printed go nowhere: who read it is gone, or a disk is full."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            if isinstance(stream, io.TextIOWrapper):
                os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(PLAIN.get(letter, "?") for letter in error.object[error.start : error.end]), error.end
