"""The hints that a learner has read, and the next one."""

from __future__ import annotations

from ..exercise.exercise import Exercise
from ..exercise.hints import LAYERS, hints
from . import progress


def next_hint(exercise: Exercise) -> str:
    """Return the layers read so far and the next one, and note that it was read."""
    read = min(progress.standing(exercise, progress.read(exercise.course)).hints + 1, LAYERS)
    left = LAYERS - read
    more = f"{left} more: make hint EX={exercise.id}" if left else "That was the last one."
    try:
        progress.note_hint(exercise, read)
    except OSError as error:
        more = f"It could not be noted that you read it, so the next one is this one again: {error}"
    return "\n\n".join([*hints(exercise)[:read], more])
