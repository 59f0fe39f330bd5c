"""Other versions of a solution: alternatives, which are right, and mutants, each with one wrong idea in it."""

from __future__ import annotations

from pathlib import Path

from ..errors import AuthoringError
from .exercise import Exercise


def alternatives(exercise: Exercise) -> list[Path]:
    """Return the alternative solutions: files, or folders where an exercise is made of several files."""
    return sorted(exercise.solution.glob("alternative*"))


def mutate(exercise: Exercise, mutant: dict[str, str]) -> dict[str, bytes]:
    """Return the files of a mutant: the solution with one edit, or with one file replaced."""
    files = {name: (exercise.solution / name).read_bytes() for name in exercise.files}
    target = mutant.get("in", exercise.files[0])
    if "file" in mutant:
        path = exercise.solution / mutant["file"]
        if not path.is_file():
            raise AuthoringError(f"mutant {mutant['name']}: {mutant['file']} is missing")
        return {**files, target: path.read_bytes()}
    source = files[target].decode("utf-8")
    count = source.count(mutant["replace"])
    if count != 1:
        raise AuthoringError(f"mutant {mutant['name']}: its text occurs {count} times in {target}, not once")
    return {**files, target: source.replace(mutant["replace"], mutant["with"]).encode()}
