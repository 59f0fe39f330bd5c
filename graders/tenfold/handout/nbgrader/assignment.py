"""An exercise as a notebook for nbgrader: the statement, a cell a file, a grade cell a check."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ...exercise.check_functions import titles, worth
from ...exercise.exercise import Exercise
from ...handin import notebook_cells

FIRST = "tenfold"
"""The name of the first cell: a notebook whose gradebook entry has it is the kit's."""
LONGEST_NAME = 64
SETUP = """\
# Run this cell first: the checks below need it. It needs the package tenfold; handing in works without.
%load_ext tenfold.notebook
%tenfold {id}"""
WORK = """\
## Your work

{cells} Other cells are yours to try things in: of them, only the functions, classes, imports and assignments \
that your work uses are graded with it. Lines for Jupyter alone (`%…`, `!…`) are left out."""
SEVERAL = "Write into the cells that begin with {marks}; each is one file, and the first line says which."
ONE = "Write into the cell that begins with {marks}. You may split it, or add cells that begin with the same line."
VISIBLE = """\
## Visible checks

Run your cells, then these: each runs on the cells that you have run. Only your instructor's grade counts."""
HIDDEN = """\
## Hidden checks

These run when your work is graded, on other data. What each looks at is said here and above."""
CELLS = "The cells of the visible checks run"
IN_A_NOTEBOOK = {
    r"`make grade EX=[\w-]+` runs all checks\.": "The cells below run the visible checks; "
    "all checks run when your work is graded.",
    r"`make grade EX=[\w-]+` installs it": "it must be installed where this notebook runs",
    r"`python -m pytest` in this folder, or `make grade`, runs your file": f"{CELLS} your file",
    r"To run your suite on it, from this folder: `[^`\n]*pytest[^`\n]*`": f"{CELLS} your suite on it.",
    r"To run them on [^,\n]*, from this folder:\n\n +[^\n]*pytest[^\n]*\n": f"{CELLS} them.\n",
    r"run the visible checks with: make grade EX=[\w-]+": "its cells run the visible checks",
    r"\band copied over the starter\b": "and pasted into its cell, below the first line",
    r"`make grade[^`\n]*`": "a cell of this notebook",
    r"(?:\.\./){3}(?=datasets/|\))": "",
    r"(?m)(^|[.!?] )README\.md\b": r"\1This notebook",
    r"(?<![/`])\bREADME\.md\b(?!`)": "this notebook",
}
"""What a statement or a starter says of a terminal, and what is so in a notebook that holds it."""
HIDDEN_CHECK = """\
%%hidden
# {title}.
# Worth {points:g} point{s}, when your work is graded."""


def source(exercise: Exercise) -> NotebookNode:
    """Return the instructor's version: the reference in nbgrader's solution regions, the starter beside it."""
    made = notebook(exercise, {name: _reference(exercise, name) for name in exercise.files})
    for cell in made.cells:
        if cell.metadata.nbgrader.solution:
            name = next(
                name for name in exercise.files if notebook_cells.cell_name(name) == cell.metadata.nbgrader.grade_id
            )
            starter = worded((exercise.folder / name).read_text(encoding="utf-8"))
            cell.metadata["tenfold"] = {"starter": notebook_cells.marked(name, starter).rstrip("\n")}
    made.metadata["tenfold"] = {"digest": digest(made)}
    return made


def notebook(exercise: Exercise, texts: Mapping[str, str]) -> NotebookNode:
    """Return the notebook of an exercise with these texts as its work; a file that is not there has no cell."""
    made = new_notebook(cells=[*_cells(exercise, texts)])
    made.metadata["kernelspec"] = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    made.metadata["language_info"] = {"name": "python"}
    return made


def digest(made: NotebookNode) -> str:
    """Return a hash of the cells, by which an export knows whether somebody has edited the last one."""
    return hashlib.sha256(nbformat.writes(new_notebook(cells=made.cells)).encode()).hexdigest()


