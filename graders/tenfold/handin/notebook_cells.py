"""Which cells of a notebook make up a submission: those of a file, by their mark or name, or all of them."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..errors import Unreadable
from .cell_dependencies import completed, defines_something, gathered
from .cell_text import MOST_CODE, TOO_ODD, ended, is_python, parsed, plain, wrong_line
from .notebook_formats import Cell, language, read
from .places import Line, lines_of
from .units import Piece

__all__ = ["Cell", "Parts", "cell_name", "language", "marked", "one", "parts", "plain", "read", "submitted"]

MAGICS_ABOVE = "%%(?!(?:write)?file)[a-z]+"
MARK = re.compile(
    rf"\s*+(?:(?:{MAGICS_ABOVE}|%python\b|#(?![ \t]*file[ \t]*:)).*\n\s*+)*+"
    r"(?:#[ \t]*file[ \t]*:|(%%(?:write)?file)([ \t]+-a\b|[ \t]+--append\b)?[ \t])"
    r"[ \t]*(?:\"([^\"\n]+)\"|'([^'\n]+)'|(\S+))[ \t]*\r?(?:\n|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Parts:
    """A notebook, sorted; every cell with its place."""

    files: dict[str, list[Piece]]
    """The pieces of every file that was found, by name: as they were written, magics and all."""
    others: list[tuple[int, Cell]]
    """The cells that are part of no file."""
    whole: bool = False
    """Whether nothing is marked, and the one file is among all the code."""


@dataclass(frozen=True)
class Mark:
    """What the first line of a cell says of a file."""

    file: str
    text: str
    """The rest of the cell."""
    line: int
    """Of the cell, on which the rest begins."""
    anew: bool
    more: bool
    """Whether it begins the file anew, or goes on with it, as ``%%writefile`` does."""


def cell_name(file: str) -> str:
    """Return the name of the cell that holds a file, e.g. ``drift_py``."""
    return re.sub(r"\W", "_", file)


def marked(file: str, text: str) -> str:
    """Return the source of the cell that holds a file: Python runs in Jupyter as well, all else is written to disk."""
    return f"{'# file:' if file.endswith('.py') else '%%writefile'} {file}\n{text}"


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
    marks = [_mark(cell, wanted) for cell in cells]
    counted = [c for c, m in zip(cells, marks, strict=True) if m or c.kind == "code" or c.names & names.keys()]
    if sum(len(cell.source) for cell in counted) > MOST_CODE:
        raise Unreadable(f"there are more than {MOST_CODE:,} characters of code. Take out what is not your work.")
    said = {mark.file for mark in marks if mark}
    found: dict[str, list[Piece]] = {}
    seen: set[tuple[str, str]] = set()
    others: list[tuple[int, Cell]] = []
    for place, (cell, mark) in enumerate(zip(cells, marks, strict=True)):
        mark = mark or _by_name(cell, names, said)
        if mark is None:
            others.append((place, cell))
            continue
        pieces = found.setdefault(mark.file, [])
        if mark.anew:
            pieces.clear()
        if mark.anew or mark.more or (mark.file, mark.text) not in seen:
            pieces.append(_piece(place, cell, mark.text, mark.line, mark.file.endswith(".py")))
        seen.add((mark.file, mark.text))
    if not found and len(wanted) == 1 and wanted[0].endswith(".py"):
        every = [(i, c) for i, c in others if _is_code(c) and _does_something(c.source)]
        if every:
            rest = [(i, c) for i, c in others if not _is_code(c)]
            return Parts({wanted[0]: [_piece(i, c, c.source) for i, c in every]}, rest, whole=True)
    return Parts(found, others)


def one(file: str, cells: Sequence[Cell]) -> Parts:
    """Return cells as the one file that they are, whatever they say."""
    return Parts({file: [_piece(i, cell, cell.source) for i, cell in enumerate(cells)]}, [])


def _mark(cell: Cell, wanted: Sequence[str]) -> Mark | None:
    found = MARK.match(cell.source)
    if found is None:
        return None
    path = (found[3] or found[4] or found[5]).replace("\\", "/").removeprefix("./")
    for file in wanted:
        if path == file or path.endswith(f"/{file}"):
            text, line = cell.source[found.end() :], cell.source.count("\n", 0, found.end()) + 1
            return Mark(file, ended(text), line, bool(found[1]) and not found[2], bool(found[2]))
    return None


def _by_name(cell: Cell, names: Mapping[str, str], said: set[str]) -> Mark | None:
    """Return the file that a cell is named for; a copy of a marked cell, to try things in, is for none."""
    named = sorted(cell.names & names.keys())
    if not named:
        return None
    file, text, line = names[named[0]], cell.source, 1
    if file.endswith(".py"):
        if file in said and not defines_something(plain(text)):
            return None
    elif text.lstrip().startswith("%%"):
        rest = text.lstrip().partition("\n")[2]
        text, line = rest, text.count("\n") - rest.count("\n") + 1
    return Mark(file, ended(text), line, False, False)


def _piece(place: int, cell: Cell, text: str, line: int = 1, python: bool = True) -> Piece:
    text = text.replace("\r\n", "\n").replace("\r", "\n") if python else text
    first = cell.first if cell.flat else cell.first + line - 1
    return Piece(place, lines_of(ended(text), cell.label, first, cell.flat))


def _is_code(cell: Cell) -> bool:
    return cell.kind == "code" and is_python(cell.source)


def _does_something(source: str) -> bool:
    tree = parsed(plain(source))
    return tree is None or any(not isinstance(node, ast.Pass) for node in tree.body)


def submitted(
    found: Parts,
    starters: Mapping[str, str] | None = None,
    wanted: Collection[str] = (),
    libraries: Collection[str] = (),
) -> dict[str, list[Line]]:
    """Return the lines of a submission's files: those for Jupyter alone made void, and completed from other cells.

    Parameters
    ----------
    found
        The notebook, sorted.
    starters
        The Python files as they were at first, by name.
    wanted
        What checks ask for, besides.
    libraries
        What the exercise imports.
    """
    files = {}
    for name, pieces in found.files.items():
        lines = [line for piece in pieces for line in piece.lines]
        if name.endswith(".py"):
            own, starter = [_plain(piece) for piece in pieces], (starters or {}).get(name, "")
            others = [_plain(_piece(i, cell, cell.source)) for i, cell in found.others if _is_code(cell)]
            whole = _plain(Piece(own[-1].place if own else 0, lines))
            lines = list(whole.lines)
            with contextlib.suppress(*TOO_ODD):
                if found.whole:
                    lines = gathered(own, starter, wanted, libraries, name[:-3])
                elif own:
                    split = wrong_line(whole.text) is None and any(wrong_line(piece.text) is not None for piece in own)
                    lines = completed([whole] if split else own, others, starter, libraries, name[:-3])
        while len(lines) > 1 and not lines[-1][0]:
            lines.pop()
        files[name] = lines
    return files


def _plain(piece: Piece) -> Piece:
    texts = plain(piece.text.removesuffix("\n")).split("\n")
    return Piece(piece.place, [(text, *line[1:]) for text, line in zip(texts, piece.lines, strict=True)])
