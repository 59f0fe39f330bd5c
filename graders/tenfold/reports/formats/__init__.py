"""Results for those who read them elsewhere: CI servers, Gradescope, GitHub, spreadsheets, badges.

A format is a pure function of results, ``render``, in a module of its own. None relies on anybody having cleaned a
text before, none shows more than `Result.public`, and in none does a lost grade look like a zero or like a failure.
"""

from collections.abc import Callable, Sequence

from ...result import Result
from . import annotations, badge, ctrf, gradescope, junit, summary, table

FORMATS: dict[str, tuple[str, Callable[[Sequence[Result]], str]]] = {
    "junit": ("JUnit XML", junit.render),
    "ctrf": ("CTRF JSON", ctrf.render),
    "gradescope": ("Gradescope's results.json", gradescope.render),
    "markdown": ("a job summary", summary.render),
    "badge": ("the JSON of a badge", badge.render),
    "csv": ("a table of one row", table.render),
}
"""By flag of ``tenfold grade``: what it is, and how it is made. Annotations are printed, not written."""

__all__ = ["FORMATS", "annotations", "badge", "ctrf", "gradescope", "junit", "summary", "table"]
