"""What to try next."""

from __future__ import annotations

from collections.abc import Sequence

from .progress import Standing


def suggestions(standings: Sequence[Standing], most: int = 3) -> list[Standing]:
    """Return what to try next.

    First what is begun, the nearest to full marks before others; then the easiest in the skills where least is passed.
    """
    left = [s for s in standings if not s.passed]
    passed = {s.exercise.skill: 0 for s in standings}
    for s in standings:
        passed[s.exercise.skill] += s.passed

    def order(s: Standing) -> tuple[float, ...]:
        return (-s.share, s.exercise.level, passed[s.exercise.skill], int(s.exercise.skill[:2]))

    return sorted(left, key=order)[:most]
