"""The command line: words in, exit code out.

0 passed, 1 not yet, 2 could not grade or wrong usage; 128 and a signal's number where a signal ended it: 130 for
Ctrl-C, 141 for a pipe whose reader has gone.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import traceback
from pathlib import Path

from rich.console import Console

from .. import streams
from ..errors import TenfoldError, UsageError
from ..exercise import catalog
from ..reports.printed import guarded
from ..version import __version__
from . import author, instructor, learner, stopping

BROKE = "tenfold broke, which is no fault of yours. Please report it with what stands above."


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    streams.make_ready()
    with stopping.heard() as heard:
        try:
            code = _run(argv)
            sys.stdout.flush()
            return code if heard.number == signal.SIGINT else heard.code
        except TenfoldError as error:
            _complain(str(error))
        except BrokenPipeError:  # the reader of a pipe has seen enough
            heard.number = signal.SIGPIPE
            return heard.code
        except OSError as error:
            _complain(f"this machine could not do it: {error}")
        except MemoryError:
            _complain("this machine has not enough memory for it")
        except KeyboardInterrupt:
            stopping.ignored()  # pressed once more, it would break off what tells of the first
            _complain(heard.words)
            return heard.code
        except Exception:  # a mistake of the kit's is no "not yet"
            _complain(f"{traceback.format_exc()}\n{BROKE}")
        finally:
            streams.print_no_more()
    return 2


def _run(argv: list[str] | None) -> int:
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as end:  # the words were wrong, or asked for help
        return int(end.code or 0)
    try:
        here = Path.cwd()
    except OSError as error:
        raise UsageError(f"the folder that you are in is gone ({error.strerror}). Go to another one with cd.") from None
    course = Path(arguments.course).resolve() if arguments.course else catalog.find_course(here)
    return int(arguments.run(course, arguments))


def _complain(text: str) -> None:
    """Print a line where errors go; where nothing can be printed there is nobody to tell."""
    with contextlib.suppress(OSError):
        console = Console(stderr=True)
        console.print(guarded(text), markup=False, highlight=False, style="bold", soft_wrap=True)
        sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tenfold", description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--course", help="folder with exercises/ and graders/ (default: the one around here)")
    words = parser.add_subparsers(required=True, metavar="COMMAND")

    for persons in (learner, author, instructor):
        persons.add(words)
    return parser
