"""A notebook's file as cells, whatever wrote it: Jupyter's formats 1 to 4, Colab, Kaggle, Databricks, VS Code."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import Unreadable

LANGUAGES = {"r": "R", "ir": "R", "julia": "Julia", "scala": "Scala", "sql": "SQL", "bash": "Bash", "rust": "Rust"}
LANGUAGES |= {"javascript": "JavaScript", "typescript": "TypeScript", "octave": "Octave", "c++": "C++", "java": "Java"}
MOST_CELLS = 20_000
MOST_VALUES = 3_000_000  # of JSON: each takes up to 150 bytes of memory once it is read
CONFLICT = re.compile(r"^(?:<{7} |={7}\s*$|>{7} )", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """One cell as somebody handed it in."""

    kind: str
    """Its type: code, markdown, raw, or whatever they made of it."""
    source: str
    names: frozenset[str] = frozenset()
    """The names that it goes by: its id, and nbgrader's."""
    label: str = "a cell"
    """What a learner knows it by, e.g. ``cell 5``."""
    first: int = 1
    """The number of its first line there."""
    flat: bool = False
    """Whether all its lines stand on one there."""


def read(content: bytes, name: str) -> list[Cell]:
    """Return the cells of a notebook.

    Raises
    ------
    Unreadable
        `content` is no notebook that can be read; the text says what it is, and the cure.
    """
    if sum(map(content.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise Unreadable(f"{name} holds more than {MOST_VALUES:,} values. Clear its outputs and save it again.")
    try:
        found = list(itertools.islice(_listed(json.loads(content)), MOST_CELLS + 1))
        if len(found) > MOST_CELLS:
            raise Unreadable(f"{name} has more than {MOST_CELLS:,} cells. Take out what is not your work.")
        return [_cell(cell, f"cell {i}") for i, cell in enumerate(found, 1)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError):
        raise Unreadable(f"{name} is not a notebook that can be read: {_why(content)}") from None


def _why(content: bytes) -> str:
    if not content.strip():
        return "the file is empty. Save it again in Jupyter."
    if b"\0" in content[:2000]:
        return "it is in UTF-16 or no text. Save it again in Jupyter."
    text = content.decode("utf-8", "replace")
    if conflict := CONFLICT.search(text):
        line = text[: conflict.start()].count("\n") + 1
        return f"Git's marks of a merge conflict are in it (line {line}). Take one side: git checkout --ours FILE."
    if text.lstrip()[:1] == "<":
        return "it is a web page. Download the notebook itself (on GitHub: Raw)."
    if text.lstrip()[:1] not in "{[":
        return "it is no JSON. Save it again in Jupyter; a Python file is named .py."
    return "it is broken off or no notebook. Save it again in Jupyter."


def _listed(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the cells; until format 3 they stood in worksheets."""
    if "cells" in notebook:
        yield from notebook["cells"]
        return
    for sheet in notebook["worksheets"]:
        yield from sheet["cells"]


def language(content: bytes) -> str:
    """Return the language that a notebook's kernel speaks where it is not Python, else an empty string."""
    try:
        metadata = json.loads(content)["metadata"]
        info, kernel = metadata.get("language_info") or {}, metadata.get("kernelspec") or {}
        said = str(info.get("name") or kernel.get("language") or kernel.get("name") or "").partition("-")[0]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError):
        return ""
    return "" if "python" in said.lower() else LANGUAGES.get(said.lower(), "")


def _cell(cell: dict[str, Any], label: str) -> Cell:
    kind = str(cell["cell_type"])
    source = cell.get("source", cell.get("input", cell.get("code", "")) if kind == "code" else "")
    metadata = cell.get("metadata")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    text = text.lstrip("\ufeff").encode("utf-8", "replace").decode()
    grading = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    names = (cell.get("id"), grading.get("grade_id") if isinstance(grading, dict) else None)
    return Cell(kind, text, frozenset(name for name in names if isinstance(name, str)), label)
