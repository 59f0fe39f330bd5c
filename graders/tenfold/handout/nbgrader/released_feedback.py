"""nbgrader's feedback, in which a grade that nobody has given is no zero."""

from __future__ import annotations

import math
from typing import Any

from jinja2.filters import do_round
from nbformat import NotebookNode
from nbgrader.preprocessors import GetGrades

from .gradebook import is_given

NONE_YET = "not graded yet"


class Given(GetGrades):
    """In the place of `GetGrades`: a grade that is lost, or that a person has yet to give, is nan, as is the sum."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        nb, resources = super().preprocess(nb, resources)
        if any(math.isnan(cell.metadata.get("nbgrader", {}).get("score", 0.0)) for cell in nb.cells):
            resources["nbgrader"]["score"] = math.nan
        return nb, resources

    def _get_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_score(cell, resources)
        name = cell.metadata.nbgrader["grade_id"]
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        if not is_given(grade):
            cell.metadata.nbgrader["score"] = math.nan


def rounded(value: float, *args: Any) -> float | str:
    """Round as jinja's filter does; what is no number is told in words."""
    return NONE_YET if math.isnan(value) else do_round(value, *args)
