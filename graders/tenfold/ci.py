"""Pull requests: a stranger's change, graded with what the base branch says and without running anything else of it."""

from __future__ import annotations

import functools
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import grade, seeds
from .catalog import Exercise
from .change import Change
from .repository import Repository
from .result import Result


def results(change: Change, require: str | None = None) -> Iterator[tuple[Exercise, Result]]:
    """Grade the exercises of a change, one after the other, each on a fresh random seed.

    The seed is drawn when the change is fixed, and stands in the result for a replay with ``--seed``. With
    ``TENFOLD_SECRET`` the draws are the class's own.
    """
    for exercise in change.exercises:
        seed = None if os.environ.get("TENFOLD_SECRET") else seeds.numbered(secrets.randbits(63))
        take = functools.partial(change.submission, exercise)
        yield exercise, grade.grade(grade.Request(exercise, seed=seed, require=require, take=take))


AT_BASE = "TENFOLD_AT_BASE"
"""The commit whose checkout this process was started in by `at_base`."""


def at_base(course: Path, repository: Repository, base: str, words: list[str]) -> int:
    """Run ``tenfold`` with the engine and the course of the base, from a folder of their own; return its exit code."""
    with tempfile.TemporaryDirectory(prefix="tenfold-base-") as place:
        folder = Path(place, "base")
        repository.checkout(base, folder)
        try:
            own = folder / course.relative_to(repository.top)
            path = os.pathsep.join(filter(None, [str(own / "graders"), os.environ.get("PYTHONPATH")]))
            argv = [sys.executable, "-m", "tenfold.cli", "--course", str(own), *words]
            return subprocess.run(argv, cwd=own, env=os.environ | {"PYTHONPATH": path, AT_BASE: base}).returncode
        finally:
            repository.forget(folder)
