"""The exercises of a course, found by folder, skill or id."""

from __future__ import annotations

import difflib
from pathlib import Path

from ..errors import UsageError
from . import manifest
from .exercise import Exercise

SKILLS = {
    "ml": "ML algorithms",
    "dl": "Deep learning",
    "swe": "Software engineering",
    "llm": "Large language models",
    "mlops": "MLOps",
    "data": "Data engineering",
    "cloud": "Cloud and distributed",
    "biz": "Business",
    "rai": "Responsible AI",
    "learn": "Continuous learning",
}


def find_course(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds exercises, else the kit's own."""
    for folder in (start.resolve(), *start.resolve().parents):
        if _is_course(folder):
            return folder
    own = Path(__file__).resolve().parents[3]
    if _is_course(own):
        return own
    raise UsageError("no course here: change into a folder that holds exercises/")


def _is_course(folder: Path) -> bool:
    return any(folder.glob("exercises/*/*/exercise.toml"))


def exercises(course: Path) -> list[Exercise]:
    """Return every exercise of a course, in order of skill and name."""
    return [manifest.read(course, path.parent) for path in sorted(course.glob("exercises/*/*/exercise.toml"))]


def of_skill(course: Path, skill: str | None) -> list[Exercise]:
    """Return the exercises of one skill, by default of all, or raise `UsageError` naming the skills there are."""
    every = exercises(course)
    found = [e for e in every if skill in (None, e.skill[3:], e.skill)]
    if not found:
        raise UsageError(f"there is no skill {skill!r}; there are {', '.join(sorted({e.skill[3:] for e in every}))}")
    return found


def find(course: Path, wanted: str) -> Exercise:
    """Return the exercise with an id, or raise `UsageError` naming the nearest ones."""
    paths = {
        f"{p.parent.parent.name[3:]}-{p.parent.name}": p.parent for p in course.glob("exercises/*/*/exercise.toml")
    }
    if wanted in paths:
        return manifest.read(course, paths[wanted])
    near = difflib.get_close_matches(wanted, paths, 3, 0.4) or [i for i in sorted(paths) if wanted and wanted in i][:3]
    hint = f"Did you mean {' or '.join(near)}?" if near else "See them all with: make list"
    raise UsageError(f"there is no exercise {wanted!r}. {hint}" if wanted else f"which exercise? {hint}")
