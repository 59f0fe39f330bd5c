"""What every format begins with: results that anybody may read, in characters that do no harm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

from ...exercise.misconceptions import misconceptions
from ...result import CheckResult, CheckStatus, Metric, Result, clean
from ..terminal_text import verdict

LONGEST = 2000
"""Characters that a format takes of one field; the longest feedback of the kit's own has some 900."""


def verdict_of(result: Result) -> str:
    """Return the verdict in lower case; a pass that is not about every check says so."""
    return verdict(result).lower()


def plain(results: Sequence[Result]) -> list[Result]:
    """Return the public part of results, every text of it cleaned and cut, whoever wrote it."""
    return [_cleaned(result.public()) for result in results]


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value, LONGEST)
    if isinstance(value, tuple):
        return tuple(_cleaned(item) for item in value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _cleaned(getattr(value, field.name)) for field in fields(value)})
    return value


def entries(result: Result) -> tuple[CheckResult, ...]:
    """Return the checks of a result, led by one for the grade as a whole where they alone would mislead.

    They mislead when the grade is lost, and when nothing failed because nothing could be tried: code that cannot be
    loaded leaves every check untried, its result has a message, and a list of skipped tests looks like success.
    """
    status: CheckStatus
    if result.status == "could_not_grade":
        status = "could_not_grade"
    elif result.status == "passed":
        return result.checks
    elif result.message or not any(check.status in ("partial", "failed") for check in result.checks):
        status = "failed"
    else:
        return result.checks
    whole = CheckResult("grade", "The grade as a whole", False, result.points, result.score, status, result.message)
    return (whole, *result.checks)


def credit(check: CheckResult) -> str:
    """Return what a check earned, in words; a lost one has no score."""
    if check.status == "could_not_grade":
        return "could not grade"
    if check.status == "not_tried":
        return f"not tried, {check.points:g} points"
    return f"{check.earned:g} of {check.points:g} points"


def told(check: CheckResult) -> str:
    """Return what there is to say of a check that did not pass, a line each: metric, feedback, usual cause."""
    lines = [_measured(check.metric)] if check.metric is not None and check.status != "passed" else []
    lines += [check.feedback] if check.feedback else []
    if check.status in ("partial", "failed") and check.misconception in _causes():
        lines.append(f"Often the cause: {_causes()[check.misconception]}.")
    return "\n".join(lines)


def _measured(metric: Metric) -> str:
    return f"{metric.name} {metric.shown} (credit begins at {metric.floor:g}, full marks at {metric.full:g})"


@cache
def _causes() -> dict[str, str]:
    return misconceptions()


def begun(result: Result) -> dt.datetime:
    """Return when a grade began, in UTC."""
    return dt.datetime.fromisoformat(result.started).astimezone(dt.UTC)
