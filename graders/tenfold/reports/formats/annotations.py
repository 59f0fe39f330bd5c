"""GitHub annotations: workflow commands, which a step prints for the runner to read.

See ActionCommand.cs and ActionCommandManager.cs of github.com/actions/runner for the rules that are kept to here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...result import CheckResult, Result, clean
from .plain import LONGEST, credit, entries, plain, told

LEVELS = {"failed": "error", "partial": "warning", "could_not_grade": "warning"}
"""A lost grade is no error of the learner's."""
MOST = 10
"""How many annotations of a level GitHub takes of one step."""
LONGEST_TITLE, LONGEST_MESSAGE = 255, 4096
TOKEN = re.compile("[0-9a-f]{32,}")


def render(results: Sequence[Result], paths: Mapping[str, str]) -> str:
    """Return an annotation for each check that did not pass, lines to be printed.

    Parameters
    ----------
    results
        What was graded.
    paths
        The learner's file by exercise, from the repository's root; without one the annotation stands at no file.
    """
    found: dict[str, list[str]] = {}
    for result in plain(results):
        for check in entries(result):
            if check.status in LEVELS:
                line = _annotation(result, check, paths.get(result.exercise, ""))
                found.setdefault(LEVELS[check.status], []).append(line)
    return "".join(f"{line}\n" for level, lines in found.items() for line in _limited(level, lines))


def quiet(text: str, token: str) -> str:
    """Return text for a log, between lines that keep the runner from reading commands in it.

    Parameters
    ----------
    text
        Anything, also what a learner wrote.
    token
        Random, of this very print: ``secrets.token_hex(16)``.

    Raises
    ------
    ValueError
        The token is none of those, or the text knows it.
    """
    if not TOKEN.fullmatch(token) or token in text.lower():
        raise ValueError("draw a token for each print, with secrets.token_hex(16)")
    return f"::stop-commands::{token}\n{clean(text, len(text)).rstrip()}\n::{token}::\n"


def _annotation(result: Result, check: CheckResult, path: str) -> str:
    title = clean(f"{result.exercise}: {check.title}", LONGEST_TITLE)
    message = clean(f"{credit(check)}\n{told(check)}".rstrip(), LONGEST_MESSAGE)
    place = f"file={_property(clean(path, LONGEST))}," if path else ""
    return f"::{LEVELS[check.status]} {place}title={_property(title)}::{_data(message)}"


def _limited(level: str, lines: list[str]) -> list[str]:
    if len(lines) <= MOST:
        return lines
    left = len(lines) - MOST + 1
    return [*lines[: MOST - 1], f"::{level} title=tenfold::{left} more like these; GitHub takes {MOST} a step"]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
