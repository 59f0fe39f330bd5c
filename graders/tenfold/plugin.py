"""What a check may use besides plain pytest: two markers and the fixtures of CONTRIBUTING.md.

Loaded by every pytest run where the kit is installed, so that visible checks also run with plain ``pytest`` on the
learner's own files; while grading, a `Grading` in the configuration says what is graded.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pytest

from . import datasets, proxy, seeds
from .catalog import Exercise, find, find_course
from .clock import faster as _faster
from .expect import FallsShort
from .libraries import imported
from .replies import Owner
from .result import Figure, Metric, Series
from .session import Session
from .work import PlainWork, Work


@dataclass
class Grading:
    """What is graded, and the boxes that were started for it."""

    exercise: Exercise
    seed: seeds.Seed
    session: Session
    level: str
    references: dict[str, Session] = field(default_factory=dict)
    drawn: list[tuple[str, bool, Any]] | None = None
    """Name, whether hidden, and value of every draw, where a proof asks for them."""

    def note(self, name: str, hidden: bool, value: Any) -> None:
        """Keep a draw for the proof."""
        if self.drawn is not None:
            self.drawn.append((name, hidden, value))

    def reference(self, path: Path, owner: Owner) -> proxy.Module:
        """Return a module of the kit's, running in a box like the learner's; the same one the next time."""
        if path.name not in self.references:
            content = path.read_bytes()
            self.references[path.name] = Session(
                {path.name: content}, [path.stem], self.exercise.limits, self.level, imported([content]), owner
            )
        module = proxy.Module(self.references[path.name], path.stem)
        module.__dict__["_collecting"] = False
        return module

    def close(self) -> None:
        """End every box."""
        for session in (self.session, *self.references.values()):
            session.close()


ARTEFACTS = Path(__file__).with_name("artefacts")
GRADING = pytest.StashKey[Grading]()
MOST_FIGURES, MOST_SERIES, MOST_POINTS = 4, 6, 200  # as in result.schema.json
FIGURES = pytest.StashKey[list[Figure]]()
CREDITS = pytest.StashKey[list[tuple[float, Metric]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    config.addinivalue_line("markers", "points(n): what this check is worth")
    config.addinivalue_line("markers", "needs(check): not tried while that check fails")


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Let plain pytest import the learner's files that lie beside the visible checks."""
    folder = str(collector.path.parent)
    if (collector.path.parent / "exercise.toml").exists() and GRADING not in collector.config.stash:
        sys.path[:] = [folder, *(p for p in sys.path if p != folder)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin every check with a fresh process of the learner's: what one check showed it, the next cannot use."""
    if GRADING in item.config.stash:
        item.config.stash[GRADING].session.fresh()


def _grading(request: pytest.FixtureRequest) -> Grading | None:
    return request.config.stash.get(GRADING, None)


def _required(request: pytest.FixtureRequest) -> Grading:
    grading = _grading(request)
    if grading is None:
        pytest.skip("this check needs the grader: make grade EX=…")
    return grading


def _place(request: pytest.FixtureRequest) -> tuple[Path, str, seeds.Seed]:
    grading = _grading(request)
    if grading is not None:
        return grading.exercise.course, grading.exercise.id, grading.seed
    return find_course(request.path.parent), request.path.parent.name, seeds.practice()


def _draw(
    request: pytest.FixtureRequest, name: str, hidden: bool, rng: np.random.Generator, options: dict[str, Any]
) -> Any:
    value = datasets.draw(_place(request)[0], name, rng, **options)
    grading = _grading(request)
    if grading is not None:
        grading.note(name, hidden, value)
    return value


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Give this check's own generator, from the grading seed."""
    _, exercise, seed = _place(request)
    return seed.generator(exercise, "check", request.node.name)


@pytest.fixture
def hidden(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Give draws of a dataset from the grading seed: ``hidden(name, draw=0, **options)``."""
    _, exercise, seed = _place(request)

    def draw_hidden(name: str, draw: int = 0, **options: Any) -> Any:
        return _draw(request, name, True, seed.generator(exercise, "data", name, draw), options)

    return draw_hidden


@pytest.fixture
def public(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Give the public draw of a dataset: ``public(name, **options)``."""

    def draw_public(name: str, **options: Any) -> Any:
        return _draw(request, name, False, seeds.public().generator(name), options)

    return draw_public


@pytest.fixture
def credit(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Give partial credit, linear from none at `floor` to all at `full`; of several calls the least counts."""

    def record(value: float, *, floor: float, full: float, name: str = "value", unit: str = "") -> None:
        number = float(value)
        share = (number - floor) / (full - floor) if math.isfinite(number) else 0.0
        metric = Metric(name, number if math.isfinite(number) else None, floor, full, unit)
        share = math.floor(min(max(share, 0.0), 1.0) * 100 + 1e-9) / 100
        request.node.stash.setdefault(CREDITS, []).append((share, metric))
        if not share > 0:
            raise FallsShort(f"{name} is {number:.2g}{unit}; credit begins at {floor:g}{unit}")

    return record


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Keep values worth seeing for the report: ``figure("PSI a day", {"PSI": (days, values)}, x="day", y="PSI")``.

    Each series is one pair of equally long sequences of numbers; points that are not finite are left out. It earns
    nothing, and shows a learner what is given here, hidden data included: give what came of their own work.
    """

    def keep(
        title: str, series: Mapping[str, Any], *, x: str, y: str, kind: Literal["line", "points"] = "line"
    ) -> None:
        kept = request.node.stash.setdefault(FIGURES, [])
        if len(kept) == MOST_FIGURES or not 0 < len(series) <= MOST_SERIES:
            raise ValueError(f"a check draws at most {MOST_FIGURES} figures of 1 to {MOST_SERIES} series")
        drawn = tuple(Series(name, *_finite(*pair)) for name, pair in series.items())
        kept.append(Figure(title, kind, x, y, drawn))

    return keep


def _finite(x: Any, y: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    pairs = [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
    kept = [(float(f"{a:.3g}"), float(f"{b:.3g}")) for a, b in pairs if math.isfinite(a) and math.isfinite(b)]
    thin = kept[:: max(1, math.ceil(len(kept) / MOST_POINTS))]
    return tuple(a for a, _ in thin), tuple(b for _, b in thin)


@pytest.fixture
def faster() -> Callable[..., None]:
    """Give `clock.faster`."""
    return _faster


@pytest.fixture
def boxed(request: pytest.FixtureRequest) -> Callable[[str], ModuleType]:
    """Give a module of the kit's, running in a box like the learner's: from the grader's folder, else from its data.

    With plain pytest only what is public, beside the data, and without a box.
    """
    grading = _grading(request)
    if grading is None:
        exercise = _beside(request)
        return lambda name: datasets.module(_first([*exercise.data_folders()], name))
    places = [grading.exercise.grader, *grading.exercise.data_folders()]
    return lambda name: grading.reference(_first(places, name), "kit")


def _first(folders: list[Path], name: str) -> Path:
    return next((folder / name for folder in folders if (folder / name).is_file()), folders[0] / name)


def _beside(request: pytest.FixtureRequest) -> Exercise:
    """Return the exercise that a visible check lies beside."""
    folder = request.path.parent
    return find(find_course(folder), f"{folder.parent.name[3:]}-{folder.name}")


@pytest.fixture
def artefact(request: pytest.FixtureRequest) -> Callable[[str], ModuleType]:
    """Give one of the kit's readers of large formats, ``sqlite``, ``onnx`` or ``arrow``, in a box of its own.

    ``artefact("onnx").describe(submission.read("model.onnx"))``
    """
    grading = _grading(request)
    if grading is None:
        return lambda kind: datasets.module(ARTEFACTS / f"{kind}_file.py")
    return lambda kind: grading.reference(ARTEFACTS / f"{kind}_file.py", "artefact")


@pytest.fixture
def restart(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Start the learner's process anew: a new folder, and no handle is good any more."""
    return _required(request).session.restart


@pytest.fixture
def submission(request: pytest.FixtureRequest, tmp_path: Path) -> Work | PlainWork:
    """Give the submission's files and programs: `read`, `write`, `run` and `call`."""
    grading = _grading(request)
    if grading is not None:
        return Work(grading.session)
    exercise = _beside(request)
    return PlainWork({name: exercise.folder / name for name in exercise.files}, tmp_path)
