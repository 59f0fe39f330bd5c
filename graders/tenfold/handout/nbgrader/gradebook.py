"""The gradebook as CSV."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "needs_manual_grade",
)


def is_given(grade: Any) -> bool:
    """Return whether a grade of the gradebook has a score, by a step or by a person."""
    return grade.auto_score is not None or grade.manual_score is not None


class Grades(ExportPlugin):
    """nbgrader's own columns, quoted as CSV asks for, and whether a person must look.

    A grade of which a part is lost, or not given yet, is no number.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades that were asked for to ``--to``, by default `grades.csv`."""
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            for assignment in gradebook.assignments:
                if self.assignment and assignment.name not in map(str, self.assignment):
                    continue
                for student in gradebook.students:
                    if not self.student or student.id in map(str, self.student):
                        writer.writerow(self._row(gradebook, assignment, student))

    def _row(self, gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
        row = {name: getattr(assignment, name) for name in ("duedate", "max_score")}
        row |= {name: getattr(student, name) for name in ("last_name", "first_name", "email")}
        row |= {"assignment": assignment.name, "student_id": student.id, "late_submission_penalty": 0.0}
        lost = {"raw_score": None, "score": None, "needs_manual_grade": True}
        try:
            submission = gradebook.find_submission(assignment.name, student.id)
        except MissingEntry:
            nothing = {"raw_score": 0.0, "score": 0.0, "needs_manual_grade": False}
            return row | (lost if self._has("submitted", assignment, student) else nothing)
        penalty = submission.late_submission_penalty or 0.0
        row |= {"timestamp": submission.timestamp, "late_submission_penalty": penalty}
        missing = not all(is_given(grade) for notebook in submission.notebooks for grade in notebook.grades)
        failed = self._has("submitted", assignment, student) and not self._has("autograded", assignment, student)
        if missing or failed:
            return row | lost
        raw = round(submission.score, 4)
        score = round(max(0.0, raw - penalty), 4)
        return row | {"raw_score": raw, "score": score, "needs_manual_grade": submission.needs_manual_grade}

    def _has(self, step: str, assignment: Any, student: Any) -> bool:
        """Return whether there is a folder of a student's, as it was handed in or as it was graded."""
        coursedir = getattr(self.parent, "coursedir", None)
        if coursedir is None:
            return True
        folder = getattr(coursedir, f"{step}_directory")
        return Path(coursedir.format_path(folder, student.id, assignment.name)).is_dir()
