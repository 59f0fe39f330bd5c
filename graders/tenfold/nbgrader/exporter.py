"""What was handed in, whatever it is, as a whole notebook: the kit's own cells, with the student's text in them."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from .. import cells
from ..catalog import Exercise
from ..errors import Unreadable
from ..submission import read_cells
from . import assignment
from .kit import Tenfold

MOST_TEXT = 200_000
MISSING = "**Missing: the cell of `{name}`.** It begins with the line `{line}`. Put it back and hand in again."
OTHERS = "## Other cells of the student's\n\nThey are not run."


class Restored(NotebookExporter):
    """Reads a notebook that was handed in; nothing of it but text gets further.

    nbgrader's own reader ends at the first notebook that is not JSON or not of its schema, and loses the grade of one
    whose cells were deleted, doubled, retyped or stripped of their metadata.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kit = Tenfold(parent=self)
        if self.parent is not None and getattr(self.parent, "coursedir", None) is not None:
            for folder in _unfinished(self.parent.coursedir):
                self.log.warning("Grading was broken off: %s is graded again", folder)
                shutil.rmtree(folder)

    def from_filename(self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Return the restored notebook where it is the kit's and was handed in; else what nbconvert makes of it."""
        graded = os.environ.get("NBGRADER_EXECUTION") == "autograde"  # nbgrader's second pass, over what we wrote
        exercise = None if graded or resources is None else self.kit.exercise(resources["nbgrader"])
        if exercise is None:
            return super().from_filename(filename, resources, **kwargs)
        return self.from_notebook_node(restore(exercise, Path(filename)), resources, **kwargs)


def restore(exercise: Exercise, path: Path) -> NotebookNode:
    """Return the notebook of an exercise with the text of what was handed in; what it lacks is said in it."""
    trouble = []
    try:
        if path.is_symlink():
            raise Unreadable(f"{path.name} is a link. Hand in the notebook itself.")
        found = cells.parts(read_cells(path), exercise.files)
    except Unreadable as error:
        trouble.append(str(error))
        found = cells.Parts({}, ())
    made = assignment.notebook(exercise, found.files)
    missing = [name for name in exercise.files if name not in found.files]
    place = next(i for i, cell in enumerate(made.cells) if cell.id == "visible_checks")
    for name in missing:
        line = cells.marked(name, "").strip()
        made.cells.insert(place, new_markdown_cell(MISSING.format(name=name, line=line)))
        trouble += [] if trouble else [f"the cell of {name} is missing; it begins with the line {line}"]
    made.cells += _others(exercise, found.others)
    made.metadata["tenfold"] = {"trouble": trouble}
    return made


def _others(exercise: Exercise, others: tuple[cells.Cell, ...]) -> Iterator[NotebookNode]:
    """Yield what else was handed in, for people to read and for helpers to be found in: as text, up to a length."""
    ours = assignment.notebook(exercise, {}).cells
    known, names = {cell.source.strip() for cell in ours}, {cell.id for cell in ours}
    room, first = MOST_TEXT, True
    for cell in others:
        text = cell.source
        if not text.strip() or text.strip() in known or cell.names & names:
            continue
        if first:
            yield new_markdown_cell(OTHERS)
            first = False
        if len(text) > room:
            yield new_markdown_cell(f"{len(text)} characters more were left out.")
            continue
        room -= len(text)
        yield new_code_cell(text) if cell.kind == "code" else new_markdown_cell(_quoted(text))


def _quoted(text: str) -> str:
    fence = "`" * max(3, *(1 + len(run) for run in re.findall("`+", text)))
    return f"{fence}text\n{text}\n{fence}"


def _unfinished(coursedir: Any) -> Iterator[Path]:
    """Yield the folders of submissions whose grading began and did not end: killed between nbgrader's two passes."""
    pattern = coursedir.format_path(coursedir.autograded_directory, coursedir.student_id, coursedir.assignment_id)
    root = Path(coursedir.root)
    for folder in root.glob(str(Path(pattern).relative_to(root))):
        notebooks = list(folder.glob("*.ipynb"))
        if folder.is_dir() and (not notebooks or any(map(_half_done, notebooks))):
            yield folder


def _half_done(path: Path) -> bool:
    try:
        metadata = json.loads(path.read_bytes())["metadata"]
    except (OSError, ValueError, KeyError):
        return True
    return "tenfold" in metadata and "status" not in metadata["tenfold"]
