"""The grades that a proof is made of: starter, junk, solution, alternatives and mutants, on every seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..exercise import extras, seeds
from ..exercise.check_functions import check_names, needed, worth
from ..exercise.exercise import Exercise
from ..exercise.mutants import alternatives, mutate
from ..grading.grade import Request
from . import junk

Role = Literal["starter", "junk", "solution", "alternative", "mutant"]


@dataclass(frozen=True)
class Trial:
    """One grade that belongs to a proof: who plays, on which seed, and what must come out."""

    role: Role
    name: str
    seed: int
    request: Request
    mutant: str = ""
    """The check that must catch it."""


def seed_of(number: int) -> seeds.Seed:
    """Return the seed of one round of a proof: the first is the practice seed."""
    return seeds.practice() if number == 0 else seeds.numbered(number)


def trials_of(exercise: Exercise, count: int, folder: Path, level: str | None) -> Iterator[Trial]:
    """Yield every grade of a proof on `count` seeds, their files staged below `folder`."""

    def trial(role: Role, path: Path, seed: int, caught_by: str = "", only: frozenset[str] | None = None) -> Trial:
        leaks = role == "solution" and seed == 0
        request = Request(exercise, path, seed_of(seed), only=only, level=level, audit=leaks)
        return Trial(role, path.stem, seed, request, caught_by)

    yield trial(
        "starter",
        _stage(folder, "starter", {f: (exercise.folder / f).read_bytes() for f in exercise.files}),
        0,
    )
    for kind, files in junk.submissions({f: (exercise.folder / f).read_bytes() for f in exercise.files}).items():
        yield trial("junk", _stage(folder, kind, files), 0)
    solution = _stage(folder, "solution", {f: (exercise.solution / f).read_bytes() for f in exercise.files})
    for seed in range(count):
        yield trial("solution", solution, seed)
    for path in alternatives(exercise):
        if all(extras.installed(extra) for extra in _extras(path)):
            for seed in range(count):
                yield trial("alternative", path, seed)
    for mutant in exercise.mutants:
        staged = _stage(folder, mutant["name"], mutate(exercise, mutant))
        check = mutant["caught_by"]
        alone = _costs_the_pass(exercise, check)
        for seed in range(count):
            only = (frozenset([check]) if seed else _as_far_as(exercise, check)) if alone else None
            yield trial("mutant", staged, seed, check, only)


def _stage(folder: Path, name: str, files: dict[str, bytes]) -> Path:
    for file, content in files.items():
        path = folder / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / name


def _extras(path: Path) -> list[str]:
    """Return the groups that an alternative names in its first line: ``# extras: boost``."""
    first = path.read_text(encoding="utf-8").partition("\n")[0] if path.is_file() else ""
    return first.removeprefix("# extras:").replace(",", " ").split() if first.startswith("# extras:") else []


def _as_far_as(exercise: Exercise, check: str) -> frozenset[str]:
    """Return the checks up to `check`: by then it is decided what a report leads to."""
    names = check_names(exercise)
    return frozenset(names[: 1 + max(map(names.index, {check} | needed(exercise, check)))])


def _costs_the_pass(exercise: Exercise, check: str) -> bool:
    """Return whether who loses `check`, and with it what needs it, cannot pass whatever else is earned."""
    points, wanted = worth(exercise), {check}
    while more := {name for name, (_, needs) in points.items() if name not in wanted and needs & wanted}:
        wanted |= more
    lost = sum(points[name][0] for name in wanted)
    return exercise.points - lost < exercise.points * exercise.pass_ - 1e-9
