"""What came of the grades of a proof: what is wrong with each, what was measured, and the table of who lost where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rich.table import Table

from ..exercise import promises
from ..exercise.check_functions import needed
from ..exercise.exercise import Exercise
from ..result import CheckResult, Result
from . import junk
from .trials import Trial


def judged(exercise: Exercise, trial: Trial, result: Result) -> Iterator[str]:
    """Yield what is wrong with the outcome of a trial."""
    if result.status == "could_not_grade":
        yield f"could not grade: {result.message}\n{result.detail if result.blame == 'grader' else ''}".rstrip()
    elif trial.role in ("starter", "junk"):
        if result.message and trial.name not in junk.CONTENTS:  # what is no text may be refused before it is graded
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
        first = result.to_mend
        led = first.id if first and first.hidden else named.id  # a visible check shows the fault to who is led there
        reported, fit = trial.seed == 0 or trial.request.only is None, {named.id} | needed(exercise, named.id)
        if reported and led not in fit and promises.read(exercise):
            yield f"its report leads to {led}, which is not {named.id} nor what that needs"


def _said(check: CheckResult) -> str:
    metric = f" ({check.metric.name} {check.metric.value}, full {check.metric.full:g})" if check.metric else ""
    return f"{check.earned:g}/{check.points:g}{metric} {check.feedback}".strip()


def metrics(outcomes: list[tuple[Trial, Result]]) -> dict[str, Any]:
    """Return what every metric came to, by check, metric and who, in the order of the seeds."""
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


def matrix(exercise: Exercise, outcomes: list[tuple[Trial, Result]]) -> Table:
    """Return the table of who was tried and what came of it."""
    table = Table(box=None, pad_edge=False, padding=(0, 2), title_justify="left")
    for heading in ("who", "role", "seeds", "outcome", "seconds", "processor: theirs + ours"):
        table.add_column(heading, no_wrap=heading != "outcome")
    groups: dict[tuple[str, str], list[tuple[Trial, Result]]] = defaultdict(list)
    for trial, result in outcomes:
        groups[trial.role, trial.name].append((trial, result))
    for (role, name), runs in groups.items():
        held = sum(not any(judged(exercise, t, r)) for t, r in runs)
        mark = "[green]✓[/]" if held == len(runs) else "[red]✗[/]"
        seconds = sum(r.seconds for _, r in runs) / len(runs)
        table.add_row(name, role, f"{mark} {held}/{len(runs)}", _outcome(runs), f"{seconds:.1f}", _processor(runs))
    return table


def _processor(runs: list[tuple[Trial, Result]]) -> str:
    """Return the processor seconds of the submission and of the grader, a grade."""
    told = [r.processor for _, r in runs if r.processor is not None]
    both = [sum(used[whose] for used in told) / max(1, len(told)) for whose in ("submission", "grader")]
    return f"{both[0]:.1f} + {both[1]:.1f}"


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
