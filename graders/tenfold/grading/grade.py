"""One grade: a submission in, a result out. The verdict is made here and never leaves this process."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ..box import levels
from ..box.proxy import Module, install
from ..box.session import Session
from ..errors import AuthoringError, FromSubmission, SubmissionError, TenfoldError
from ..exercise import libraries, seeds
from ..exercise.exercise import Exercise
from ..exercise.file_hash import digest
from ..handin.submission import Submission, collect
from ..result import Blame, CheckResult, Result, Status, clean
from ..version import __version__
from . import leaked_rows
from .blame import blamed
from .check_context import GRADING, Grading
from .check_outcomes import Recorder

OPTIONS = ["-c", os.devnull, "--import-mode=importlib", "--noconftest", "-p", "tenfold.plugin"]
UNUSED = [
    "terminal",
    "cacheprovider",
    "logging",
    "junitxml",
    "faulthandler",
    "doctest",
    "setuponly",
    "stepwise",
    "unraisableexception",
    "threadexception",
]

NOT_HIDDEN = "Visible checks only: the hidden ones were not run, so this is no full grade."
NO_HIDDEN = "Visible checks only: this bundle holds no hidden ones, so this is no full grade."


@dataclass(frozen=True)
class Request:
    """What to grade and how."""

    exercise: Exercise
    path: Path | None = None
    """A file, folder or notebook; None for the exercise's own folder."""
    seed: seeds.Seed | None = None
    """None: the class's secret where there is one, else the practice seed."""
    visible: bool = False
    """Only the visible checks; in a bundle there are no others."""
    only: frozenset[str] | None = None
    """Only these checks and what they need (for proofs)."""
    require: str | None = None
    """The least sandbox level to grade at."""
    level: str | None = None
    """The very level to grade at; None for the best that this machine holds."""
    take: Callable[[], Submission] | None = None
    """Takes the submission from elsewhere than `path`; it may raise `Unreadable`."""
    audit: bool = False
    """Also look for rows of generated data that are both public and hidden (for proofs)."""


def grade(request: Request) -> Result:
    """Grade one submission; whatever goes wrong is a result too."""
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    exercise = request.exercise
    level = request.level or levels.best(exercise.limits.network)
    outcome = _grade(request, level)
    seconds = round(time.monotonic() - clock, 3)
    return Result(
        exercise=exercise.id,
        version=exercise.version,
        pass_=exercise.pass_,
        sandbox={"level": level, "limits": asdict(exercise.limits)},
        started=started.isoformat(timespec="seconds"),
        seconds=seconds,
        python=platform.python_version(),
        **outcome,
    )


def _grade(request: Request, level: str) -> dict[str, Any]:
    exercise = request.exercise
    hashes = {"submission": "", "grader": grader_hash(exercise), "data": ""}
    seed = request.seed or seeds.practice()
    try:
        request = replace(request, visible=request.visible or exercise.bundle is not None)
        submission = request.take() if request.take else collect(exercise, request.path)
        hashes["submission"] = submission.digest
        hashes["data"] = digest(exercise.data_folders(), exercise.course)
        seed = request.seed or _default_seed(exercise, submission)
        exercise.require_extras()
        levels.require(request.require, exercise.limits.network)
        recorder, message = _run(request, submission, seed, level)
    except TenfoldError as error:
        lost: dict[str, Any] = {
            "checks": (),
            "score": 0.0,
            "points": float(exercise.points),
            "status": "could_not_grade",
        }
        return {
            **lost,
            "blame": blamed(error),
            "message": str(error),
            "hashes": hashes,
            "seed_label": seed.label,
        }
    checks = tuple(recorder.results.values())
    points = sum(check.points for check in checks)
    whole = not request.visible and request.only is None
    if whole and not recorder.trouble and points != exercise.points:
        recorder.blame = "grader"
        recorder.trouble.append(f"the checks are worth {points:g} points, exercise.toml says {exercise.points}")
    score = round(sum(check.earned for check in checks), 4)
    status = _status(recorder, checks, score, points * exercise.pass_)
    blame: Blame | None = "submission" if status == "not_yet" else recorder.blame
    if status == "could_not_grade" and not message:
        message = _lost_line(exercise, recorder)
    if status != "could_not_grade":
        part = (NO_HIDDEN if exercise.bundle else NOT_HIDDEN) if request.visible else ""
        less = levels.shortfall(level, exercise.limits.network)
        message = "\n".join(line for line in (message, part, less) if line)
    return {
        "status": status,
        "score": score,
        "points": float(points if recorder.results else exercise.points),
        "seed_label": seed.label,
        "hashes": hashes,
        "blame": blame,
        "message": message,
        "checks": checks,
        "detail": "\n\n".join(recorder.trouble),
    }


