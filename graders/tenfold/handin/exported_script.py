"""A notebook that was exported as a Python file, as cells: nbconvert's, jupytext's, VS Code's, Colab's, Databricks'."""

from __future__ import annotations

import ast
import contextlib
import itertools
import re
from collections.abc import Iterator

from .cell_text import TOO_ODD, parsed, plain
from .jupyter_names import asks_for_jupyter
from .notebook_formats import Cell

BREAK = re.compile(
    r"#\s*(?:In\s*\[[ \d*]*\]:|%%(?P<percent>.*)|<(?P<old>code|markdown|raw)cell>|COMMAND -{5,}|\+(?: .*|\{.*)?|-)\s*"
)
LIGHT = re.compile(r"#\s*(?:\+(?: .*|\{.*)?|-)\s*")
MOST_PARAGRAPHS = 8
"""In one cell of a light script that is parted by blank lines alone."""
MOST_LOOSE = 50_000  # characters between two marks in it
HEADER = re.compile(r"\A(?:#.*\n)*?#\s*(?:jupyter:|jupytext:|Databricks notebook source)", re.MULTILINE)
MAGIC = re.compile(r"#\s*MAGIC ?(.*)")
DATABRICKS = re.compile(r"\s*%(?:md|sql|sh|scala|r|fs|run|pip)\b")
KEPT_MAGIC = re.compile(r"#\s?(%(?:time|prun|memit|pylab)\b.*)")
CALLED_MAGIC = re.compile(r"(\s*+(?:[\w, ]+=\s*)?)get_ipython\(\)\.run_line_magic\('(time|prun|memit|pylab)', (.*)\)")
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
    return [cell for a, b in itertools.pairwise(edges) if b > a for cell in _cells(lines[a:b], name, a + 1, header)]


def loose(text: str, name: str) -> list[Cell] | None:
    """Return as one cell a Python file with lines, names or ways of Jupyter's and no cells; None for any other file."""
    if asks_for_jupyter(text) or (parsed(text) is None and parsed(plain(text)) is not None):
        return [Cell("code", text, label=name)]
    return None


def _breaks(line: str, light: bool) -> bool:
    found = BREAK.fullmatch(line)
    return found is not None and (light or LIGHT.fullmatch(line) is None)


def _cells(lines: list[str], name: str, first: int, paragraphs: bool) -> Iterator[Cell]:
    begin = BREAK.fullmatch(lines[0])
    text = begin and (re.search(r"\[(markdown|md|raw)\]", begin["percent"] or "") or begin["old"] not in (None, "code"))
    kind = "markdown" if text else "code"
    magics = [MAGIC.fullmatch(line) for line in lines]
    said = [m[1] for m in magics if m]
    if said and all(m or not line.strip() or line.startswith("#") for m, line in zip(magics, lines, strict=True)):
        lines = ["" if m is None or PYTHON_MAGIC.fullmatch(m[1]) else m[1] for m in magics]
        kind = "markdown" if DATABRICKS.match(said[0]) else kind
    lines = list(map(_with_magic, lines))
    source = "\n".join(lines)
    if paragraphs and len(source) < MOST_LOOSE and parsed(plain(source)) is None:
        for at, part in _paragraphs(lines):
            yield Cell(kind, part, label=name, first=first + at)
        return
    at, unpacked = _unpacked(source) or (0, "")
    yield Cell(kind, unpacked or source, label=name, first=first + at, flat=bool(unpacked))


def _paragraphs(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the cells of a light script, parted by blank lines: the fewest paragraphs that are Python together."""
    starts = [0, *(i for i in range(1, len(lines)) if lines[i][:1].strip() and not lines[i - 1].strip()), len(lines)]
    i = 0
    while i < len(starts) - 1:
        ends = range(i + 1, min(i + 1 + MOST_PARAGRAPHS, len(starts)))
        texts = {k: "\n".join(lines[starts[i] : starts[k]]) for k in ends}
        whole = next((k for k in ends if parsed(plain(texts[k])) is not None), i + 1)
        yield starts[i], texts[whole]
        i = whole


def _with_magic(line: str) -> str:
    """Return a line with its magic as in a notebook: out of a comment of jupytext, or a call of nbconvert."""
    if kept := KEPT_MAGIC.fullmatch(line):
        return kept[1]
    if called := CALLED_MAGIC.fullmatch(line):
        with contextlib.suppress(*TOO_ODD):
            return f"{called[1]}%{called[2]} {ast.literal_eval(called[3])}"
    return line


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
