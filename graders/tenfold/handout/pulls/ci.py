"""Pull requests: a stranger's change, graded with what the base branch says and without running anything else of it."""

from __future__ import annotations

import functools
import os
import secrets
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from rich.console import Console

from ... import files
from ...exercise import seeds
from ...exercise.exercise import Exercise
from ...grading import grade
from ...reports import formats, terminal_text
from ...reports.json_document import as_json
from ...reports.printed import say
from ...result import Result
from .changed_files import Change
from .repository import Repository


def results(change: Change, require: str | None = None) -> Iterator[tuple[Exercise, Result]]:
    """Grade the exercises of a change, one after the other, each on a fresh random seed.

    The seed is drawn when the change is fixed, and stands in the result for a replay with ``--seed``. With
    ``TENFOLD_SECRET`` the draws are the class's own.
    """
    for exercise in change.exercises:
        seed = None if os.environ.get("TENFOLD_SECRET") else seeds.numbered(secrets.randbits(63))
        take = functools.partial(change.submission, exercise)
        yield exercise, told(exercise, grade.grade(grade.Request(exercise, seed=seed, require=require, take=take)))


REPORTS: dict[str, Callable[[Sequence[Result]], str]] = {
    "results.json": lambda graded: as_json([result.document() for result in graded]),
    "junit.xml": formats.junit.render,
    "ctrf.json": formats.ctrf.render,
    "summary.md": formats.summary.render,
    "grades.csv": formats.table.render,
}
"""What is written of a change, by the file's name."""


def told(exercise: Exercise, result: Result) -> Result:
    """Return a result that every report can be made of; one that breaks a report is lost, and no other with it."""
    try:
        terminal_text.as_text(result, exercise.title, Console(highlight=False))
        formats.annotations.render([result], {})
        for render in REPORTS.values():
            render([result])
    except Exception:
        said = f"the grade of {exercise.id} cannot be shown; it is not your mistake. Please report it."
        lost = replace(result, status="could_not_grade", blame="grader", score=0.0, checks=(), message=said)
        return replace(lost, detail=traceback.format_exc())
    return result


def write(graded: Sequence[Result], folder: Path) -> None:
    """Write every report into a folder."""
    files.make_folder(folder)
    for name, render in REPORTS.items():
        files.write_whole(folder / name, render(graded))


def tell_github(graded: Sequence[Result], change: Change) -> None:
    """Print annotations where a GitHub runner reads them, and add to the job's summary where there is one."""
    places = {exercise.id: next(iter(change.paths(exercise).values())) for exercise in change.exercises}
    if "GITHUB_ACTIONS" in os.environ:
        print(formats.annotations.render(graded, places), end="", flush=True)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(formats.summary.render(graded))
        except OSError as error:
            say(f"  The job's summary was not written: {error}")


AT_BASE = "TENFOLD_AT_BASE"
"""The commit whose checkout this process was started in by `at_base`."""


def at_base(place: PurePosixPath, repository: Repository, base: str, words: list[str]) -> int:
    """Run ``tenfold`` with the engine and the course of the base, from a folder of their own; return its exit code."""
    with repository.checkout(base) as (folder, lock):
        own = folder / place
        path = os.pathsep.join(filter(None, [str(own / "graders"), os.environ.get("PYTHONPATH")]))
        argv = [sys.executable, "-m", "tenfold.cli", "--course", str(own), *words]
        environment = os.environ | {"PYTHONPATH": path, AT_BASE: base}
        with subprocess.Popen(argv, cwd=own, env=environment, pass_fds=(lock,)) as process:
            return _code(process)


def _code(process: subprocess.Popen[bytes]) -> int:
    """Wait for a command of the kit's and return its exit code; what ends this one is passed on, and waited for."""
    try:
        code = process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)  # a terminal has told both; whoever sent a signal to this one, has not
        process.wait()
        raise
    return code if code >= 0 else 128 - code
