"""No exercise gives a point for no work, however it is not done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tenfold import catalog, junk
from tenfold.grade import Request, grade

ROOT = Path(__file__).resolve().parents[1]
EXERCISES = [*catalog.exercises(ROOT), *catalog.exercises(ROOT / "tests" / "course")]
CHEATS = [
    pytest.param(exercise, kind, files, id=f"{exercise.id}-{kind}")
    for exercise in EXERCISES
    for kind, files in junk.submissions(
        {name: (exercise.folder / name).read_bytes() for name in exercise.files}, junk.VALUES | junk.SLOW
    ).items()
]


@pytest.mark.parametrize(("exercise", "kind", "files"), CHEATS)
def test_no_work_earns_nothing(exercise, kind, files, tmp_path):
    missing = [extra for extra in exercise.extras if not catalog.installed(extra)]
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
