"""Where a line of a submission stands in what was handed in: a cell and its line, or the line of a file."""

from __future__ import annotations

import bisect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import FromSubmission

Line = tuple[str, str, int]
"""One line of a file that is made here: its text without its end, where it comes from, and its number there."""
Segment = tuple[int, str, int]
"""A line of the made file, where it comes from, its number there; the lines that follow go on one by one."""
WHERE = re.compile(r"(.+), line (\d{1,7})")
IN_MESSAGE = re.compile(r"\b(on|at) line (\d{1,7})\b")


@dataclass(frozen=True)
class Places:
    """Translates ``roi.py, line 24``, as a box says it, into ``cell 5, line 3``."""

    files: Mapping[str, tuple[Segment, ...]] = field(default_factory=dict)
    """By name of the made file; of one that is not here, a line is told as it is."""

    def at(self, where: str) -> str:
        """Return a place as the learner has it."""
        found = WHERE.fullmatch(where)
        return self.line(found[1], int(found[2])) if found else where

    def line(self, file: str, number: int) -> str:
        """Return where a line of a file stands."""
        segments = self.files.get(file, ())
        i = bisect.bisect_right(segments, number, key=lambda segment: segment[0]) - 1
        if i < 0:
            return f"{file}, line {number}"
        first, label, there = segments[i]
        return f"{label}, line {there + number - first}"

    def of(self, error: FromSubmission) -> tuple[str, str]:
        """Return the place of an error, and its message with the lines that a syntax error names."""
        text, found = str(error), WHERE.fullmatch(error.where)
        if isinstance(error, SyntaxError) and found and found[1] in self.files:
            file = found[1]
            first, _, rest = text.partition("\n")
            first = IN_MESSAGE.sub(lambda m: f"{m[1]} {self.line(file, int(m[2]))}", first)
            text = f"{first}\n{rest}" if rest else first
        return self.at(error.where), text

    def told(self, text: str) -> str:
        """Return a text, such as pytest's, with every ``roi.py:24`` as the learner has it."""
        for file in self.files:
            pattern = rf'(?<![\w./-])"?(?:[^\s":]*/)?{re.escape(file)}(?:", line |, line |:)(\d{{1,7}})\b'
            text = re.sub(pattern, lambda m, file=file: self.line(file, int(m[1])), text)  # type: ignore[misc]
        return text


AS_IT_IS = Places()
"""Of what was handed in as it is."""


def segments(lines: Sequence[Line]) -> tuple[Segment, ...]:
    """Return where lines stand, a segment for every run of them."""
    found: list[Segment] = []
    for i, (_, label, number) in enumerate(lines, 1):
        if not found or (label, number) != (found[-1][1], found[-1][2] + i - found[-1][0]):
            found.append((i, label, number))
    return tuple(found)


def lines_of(text: str, label: str, first: int = 1, flat: bool = False) -> list[Line]:
    """Return the lines of a text that begins at a line of what was handed in; flat: all of it stands on that one."""
    return [(line, label, first + (0 if flat else i)) for i, line in enumerate(text.removesuffix("\n").split("\n"))]


def text_of(lines: Sequence[Line]) -> str:
    """Return the text of lines; each is ended."""
    return "".join(f"{text}\n" for text, _, _ in lines)
