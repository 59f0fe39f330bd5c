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


def path(exercise: Exercise) -> Path:
    """Return where the proof of an exercise lies."""
    return exercise.grader / "proof.json"


def fingerprint(exercise: Exercise) -> str:
    """Return the hash of what a proof is about: statement, checks, solutions, mutants, data and engine version."""
    named = ("README.md", "exercise.toml", "hints.md", *exercise.files)
    parts = [*(exercise.folder / name for name in named), exercise.visible_checks, exercise.solution]
    parts += [p for p in exercise.grader.glob("*") if p.name != "proof.json"]
    parts += exercise.data_folders()
    return hashlib.sha256(f"{__version__} {digest(parts, exercise.course)}".encode()).hexdigest()


def is_fresh(exercise: Exercise) -> bool:
    """Return whether the proof is about the exercise as it is now."""
    try:
        return bool(json.loads(path(exercise).read_text(encoding="utf-8"))["proves"] == fingerprint(exercise))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write(exercise: Exercise, seeds: list[str], kills: dict[str, str], metrics: dict[str, Any]) -> None:
    """Write the proof; the same proof is the same file to the last byte."""
    starter = {name: hashlib.sha256((exercise.folder / name).read_bytes()).hexdigest() for name in exercise.files}
    document = {
        "schema": SCHEMA,
        "engine": __version__,
        "proves": fingerprint(exercise),
        "starter": starter,
        "seeds": seeds,
        "kills": kills,
        "metrics": metrics,
    }
    path(exercise).write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
