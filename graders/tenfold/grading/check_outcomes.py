"""What became of every check of one run: passed, partly, failed, not tried, or lost."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from ..box.proxy import Module
from ..errors import AuthoringError, FromSubmission, OutOfTime
from ..exercise.exercise import Exercise
from ..handin.places import AS_IT_IS, Places
from ..result import Blame, CheckResult, Metric
from .blame import blamed
from .check_order import needs, ordered, selected
from .feedback import described, told
from .fixtures.credit import CREDITS
from .fixtures.figure import FIGURES

STATE = pytest.StashKey[CheckResult]()


class Recorder:
    """A pytest plugin that watches the checks of one grade.

    Parameters
    ----------
    exercise
        What is graded.
    modules
        The proxies of the learner's modules; names in them are looked up from the end of collection on.
    broken
        Why no check can be tried, e.g. a syntax error in the submission.
    only
        The checks to run, alone; None runs all.
    places
        Where the submission's lines stand in what was handed in.
    until_loss
        Checks in the order in which they are tried, until one loses points; None tries all as they stand.
    """

    def __init__(
        self,
        exercise: Exercise,
        modules: Iterable[Module],
        broken: str | None = None,
        only: set[str] | None = None,
        places: Places = AS_IT_IS,
        until_loss: Sequence[str] | None = None,
    ) -> None:
        self._places, self._until_loss = places, until_loss
        self._exercise, self._modules, self._broken, self._only = exercise, list(modules), broken, only
        self.results: dict[str, CheckResult] = {}
        """The checks by name, in the order in which they were collected."""
        self.blame: Blame | None = None
        self.trouble: list[str] = []
        """What went wrong on this side, for the author."""

    # --- before ----------------------------------------------------------------------------------------

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what stopped a file of checks from loading."""
        if report.failed:
            missing = "ModuleNotFoundError" in report.longreprtext
            self._lose("machine" if missing else "grader", report.longreprtext)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Know every check and its points before the first one runs."""
        try:
            items[:] = self._plan([item for item in items if isinstance(item, pytest.Function)])
        except AuthoringError as error:
            self._lose("grader", str(error))
            items.clear()
        for module in self._modules:
            module.__dict__["_collecting"] = False

    def _plan(self, items: list[pytest.Function]) -> list[pytest.Function]:
        if len({item.name for item in items}) != len(items):
            raise AuthoringError(f"{self._exercise.id}: two checks have the same name")
        if self._until_loss is not None:
            rank = {name: place for place, name in enumerate(self._until_loss)}
            items = sorted(items, key=lambda item: rank.get(item.name, len(rank)))
        planned = ordered(selected(items, self._only))
        for item in planned:
            self.results[item.name] = item.stash[STATE] = self._expected(item)
        return planned

    def _expected(self, item: pytest.Function) -> CheckResult:
        mark = item.get_closest_marker("points")
        if mark is None or len(mark.args) != 1 or not mark.args[0] > 0:
            raise AuthoringError(f"{item.name}: say what it is worth with @pytest.mark.points(n)")
        title, _ = described(item.function)
        hidden = not item.path.is_relative_to(self._exercise.folder)
        return CheckResult(item.name, title, hidden, mark.args[0], 0.0, "could_not_grade", "it did not run")

    # --- during ----------------------------------------------------------------------------------------

    def pytest_runtest_setup(self, item: pytest.Function) -> None:
        """Leave out what cannot be tried."""
        if self._broken is not None:
            self._put(item, status="not_tried", feedback="")
            pytest.skip("broken")
        if self._until_loss is not None and any(_loses(check) for check in self.results.values()):
            self._put(item, status="not_tried", feedback="")
            pytest.skip("a point is lost")
        for need in needs(item):
            if need in self.results and self.results[need].status not in ("passed", "partial"):
                self._put(item, status="not_tried", feedback=f"First mend: {self.results[need].title}")
                pytest.skip("needs")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Function, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Record the outcome of each phase; a later phase can only make it worse."""
        report = yield
        state = item.stash[STATE]
        error = call.excinfo.value if call.excinfo is not None else None
        if state.status == "not_tried":
            return report
        if error is not None:
            self._failed(item, error, report.longreprtext)
        elif call.when == "call":
            self._passed(item)
        if call.when == "call":
            measured = tuple(metric for _, metric in item.stash.get(CREDITS, []))
            figures = item.stash.get(FIGURES, [])
            self._put(item, seconds=call.duration, measured=measured, figures=tuple(figures))
        return report

    def _passed(self, item: pytest.Function) -> None:
        points = item.stash[STATE].points
        share, metric = _least(item)
        whole = share == 1.0
        hint = "" if whole else described(item.function)[1]
        self._put(
            item,
            status="passed" if whole else "partial",
            earned=round(points * share, 4),
            metric=metric,
            feedback=hint,
            misconception=None if whole else self._exercise.misconception(item.name),
        )

    def _failed(self, item: pytest.Function, error: BaseException, traceback: str) -> None:
        state = item.stash[STATE]
        blame = blamed(error)
        if blame != "submission":
            self._lose(blame, traceback)
            self._put(
                item,
                status="could_not_grade",
                earned=0.0,
                feedback="this check broke; it is not your mistake",
            )
            return
        hint, said = described(item.function)[1], told(error, state.hidden, self._places)
        begun = not (isinstance(error, FromSubmission) and isinstance(error, NotImplementedError))
        begun = begun and not isinstance(error, OutOfTime)  # hint and misconception speak of the subject, not of time
        self._put(
            item,
            status="failed",
            earned=0.0,
            metric=_least(item)[1],
            feedback="\n".join(part for part in (said, hint if begun else "") if part),
            misconception=self._exercise.misconception(item.name) if begun else None,
        )

    def _lose(self, blame: Blame, detail: str) -> None:
        self.blame = self.blame or blame
        self.trouble.append(detail)

    def _put(self, item: pytest.Function, **changes: Any) -> None:
        self.results[item.name] = item.stash[STATE] = replace(item.stash[STATE], **changes)


def _loses(check: CheckResult) -> bool:
    return check.status in ("failed", "partial")


def _least(item: pytest.Function) -> tuple[float, Metric | None]:
    """Return the least of the credits that a check gave, or full credit where it gave none."""
    given = item.stash.get(CREDITS, None) or []
    return min(given, key=lambda credit: credit[0], default=(1.0, None))