def check_cells(exercise: Exercise) -> dict[str, float]:
    """Return the points of every grade cell by its name."""
    return {cell_of(check): points for check, (points, _) in worth(exercise).items()}


def _cells(exercise: Exercise, texts: Mapping[str, str]) -> Iterator[NotebookNode]:
    yield _locked(new_code_cell(SETUP.format(id=exercise.id)), FIRST)
    for i, section in enumerate(_statement(exercise)):
        yield _locked(new_markdown_cell(section), f"statement_{i}")
    yield _locked(new_markdown_cell(_explained(exercise)), "work")
    for name in exercise.files:
        if name in texts:
            cell = new_code_cell(notebook_cells.marked(name, texts[name]).rstrip("\n"))
            yield _named(cell, notebook_cells.cell_name(name), solution=True)
    yield _locked(new_markdown_cell(VISIBLE), "visible_checks")
    shared, visible = _visible(exercise)
    yield _locked(new_code_cell(f"%%shared\n{shared}"), "shared")
    marks, named = worth(exercise), titles(exercise)
    for check, text in visible.items():
        yield _graded(new_code_cell(f"%%check\n{text}"), check, marks[check][0])
    yield _locked(new_markdown_cell(HIDDEN), "hidden_checks")
    for check in (name for name in marks if name not in visible):
        points = marks[check][0]
        text = HIDDEN_CHECK.format(title=named[check], points=points, s="s" * (points != 1))
        yield _graded(new_code_cell(text), check, points)


def _statement(exercise: Exercise) -> list[str]:
    """Return the sections of the statement; its links lead to the data beside the notebook."""
    text = worded((exercise.folder / "README.md").read_text(encoding="utf-8"))
    return [section.strip() for section in re.split(r"(?m)^(?=## )", text)]


def worded(text: str) -> str:
    """Return a text of an exercise's with what works in a notebook in the place of what works in a terminal."""
    for pattern, instead in IN_A_NOTEBOOK.items():
        text = re.sub(pattern, instead, text)
    return text


def _explained(exercise: Exercise) -> str:
    marks = ", ".join(f"`{notebook_cells.marked(name, '').strip()}`" for name in exercise.files)
    return WORK.format(cells=(ONE if len(exercise.files) == 1 else SEVERAL).format(marks=marks))


def _reference(exercise: Exercise, name: str) -> str:
    text = (exercise.solution / name).read_text(encoding="utf-8")
    return f"### BEGIN SOLUTION\n{text.rstrip()}\n### END SOLUTION\n" if name.endswith(".py") else text


def _visible(exercise: Exercise) -> tuple[str, dict[str, str]]:
    """Return what the visible checks share, and the text of each by its name."""
    lines = exercise.visible_checks.read_text(encoding="utf-8").splitlines()
    checks = {}
    for node in reversed(ast.parse("\n".join(lines)).body):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
            checks[node.name] = "\n".join(lines[first : node.end_lineno])
            del lines[first : node.end_lineno]
    return re.sub(r"\n{3,}", "\n\n\n", "\n".join(lines)).strip(), dict(reversed(checks.items()))


def cell_of(check: str) -> str:
    """Return the name of a check's grade cell: one that nbformat takes as an id."""
    mark = hashlib.sha256(check.encode()).hexdigest()[:8]
    return check if len(check) <= LONGEST_NAME else f"{check[: LONGEST_NAME - 9]}_{mark}"


def _locked(cell: NotebookNode, name: str) -> NotebookNode:
    return _named(cell, name, locked=True)


def _graded(cell: NotebookNode, check: str, points: float) -> NotebookNode:
    return _named(cell, cell_of(check), locked=True, grade=True, points=points)


def _named(cell: NotebookNode, name: str, **grading: Any) -> NotebookNode:
    known = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    cell.id = name
    cell.metadata["nbgrader"] = NotebookNode({**known, "grade_id": name, **grading})
    return cell
