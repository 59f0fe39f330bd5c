"""The gate: prove that a grader gives correct work everything, and each known wrong idea what it deserves."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from . import catalog, contract, junk, proof, seeds
from .catalog import Exercise
from .errors import AuthoringError
from .grade import Request, grade
from .result import CheckResult, Result

PRELOAD = ["tenfold.grade", "pandas", "scipy.stats", "sklearn.metrics", "sklearn.model_selection"]
TRIES = 2

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


def verify(
    exercises: list[Exercise], count: int, jobs: int | None, changed: bool, console: Console, level: str | None = None
) -> int:
    """Prove exercises, print the kill matrix of each, write the proofs; return 0 when all hold, else 1."""
    wanted = [e for e in exercises if not (changed and proof.is_fresh(e))]
    for e in wanted:
        e.require_extras()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOAD, *sorted({x for e in wanted for x in e.extras if x == "torch"})])
    failed = []
    for e in wanted:
        if not prove(e, count, jobs or os.cpu_count() or 1, console, level=level):
            failed.append(e.id)
    console.print(
        f"\n{len(wanted) - len(failed)} of {len(wanted)} exercises proved"
        + (f"; not: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


def prove(
    exercise: Exercise, count: int, jobs: int, console: Console, write: bool = True, level: str | None = None
) -> bool:
    """Prove one exercise on `count` seeds; the first is the practice seed."""
    console.print(f"\n[bold]{exercise.id}[/]  {exercise.title}")
    wrong = contract.problems(exercise)
    if not wrong:
        folder = Path(tempfile.mkdtemp(prefix="tenfold-verify-"))
        try:
            trials = list(_trials(exercise, count, folder, level))
            console.print(f"  {len(trials)} grades, {jobs} at a time")
            outcomes = _run(trials, jobs, console)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        wrong = [f"{t.role} {t.name}, seed {t.seed}: {w}" for t, r in outcomes for w in _judge(exercise, t, r)]
        console.print(_matrix(exercise, outcomes))
        if not wrong and write:
            kills = {t.name: t.mutant for t in trials if t.role == "mutant"}
            proof.write(
                exercise,
                [_seed(n).label for n in range(count)],
                dict(sorted(kills.items())),
                _metrics(outcomes),
            )
    for line in wrong:
        console.print(Text.assemble(("  ✗ ", "red"), line))
    if not wrong:
        console.print("  [green]✓[/] proved")
    return not wrong


def _seed(number: int) -> seeds.Seed:
    return seeds.practice() if number == 0 else seeds.numbered(number)


def _trials(exercise: Exercise, count: int, folder: Path, level: str | None) -> Iterator[Trial]:
    def trial(role: Role, path: Path, seed: int, caught_by: str = "", only: frozenset[str] | None = None) -> Trial:
        leaks = role == "solution" and seed == 0
        request = Request(exercise, path, _seed(seed), only=only, level=level, audit=leaks)
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
    for path in contract.alternatives(exercise):
        if all(catalog.installed(extra) for extra in _extras(path)):
            for seed in range(count):
                yield trial("alternative", path, seed)
    for mutant in exercise.mutants:
        staged = _stage(folder, mutant["name"], contract.mutate(exercise, mutant))
        check = mutant["caught_by"]
        only = frozenset([check]) if _costs_the_pass(exercise, check) else None
        for seed in range(count):
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


def _costs_the_pass(exercise: Exercise, check: str) -> bool:
    """Return whether who loses `check`, and with it what needs it, cannot pass whatever else is earned."""
    points, wanted = contract.worth(exercise), {check}
    while more := {name for name, (_, needs) in points.items() if name not in wanted and needs & wanted}:
        wanted |= more
    lost = sum(points[name][0] for name in wanted)
    return exercise.points - lost < exercise.points * exercise.pass_ - 1e-9


def _run(trials: list[Trial], jobs: int, console: Console) -> list[tuple[Trial, Result]]:
    results: dict[Trial, Result] = {}
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("grading", total=len(trials))
        for _ in range(TRIES):
            left = [t for t in trials if t not in results]
            if not left:
                break
            context = multiprocessing.get_context("forkserver")
            with ProcessPoolExecutor(jobs, context, max_tasks_per_child=1) as pool:
                futures: dict[Future[Result], Trial] = {pool.submit(grade, t.request): t for t in left}
                for future in as_completed(futures):
                    try:
                        results[futures[future]] = future.result()
                    except BrokenProcessPool:
                        continue
                    progress.advance(task)
    if len(results) < len(trials):
        raise AuthoringError("a grader process died twice; see the machine's log (memory?)")
    return [(t, results[t]) for t in trials]


def _judge(exercise: Exercise, trial: Trial, result: Result) -> Iterator[str]:
    if result.status == "could_not_grade":
        yield f"could not grade: {result.message}\n{result.detail}"
    elif trial.role in ("starter", "junk"):
        if result.message:
            yield f"does not load: {result.message}"
        for check in result.checks:
            if check.earned:
                yield f"earns {check.earned:g} in {check.id}"
    elif trial.role in ("solution", "alternative"):
        if result.message or result.score != exercise.points:
            yield result.message or "; ".join(f"{c.id} {_said(c)}" for c in result.checks if c.status != "passed")
    else:
        named = next(c for c in result.checks if c.id == trial.mutant)
        if result.message:
            yield f"does not load: {result.message}"
        elif named.status != "failed":
            yield f"is not caught by {named.id}: {named.status} {_said(named)}"
        if result.status == "passed" and trial.request.only is None:
            yield f"passes with {result.score:g} points"


def _said(check: CheckResult) -> str:
    metric = f" ({check.metric.name} {check.metric.value}, full {check.metric.full:g})" if check.metric else ""
    return f"{check.earned:g}/{check.points:g}{metric} {check.feedback}".strip()


def _metrics(outcomes: list[tuple[Trial, Result]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for trial, result in outcomes:
        for check in result.checks:
            wanted = trial.role in ("solution", "alternative") or check.id == trial.mutant
            for metric in check.measured if wanted else ():
                value = None if metric.value is None else float(f"{metric.value:.6g}")
                limits = {"floor": metric.floor, "full": metric.full, "values": {}}
                entry = found.setdefault(check.id, {}).setdefault(metric.name, limits)
                entry["values"].setdefault(trial.name, []).append(value)
    return found


def _matrix(exercise: Exercise, outcomes: list[tuple[Trial, Result]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2), title_justify="left")
    for heading in ("who", "role", "seeds", "outcome", "seconds"):
        table.add_column(heading, no_wrap=heading != "outcome")
    groups: dict[tuple[str, str], list[tuple[Trial, Result]]] = defaultdict(list)
    for trial, result in outcomes:
        groups[trial.role, trial.name].append((trial, result))
    for (role, name), runs in groups.items():
        held = sum(not any(_judge(exercise, t, r)) for t, r in runs)
        mark = "[green]✓[/]" if held == len(runs) else "[red]✗[/]"
        seconds = sum(r.seconds for _, r in runs) / len(runs)
        table.add_row(name, role, f"{mark} {held}/{len(runs)}", _outcome(runs), f"{seconds:.1f}")
    return table


def _outcome(runs: list[tuple[Trial, Result]]) -> str:
    trial, _ = runs[0]
    if not trial.mutant:
        scores = sorted({r.score for _, r in runs})
        return f"{scores[0]:g} points" if len(scores) == 1 else f"{scores[0]:g} to {scores[-1]:g} points"
    checks = [c for _, r in runs for c in r.checks if c.id == trial.mutant]
    values = [c.metric.value for c in checks if c.metric is not None and c.metric.value is not None]
    if not values:
        return trial.mutant
    metric = next(c.metric for c in checks if c.metric is not None)
    return f"{trial.mutant}: {metric.name} {min(values):.3g} to {max(values):.3g}, credit from {metric.floor:g}"
