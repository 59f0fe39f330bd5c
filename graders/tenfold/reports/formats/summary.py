"""A GitHub job summary in markdown: a table of exercises, then every check of each.

Text that is not the kit's own stands in code blocks, whose fences are longer than any run of backticks in it, or, in a
line, with every character that means something to markdown or HTML as a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...result import CheckResult, Result
from ..terminal_text import MARKS
from .plain import credit, entries, plain, told, verdict_of

MOST_BYTES = 1 << 20
"""GitHub takes no summary of a step that is larger."""
ROOM_TO_SAY = 200
SPECIAL = re.compile(r"[\\`*_{}\[\]<>#!|&~@:.$^]")
HEAD = "| exercise | verdict | score |\n| --- | --- | ---: |\n"


def render(results: Sequence[Result]) -> str:
    """Return results as a job summary of at most 1 MiB; it says what was left out."""
    shown = plain(results)
    if not shown:
        return "Nothing was graded.\n"
    room = MOST_BYTES - ROOM_TO_SAY
    rows = _fitting([_row(result) for result in shown], room // 2)
    text = HEAD + "".join(rows)
    if len(rows) < len(shown):
        text += f"\n{len(shown) - len(rows)} more exercises were graded; GitHub takes 1 MiB a step.\n"
    details = _fitting([_details(result) for result in shown], room - len(text.encode()))
    text += "".join(details)
    if len(details) < len(shown):
        text += f"\nThe checks of {len(shown) - len(details)} exercises are left out; GitHub takes 1 MiB a step.\n"
    return text


def _fitting(blocks: list[str], room: int) -> list[str]:
    """Return the first blocks that fit into a number of bytes."""
    for place, block in enumerate(blocks):
        room -= len(block.encode())
        if room < 0:
            return blocks[:place]
    return blocks


def _row(result: Result) -> str:
    return f"| {inline(result.exercise)} | {verdict_of(result)} | {_score(result)} |\n"


def _score(result: Result) -> str:
    return "" if result.status == "could_not_grade" else f"{result.score:g} of {result.points:g}"


def _details(result: Result) -> str:
    verdict = " ".join(part for part in (verdict_of(result), _score(result)) if part)
    blocks = [f"\n<details><summary>{inline(result.exercise)}: {verdict}</summary>\n"]
    blocks += [_check(check) for check in entries(result)]
    return "\n".join([*blocks, "</details>\n"])


def _check(check: CheckResult) -> str:
    line = f"{MARKS[check.status][0]} **{credit(check)}** {inline(check.title)}\n"
    said = told(check)
    return f"{line}\n{_fenced(said)}" if said else line


def inline(text: str) -> str:
    """Return text as one line of markdown that means nothing but itself, and calls nobody by ``@name``."""
    numbered = SPECIAL.sub(lambda found: f"&#{ord(found[0])};", " ".join(text.split()))
    return numbered.replace("&#64;", "&#64;&#8203;").replace("&#35;", "&#35;&#8203;")  # a space of no width


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}\n"
