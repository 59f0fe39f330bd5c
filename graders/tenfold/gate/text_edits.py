"""Small edits of what is no Python, line by line: SQL, Terraform, CloudFormation, and Python that a patch adds.

What has no parser here may come out broken; then it loses its points like any other edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from .small_edits import Edit, difference

COMMENTS = {".sql": "--", ".tf": "#", ".yaml": " #", ".yml": " #", ".patch": "  # "}
SWAPS: dict[str, dict[str, tuple[str, ...]]] = {
    "comparison": {"<=": ("<", ">="), ">=": (">", "<="), "<": ("<=",), ">": (">=",), "=": ("<>",), "<>": ("=",)},
    "operator": {"+": ("-",), "-": ("+",), "and": ("or",), "or": ("and",), "not": ("",), "is not": ("is",)},
    "name": {"min": ("max",), "max": ("min",), "sum": ("avg", "count"), "avg": ("sum",), "count": ("sum",)},
    "join": {"left join": ("join",), "join": ("left join",), "union all": ("union",), "union": ("union all",)},
    "order": {"desc": ("",), "asc": ("desc",), "rank": ("row_number",), "row_number": ("rank",), "distinct": ("",)},
}
PYTHON: dict[str, tuple[str, ...]] = {
    "==": ("!=",),
    "!=": ("==",),
    **{sign: SWAPS["comparison"][sign] for sign in ("<=", ">=", "<", ">")},
}
SETTINGS: dict[str, tuple[str, ...]] = {
    "==": ("!=",),
    "!=": ("==",),
    ">=": (">",),
    "&&": ("||",),
    "||": ("&&",),
    "true": ("false",),
}
SETTINGS |= {"false": ("true",), "alltrue": ("anytrue",), "max": ("min",), "min": ("max",), "ceil": ("floor",)}
LANGUAGES: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    ".sql": SWAPS,
    ".tf": {"name": SETTINGS},
    ".yaml": {"name": SETTINGS},
    ".yml": {"name": SETTINGS},
    ".patch": {"comparison": PYTHON, "operator": SWAPS["operator"]},
}
LINES = {
    ".sql": re.compile(r"\s*CREATE INDEX .*;\s*"),
    ".tf": re.compile(r"\s*\w+\s*=\s*[^\[({]*"),
    ".yaml": re.compile(r"\s*(- )?[\w:]+:\s*[^\s|>].*"),
}
LINES[".yml"] = LINES[".yaml"]
"""Lines that can be left out alone."""
NUMBER = re.compile(r"(?<![\w.:])\d+(?![\w.])")


def edits(name: str, source: str) -> list[Edit]:
    """Return every edit of a text in the language that its name ends with, in the order of their places."""
    kind = PurePath(name).suffix
    if kind not in LANGUAGES:
        return []
    lines, made = source.splitlines(keepends=True), []
    for place in _places(kind, lines):
        for slip, line in _slips(kind, lines[place]):
            text = "".join([*lines[:place], line, *lines[place + 1 :]])
            made.append(Edit(slip, f"line {place + 1}: {difference(source, text)}", text))
    return made


def _places(kind: str, lines: list[str]) -> Iterator[int]:
    """Yield the lines that may be edited: of a patch those that it adds to Python files that are no tests."""
    code = kind != ".patch"
    for place, line in enumerate(lines):
        if kind == ".patch" and line.startswith("diff --git "):
            code = line.rstrip().endswith(".py") and "/test_" not in line
        elif code and (kind != ".patch" or (line.startswith("+") and not line.startswith("+++"))):
            yield place


def _slips(kind: str, line: str) -> Iterator[tuple[str, str]]:
    start = int(kind == ".patch")
    code = line.partition(COMMENTS[kind])[0]
    if kind in LINES and LINES[kind].fullmatch(code.rstrip()):
        yield "statement", ""
    for slip, swaps in LANGUAGES[kind].items():
        for match in _any(swaps).finditer(code, start):
            for other in swaps[" ".join(match[0].lower().split())]:
                told = other.upper() if match[0].isupper() else other
                yield slip, line[: match.start()] + told + line[match.end() :]
    for match in NUMBER.finditer(code, start):
        for number in {int(match[0]) + 1, max(0, int(match[0]) - 1)} - {int(match[0])}:
            yield "constant", line[: match.start()] + str(number) + line[match.end() :]


def _any(swaps: Iterable[str]) -> re.Pattern[str]:
    """Return what finds words and signs, each whole, the longest first."""
    longest = sorted(swaps, key=len, reverse=True)
    return re.compile("|".join(_word(w) if w[0].isalpha() else _sign(w) for w in longest), re.IGNORECASE)


def _word(word: str) -> str:
    return rf"\b{word.replace(' ', ' +')}\b"


def _sign(sign: str) -> str:
    return rf"(?<![<>=!+&|-]){re.escape(sign)}(?![<>=+&|-])"
