"""One grade: a submission in, a result out. The verdict is made here and never leaves this process."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ..box import levels, machine_speed
from ..box.proxy import Module, install
from ..errors import AuthoringError, FromSubmission, SubmissionError, TenfoldError
from ..exercise import libraries, seeds
from ..exercise.exercise import Exercise
from ..exercise.file_hash import digest
from ..handin.places import Places
from ..handin.submission import Submission, collect
from ..result import Blame, CheckResult, Result, Status, Stopped, clean
from ..version import __version__
from . import leaked_rows, pytest_run
from .blame import blamed
from .call_log import LoggedSession
from .check_context import GRADING, Grading
from .check_outcomes import Recorder
from .reference_box import Submitted

Used = tuple[float, float]
"""Processor seconds of the boxes of a submission, and of those of the kit."""
NOT_HIDDEN = "Visible checks only: the hidden ones were not run, so this is no full grade."
NO_HIDDEN = "Visible checks only: this bundle holds no hidden ones, so this is no full grade."
MOST_HIDDEN = 1000
"""Files of an exercise that a box tries to read before a grade."""
STOPPED = "stopped by you: what was not decided by then is no zero"


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
    """Only these checks, alone: what they need is not tried (for proofs)."""
    require: str | None = None
    """The least sandbox level to grade at."""
    level: str | None = None
    """The very level to grade at; None for the best that this machine holds."""
    take: Callable[[], Submission] | None = None
    """Takes the submission from elsewhere than `path`; it may raise `Unreadable`."""
    until_loss: tuple[str, ...] | None = None
    """Checks in an order; after the first that loses points no other is tried (for proofs)."""
    audit: bool = False
    """Also look for rows of generated data that are both public and hidden (for proofs)."""


@dataclass
class _Known:
    """What is known of a grade so far, whatever ends it."""

    level: str
    seed: seeds.Seed
    hashes: dict[str, str]
    recorder: Recorder | None = None
    used: Used | None = None


def grade(request: Request) -> Result:
    """Grade one submission; whatever goes wrong is a result too.

    Raises
    ------
    Stopped
        Somebody ended it; the result so far is in it.
    """
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    exercise, stopped, processor = request.exercise, False, time.process_time()
    known = _Known(
        request.level or levels.LEVELS[0],
        request.seed or seeds.practice(),
        {"submission": "", "grader": "", "data": ""},
    )
    try:
        outcome = _grade(request, known)
    except KeyboardInterrupt:
        outcome, stopped = _lost(exercise, "machine", STOPPED, known.recorder), True
    except TenfoldError as error:
        outcome = _lost(exercise, blamed(error), str(error))
    except Exception as error:  # nobody's else: one submission must not end the grades of others
        outcome = _lost(exercise, blamed(error), _broke(exercise, error)) | {"detail": traceback.format_exc()}
    result = Result(
        exercise=exercise.id,
        version=exercise.version,
        pass_=exercise.pass_,
        sandbox={"level": known.level, "limits": asdict(exercise.limits)},
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - clock, 3),
        python=platform.python_version(),
        processor=_processor(known.used, time.process_time() - processor),
        seed_label=known.seed.label,
        hashes=known.hashes,
        **outcome,
    )
    if stopped:
        raise Stopped(result) from None
    return result


def _processor(used: Used | None, here: float) -> dict[str, float] | None:
    """Return processor seconds: of the submission's boxes, and of this process and the kit's own boxes."""
    if used is None:
        return None
    submission, kit = used
    return {"submission": round(submission, 3), "grader": round(here + kit, 3), "factor": machine_speed.factor()}


def _lost(exercise: Exercise, blame: Blame, message: str, recorder: Recorder | None = None) -> dict[str, Any]:
    checks = tuple(recorder.results.values()) if recorder else ()
    return {
        "checks": checks,
        "score": round(sum(check.earned for check in checks), 4),
        "points": float(sum(check.points for check in checks) or exercise.points),
        "status": "could_not_grade",
        "blame": blame,
        "message": message,
    }


def _broke(exercise: Exercise, error: Exception) -> str:
    if blamed(error) == "machine":
        return clean(f"this machine could not grade it ({error or type(error).__name__}): mend that and grade again")
    return _grader_broke(exercise)


def _grade(request: Request, known: _Known) -> dict[str, Any]:
    exercise, hashes = request.exercise, known.hashes
    hashes["grader"] = grader_hash(exercise)
    known.level = request.level or levels.best(exercise.limits.network)
    request = replace(request, visible=request.visible or exercise.bundle is not None)
    submission = request.take() if request.take else collect(exercise, request.path)
    hashes["submission"] = submission.digest
    hashes["data"] = digest(exercise.data_folders(), exercise.course)
    known.seed = request.seed or _default_seed(exercise, submission)
    exercise.require_extras()
    levels.require(request.require, exercise.limits.network)
    recorder, message = _run(request, submission, known)
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
        less = levels.shortfall(known.level, exercise.limits.network)
        message = "\n".join(line for line in (message, part, less) if line)
    return {
        "status": status,
        "score": score,
        "points": float(points if recorder.results else exercise.points),
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
        lacking = "memory, disk, a missing package, or time with too much else at work"
        return f"this machine could not run every check ({lacking}): mend that and grade again"
    return _grader_broke(exercise)


def _grader_broke(exercise: Exercise) -> str:
    again = f"make grade EX={exercise.id} ARGS=--debug"
    return f"the grader of {exercise.id} broke; it is not your mistake. Please report it with the output of: {again}"


def _run(request: Request, submission: Submission, known: _Known) -> tuple[Recorder, str]:
    exercise = request.exercise
    files = [exercise.visible_checks, *([] if request.visible else [exercise.hidden_checks])]
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise AuthoringError(f"{exercise.id} has no checks at {missing[0]}")
    drawn: list[tuple[str, bool, Any]] | None = [] if request.audit else None
    loaded = libraries.besides(exercise.libraries, submission.files)
    hidden = _hidden(exercise)
    session = LoggedSession(submission.files, exercise.modules, exercise.limits, known.level, loaded, hidden=hidden)
    submitted = Submitted(submission.files.values())
    grading = Grading(exercise, known.seed, session, known.level, submitted, drawn=drawn)
    with _own_modules(files):
        try:
            broken = submission.broken or _load(grading.session, submission.places)
            modules = install(grading.session, exercise.modules)
            only = set(request.only) if request.only else None
            known.recorder = recorder = Recorder(
                exercise, modules, broken or None, only, submission.places, request.until_loss
            )
            code = pytest_run.run(exercise.course, files, [_Start(grading), recorder])
        finally:
            grading.close()
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        recorder.blame = recorder.blame or "grader"
        recorder.trouble.append(f"pytest ended with {code!r}")
    for name in _leaks(exercise, drawn or []):
        recorder.blame = "grader"
        recorder.trouble.append(f"rows of the public draw of {name} come back in a hidden draw")
    known.used = session.meter.all.used + grading.replayed, sum(kit.used for kit in grading.references.values())
    return recorder, broken


def _hidden(exercise: Exercise) -> list[Path]:
    """Return files that no box may be able to read: where one can, the course lies in a place that all may read."""
    found = itertools.chain(exercise.grader.rglob("*"), exercise.solution.rglob("*"))
    files = (p for p in found if p.is_file() and p.name != "proof.json" and "__pycache__" not in p.parts)
    paths = {exercise.hidden_checks, *itertools.islice(files, MOST_HIDDEN)}
    return sorted(path.resolve() for path in paths)


def _leaks(exercise: Exercise, drawn: list[tuple[str, bool, Any]]) -> list[str]:
    """Return the generated datasets whose public rows are among the hidden ones; real data is public by nature."""
    generated = [f.name for f in exercise.data_folders() if not (f / "SHA256SUMS").exists()]
    sides = {
        name: [[v for n, h, v in drawn if n == name and h is hidden] for hidden in (False, True)] for name in generated
    }
    return [name for name, (public, hidden) in sides.items() if leaked_rows.shared(public, hidden)]


def _load(session: LoggedSession, places: Places) -> str:
    """Load the submission and return why it cannot be, or an empty string."""
    try:
        session.start()
    except SubmissionError as error:
        return clean(f"{error} ({error.detail})" if error.detail else str(error))
    except FromSubmission as error:
        where, text = places.of(error)
        return clean(f"{where}{': ' if where else ''}{error.kind}: {text}")
    return ""


class _Start:
    """A plugin that tells the fixtures of a run what is graded."""

    def __init__(self, grading: Grading) -> None:
        self._grading = grading

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[GRADING] = self._grading
        config.option.tbstyle = "native"  # for authors alone, and pytest's own takes a tenth of a second to make


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
