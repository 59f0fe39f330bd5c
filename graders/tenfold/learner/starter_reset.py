"""What a learner does besides grading: read hints, begin again."""

from __future__ import annotations

import contextlib
import hashlib
import json
from datetime import datetime
from pathlib import Path

from ..errors import AuthoringError, MachineError, UsageError
from ..exercise.exercise import Exercise
from ..git import git


def reset(exercise: Exercise) -> list[str]:
    """Put the starter back and keep the learner's version beside it; return a line for each file.

    The starter is the version in the Git history whose hash stands in the exercise's proof, so that a learner's own
    commits do not become the starter. A bundle brings its starters along.
    """
    lines = []
    for name, wanted in starter_hashes(exercise).items():
        path = exercise.folder / name
        if path.exists() and _sha(path.read_bytes()) == wanted:
            lines.append(f"{name} is the starter already")
            continue
        starter = _from_bundle(exercise, name) if exercise.bundle else _from_history(exercise.folder, name, wanted)
        if path.exists():
            kept = path.with_name(f"{path.stem}.{datetime.now():%Y%m%d-%H%M%S}{path.suffix}.mine")
            path.replace(kept)
            lines.append(f"your version is now {kept.name}")
        path.write_bytes(starter)
        lines.append(f"{name} is the starter again")
    return lines


def begun(exercise: Exercise) -> list[str]:
    """Return the files of an exercise's folder that are not the starter any more, as far as a proof tells."""
    try:
        starters = starter_hashes(exercise)
    except AuthoringError:
        return []
    paths = {name: exercise.folder / name for name in starters}
    return [name for name, path in paths.items() if not path.is_file() or _sha(path.read_bytes()) != starters[name]]


def starter_hashes(exercise: Exercise) -> dict[str, str]:
    """Return the SHA-256 of each file of the starter, or raise `AuthoringError` where no proof says it."""
    if exercise.bundle:
        return {name: _sha(_from_bundle(exercise, name)) for name in exercise.files}
    try:
        found = json.loads((exercise.grader / "proof.json").read_text(encoding="utf-8"))["starter"]
    except (OSError, ValueError, KeyError):
        raise AuthoringError(
            f"{exercise.id} has no proof that says what its starter is: make verify EX={exercise.id}"
        ) from None
    return {str(name): str(value) for name, value in found.items()}


def _from_bundle(exercise: Exercise, name: str) -> bytes:
    try:
        return (exercise.starters / name).read_bytes()
    except OSError:
        place = (exercise.starters / name).relative_to(exercise.course)
        raise UsageError(f"{place} is not in this bundle any more: take it from the bundle again") from None


def _from_history(folder: Path, name: str, wanted: str) -> bytes:
    with contextlib.suppress(MachineError):
        for commit in git(folder, "log", "--format=%H", "--", name).decode().split():
            content = git(folder, "show", f"{commit}:./{name}")
            if _sha(content) == wanted:
                return content
    raise UsageError(f"the starter of {name} is not in this checkout's Git history; get it from a fresh clone")


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
