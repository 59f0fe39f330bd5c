"""Gradescope's ``results.json``: every check with its points; nothing at all to count when a grade is lost.

Gradescope wants a score for the whole or one for each test, and says that the autograder failed when it finds neither.
That is what a lost grade is. So it has no ``score`` and no ``tests``, and ``output`` says why: any number there would
be taken for the learner's. With several exercises, one that is lost leaves the whole without a score.

Titles and hints of hidden checks are public: all tests are ``visible``. All formats are ``text``, as Gradescope would
take the output of the whole for HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...result import CheckResult, Result
from ..json_document import as_json
from .plain import plain, told, verdict_of


def render(results: Sequence[Result]) -> str:
    """Return results as ``results.json``: one exercise, or all those of one assignment."""
    shown = plain(results)
    document: dict[str, Any] = {
        "output": "\n".join(_line(result) for result in shown) or "Nothing was graded.",
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "execution_time": round(sum(result.seconds for result in shown), 3),
        "extra_data": {"grades": [_grade(result) for result in shown]},
    }
    if shown and all(result.status != "could_not_grade" for result in shown):
        document["score"] = round(sum(result.score for result in shown), 4)
        document["tests"] = [_test(r, check, len(shown) > 1) for r in shown for check in r.checks]
    return as_json(document)


def _line(result: Result) -> str:
    if result.status == "could_not_grade":
        why = f": {result.message}" if result.message else ""
        return f"{result.exercise}: could not grade, and nothing was taken for a zero{why}"
    line = f"{result.exercise}: {verdict_of(result)}, {result.score:g} of {result.points:g} points"
    return f"{line}\n{result.message}" if result.message else line


def _test(result: Result, check: CheckResult, several: bool) -> dict[str, Any]:
    untried = ["Not tried."] if check.status == "not_tried" else []
    return {
        "name": f"{result.exercise}: {check.title}" if several else check.title,
        "score": check.earned,
        "max_score": check.points,
        "status": "passed" if check.status == "passed" else "failed",
        "output": "\n".join([*untried, told(check)]).strip(),
        "visibility": "visible",
        "extra_data": {"exercise": result.exercise, "check": check.id, "hidden": check.hidden},
    }


def _grade(result: Result) -> dict[str, Any]:
    return {
        "exercise": result.exercise,
        "version": result.version,
        "status": result.status,
        "seed_label": result.seed_label,
        "hashes": result.hashes,
    }
