"""A notebook as plain text: its cells, and which of them make up a submission. Nothing of it is run."""

from __future__ import annotations

import ast
import contextlib
import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Unreadable
from .cell_dependencies import TOO_ODD, completed, defines_something

MOST_CODE = 500_000  # characters of Python in a notebook: a parser takes a kilobyte of memory for one
WORK = 200_000  # characters that are parsed while magics are looked for
PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")  # what stands below them is Python
MARK = re.compile(
    rf"\s*+(?:(?:{'|'.join(PYTHON_MAGICS)}|%python\b|#(?![ \t]*file[ \t]*:)).*\n\s*+)*+"
    r"(?:#[ \t]*file[ \t]*:|(%%(?:write)?file)([ \t]+-a\b|[ \t]+--append\b)?[ \t])"
    r"[ \t]*[\"']?(?:\./)?([^\s\"']+)[\"']?[ \t]*\r?(?:\n|$)",
    re.IGNORECASE,
)
JUPYTER_LINE = re.compile(r"\s*+(?:[%!?]|.*\?\s*$|[\w, ]+=\s*[%!]|(?:pip|conda|cd|ls|pwd)\s+[^=(\[.])")
TIMED = re.compile(r"(\s*+(?:[\w, ]+=\s*)?)%time\s+(.*)")


@dataclass(frozen=True)
class Cell:
    """One cell as somebody handed it in."""

    kind: str
    """Its type: code, markdown, raw, or whatever they made of it."""
    source: str
    names: frozenset[str] = frozenset()
    """The names that it goes by: its id, and nbgrader's."""

    @property
    def is_python(self) -> bool:
        """Whether it is code, and not for a magic that is no Python."""
        first = self.source.lstrip()
        return self.kind == "code" and (not first.startswith("%%") or first.startswith(PYTHON_MAGICS))


@dataclass(frozen=True)
class Parts:
    """A notebook, sorted; every cell with its place."""

    files: dict[str, list[tuple[int, str]]]
    """The pieces of every file that was found, by name: as they were written, magics and all."""
    others: list[tuple[int, Cell]]
    """The cells that are part of no file."""


def cell_name(file: str) -> str:
    """Return the name of the cell that holds a file, e.g. ``drift_py``."""
    return re.sub(r"\W", "_", file)


def marked(file: str, text: str) -> str:
    """Return the source of the cell that holds a file: Python runs in Jupyter as well, all else is written to disk."""
    return f"{'# file:' if file.endswith('.py') else '%%writefile'} {file}\n{text}"


