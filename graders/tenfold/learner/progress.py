"""What a learner has done so far: one small JSON file in the course, written whole or not at all.

The file is no proof of anything, and nothing is graded by it. It lies outside what Git keeps, so a pull leaves it
alone; what a newer or older kit wrote into it is kept.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..exercise.exercise import Exercise
from ..files import write_whole
from ..result import Result

FILE = Path(".tenfold/progress.json")
BROKEN = "progress.broken-{}.json"
State = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """How far a learner has come with one exercise."""

    exercise: Exercise
    tries: int = 0
    """Grades of all checks."""
    score: float = 0.0
    """The best so far, in points of the grade that it came from."""
    points: float = 0.0
    """What could be earned there; 0 before the first try."""
    passed: bool = False
    hints: int = 0
    """Layers of hints that were read."""

    @property
    def share(self) -> float:
        """The best share of the points."""
        return self.score / self.points if self.points else 0.0


def note_hint(exercise: Exercise, layer: int) -> None:
    """Keep the number of the layer that was shown."""

    def change(known: State) -> None:
        _table(known, "hints")[exercise.id] = layer

    _change(exercise.course, change)


def note_grade(exercise: Exercise, result: Result) -> None:
    """Keep a grade of all checks: the best score stays, and what was passed stays passed.

    What could not be graded is not kept.
    """
    if result.status == "could_not_grade":
        return

    def change(known: State) -> None:
        before = standing(exercise, known)
        better = not before.points or result.score / result.points >= before.share
        score, points = (result.score, result.points) if better else (before.score, before.points)
        passed = before.passed or result.status == "passed"
        entry = {"tries": before.tries + 1, "score": score, "points": points, "passed": passed, "last": result.started}
        _table(known, _grades(exercise))[exercise.id] = entry

    _change(exercise.course, change)


def read(course: Path) -> State:
    """Return what is known; nothing where the file is missing or broken."""
    try:
        found = json.loads((course / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def standing(exercise: Exercise, known: State) -> Standing:
    """Return how far the learner has come with an exercise; what makes no sense in the file counts as nothing."""
    entry = _table(known, _grades(exercise)).get(exercise.id)
    entry = entry if isinstance(entry, dict) else {}
    tries, score, points = (_number(entry.get(key)) for key in ("tries", "score", "points"))
    hints = _number(_table(known, "hints").get(exercise.id))
    return Standing(exercise, int(tries), min(score, points), points, entry.get("passed") is True, int(hints))


def _grades(exercise: Exercise) -> str:
    """Return the table of grades: those of visible checks only have one of their own, and count as no others."""
    return "visible" if exercise.bundle else "grades"


def _number(value: object) -> float:
    sound = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    return float(value) if sound else 0.0  # type: ignore[arg-type]


def _table(known: State, name: str) -> dict[str, Any]:
    """Return a table of the file, made anew where it is no table."""
    if not isinstance(known.get(name), dict):
        known[name] = {}
    return known[name]  # type: ignore[no-any-return]


def _change(course: Path, change: Callable[[State], None]) -> None:
    path = course / FILE
    path.parent.mkdir(exist_ok=True)
    with _alone(path.parent):
        known = read(course)
        if not known and path.exists() and path.read_text(errors="replace").strip() not in ("", "{}"):
            path.rename(_unused(path))  # nothing is lost: perhaps it can be mended by hand
        change(known)
        write_whole(path, json.dumps(known, indent=1))


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second command from writing what it read before ours."""
    with (folder / "progress.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _unused(path: Path) -> Path:
    names = (path.with_name(BROKEN.format(i)) for i in range(1, 1000))
    return next(name for name in names if not name.exists())
