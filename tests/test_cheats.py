"""No exercise gives a point for no work, however it is not done.

Every kind is tried on every exercise by `make verify`, and its proof says so; here all are tried on the tiny course,
and by turns, one kind a day on some exercises, on all with `--long`, so that a change of the engine is seen soon.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.conftest import COURSE, DAY, ROOT, by_turns

from tenfold.exercise import catalog, extras
from tenfold.gate import junk
from tenfold.grading.grade import Request, grade

EXERCISES_A_DAY, KINDS_A_DAY = 4, 1


def cheats(exercise, most=None):
    """Return the kinds of junk for an exercise: all, or as many as wanted, other ones each day."""
    starter = {name: (exercise.folder / name).read_bytes() for name in exercise.files}
    kinds = list(junk.submissions(starter, junk.VALUES | junk.SLOW).items())
    turn = DAY * KINDS_A_DAY % len(kinds)
    return [
        pytest.param(exercise, *kind, id=f"{exercise.id}-{kind[0]}")
        for kind in (kinds + kinds)[turn:][: most or len(kinds)]
    ]


CHEATS = [case for exercise in catalog.exercises(COURSE) for case in cheats(exercise)]
CHEATS += [
    pytest.param(*case.values, id=case.id, marks=turn.marks)
    for turn in by_turns(catalog.exercises(ROOT), EXERCISES_A_DAY)
    for case in cheats(*turn.values, KINDS_A_DAY)
]


@pytest.mark.parametrize(("exercise", "kind", "files"), CHEATS)
def test_no_work_earns_nothing(exercise, kind, files, tmp_path, impatient):
    missing = [extra for extra in exercise.extras if not extras.installed(extra)]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    if kind in junk.SLOW:  # the verdict does not depend on how long one waits for nothing
        exercise = replace(exercise, limits=replace(exercise.limits, seconds=1.0, total=4.0))
    result = grade(Request(exercise, tmp_path))
    earned = {check.id: check.earned for check in result.checks if check.earned}
    assert result.status == "not_yet", result.message + result.detail
    assert not earned