def read(content: bytes, name: str) -> list[Cell]:
    """Return the cells of a notebook.

    Raises
    ------
    Unreadable
        `content` is no notebook of Jupyter's format 4.
    """
    try:
        return [_cell(cell) for cell in json.loads(content)["cells"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError):
        raise Unreadable(f"{name} is not a notebook that can be read. Save it again in Jupyter.") from None


def _cell(cell: dict[str, Any]) -> Cell:
    source, metadata = cell.get("source", ""), cell.get("metadata")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    text = text.lstrip("\ufeff").encode("utf-8", "replace").decode()
    grading = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    names = (cell.get("id"), grading.get("grade_id") if isinstance(grading, dict) else None)
    return Cell(str(cell["cell_type"]), text, frozenset(name for name in names if isinstance(name, str)))


def parts(cells: Sequence[Cell], wanted: Sequence[str]) -> Parts:
    """Sort the cells of a notebook into the files of an exercise and the rest.

    A cell belongs to a file when its first line says so (``# file: NAME``, ``%%writefile NAME``) or when it goes by the
    file's `cell_name`, of whatever type it is now. Several cells make one file in their order, each text once; as in
    Jupyter, ``%%writefile`` without ``-a`` begins the file anew. Where no cell belongs to a file and there is one
    Python file, it is all code cells that are not for another magic.

    Raises
    ------
    Unreadable
        There is more code than anybody writes.
    """
    names = {cell_name(file): file for file in wanted}
    marks = [MARK.match(cell.source) for cell in cells]
    size = sum(
        len(c.source)
        for c, mark in zip(cells, marks, strict=True)
        if mark or c.kind == "code" or c.names & names.keys()
    )
    if size > MOST_CODE:
        raise Unreadable(f"there are more than {MOST_CODE:,} characters of code. Take out what is not your work.")
    said = {mark[3] for mark in marks if mark}
    found: dict[str, list[tuple[int, str]]] = {}
    seen: set[tuple[str, str]] = set()
    others: list[tuple[int, Cell]] = []
    for place, (cell, mark) in enumerate(zip(cells, marks, strict=True)):
        if mark and mark[3] in wanted:
            file, text, anew, more = mark[3], cell.source[mark.end() :], bool(mark[1]) and not mark[2], bool(mark[2])
        else:
            file, text, anew, more = _by_name(cell, names, said), cell.source, False, False
            if file and not file.endswith(".py") and text.lstrip().startswith("%%"):
                text = text.lstrip().partition("\n")[2]
        if not file:
            others.append((place, cell))
            continue
        pieces = found.setdefault(file, [])
        if anew:
            pieces.clear()
        if anew or more or (file, text) not in seen:
            pieces.append((place, _ended(text)))
        seen.add((file, text))
    every = [(i, _ended(c.source)) for i, c in others if c.is_python and _does_something(c.source)] if not found else []
    if every and len(wanted) == 1 and wanted[0].endswith(".py"):
        return Parts({wanted[0]: every}, [(i, cell) for i, cell in others if not cell.is_python])
    return Parts(found, others)


def _by_name(cell: Cell, names: Mapping[str, str], said: set[str]) -> str:
    """Return the file that a cell is named for; a copy of a marked cell, to try things in, is for none."""
    named = sorted(cell.names & names.keys())
    file = names[named[0]] if named else ""
    return "" if file.endswith(".py") and file in said and not defines_something(plain(cell.source)) else file


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _does_something(source: str) -> bool:
    try:
        return any(not isinstance(node, ast.Pass) for node in ast.parse(plain(source)).body)
    except TOO_ODD:
        return True


def submitted(found: Parts, starters: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the files of a submission: lines for Jupyter alone made void, and completed from other cells."""
    files = {}
    for name, pieces in found.files.items():
        text = "".join(text for _, text in pieces)
        if name.endswith(".py"):
            text = plain(text)
            others = [(place, plain(cell.source)) for place, cell in found.others if cell.is_python]
            with contextlib.suppress(*TOO_ODD):
                own = [(place, plain(piece)) for place, piece in pieces]
                whole = _wrong_line(text) is None and any(_wrong_line(piece) is not None for _, piece in own)
                text = completed([(own[-1][0], text)] if whole else own, others, (starters or {}).get(name, ""))
        files[name] = text.rstrip("\n") + "\n"
    return files


def plain(source: str) -> str:
    """Return Python of a notebook without magics and shell lines; every line keeps its number."""
    lines = (textwrap.dedent(source) if source[:1] in (" ", "\t") else source).split("\n")
    for _ in range(20 + WORK // (len(source) + 1)):
        wrong = _wrong_line("\n".join(lines))
        if wrong is None or not 0 < wrong <= len(lines) or not JUPYTER_LINE.match(lines[wrong - 1]):
            return "\n".join(lines)
        _void(lines, wrong - 1)
    for i, line in enumerate(lines):
        if JUPYTER_LINE.match(line):
            _void(lines, i)
    return "\n".join(lines)


def _void(lines: list[str], i: int) -> None:
    """Make a line void, and those that it goes on in; of ``%time`` the statement is kept."""
    timed = TIMED.fullmatch(lines[i])
    if timed:
        lines[i] = timed[1] + timed[2]
        return
    on = True
    while on and i < len(lines):
        text = lines[i].lstrip()
        on = text.endswith("\\")
        lines[i] = f"{lines[i][: len(lines[i]) - len(text)]}pass  # {text.rstrip(chr(92))}"
        i += 1
        if on and i < len(lines):  # at the same depth
            lines[i] = lines[i - 1][: lines[i - 1].index("pass")] + lines[i].lstrip()


def _wrong_line(source: str) -> int | None:
    """Return the line at which a text stops being Python, or None where it does not or nobody can tell."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        return error.lineno
    except TOO_ODD:
        return None
    return None
