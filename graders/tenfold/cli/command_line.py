"""The command line: words in, exit code out. 0 passed, 1 not yet, 2 could not grade or wrong usage."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from ..errors import TenfoldError
from ..exercise import catalog
from ..reports.formats.annotations import quiet
from ..version import __version__
from . import author, instructor, learner


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        course = Path(arguments.course).resolve() if arguments.course else catalog.find_course(Path.cwd())
        code = int(arguments.run(course, arguments))
        sys.stdout.flush()
        return code
    except TenfoldError as error:
        text = quiet(str(error), secrets.token_hex(16)) if "GITHUB_ACTIONS" in os.environ else str(error)
        Console(stderr=True).print(text, markup=False, highlight=False, style="bold", soft_wrap=True)
        return 2
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
    except Exception:  # a mistake of the kit's is no "not yet"
        traceback.print_exc()
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tenfold", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--course", help="folder with exercises/ and graders/ (default: the one around here)")
    words = parser.add_subparsers(required=True, metavar="COMMAND")

    for persons in (learner, author, instructor):
        persons.add(words)
    return parser
