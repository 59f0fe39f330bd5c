"""Results as pages: one file each, without scripts and without anything from elsewhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ..exercise import proof_record
from ..exercise.exercise import Exercise
from ..exercise.misconceptions import misconceptions
from ..result import Result
from .svg_layout import drawing, scale
from .terminal_text import MARKS, verdict

OWN = "tenfold.reports"
BACKTICKS = re.compile(r"`([^`\n]+)`")
WORDS = {
    "passed": "passed",
    "partial": "in part",
    "failed": "failed",
    "not_tried": "not tried",
    "could_not_grade": "could not grade",
}


def report(result: Result, exercise: Exercise) -> str:
    """Return the page of one grade."""
    spreads = _spreads(exercise)
    kinds = Counter(c.misconception for c in result.checks if c.misconception and c.status in ("partial", "failed"))
    return render(
        "report.html.j2",
        result=result,
        title=exercise.title,
        verdict=verdict(result).capitalize(),
        needed=result.points * result.pass_,
        next=_next(result),
        causes=[(misconceptions()[kind], count) for kind, count in kinds.most_common(3)],
        groups=[
            ("Visible checks", [c for c in result.checks if not c.hidden]),
            ("Hidden checks", [c for c in result.checks if c.hidden]),
        ],
        scales={c.id: scale(c.metric, spreads.get((c.id, c.metric.name))) for c in result.checks if c.metric},
        drawings={c.id: [drawing(f) for f in c.figures] for c in result.checks},
        words=WORDS,
        misconceptions=misconceptions(),
        about=_about(result),
    )


@dataclass(frozen=True)
class Step:
    """One line of what to do next."""

    text: str
    command: str = ""


def _next(result: Result) -> list[Step]:
    if result.status == "passed":
        after = Step("What to try next:", "make progress")
        if result.visible_only:
            return [after]
        other = Step("Other ways, and the wrong ideas avoided:", f"make show EX={result.exercise} ARGS=--solution")
        return [other, after]
    if result.status == "could_not_grade":
        return [
            Step("Nothing was taken for a zero. When it is mended, grade again:", f"make grade EX={result.exercise}")
        ]
    hint = Step("A hint:", f"make hint EX={result.exercise}")
    return [Step(f"Mend this first: {result.to_mend.title}."), hint] if result.to_mend else [hint]


def _spreads(exercise: Exercise) -> dict[tuple[str, str], tuple[float, float]]:
    """Return between which values the solutions' metrics lay in the proof, by check and metric."""
    try:
        checks = json.loads(proof_record.path(exercise).read_text(encoding="utf-8"))["metrics"]
        return {
            (check, name): _span([v for who, values in metric["values"].items() if _correct(who) for v in values])
            for check, metrics in checks.items()
            for name, metric in metrics.items()
        }
    except (OSError, ValueError, KeyError):
        return {}


def _correct(who: str) -> bool:
    return who == "solution" or who.startswith("alternative")


def _span(values: list[float]) -> tuple[float, float]:
    return min(values), max(values)


def _about(result: Result) -> list[tuple[str, Any]]:
    return [
        ("draws", "practice: anyone can foresee them" if result.practice else result.seed_label),
        ("isolation", result.sandbox["level"]),
        ("begun", result.started),
        ("took", f"{result.seconds:.1f} s"),
        ("Python", result.python),
        *((f"SHA-256 of the {name}", value) for name, value in result.hashes.items()),
    ]


@cache
def _environment(package: str) -> Environment:
    loader = ChoiceLoader([PackageLoader(name, "pages") for name in dict.fromkeys((package, OWN))])
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["names"] = _names
    return made


def _names(text: str) -> Markup:
    """Set what stands between backticks as code."""
    return Markup(BACKTICKS.sub(r"<code>\1</code>", str(escape(text))))


def render(name: str, package: str = OWN, **values: Any) -> str:
    """Return a page made of a template of a package's, which may build on those of this room."""
    return _environment(package).get_template(name).render(marks=MARKS, **values)
