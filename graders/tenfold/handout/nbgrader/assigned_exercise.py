"""Where nbgrader's steps find the kit: which exercise a notebook is."""

from __future__ import annotations

from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from traitlets import Unicode
from traitlets.config import LoggingConfigurable

from ...errors import UsageError
from ...exercise import catalog
from ...exercise.exercise import Exercise
from .assignment import FIRST, check_cells


class Tenfold(LoggingConfigurable):
    """The kit, as a course of nbgrader's is configured to use it."""

    course = Unicode(help="folder with exercises/ and graders/").tag(config=True)
    require = Unicode("medium", help="the least sandbox level to grade at: weak, medium or strong").tag(config=True)

    def names(self) -> set[str]:
        """Return the names of the kit's exercises."""
        return {exercise.id for exercise in catalog.exercises(Path(self.course))} if self.course else set()

    def exercise(self, named: dict[str, str]) -> Exercise | None:
        """Return the exercise of a notebook, or None where the gradebook says that it is not the kit's.

        Parameters
        ----------
        named
            nbgrader's names: `assignment`, `notebook`, `db_url`.

        Raises
        ------
        UsageError
            It is the kit's, and the kit has no such exercise, or it has changed since.
        """
        with Gradebook(named["db_url"]) as gradebook:
            try:
                gradebook.find_source_cell(FIRST, named["notebook"], named["assignment"])
            except MissingEntry:
                return None
            entry = gradebook.find_notebook(named["notebook"], named["assignment"])
            released = {cell.name: cell.max_score for cell in entry.grade_cells}
        if not self.course:
            raise UsageError("the kit's place is not known here. Run: tenfold nbgrader install COURSE")
        exercise = catalog.find(Path(self.course), named["notebook"])
        if released != check_cells(exercise):
            raise UsageError(
                f"the checks of {exercise.id} have changed since this assignment was generated. Run: tenfold nbgrader "
                f"export COURSE {exercise.id}, and then: nbgrader generate_assignment --force {exercise.id}"
            )
        return exercise
