"""CTRF JSON, the Common Test Report Format: one suite an exercise, one test a check.

A check that could not be graded is ``other``, and the run is then not ``healthy``; one that was not tried is
``skipped``. CTRF knows no partial credit: less than everything is ``failed``, and ``extra`` holds points and
metric.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ...result import CheckResult, Result
from ...version import __version__
from ..json_document import as_json
from .plain import begun, entries, plain, told

STATUSES = {
    "passed": "passed",
    "partial": "failed",
    "failed": "failed",
    "not_tried": "skipped",
    "could_not_grade": "other",
}


def render(results: Sequence[Result]) -> str:
    """Return results as a CTRF document."""
    shown = plain(results)
    tests = [_test(result, check) for result in shown for check in entries(result)]
    counts = Counter(test["status"] for test in tests)
    summary = {
        "tests": len(tests),
        **{status: counts[status] for status in ("passed", "failed", "skipped", "pending", "other")},
        "suites": len(shown),
        "start": min((_milliseconds(begun(r)) for r in shown), default=0),
        "stop": max((_milliseconds(begun(r)) + round(r.seconds * 1000) for r in shown), default=0),
    }
    return as_json(
        {
            "reportFormat": "CTRF",
            "specVersion": "0.0.0",
            "generatedBy": "tenfold",
            "results": {
                "tool": {"name": "tenfold", "version": __version__},
                "summary": summary,
                "tests": tests,
                "environment": {"healthy": all(r.status != "could_not_grade" for r in shown)},
                "extra": {"grades": [_grade(result) for result in shown]},
            },
        }
    )


def _test(result: Result, check: CheckResult) -> dict[str, Any]:
    lost = check.status == "could_not_grade"
    metric = None if check.metric is None else asdict(check.metric)
    return {
        "name": f"{check.id}: {check.title}",
        "status": STATUSES[check.status],
        "rawStatus": check.status,
        "duration": round(check.seconds * 1000),
        "suite": [result.exercise],
        "tags": ["hidden" if check.hidden else "visible"],
        "message": told(check),
        "extra": {"points": check.points, "earned": None if lost else check.earned, "metric": metric},
    }


def _grade(result: Result) -> dict[str, Any]:
    lost = result.status == "could_not_grade"
    return {
        "exercise": result.exercise,
        "version": result.version,
        "status": result.status,
        "score": None if lost else result.score,
        "points": result.points,
        "pass": result.pass_,
        "seed_label": result.seed_label,
        "message": result.message,
    }


def _milliseconds(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)
