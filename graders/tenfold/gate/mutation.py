"""Mutation: small edits of the solution are graded until a point is lost; who loses none shows a check that lacks."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from ..box import held_folder
from ..errors import AuthoringError
from ..exercise import proof_record
from ..exercise.exercise import Exercise
from ..grading.grade import Request, grade
from ..result import Result
from . import lanes, small_edits, text_edits
from .kept import Kept
from .small_edits import Edit, sample
from .trials import seed_of

WANTED = 0.95
SLOWER, LEAST = 5, 3.0  # times the slowest check of the solution, and seconds, that a call of an edit may take


@dataclass(frozen=True)
class Tried:
    """An edit of one file, and what came of it."""

    file: str
    edit: Edit
    lost: str = ""
    """The check that lost points first; empty where none did."""

    @property
    def told(self) -> str:
        """The edit in words, the same for the same edit."""
        return f"{self.file}, {self.edit.told}"


def mutate(exercise: Exercise, count: int, jobs: int | None, console: Console) -> int:
    """Grade a sample of small edits of the solution; return 0 where at least 95 % of those that matter lose points."""
    exercise.require_extras()
    console.print(f"\n[bold]{exercise.id}[/]  {exercise.title}")
    with held_folder.held("tenfold-verify-") as (folder, _):
        tried = _tried(exercise, count, jobs or os.cpu_count() or 1, folder, console)
    known = equivalents(exercise)
    alive = [t for t in tried if not t.lost and t.told not in known]
    killed = [t for t in tried if t.lost]
    equal = len(tried) - len(alive) - len(killed)
    for t in alive:
        console.print(Text.assemble(("  ✗ ", "red"), f"keeps every point: {t.told}"))
    for told in sorted(known.keys() & {t.told for t in killed}):
        console.print(Text.assemble(("  ✗ ", "red"), f"is noted as equivalent and loses points: {told}"))
    share = len(killed) / max(1, len(killed) + len(alive))
    console.print(
        f"  {len(killed)} of {len(killed) + len(alive)} edits lose points ({share:.0%}), {equal} are equivalent"
    )
    if proof_record.grades_stand(exercise):
        proof_record.note_edits(exercise, len(killed), equal, [t.told for t in alive])
    return 0 if share >= WANTED else 1


def equivalents(exercise: Exercise) -> dict[str, str]:
    """Return the edits that change nothing that the statement speaks of, each with the reason, from equivalent.toml."""
    path = exercise.grader / "equivalent.toml"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {entry["edit"]: entry["reason"] for entry in tomllib.load(file)["equivalent"]}


def _tried(exercise: Exercise, count: int, jobs: int, folder: Path, console: Console) -> list[Tried]:
    solution = {name: (exercise.solution / name).read_bytes() for name in exercise.files}
    chosen = _chosen(solution, count)
    whole = grade(Request(exercise, _staged(folder / "solution", solution)))
    if whole.score != exercise.points:
        raise AuthoringError(f"{exercise.id}: the solution itself has {whole.score:g} of {exercise.points} points")
    order = tuple(check.id for check in sorted(whole.checks, key=lambda check: check.seconds))
    slowest = max(check.seconds for check in whole.checks)
    limits = replace(exercise.limits, seconds=min(exercise.limits.seconds, LEAST + SLOWER * slowest))
    hurried = replace(exercise, limits=limits)
    kept, found = Kept(exercise), list[Tried]()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("grading", total=len(chosen))
        with lanes.pool(exercise, jobs) as pool:
            futures = {}
            for place, tried in enumerate(chosen):
                path = _staged(folder / str(place), {**solution, tried.file: tried.edit.text.encode()})
                if lost := kept.find(path, "edit"):
                    found.append(replace(tried, lost=lost))
                    progress.advance(task)
                    continue
                request = Request(hurried, path, seed_of(0), until_loss=order)
                futures[pool.submit(lanes.graded, request)] = tried, path
            for future in as_completed(futures):
                tried, path = futures[future]
                if lost := _lost(future.result(), tried):
                    kept.keep(lost, path, "edit")
                found.append(replace(tried, lost=lost))
                progress.advance(task)
    return sorted(found, key=lambda t: t.told)


def _chosen(solution: dict[str, bytes], count: int) -> list[Tried]:
    found = [(name, edit) for name, content in solution.items() for edit in _edits(name, content.decode())]
    files = {id(edit): name for name, edit in found}
    return [Tried(files[id(edit)], edit) for edit in sample([edit for _, edit in found], count)]


def _edits(name: str, text: str) -> list[Edit]:
    return small_edits.edits(text) if name.endswith(".py") else text_edits.edits(name, text)


def _staged(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _lost(result: Result, tried: Tried) -> str:
    if result.status == "could_not_grade":
        raise AuthoringError(f"could not grade {tried.told}: {result.message}\n{result.detail}")
    return _first(check.id for check in result.checks if check.status in ("failed", "partial")) or result.message


def _first(names: Iterable[str]) -> str:
    return next(iter(names), "")
