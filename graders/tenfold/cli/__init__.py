"""Words in, exit code out: the command line.

Uses every other room, each when a word needs it, so that the first words of an hour start at once.
"""

import sys

from . import surroundings

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run one command, by default the one that this process was started with, and return its exit code."""
    if argv is None:
        return _whole_process()
    from . import command_line

    return command_line.main(argv)


def _whole_process() -> int:
    """Run the command of this process, which ends with it: Ctrl-C is heard from now on, and no more when it is over."""
    try:
        surroundings.settle()
        from . import command_line, stopping  # behind what they must not see

        code = command_line.main()
        stopping.ignored()
    except KeyboardInterrupt:  # before the command heard it, or after
        if sys.stderr:
            print("stopped by you", file=sys.stderr)
        return 130
    return code
