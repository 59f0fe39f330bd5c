"""The gate: prove that a grader gives correct work everything, and each known wrong idea what it deserves."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from traceback import format_exc
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from ..box import held_folder
from ..errors import MachineError, TenfoldError
from ..exercise import contract, promises, proof_record
from ..exercise.exercise import Exercise
from ..result import Result
from . import lanes, plain_pytest
from .kept import Kept, as_result, as_value
from .kill_matrix import judged, matrix, metrics
from .trials import Trial, seed_of, trials_of

TRIES = 2


def verify(
    exercises: list[Exercise],
    count: int,
    jobs: int | None,
    changed: bool,
    console: Console,
    level: str | None = None,
    anew: bool = False,
) -> int:
    """Prove exercises, print the kill matrix of each, write the proofs; return 0 when all hold, else 1.

    A trial that held before is not graded again while nothing that it depends on has changed, unless `anew`.
    """
    wanted = [e for e in exercises if not (changed and proof_record.is_fresh(e))]
    for e in wanted:
        e.require_extras()
    failed = []
    for e in wanted:
        try:
            if changed and proof_record.grades_stand(e):
                proved = reword(e, console)
            else:
                proved = prove(e, count, jobs or os.cpu_count() or 1, console, level, anew=anew)
        except Exception as error:  # one exercise that breaks is no reason to leave the others unproved
            console.print(
                Text.assemble(("  ✗ ", "red"), str(error) if isinstance(error, TenfoldError) else format_exc())
            )
            proved = False
        if not proved:
            failed.append(e.id)
    console.print(
        f"\n{len(wanted) - len(failed)} of {len(wanted)} exercises proved"
        + (f"; not: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


def prove(
    exercise: Exercise,
    count: int,
    jobs: int,
    console: Console,
    level: str | None = None,
    part: Callable[[list[Trial]], list[Trial]] | None = None,
    anew: bool = False,
) -> bool:
    """Prove one exercise on `count` seeds, the first of them the practice seed, and write the proof.

    With `part`, which chooses among the trials, only these are graded, and no proof is written.
    """
    console.print(f"\n[bold]{exercise.id}[/]  {exercise.title}")
    wrong = _read_through(exercise)
    if listed := promises.read(exercise):
        looked_at = sum(bool(promise.checks) for promise in listed)
        console.print(f"  {looked_at} of {len(listed)} promises of the statement are looked at")
    if not wrong:
        with held_folder.held("tenfold-verify-") as (folder, _):
            trials = list(trials_of(exercise, count, folder, level))
            trials = trials if part is None else part(trials)
            kept = Kept(exercise)
            stands = {} if anew else {t: as_result(found) for t in trials if (found := kept.find(*_told_by(t)))}
            stood = f"; {len(stands)} more stand from before" if stands else ""
            console.print(f"  {len(trials) - len(stands)} grades, {jobs} at a time{stood}")
            graded, broken = _run(exercise, [t for t in trials if t not in stands], jobs, console, kept)
        results = stands | graded
        outcomes = [(t, results[t]) for t in trials if t in results]
        wrong = [f"{t.role} {t.name}, seed {t.seed}: {why}" for t, why in broken.items()]
        wrong += [f"{t.role} {t.name}, seed {t.seed}: {w}" for t, r in outcomes for w in judged(exercise, t, r)]
        console.print(matrix(exercise, outcomes))
        if not wrong and part is None:
            kills = {t.name: t.mutant for t in trials if t.role == "mutant"}
            proof_record.write(
                exercise,
                [seed_of(n).label for n in range(count)],
                dict(sorted(kills.items())),
                metrics(outcomes),
            )
    return _told(wrong, console)


def reword(exercise: Exercise, console: Console) -> bool:
    """Look at an exercise of which statement and hints alone are new: no grade depends on them."""
    console.print(f"\n[bold]{exercise.id}[/]  {exercise.title}")
    console.print("  other words alone: its grades stand")
    sound = _told(_read_through(exercise), console)
    if sound:
        proof_record.reword(exercise)
    return sound


def _read_through(exercise: Exercise) -> list[str]:
    """Return what can be seen to be wrong without a grade."""
    return contract.problems(exercise) or list(plain_pytest.problems(exercise))


def _told(wrong: list[str], console: Console) -> bool:
    """Say what is wrong; return whether nothing is."""
    for line in wrong:
        console.print(Text.assemble(("  ✗ ", "red"), line))
    if not wrong:
        console.print("  [green]✓[/] proved")
    return not wrong


def _told_by(trial: Trial) -> tuple[Any, ...]:
    """Return what an outcome of a trial is kept under."""
    request = trial.request
    only = sorted(request.only) if request.only is not None else None
    return request.path, trial.role, trial.mutant, trial.seed, only, request.level, request.audit


def _run(
    exercise: Exercise, trials: list[Trial], jobs: int, console: Console, kept: Kept
) -> tuple[dict[Trial, Result], dict[Trial, str]]:
    """Grade every trial, and keep what holds; return the results, and why a trial has none."""
    results: dict[Trial, Result] = {}
    broken: dict[Trial, Exception] = {}
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("grading", total=len(trials))
        for _ in range(TRIES):
            again = {t for t, error in broken.items() if isinstance(error, (BrokenProcessPool, MachineError))}
            left = [t for t in trials if t in again or (t not in results and t not in broken)]
            broken = {t: error for t, error in broken.items() if t not in again}
            if not left:
                break
            with lanes.pool(exercise, jobs) as pool:
                futures: dict[Future[Result], Trial] = {pool.submit(lanes.graded, t.request): t for t in left}
                try:
                    for future in as_completed(futures):
                        trial = futures[future]
                        try:
                            results[trial] = result = future.result()
                        except Exception as error:
                            broken[trial] = error
                            continue
                        progress.advance(task)
                        if not any(judged(exercise, trial, result)):
                            kept.keep(as_value(result), *_told_by(trial))
                except BaseException:  # somebody ended it: what has not begun need not begin
                    pool.shutdown(wait=False, cancel_futures=True)
                    lanes.stop()
                    raise
    lost = {t: f"its grade broke: {error!r}" for t, error in broken.items() if t not in results}
    return results, lost
