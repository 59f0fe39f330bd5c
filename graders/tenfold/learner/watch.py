"""Grade the visible checks again whenever the work is saved; the full grade is a key away."""

from __future__ import annotations

import contextlib
import select
import sys
import time
from collections.abc import Iterator

from rich.console import Console

from ..exercise.exercise import Exercise
from ..grading.grade import Request, grade
from ..reports import printed, terminal_text
from . import progress

PAUSE = 0.1
SETTLED = 0.05  # an editor may write a file in two steps


def watch(exercise: Exercise, console: Console) -> None:
    """Print a grade of the visible checks now and after every save, until Ctrl-C.

    Enter grades all checks. Where the input is no terminal, saving is all there is.
    """
    with contextlib.suppress(KeyboardInterrupt):
        for whole in _moments(exercise):
            result = grade(Request(exercise, visible=not whole))
            if whole:
                with contextlib.suppress(OSError):
                    progress.note_grade(exercise, result)
            console.clear()
            printed.say(terminal_text.as_text(result, exercise.title, console))
            if not whole and result.status == "passed":
                rest = "the hidden ones are not here." if exercise.bundle else "[bold]Enter[/] grades all checks."
                console.print(f"\n  All visible checks hold: {rest}")
            console.print(f"\n  [dim]Watching {', '.join(exercise.files)}. Ctrl-C ends.[/]")


def _moments(exercise: Exercise) -> Iterator[bool]:
    """Yield whenever there is something to grade: True for all checks."""
    seen: object = None
    while True:
        now = _state(exercise)
        if now != seen:
            time.sleep(SETTLED)
            seen = _state(exercise)
            yield False
        elif _entered():
            yield True


def _state(exercise: Exercise) -> tuple[tuple[int, int], ...]:
    """Return times and sizes of the submitted files; a missing one has none."""
    found = []
    for name in exercise.files:
        try:
            status = (exercise.folder / name).stat()
            found.append((status.st_mtime_ns, status.st_size))
        except OSError:
            found.append((0, 0))
    return tuple(found)


def _entered() -> bool:
    """Wait a moment and return whether Enter was pressed meanwhile."""
    if not sys.stdin.isatty():
        time.sleep(PAUSE)
        return False
    return bool(select.select([sys.stdin], [], [], PAUSE)[0]) and bool(sys.stdin.readline())
