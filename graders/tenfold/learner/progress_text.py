"""A learner's progress as text for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..exercise.catalog import SKILLS
from ..reports.terminal_text import MARKS
from .progress import Standing
from .suggestions import suggestions


def progress_text(standings: Sequence[Standing], console: Console) -> str:
    """Return a learner's progress for a terminal or a pipe: every skill, best scores, what to try next."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=3, justify="right")
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right")
    grid.add_column(overflow="fold")
    for skill, group in groupby(standings, key=lambda s: s.exercise.skill):
        grid.add_row(Text(skill[:2], "bold"), Text(SKILLS.get(skill[3:], skill[3:]), "bold"))
        for s in group:
            mark, style = MARKS["passed" if s.passed else "partial" if s.tries else "not_tried"]
            best = f"{s.score:g}/{s.points:g}" if s.tries else ""
            read = f"  ({s.hints} of 3 hints read)" if s.hints else ""
            title = Text.assemble(s.exercise.title, (read, "dim"))
            grid.add_row(Text(mark, style), s.exercise.id, Text(best, style), title)
    with console.capture() as captured:
        console.print(grid)
        scope = " (visible checks only)" if any(s.exercise.bundle for s in standings) else ""
        console.print(f"\n  {sum(s.passed for s in standings)} of {len(standings)} passed{scope}")
        for i, s in enumerate(suggestions(standings)):
            state = (
                f"best {s.score:g} of {s.points:g}"
                if s.tries
                else f"level {s.exercise.level}, {s.exercise.minutes} min"
            )
            console.print(f"  {'Next:' if i == 0 else '  or '} make grade EX={s.exercise.id}  ({state})", markup=False)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())
