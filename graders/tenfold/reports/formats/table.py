"""A CSV table, one row a result, for a spreadsheet or a data frame."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

from ...result import Result
from .plain import plain

COLUMNS = (
    "exercise",
    "version",
    "status",
    "score",
    "points",
    "pass",
    "practice",
    "seed_label",
    "sandbox",
    "started",
    "seconds",
    "python",
    "blame",
    "message",
    "submission",
    "grader",
    "data",
)
FORMULA = re.compile(r"((?:^|[;\t\r\n])\s*)(?=[=+\-@＝＋－＠])")
"""What makes a spreadsheet calculate a cell that a file calls text; some begin a cell at other marks than the comma."""


def render(results: Sequence[Result]) -> str:
    """Return results as CSV with a header; a lost grade has an empty score."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for result in plain(results):
        writer.writerow({name: _inert(value) for name, value in _row(result).items()})
    return file.getvalue()


def _row(result: Result) -> dict[str, Any]:
    names = ("exercise", "version", "status", "points", "practice", "seed_label", "started", "seconds", "python")
    return {
        **{name: getattr(result, name) for name in names},
        "score": "" if result.status == "could_not_grade" else result.score,
        "pass": result.pass_,
        "sandbox": result.sandbox["level"],
        "blame": result.blame or "",
        "message": result.message,
        **{name: result.hashes.get(name, "") for name in ("submission", "grader", "data")},
    }


def _inert(value: Any) -> Any:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value
