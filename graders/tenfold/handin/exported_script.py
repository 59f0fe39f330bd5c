"""A notebook that was exported as a Python file, as cells: nbconvert's, jupytext's, VS Code's, Colab's, Databricks'."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .cell_text import is_python, parsed, plain
from .jupyter_names import asks_for_jupyter
from .notebook_formats import Cell

BREAK = re.compile(
    r"#\s*(?:In\s*\[[ \d*]*\]:|%%(?P<percent>.*)|<(?P<old>code|markdown|raw)cell>|COMMAND -{5,}|\+(?: .*|\{.*)?|-)\s*"
)
LIGHT = re.compile(r"#\s*(?:\+(?: .*|\{.*)?|-)\s*")
HEADER = re.compile(r"\A(?:#.*\n)*?#\s*(?:jupyter:|jupytext:|Databricks notebook source)", re.MULTILINE)
MAGIC = re.compile(r"#\s*MAGIC ?(.*)")
DATABRICKS = re.compile(r"\s*%(?!python\b|%|time\b|timeit\b|prun\b)[\w-]+")
PYTHON_MAGIC = re.compile(r"\s*%python\b.*")


def cells(text: str, name: str) -> list[Cell] | None:
    """Return the cells of an exported notebook, None where a text is a Python file like any other."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    header = HEADER.match(text) is not None
    breaks = [i for i, line in enumerate(lines) if _breaks(line, header)]
    if not (breaks or header):
        return None
    edges = [0, *breaks, len(lines)]
    return [cell for a, b in zip(edges, edges[1:], strict=False) if b > a for cell in _cells(lines[a:b], name, a + 1)]


def loose(text: str, name: str) -> list[Cell] | None:
    """Return as one cell a Python file with lines, names or ways of Jupyter's and no cells; None for any other file."""
    if asks_for_jupyter(text) or (parsed(text) is None and parsed(plain(text)) is not None):
        return [Cell("code", text, label=name)]
    return None


def _breaks(line: str, light: bool) -> bool:
    found = BREAK.fullmatch(line)
    return found is not None and (light or LIGHT.fullmatch(line) is None)


def _cells(lines: list[str], name: str, first: int) -> Iterator[Cell]:
    begin = BREAK.fullmatch(lines[0])
    kind = "code"
    if begin and re.search(r"\[(markdown|md|raw)\]", begin["percent"] or ""):
        kind = "markdown"
    elif begin and begin["old"] not in (None, "code"):
        kind = "markdown"
    magics = [MAGIC.fullmatch(line) for line in lines]
    if any(magics):
        said = [m[1] for m in magics if m]
        if all(m or not line.strip() or line.startswith("#") for m, line in zip(magics, lines, strict=True)):
            lines = [m[1] if m else "" for m in magics]
            lines = ["" if PYTHON_MAGIC.fullmatch(line) else line for line in lines]
            if DATABRICKS.match(said[0]):
                kind = "markdown"
    source = "\n".join(lines)
    unpacked = _unpacked(source)
    if unpacked is not None:
        at, text = unpacked
        yield Cell(kind if is_python(text) or "file" in text[:12] else "code", text, label=name, first=first + at, flat=True)
    else:
        yield Cell(kind, source, label=name, first=first)


def _unpacked(source: str) -> tuple[int, str] | None:
    """Return the text of a cell that nbconvert has put into ``run_cell_magic``, and the line where it stands."""
    if "run_cell_magic" not in source:
        return None
    tree = parsed(source)
    call = tree.body[0].value if tree and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "run_cell_magic"):
        return None
    given = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if len(given) != 3:
        return None
    return call.lineno - 1, f"%%{given[0]} {given[1]}".rstrip() + f"\n{given[2]}"
