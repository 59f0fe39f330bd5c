"""A verdict never depends on the load."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from tests.conftest import DAY, ROOT

from tenfold.box import time_budget
from tenfold.exercise import catalog, extras
from tenfold.exercise.exercise import Exercise
from tenfold.exercise.mutants import alternatives
from tenfold.grading.grade import Request, grade
from tenfold.result import Result

pytestmark = pytest.mark.long
RIGHT = Path(__file__).parents[1] / "right"
"""Right work that was refused once; no alternative solution, as a proof is about those: EXERCISE/NAME/FILES."""
BUSY = """
import time as _time

def _burn(seconds):
    start = _time.process_time()
    while _time.process_time() < start + seconds:
        pass

_plain = mean

def mean(values, weights=None):
    _burn(0.25)
    return _plain(values, weights)
"""
ENDLESS = "def mean(values, weights=None):\n    while True: pass\n"


@contextlib.contextmanager
def load() -> Iterator[None]:
    """Let eight others want the processors meanwhile."""
    hogs = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(8)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


def at_once(request: Request, many: int) -> list[Result]:
    """Grade the same work several times, beside each other and the load."""
    with load(), ProcessPoolExecutor(many, mp_context=get_context("spawn")) as pool:
        return list(pool.map(grade, [request] * many))


def earned(result: Result) -> list[object]:
    """Return what each check came to, to the last digit."""
    return [(c.id, c.status, c.earned, [(m.name, m.value) for m in c.measured]) for c in result.checks]


def right(exercise: Exercise) -> list[Path]:
    """Return the solution of an exercise, its alternatives, and right work that was refused once."""
    whole = [p for p in alternatives(exercise) if not p.is_file() or "# extras:" not in p.read_text().split("\n")[0]]
    return [exercise.solution, *whole, *sorted((RIGHT / exercise.id).glob("*"))]


EXERCISES = [e for e in catalog.exercises(ROOT) if all(map(extras.installed, e.extras))]
WORK = [(exercise, path) for exercise in EXERCISES for path in right(exercise)]
REFUSED_ONCE = [(exercise, path) for exercise, path in WORK if RIGHT in path.parents]


def test_right_work_gets_the_same_score_beside_eight_others_and_three_grades_at_once(toy, tmp_path):
    """Each call needs half of its budget."""
    path = tmp_path / "mean.py"
    path.write_text((toy.solution / "mean.py").read_text() + BUSY)
    request = Request(replace(toy, limits=replace(toy.limits, seconds=0.5)), path)
    quiet = grade(request)
    busy = at_once(request, 4)
    assert quiet.status == "passed", quiet.message
    assert [(result.status, result.score) for result in busy] == [("passed", quiet.score)] * 4
    assert [earned(result) for result in busy] == [earned(quiet)] * 4


def test_the_work_of_the_day_is_graded_to_the_last_digit_as_when_nobody_else_is_there():
    """Solutions, alternatives and what was refused once, of all exercises, by turns; far apart from day to day."""
    exercise, path = WORK[DAY * 7 % len(WORK)]
    quiet = grade(Request(exercise, path))
    assert quiet.status == "passed", quiet.message
    assert quiet.score == exercise.points
    for result in at_once(Request(exercise, path), 2):
        assert result.status == "passed", f"{path}: {result.message}"
        assert earned(result) == earned(quiet), path


@pytest.mark.parametrize(("exercise", "path"), REFUSED_ONCE, ids=lambda value: getattr(value, "id", value.name))
def test_right_work_that_was_refused_once_is_full(exercise, path):
    result = grade(Request(exercise, path))
    assert result.status == "passed", result.message
    assert result.score == exercise.points


def test_a_loop_without_an_end_is_stopped_within_its_time_beside_eight_others(toy, tmp_path):
    (tmp_path / "mean.py").write_text(ENDLESS)
    limits = replace(toy.limits, seconds=1.0, total=4.0)
    start = time.monotonic()
    with load():
        result = grade(Request(replace(toy, limits=limits), tmp_path))
    assert time.monotonic() - start < time_budget.ENDURES * time_budget.longest_wait(limits.total)
    assert (result.status, result.score, result.blame) == ("not_yet", 0, "submission"), result.message
    said = result.message + "".join(check.feedback for check in result.checks)
    assert "of processor time" in said
    assert "too busy" not in said


def test_there_is_work_of_every_kind():
    """The turns come to everything: their step and the number of works have no factor in common."""
    assert {path.parent.name for _, path in REFUSED_ONCE} == {path.name for path in RIGHT.iterdir()}
    assert len({day * 7 % len(WORK) for day in range(len(WORK))}) == len(WORK)
