"""What an exercise must be before it is worth running: the parts of CONTRIBUTING.md that can be read off its files."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ..box.limits import Limits
from ..errors import AuthoringError
from . import promises
from .check_functions import check_functions, check_names
from .datasets import check_sums
from .exercise import Exercise
from .hints import hints
from .misconceptions import misconceptions
from .mutants import alternatives, mutate

FEWEST_MUTANTS = 5
CHECK_NAME = re.compile(r"`(test_\w+)`")
LIMITS = re.compile(r"([\d.]+) s of processor time[^;(]*?,[^;(]*? ([\d.]+) s\b")
"""Of one call, and of all: `20 s of processor time a call, 90 s for the whole grade`."""
MEMORY = re.compile(r"([\d.]+) (MB|GB)\b")
NEEDS = re.compile(r"reference needs ([\d.]+) s\b")
SECTIONS = (
    "why it bites",
    "before you start",
    "interface",
    "example",
    "how it is scored",
    "what is not graded",
    "traps",
    "references",
)


def problems(exercise: Exercise) -> list[str]:
    """Return every way in which the files of an exercise break the contract."""
    return [
        *_files(exercise),
        *_statement(exercise),
        *_checks(exercise),
        *_mutants(exercise),
        *promises.problems(exercise, set(check_names(exercise))),
        *_data(exercise),
    ]


def _files(exercise: Exercise) -> Iterator[str]:
    needed = [exercise.folder / name for name in (*exercise.files, "README.md", "hints.md")]
    needed += [exercise.visible_checks, exercise.hidden_checks, exercise.solution / "mutants.toml"]
    needed += [exercise.solution / name for name in exercise.files]
    for path in needed:
        if not path.is_file():
            yield f"{path.relative_to(exercise.course)} is missing"
    if not alternatives(exercise):
        yield "there is no alternative solution"
    known = importlib.metadata.metadata("tenfold").get_all("Provides-Extra") or []
    for extra in exercise.extras:
        if extra not in known:
            yield f"pyproject.toml has no group {extra!r}"
    for name in exercise.modules:
        if name in sys.stdlib_module_names:
            yield f"{name}.py hides a module of the standard library"
    try:
        hints(exercise)
    except AuthoringError as error:
        yield str(error)


def _statement(exercise: Exercise) -> Iterator[str]:
    path = exercise.folder / "README.md"
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    named, there = set(CHECK_NAME.findall(text)), set(check_names(exercise))
    for name in sorted(there - named):
        yield f"the statement's scoring table leaves out {name}"
    for name in sorted(named - there):
        yield f"the statement names {name}, which is not a check"
    yield from _limits(exercise, " ".join(text.split()))
    headings = [line.strip("#* ").lower() for line in text.splitlines() if line.startswith(("#", "**"))]
    found = [next((i for i, h in enumerate(headings) if h.startswith(section)), None) for section in SECTIONS]
    for section, place in zip(SECTIONS, found, strict=True):
        if place is None:
            yield f"the statement has no section {section!r}"
    places = [place for place in found if place is not None]
    if places != sorted(places):
        yield "the statement's sections are not in the fixed order"


def _limits(exercise: Exercise, text: str) -> Iterator[str]:
    """Yield where a statement's limits are not those of exercise.toml."""
    limits, said = exercise.limits, [tuple(map(float, found)) for found in LIMITS.findall(text)]
    if said != [(limits.seconds, limits.total)]:
        form = f"{limits.seconds:g} s of processor time a call, {limits.total:g} s for the whole grade"
        yield f"the statement does not say once, in this form: {form}"
    sentences = [s for s in re.split(r"(?<=\.) ", text) if "s of processor time" in s]
    memory = {float(n) * (1 if unit == "MB" else 1024) for s in sentences for n, unit in MEMORY.findall(s)}
    if memory != {limits.memory_mb} and (memory or limits.memory_mb != Limits().memory_mb):
        yield f"the sentence of the limits does not name the memory, {limits.memory_mb} MB, in MB or GB"
    needs = [float(seconds) for seconds in NEEDS.findall(text)]
    if len(needs) != 1 or 2 * needs[0] > limits.total:
        yield "the statement does not say once, in this form: the reference needs 3 s (half of the limit at most)"


def _checks(exercise: Exercise) -> Iterator[str]:
    functions = check_functions(exercise.visible_checks)
    if not 3 <= len(functions) <= 6:
        yield f"{len(functions)} visible checks; there should be 3 to 6"
    for path in (exercise.visible_checks, exercise.hidden_checks):
        if clocks := _clocks(path):
            yield f"{path.name} uses {', '.join(clocks)}: time is measured as a ratio, with the fixture `faster`"
    for function in (*functions, *check_functions(exercise.hidden_checks)):
        title, _, hint = (ast.get_docstring(function) or "").partition("\n")
        if not title.strip() or not hint.strip():
            yield f"{function.name} needs a docstring: a title, an empty line, a hint"


def _mutants(exercise: Exercise) -> Iterator[str]:
    there, known = set(check_names(exercise)), misconceptions()
    if len(exercise.mutants) < FEWEST_MUTANTS:
        yield f"{len(exercise.mutants)} mutants; there should be at least {FEWEST_MUTANTS}"
    for mutant in exercise.mutants:
        name = mutant.get("name", "?")
        if missing := [key for key in ("name", "caught_by", "misconception") if key not in mutant]:
            yield f"mutant {name}: missing {', '.join(missing)}"
            continue
        if mutant["caught_by"] not in there:
            yield f"mutant {name}: there is no check {mutant['caught_by']}"
        if mutant["misconception"] not in known:
            yield f"mutant {name}: {mutant['misconception']!r} is not in misconceptions.toml"
        try:
            mutate(exercise, mutant)
        except AuthoringError as error:
            yield str(error)


def _data(exercise: Exercise) -> Iterator[str]:
    for folder in exercise.data_folders():
        for name in ("README.md", "make.py"):
            if not (folder / name).is_file():
                yield f"datasets/{folder.name}/{name} is missing"
        if folder.is_dir():
            yield from check_sums(folder)


def _clocks(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return sorted(names & {"time", "timeit"})
