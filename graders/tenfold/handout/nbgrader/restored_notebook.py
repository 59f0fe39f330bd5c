"""What was handed in, whatever it is, as a whole notebook: the kit's own cells, with the student's text in them."""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from ...errors import Unreadable, UsageError
from ...exercise.exercise import Exercise
from ...handin import notebook_cells
from ...handin.places import Segment, segments, text_of
from ...handin.submission import notebook_lines, read_cells
from . import assignment
from .assigned_exercise import Tenfold
from .autograde import Grade, SaveGrades, lose

MOST_TEXT, MOST_OTHERS = 200_000, 500
MISSING = "**Missing: the cell of `{name}`.** It begins with the line `{line}`. Put it back and hand in again."
OTHERS = "## Other cells of the student's\n\nThey are not run; what the work needs of them stands with it above."
LEFT_OUT = "More was left out here, to keep this short."


class Restored(NotebookExporter):
    """Reads a notebook that was handed in; nothing of it but text gets further.

    nbgrader's own reader ends at the first notebook that is not JSON or not of its schema, and loses the grade of one
    whose cells were deleted, doubled, retyped or stripped of their metadata.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kit = Tenfold(parent=self)
        coursedir = getattr(self.parent, "coursedir", None)
        for folder in _unfinished(coursedir, self.kit) if coursedir is not None else ():
            self.log.warning("Grading was broken off: %s is graded again", folder)
            shutil.rmtree(folder)

    def from_filename(self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Return the restored notebook where it is the kit's and was handed in; else what nbconvert makes of it."""
        if resources is None:
            return super().from_filename(filename, resources, **kwargs)
        try:
            exercise = self.kit.exercise(resources["nbgrader"])
        except UsageError:
            lose(resources["nbgrader"])
            raise
        if exercise is None:
            return super().from_filename(filename, resources, **kwargs)
        if os.environ.get("NBGRADER_EXECUTION") == "autograde":  # nbgrader's second pass, over what we wrote
            if not all(any(isinstance(step, ours) for step in self._preprocessors) for ours in (Grade, SaveGrades)):
                raise UsageError("nbgrader's steps were set in a way that would run student's code in a kernel")
            return super().from_filename(filename, resources, **kwargs)
        lose(resources["nbgrader"])  # until it is graded, nothing from before stands for it
        return self.from_notebook_node(restore(exercise, Path(filename)), resources, **kwargs)


def restore(exercise: Exercise, path: Path) -> NotebookNode:
    """Return the notebook of an exercise with what is graded of what was handed in; what it lacks is said in it."""
    trouble: list[str] = []
    files: dict[str, str] = {}
    places: dict[str, tuple[Segment, ...]] = {}
    others: list[notebook_cells.Cell] = []
    try:
        if path.is_symlink():
            raise Unreadable(f"{path.name} is a link. Hand in the notebook itself.")
        given = read_cells(path)
        others = [cell for _, cell in notebook_cells.parts(given, exercise.files).others]
        lines = notebook_lines(exercise, notebook_cells.parts(given, exercise.files))
        files = {name: text_of(each) for name, each in lines.items()}
        places = {name: segments(each) for name, each in lines.items() if name.endswith(".py")}
    except Unreadable as error:
        trouble.append(str(error))
    made = assignment.notebook(exercise, files)
    place = next(i for i, cell in enumerate(made.cells) if cell.id == "visible_checks")
    for name in exercise.files:
        if name not in files:
            line = notebook_cells.marked(name, "").strip()
            made.cells.insert(place, new_markdown_cell(MISSING.format(name=name, line=line)))
            trouble += [] if trouble else [f"the cell of {name} is missing; it begins with the line {line}"]
    made.cells += _shown(others, {cell.source.strip() for cell in made.cells})
    made.metadata["tenfold"] = {"trouble": trouble, "places": places}
    return made


def _shown(others: Sequence[notebook_cells.Cell], known: set[str]) -> Iterator[NotebookNode]:
    """Yield what else was handed in, for people to read: as text, up to a length."""
    theirs = [cell for cell in others if cell.source.strip() and cell.source.strip() not in known]
    room = MOST_TEXT
    if theirs:
        yield new_markdown_cell(OTHERS)
    for i, cell in enumerate(theirs):
        room -= len(cell.source)
        if room < 0 or i == MOST_OTHERS:
            yield new_markdown_cell(LEFT_OUT)
            return
        yield new_markdown_cell(_quoted(cell.source, "python" if cell.kind == "code" else "text"))


def _quoted(text: str, language: str) -> str:
    fence = "`" * max([3, *(1 + len(run) for run in re.findall("`+", text))])
    return f"{fence}{language}\n{text}\n{fence}"


def _unfinished(coursedir: Any, kit: Tenfold) -> Iterator[Path]:
    """Yield the folders of submissions whose grading began and did not end: killed between nbgrader's two passes."""
    pattern = coursedir.format_path(coursedir.autograded_directory, coursedir.student_id, coursedir.assignment_id)
    for folder in map(Path, glob.glob(pattern)):  # noqa: PTH207 - the pattern may be absolute
        if folder.is_dir() and folder.name in kit.names() and _half_done(folder / f"{folder.name}.ipynb"):
            yield folder


def _half_done(path: Path) -> bool:
    try:
        return "status" not in json.loads(path.read_bytes())["metadata"]["tenfold"]
    except (OSError, ValueError, KeyError, TypeError):
        return True
