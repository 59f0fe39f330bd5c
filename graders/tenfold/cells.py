"""A notebook as plain text: its cells, and which of them make up a submission. Nothing of it is run."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from .errors import Unreadable
from .helpers import TOO_ODD, needed

MARK = re.compile(r"\s*(?:# file:|(%%writefile)(\s+-a\b|\s+--append\b)?)\s+(\S+)[ \t]*\r?(?:\n|$)")
PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")  # what stands below them is Python
JUPYTER_LINE = re.compile(r"\s*(?:[%!]|\?{1,2}\w|[\w.]+\?{1,2}\s*$|[\w, ]+=\s*[%!])")


@dataclass(frozen=True)
class Cell:
    """One cell as somebody handed it in."""

    kind: str
    """Its type: code, markdown, raw, or whatever they made of it."""
    source: str
    names: frozenset[str] = frozenset()
    """The names that it goes by: its id, and nbgrader's."""


@dataclass(frozen=True)
class Parts:
    """A notebook, sorted."""

    files: dict[str, str]
    """The text of every file that was found, by name: as it was written, magics and all."""
    others: tuple[Cell, ...]
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
    source, metadata = cell["source"], cell.get("metadata")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    grading = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    names = (cell.get("id"), grading.get("grade_id") if isinstance(grading, dict) else None)
    return Cell(str(cell["cell_type"]), text, frozenset(name for name in names if isinstance(name, str)))


def parts(cells: Sequence[Cell], wanted: Sequence[str]) -> Parts:
    """Sort the cells of a notebook into the files of an exercise and the rest.

    A cell belongs to a file when its first line says so (``# file: NAME``, ``%%writefile NAME``) or when it goes by the
    file's `cell_name`, of whatever type it is now. Several cells make one file in their order, each text once; as in
    Jupyter, ``%%writefile`` without ``-a`` begins the file anew. Where no cell belongs to a file and there is one
    Python file, it is all code cells that are not for another magic.
    """
    names = {cell_name(file): file for file in wanted}
    found: dict[str, list[str]] = {}
    others = []
    for cell in cells:
        file, text, anew = _belongs(cell, names, wanted)
        if file is None:
            others.append(cell)
            continue
        pieces = found.setdefault(file, [])
        if anew:
            pieces.clear()
        if text not in pieces:
            pieces.append(text)
    every = [cell.source for cell in others if _is_python(cell) and _does_something(cell.source)]
    if not found and every and len(wanted) == 1 and wanted[0].endswith(".py"):
        found[wanted[0]] = every
        others = [cell for cell in others if not _is_python(cell)]
    return Parts({file: "".join(_ended(p) for p in pieces) for file, pieces in found.items()}, tuple(others))


def _belongs(cell: Cell, names: dict[str, str], wanted: Sequence[str]) -> tuple[str | None, str, bool]:
    mark = MARK.match(cell.source)
    if mark and mark[3] in wanted:
        return mark[3], cell.source[mark.end() :], bool(mark[1]) and not mark[2]
    named = sorted(cell.names & names.keys())
    return (names[named[0]] if named else None), cell.source, False


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _is_python(cell: Cell) -> bool:
    first = cell.source.lstrip()
    return cell.kind == "code" and (not first.startswith("%%") or first.startswith(PYTHON_MAGICS))


def _does_something(source: str) -> bool:
    try:
        return any(not isinstance(node, ast.Pass) for node in ast.parse(plain(source)).body)
    except TOO_ODD:
        return True


def submitted(found: Parts) -> dict[str, bytes]:
    """Return the files of a submission: lines for Jupyter alone made void, and the helpers that other cells hold."""
    helpers = [plain(cell.source) for cell in found.others if _is_python(cell)]
    files = {}
    for name, text in found.files.items():
        if PurePath(name).suffix == ".py":
            text = plain(text)
            text = needed(text, helpers) + text
        files[name] = text.encode("utf-8", "surrogatepass")
    return files


def plain(source: str) -> str:
    """Return Python of a notebook without magics and shell lines; every line keeps its number."""
    return source if _parses(source) else "\n".join(_void(source.split("\n")))


def _void(lines: list[str]) -> Iterator[str]:
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        yield f"{indent}pass  # {line.lstrip()}" if JUPYTER_LINE.match(line) else line


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except TOO_ODD:
        return False
    return True
