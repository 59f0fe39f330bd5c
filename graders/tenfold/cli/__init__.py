"""Words in, exit code out: the command line.

Uses every other room, each when a word needs it, so that the first words of an hour start at once.
"""

from .command_line import main

__all__ = ["main"]
