"""Words in, exit code out: the command line.

Uses every other room, each when a word needs it, so that the first words of an hour start at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import surroundings

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, by default the one that this process was started with, and return its exit code."""
    if argv is None:
        surroundings.settle()
    from . import command_line  # behind what it must not see

    return command_line.main(argv)