def _status(recorder: Recorder, checks: tuple[CheckResult, ...], score: float, needed: float) -> Status:
    lost = recorder.blame or not checks or any(check.status == "could_not_grade" for check in checks)
    if lost:
        recorder.blame = recorder.blame or "grader"
        return "could_not_grade"
    return "passed" if score >= needed - 1e-9 else "not_yet"


def _lost_line(exercise: Exercise, recorder: Recorder) -> str:
    if recorder.blame == "machine":
        return "this machine could not run every check (memory, disk or a missing package): mend that and grade again"
    again = f"make grade EX={exercise.id} ARGS=--debug"
    return f"the grader of {exercise.id} broke; it is not your mistake. Please report it with the output of: {again}"


def _run(request: Request, submission: Submission, seed: seeds.Seed, level: str) -> tuple[Recorder, str]:
    exercise = request.exercise
    files = [exercise.visible_checks, *([] if request.visible else [exercise.hidden_checks])]
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise AuthoringError(f"{exercise.id} has no checks at {missing[0]}")
    drawn: list[tuple[str, bool, Any]] | None = [] if request.audit else None
    loaded = libraries.besides(exercise.libraries, submission.files)
    session = Session(submission.files, exercise.modules, exercise.limits, level, loaded, hidden=_hidden(exercise))
    grading = Grading(exercise, seed, session, level, drawn=drawn)
    with _own_modules(files):
        try:
            broken = _load(grading.session)
            modules = install(grading.session, exercise.modules)
            recorder = Recorder(exercise, modules, broken or None, set(request.only) if request.only else None)
            code = _pytest(exercise, files, grading, recorder)
        finally:
            grading.close()
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        recorder.blame = recorder.blame or "grader"
        recorder.trouble.append(f"pytest ended with {code!r}")
    for name in _leaks(exercise, drawn or []):
        recorder.blame = "grader"
        recorder.trouble.append(f"rows of the public draw of {name} come back in a hidden draw")
    return recorder, broken


def _hidden(exercise: Exercise) -> list[Path]:
    """Return files that no box may be able to read: where one can, the course lies in a place that all may read."""
    return [path.resolve() for path in (exercise.hidden_checks, *exercise.solution.glob("*.py"))]


def _leaks(exercise: Exercise, drawn: list[tuple[str, bool, Any]]) -> list[str]:
    """Return the generated datasets whose public rows are among the hidden ones; real data is public by nature."""
    generated = [f.name for f in exercise.data_folders() if not (f / "SHA256SUMS").exists()]
    sides = {
        name: [[v for n, h, v in drawn if n == name and h is hidden] for hidden in (False, True)] for name in generated
    }
    return [name for name, (public, hidden) in sides.items() if leaked_rows.shared(public, hidden)]


def _load(session: Session) -> str:
    """Load the submission and return why it cannot be, or an empty string."""
    try:
        session.start()
    except SubmissionError as error:
        return clean(f"{error} ({error.detail})" if error.detail else str(error))
    except FromSubmission as error:
        where = f"{error.where}: " if error.where else ""
        return clean(f"{where}{error.kind}: {error}")
    return ""


def _pytest(exercise: Exercise, files: list[Path], grading: Grading, recorder: Recorder) -> int:
    class Start:
        def pytest_configure(self, config: pytest.Config) -> None:
            config.stash[GRADING] = grading

    arguments = [
        *OPTIONS,
        f"--rootdir={exercise.course}",
        f"--confcutdir={exercise.course}",  # else pytest looks into every folder above, and imports packages there
        *(f"-pno:{name}" for name in UNUSED),
        *map(str, files),
    ]
    with _environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_ADDOPTS=""):
        return int(pytest.main(arguments, plugins=[Start(), recorder]))


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _own_modules(files: list[Path]) -> Iterator[None]:
    """Forget the check files and proxies of this grade, so that another one in this process begins anew."""
    before = dict(sys.modules)
    try:
        yield
    finally:
        ours = {str(path) for path in files}
        for name, module in list(sys.modules.items()):
            if isinstance(module, Module) or getattr(module, "__file__", None) in ours:
                del sys.modules[name]
        sys.modules.update({name: module for name, module in before.items() if name not in sys.modules})


def _default_seed(exercise: Exercise, submission: Submission) -> seeds.Seed:
    key = os.environ.get("TENFOLD_SECRET")
    if key:
        return seeds.secret(key.encode(), exercise.id, exercise.version, submission.digest)
    return seeds.practice()


def grader_hash(exercise: Exercise) -> str:
    """Return the hash of all that decides a grade of an exercise, with the engine's version."""
    parts = [exercise.folder / "exercise.toml", exercise.visible_checks]
    parts += [path for path in exercise.grader.glob("*") if path.name != "proof.json"]
    return digest([p for p in parts if p.exists()], exercise.course) + f"+{__version__}"
