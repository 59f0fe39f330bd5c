"""A learner's progress over the ten skills as a page of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..exercise.catalog import SKILLS
from ..reports.html_page import render
from .progress import Standing
from .suggestions import suggestions


def skill_map(standings: Sequence[Standing]) -> str:
    """Return the page of a learner's progress over the ten skills."""
    slugs = (s.exercise.skill[3:] for s in standings)
    skills = SKILLS | {slug: slug for slug in slugs if slug not in SKILLS}
    groups = {slug: [s for s in standings if s.exercise.skill[3:] == slug] for slug in skills}
    return render(
        "progress.html.j2",
        "tenfold.learner",
        passed=sum(s.passed for s in standings),
        total=len(standings),
        scope=", in their visible checks only" if any(s.exercise.bundle for s in standings) else "",
        next=suggestions(standings),
        sectors=[_sector(i, len(groups), slug, group) for i, (slug, group) in enumerate(groups.items())],
        skills=[
            {"number": f"{i + 1:02}", "title": skills[slug], "standings": group, "passed": sum(s.passed for s in group)}
            for i, (slug, group) in enumerate(groups.items())
        ],
    )


def _sector(place: int, of: int, slug: str, group: list[Standing]) -> dict[str, Any]:
    done = sum(s.passed for s in group) / len(group) if group else 0.0
    begun = sum(1.0 if s.passed else s.share for s in group) / len(group) if group else 0.0
    x, y = name_place(place, of)
    parts = {"lane": 1.0, "begun": begun, "done": done}
    return {"slug": slug, "x": x, "y": y, **{k: sector(place, of, v) if v else "" for k, v in parts.items()}}


INNER, OUTER, NAMES = 40.0, 135.0, 153.0


def sector(place: int, of: int, share: float) -> str:
    """Return the SVG path of one of `of` equal sectors of a ring, filled from inside to a share of its area's depth."""
    outer = INNER + (OUTER - INNER) * share
    begin, end = (2 * math.pi * (place + i) / of - math.pi / 2 for i in (0, 1))
    a, b, c, d = (_at(r, angle) for r, angle in ((INNER, begin), (outer, begin), (outer, end), (INNER, end)))
    return f"M{a} L{b} A{outer:.1f} {outer:.1f} 0 0 1 {c} L{d} A{INNER:.1f} {INNER:.1f} 0 0 0 {a} Z"


def name_place(place: int, of: int) -> tuple[float, float]:
    """Return where the name of a sector goes."""
    angle = 2 * math.pi * (place + 0.5) / of - math.pi / 2
    return round(NAMES * math.cos(angle), 1), round(NAMES * math.sin(angle), 1)


def _at(radius: float, angle: float) -> str:
    return f"{radius * math.cos(angle):.1f} {radius * math.sin(angle):.1f}"
