"""The record that an exercise's grader was proved right, bound by hash to everything that it proves."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ..version import __version__
from .exercise import Exercise
from .file_hash import digest

SCHEMA = "tenfold/proof/1"
NOTED = ("equivalent.toml", "promises.toml")
"""Notes of the author's beside the hidden checks, on which no grade depends."""


def path(exercise: Exercise) -> Path:
    """Return where the proof of an exercise lies."""
    return exercise.grader / "proof.json"


def fingerprint(exercise: Exercise) -> str:
    """Return the hash of what the grades of a proof depend on: checks, solutions, mutants, data and engine version."""
    parts = [*_judges(exercise), exercise.solution]
    return hashlib.sha256(f"{__version__} {digest(parts, exercise.course)}".encode()).hexdigest()


def judging(exercise: Exercise) -> str:
    """Return the hash of what the grade of any submission depends on: settings, starter, checks and data."""
    return digest(_judges(exercise), exercise.course)


def _judges(exercise: Exercise) -> list[Path]:
    parts = [exercise.folder / name for name in ("exercise.toml", *exercise.files)]
    parts += [p for p in exercise.grader.glob("*") if p.name not in ("proof.json", *NOTED)]
    return [*parts, exercise.visible_checks, *exercise.data_folders()]


def words(exercise: Exercise) -> str:
    """Return the hash of what is only read: statement, hints and notes. The gate looks at them beside the checks."""
    noted = [exercise.grader / name for name in NOTED]
    parts = [exercise.folder / "README.md", exercise.folder / "hints.md", *(path for path in noted if path.exists())]
    return digest(parts, exercise.course)


def is_fresh(exercise: Exercise) -> bool:
    """Return whether the proof is about the exercise as it is now."""
    return _read(exercise).get("words") == words(exercise) and grades_stand(exercise)


def grades_stand(exercise: Exercise) -> bool:
    """Return whether all that has changed since the proof is what is only read."""
    return bool(_read(exercise).get("proves") == fingerprint(exercise))


def _read(exercise: Exercise) -> dict[str, Any]:
    try:
        found = json.loads(path(exercise).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(exercise: Exercise, seeds: list[str], kills: dict[str, str], metrics: dict[str, Any]) -> None:
    """Write the proof; the same proof is the same file to the last byte."""
    starter = {name: hashlib.sha256((exercise.folder / name).read_bytes()).hexdigest() for name in exercise.files}
    document = {
        "schema": SCHEMA,
        "engine": __version__,
        "proves": fingerprint(exercise),
        "words": words(exercise),
        "starter": starter,
        "seeds": seeds,
        "kills": kills,
        "metrics": metrics,
    }
    noted = _read(exercise).get("edits", {})
    _keep(exercise, document | ({"edits": noted} if noted.get("of") == document["proves"] else {}))


def reword(exercise: Exercise) -> None:
    """Bind the proof to statement and hints as they are now; its grades stand."""
    _keep(exercise, {**_read(exercise), "words": words(exercise)})


def note_edits(exercise: Exercise, killed: int, equivalent: int, alive: list[str]) -> None:
    """Note in the proof how many small edits of the solution lose points, and which do not."""
    told = {"of": fingerprint(exercise), "killed": killed, "equivalent": equivalent, "alive": sorted(alive)}
    _keep(exercise, {**_read(exercise), "edits": told})


def _keep(exercise: Exercise, document: dict[str, Any]) -> None:
    path(exercise).write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
