"""Assignments of a course, made from exercises: `source/<id>/` with the notebook and the public data."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat

from ...errors import UsageError
from ...exercise.exercise import Exercise
from ...learner import starter_reset
from . import assignment

LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*")


def export(exercise: Exercise, folder: Path, force: bool = False) -> Path:
    """Write the source of an assignment into the course at `folder`; return the notebook's path.

    Raises
    ------
    UsageError
        The last export was edited by hand (and not `force`), or the exercise holds a learner's work.
    """
    place = folder / "source" / exercise.id
    path = place / f"{exercise.id}.ipynb"
    if not force and path.exists() and _edited(path):
        raise UsageError(f"{path} was edited since it was exported. Move it away, or write over it with --force.")
    if begun := starter_reset.begun(exercise):
        raise UsageError(
            f"{', '.join(begun)} of {exercise.id} is not the starter any more, and students would get it. "
            f"Put the starter back with: make reset EX={exercise.id}"
        )
    for source in _public(exercise):
        target = place / source.relative_to(exercise.course)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=LEFT_OUT)
        else:
            shutil.copyfile(source, target)
    nbformat.write(assignment.source(exercise), path)
    return path


def _public(exercise: Exercise) -> Iterator[Path]:
    """Yield what a visible check needs beside the notebook: what the exercise says of itself, and its data."""
    yield exercise.folder / "exercise.toml"
    yield from (exercise.folder / name for name in exercise.files)
    yield from exercise.data_folders()


def _edited(path: Path) -> bool:
    try:
        made = nbformat.read(path, nbformat.NO_CONVERT)
        return bool(made.metadata.get("tenfold", {}).get("digest") != assignment.digest(made))
    except (OSError, ValueError, AttributeError):
        return True
