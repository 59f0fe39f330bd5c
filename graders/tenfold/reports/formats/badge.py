"""The JSON that shields.io makes a badge of: one exercise, or how many of several are passed."""

from __future__ import annotations

from collections.abc import Sequence

from ...result import Result
from ..json_document import as_json
from .plain import plain, verdict_of


def render(results: Sequence[Result]) -> str:
    """Return results as an endpoint of shields.io, schema version 1.

    A lost grade is light grey and says so; ``isError`` keeps the address of the badge from giving it another colour.
    """
    shown = plain(results)
    lost = sum(result.status == "could_not_grade" for result in shown)
    passed = sum(result.status == "passed" for result in shown)
    label = shown[0].exercise if len(shown) == 1 else "tenfold"
    color = "lightgrey" if lost or not shown else "brightgreen" if passed == len(shown) else "yellow"
    badge = {"schemaVersion": 1, "label": label, "message": _message(shown, passed, lost), "color": color}
    return as_json({**badge, "isError": True} if lost else badge)


def _message(shown: list[Result], passed: int, lost: int) -> str:
    if not shown:
        return "nothing graded"
    if lost == len(shown):
        return verdict_of(shown[0])
    if len(shown) == 1:
        return f"{verdict_of(shown[0])}, {shown[0].score:g}/{shown[0].points:g}"
    return f"{passed} of {len(shown)} passed" + (f", {lost} could not grade" if lost else "")
