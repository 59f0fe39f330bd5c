"""The outcome of one grade: plain frozen values, from which every format is rendered."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

SCHEMA = "tenfold/result/1"
SCHEMA_FILE = Path(__file__).with_name("result.schema.json")
"""The document of that schema, as JSON Schema."""

Status = Literal["passed", "not_yet", "could_not_grade"]
CheckStatus = Literal["passed", "partial", "failed", "not_tried", "could_not_grade"]
Blame = Literal["submission", "grader", "machine"]
CODES: dict[Status, int] = {"passed": 0, "not_yet": 1, "could_not_grade": 2}
"""The exit code of a grade."""

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)  # what moves a cursor, turns or breaks a line, or is no character of UTF-8 or of XML 1.0


@dataclass(frozen=True)
class Metric:
    """What a check measured, and where credit begins and ends."""

    name: str
    value: float | None
    """None stands for nan and the infinities, which earn nothing."""
    floor: float
    full: float
    unit: str = ""

    @property
    def shown(self) -> str:
        """The value in two figures, with its unit."""
        return "nan" if self.value is None else f"{float(f'{self.value:.2g}'):g}{self.unit}"


@dataclass(frozen=True)
class Series:
    """One line or cloud of points of a figure."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Figure:
    """Values of a check that are worth seeing."""

    title: str
    kind: Literal["line", "points"]
    x_label: str
    y_label: str
    series: tuple[Series, ...]


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check."""

    id: str
    title: str
    hidden: bool
    points: float
    earned: float
    status: CheckStatus
    feedback: str = ""
    misconception: str | None = None
    metric: Metric | None = None
    seconds: float = 0.0
    figures: tuple[Figure, ...] = ()
    measured: tuple[Metric, ...] = ()
    """Every metric of the check, for proofs; the document has only the least, as `metric`."""


@dataclass(frozen=True)
class Result:
    """The outcome of one grade."""

    exercise: str
    version: int
    status: Status
    score: float
    """Points earned."""
    points: float
    """Points that could be earned."""
    pass_: float
    """The share of the points that passes."""
    seed_label: str
    hashes: dict[str, str]
    sandbox: dict[str, Any]
    started: str
    seconds: float
    python: str
    blame: Blame | None
    message: str
    """A plain line (a syntax error: three) when the checks alone do not say what happened; one more where only the
    visible checks were run; else empty."""
    checks: tuple[CheckResult, ...]
    detail: str = ""
    """For the author: the grader's own traceback; never part of the document."""
    processor: dict[str, float] | None = None
    """Processor seconds that the submission's boxes have used (``submission``) and the grader with boxes of its own
    (``grader``), and what limits of time were multiplied by on this machine (``factor``)."""

    @property
    def practice(self) -> bool:
        """True when the draws were the public practice draws."""
        return self.seed_label == "practice"

    @property
    def visible_only(self) -> bool:
        """True when no hidden check was run: not a full grade."""
        return bool(self.checks) and not any(check.hidden for check in self.checks)

    @property
    def to_mend(self) -> CheckResult | None:
        """The check that a learner is led to: the first that was tried and has lost points."""
        return next((check for check in self.checks if check.status in ("partial", "failed")), None)

    def public(self) -> Result:
        """Return what anybody may read: no traceback, one metric a check, of a hidden one two figures."""
        return replace(self, checks=tuple(_public(check) for check in self.checks), detail="")

    def document(self) -> dict[str, Any]:
        """Return the JSON document of schema ``tenfold/result/1``."""
        fields = asdict(self.public())
        del fields["detail"]
        fields["pass"] = fields.pop("pass_")
        fields["checks"] = list(fields["checks"])
        for check in fields["checks"]:
            del check["measured"]
        return {"schema": SCHEMA, "practice": self.practice, **fields}


class Stopped(KeyboardInterrupt):
    """A grade was ended by the person at the terminal, or by the system.

    Attributes
    ----------
    result : Result
        What was decided by then; what was not could not be graded.
    """

    def __init__(self, result: Result) -> None:
        super().__init__(result.message)
        self.result = result


def _public(check: CheckResult) -> CheckResult:
    """Leave two figures of a hidden metric: enough to learn from, too few to climb on."""
    metric = check.metric
    if check.hidden and metric is not None and metric.value is not None:
        rounded = float(f"{metric.value:.2g}")  # the largest floats round to infinity, which JSON has not
        check = replace(check, metric=replace(metric, value=rounded if math.isfinite(rounded) else None))
    return replace(check, seconds=round(check.seconds, 3), measured=())


def clean(text: str, longest: int = 600) -> str:
    """Return text without control characters and halves of characters, cut to a length."""
    text = _CONTROL.sub("?", text)
    return text if len(text) <= longest else text[: longest - 1] + "…"
