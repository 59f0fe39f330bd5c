"""The words of who writes exercises: new, verify, mutate."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from ..errors import MissingExtra, UsageError
from ..exercise import bundle, catalog
from ..exercise.exercise import Exercise

WIDE = 140


def add(words: Any) -> None:
    """Add these words to the command line's, with what each runs."""
    word = words.add_parser("new", help="write the files of a new exercise")
    word.add_argument("exercise", help="e.g. mlops-drift")
    word.set_defaults(run=_new)

    word = words.add_parser("verify", help="prove that the graders are right")
    word.add_argument("exercises", nargs="*", metavar="EX", help="default: all")
    word.add_argument("--seeds", type=int, default=5, help="how many seeds (default 5)")
    word.add_argument("--jobs", type=int, help="how many grades at once (default: one a core)")
    word.add_argument("--level", help="the very sandbox level to grade at (default: the best one)")
    word.add_argument("--changed", action="store_true", help="only where the proof is stale")
    word.add_argument("--anew", action="store_true", help="also what held before, and nothing has changed since")
    word.set_defaults(run=_verify)

    word = words.add_parser(
        "mutate", help="grade small edits of a solution: who keeps every point shows what no check sees"
    )
    word.add_argument("exercises", nargs="+", metavar="EX")
    word.add_argument("--count", type=int, default=60, help="how many edits (default 60)")
    word.add_argument("--jobs", type=int, help="how many grades at once (default: one a core)")
    word.set_defaults(run=_mutate)


def _verify(course: Path, arguments: argparse.Namespace) -> int:
    from ..box import levels
    from ..gate import verify

    bundle.refuse(course, "verify")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    chosen = [catalog.find(course, name) for name in arguments.exercises] or list(_installed(course, console))
    if not chosen:
        raise UsageError("nothing was proved: no exercise can run here")
    if arguments.level is not None:
        levels.require(arguments.level)
    return verify.verify(
        chosen, arguments.seeds, arguments.jobs, arguments.changed, console, arguments.level, arguments.anew
    )


def _mutate(course: Path, arguments: argparse.Namespace) -> int:
    try:
        from ..gate import mutation
    except ModuleNotFoundError:
        raise MissingExtra('small edits are made with libcst. Install it with: pip install -e ".[mutate]"') from None

    bundle.refuse(course, "mutate")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    chosen = [catalog.find(course, name) for name in arguments.exercises]
    return max(mutation.mutate(exercise, arguments.count, arguments.jobs, console) for exercise in chosen)


def _installed(course: Path, console: Console) -> Iterator[Exercise]:
    """Yield the exercises that can run here; say of the others why they are left out."""
    for exercise in catalog.exercises(course):
        try:
            exercise.require_extras()
        except MissingExtra as error:
            console.print(f"left out: {error}", markup=False)
        else:
            yield exercise


def _new(course: Path, arguments: argparse.Namespace) -> int:
    from ..exercise import new_exercise

    bundle.refuse(course, "new")
    for path in new_exercise.create(course, arguments.exercise):
        print(path.relative_to(course))
    print(f"Next: write the solution and the hidden checks together; then  make verify EX={arguments.exercise}")
    return 0
