"""The text of one cell as Python: lines and magics for Jupyter alone made void; every line keeps its number."""

from __future__ import annotations

import ast
import re
import textwrap

TOO_ODD = (SyntaxError, ValueError, RecursionError, MemoryError, SystemError)
MOST_CODE = 200_000  # characters of Python that are looked into: a parser takes up to a kilobyte of memory for one
WORK = 200_000  # characters that are parsed while magics are looked for
NOT_PYTHON = re.compile(
    r"!|bash|sh|script|sx|system|shell|cmd|html|javascript|js|latex|markdown|md|svg|(?:write)?file|r|sql|bigquery|cython"
    r"|cpp|cu|perl|ruby|julia|octave|scala|fortran|mermaid|dot|python[23]?|pypy|ai|shared|check|hidden",
    re.IGNORECASE,
)
"""The cell magics below which no Python of this kernel stands; below any other, such as ``%%time``, it does."""
SHELL = "pip|conda|mamba|uv|cd|ls|pwd|cat|mkdir|rm|cp|mv|run|load_ext|autoreload|matplotlib|env|timeit"
JUPYTER_LINE = re.compile(rf"\s*+(?:[%!?]|.*\?\s*$|[\w, ]+=\s*[%!]|(?:{SHELL})\s+[^=(\[.])")
TIMED = re.compile(r"(\s*+(?:[\w, ]+=\s*)?)%(?:time|prun|memit)\s+(?!-)(.*)")
GIVEN = re.compile(r"\s*+([\w, ]+)=\s*[%!]")
PYLAB = re.compile(r"(\s*)%pylab\b.*")
NUMPYS = "from numpy import *; import numpy; import numpy as np; import matplotlib.pyplot as plt"
CELL_MAGIC = re.compile(r"\s*%%([\w!]+)")


def is_python(source: str) -> bool:
    """Return whether a code cell holds Python: it begins with no magic, or with one that has Python below it."""
    magic = CELL_MAGIC.match(source)
    return magic is None or NOT_PYTHON.fullmatch(magic[1]) is None


def parsed(text: str) -> ast.Module | None:
    """Return the tree of a text, None where it is no Python, or too long or too odd to be looked into."""
    if len(text) > MOST_CODE:
        return None
    try:
        return ast.parse(text)
    except TOO_ODD:
        return None


def plain(source: str) -> str:
    """Return Python of a notebook without magics and shell lines; every line keeps its number."""
    lines = (textwrap.dedent(source) if source[:1] in (" ", "\t") else source).split("\n")
    for _ in range(20 + WORK // (len(source) + 1)):
        wrong = wrong_line("\n".join(lines))
        if wrong is None or not 0 < wrong <= len(lines) or not JUPYTER_LINE.match(lines[wrong - 1]):
            return "\n".join(lines)
        _void(lines, wrong - 1)
    for i, line in enumerate(lines):
        if JUPYTER_LINE.match(line):
            _void(lines, i)
    return "\n".join(lines)


def _void(lines: list[str], i: int) -> None:
    """Make a line void, and those that it goes on in; what it gives a name to is Jupyter's.

    Of ``%time`` the statement is kept, of ``%pylab`` the imports.
    """
    if timed := TIMED.fullmatch(lines[i]):
        lines[i] = timed[1] + timed[2]
        return
    if pylab := PYLAB.fullmatch(lines[i]):
        lines[i] = pylab[1] + NUMPYS
        return
    given = GIVEN.match(lines[i])
    on, stand_in = True, f"{given[1].rstrip()} = get_ipython(); " if given else ""
    while on and i < len(lines):
        text = lines[i].lstrip()
        on = text.endswith("\\")
        lines[i] = f"{lines[i][: len(lines[i]) - len(text)]}{stand_in}pass  # {text.rstrip(chr(92))}"
        i, stand_in = i + 1, ""
        if on and i < len(lines):  # at the same depth
            before = lines[i - 1]
            lines[i] = before[: len(before) - len(before.lstrip())] + lines[i].lstrip()


def wrong_line(source: str) -> int | None:
    """Return the line at which a text stops being Python, or None where it does not or nobody can tell."""
    if len(source) > MOST_CODE:
        return None
    try:
        ast.parse(source)
    except SyntaxError as error:
        return error.lineno
    except TOO_ODD:
        return None
    return None


def ended(text: str) -> str:
    """Return a text that ends with a line's end."""
    return text if text.endswith("\n") else f"{text}\n"
