"""nbgrader's steps, with the kit's grader in the place of a kernel."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades

from ...exercise.exercise import Exercise
from ...grading import grade
from ...handin.places import Places
from ...handin.submission import Submission, collect
from ...reports import terminal_text
from ...result import CheckResult, Result
from . import assignment
from .assigned_exercise import Tenfold


class Starter(NbGraderPreprocessor):
    """After `ClearSolutions`: gives students the exercise's own starter in the place of nbgrader's stub."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        starter = cell.metadata.pop("tenfold", {}).get("starter")
        if starter is not None:
            cell.source = starter
        return cell, resources


class Grade(Execute):
    """In the place of `Execute`: grades in the sandbox, and writes credit and feedback into the grade cells."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        resources = resources or {}
        kit = Tenfold(parent=self)
        exercise = kit.exercise(resources["nbgrader"])
        if exercise is None:
            return super().preprocess(nb, resources, km)
        path = Path(resources["metadata"]["path"], f"{resources['nbgrader']['notebook']}.ipynb")
        noted = nb.metadata["tenfold"]
        segments = {name: tuple(map(tuple, found)) for name, found in noted.get("places", {}).items()}

        def take() -> Submission:  # the text is ours by now; its lines are told as the student has them
            return replace(collect(exercise, path), places=Places(segments))

        result = grade.grade(grade.Request(exercise, require=kit.require, take=take))
        said = [*noted["trouble"][:1]] or ([result.message] if result.message else [])
        student = resources["nbgrader"]["student"]
        for line in said:
            self.log.warning("%s of %s: %s", exercise.id, student, line)
        if result.status == "could_not_grade":
            again = f"nbgrader autograde --force {resources['nbgrader']['assignment']} --student={student}"
            self.log.error("%s of %s could not be graded; grade it by hand, or again: %s", exercise.id, student, again)
            if result.detail:
                self.log.error(result.detail)
        else:
            self.log.info("%s of %s: %g of %g points", exercise.id, student, result.score, result.points)
        _write(nb, exercise, result, said)
        resources["tenfold"] = result
        return nb, resources


def lose(named: dict[str, str]) -> None:
    """Note in the gradebook that a submission has no grade and needs a person, whatever it had before.

    Parameters
    ----------
    named
        nbgrader's names: `assignment`, `notebook`, `student`, `db_url`.
    """
    with Gradebook(named["db_url"]) as gradebook:
        try:
            entry = gradebook.find_submission_notebook(named["notebook"], named["assignment"], named["student"])
        except MissingEntry:
            return
        for lost in entry.grades:
            lost.auto_score, lost.needs_manual_grade = None, True
        gradebook.db.commit()


class SaveGrades(SaveAutoGrades):
    """In the place of `SaveAutoGrades`: what could not be graded needs manual grading and is no number."""

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        named = resources["nbgrader"]
        super()._add_score(cell, resources)
        try:
            self.gradebook.find_source_cell(assignment.FIRST, named["notebook"], named["assignment"])
        except MissingEntry:
            return
        result = resources.get("tenfold")
        if result is None or result.status == "could_not_grade":
            name = cell.metadata.nbgrader["grade_id"]
            lost = self.gradebook.find_grade(name, named["notebook"], named["assignment"], named["student"])
            lost.auto_score, lost.needs_manual_grade = None, True
            self.gradebook.db.commit()


def _write(nb: NotebookNode, exercise: Exercise, result: Result, said: list[str]) -> None:
    """Put a result into a notebook: the verdict into its first cell, each check's part into its grade cell."""
    checks = {assignment.cell_of(check.id): check for check in result.checks}
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name == assignment.FIRST:
            cell.outputs = [_text("\n".join([terminal_text.headline(result, exercise.title), *said]))]
        elif cell.metadata.get("nbgrader", {}).get("grade"):
            cell.outputs = _outputs(checks.get(name), result.status != "could_not_grade")
    nb.metadata["tenfold"] = {"status": result.status, "started": result.started, "hashes": result.hashes}


def _outputs(check: CheckResult | None, counts: bool) -> list[NotebookNode]:
    if check is None:
        return [_text("could not be graded: this is no zero, a person will look at it")]
    outputs = [_text("\n".join(terminal_text.lines(check)))]
    if counts:
        if not 0 <= check.earned <= check.points or not math.isfinite(check.earned):
            raise ValueError(f"{check.id} earned {check.earned} of {check.points}")
        outputs.append(new_output("execute_result", {"text/plain": repr(float(check.earned))}))
    return outputs


def _text(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=text + "\n")
