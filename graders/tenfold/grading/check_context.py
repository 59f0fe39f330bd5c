"""What the fixtures of a check find: the exercise, the seed and the boxes of the grade that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ..box import proxy
from ..box.replies import Owner
from ..exercise import seeds
from ..exercise.exercise import Exercise
from ..exercise.libraries import imported
from .call_log import LoggedSession
from .reference_box import Reference, Submitted


@dataclass
class Grading:
    """What is graded, and the boxes that were started for it."""

    exercise: Exercise
    seed: seeds.Seed
    session: LoggedSession
    level: str
    submitted: Submitted = field(default_factory=Submitted)
    references: dict[str, Reference] = field(default_factory=dict)
    replayed: float = 0.0
    """Processor seconds of the submission's in calls that were made again."""
    drawn: list[tuple[str, bool, Any]] | None = None
    """Name, whether hidden, and value of every draw, where a proof asks for them."""

    def note(self, name: str, hidden: bool, value: Any) -> None:
        """Keep a draw for the proof."""
        if self.drawn is not None:
            self.drawn.append((name, hidden, value))

    def queued(self) -> float:
        """Return for how many seconds the grader and its boxes have stood in the queue for a processor."""
        return (
            self.session.meter.queued() + self.session.queued() + sum(kit.queued() for kit in self.references.values())
        )

    def reference(self, path: Path, owner: Owner) -> proxy.Module:
        """Return a module of the kit's, running in a box like the learner's; the same one the next time."""
        if path.name not in self.references:
            content = path.read_bytes()
            limits, loaded = self.exercise.limits, imported([content])
            self.references[path.name] = Reference(
                {path.name: content}, [path.stem], limits, self.level, loaded, owner, self.submitted
            )
        module = proxy.Module(self.references[path.name], path.stem)
        module.__dict__["_collecting"] = False
        return module

    def close(self) -> None:
        """End every box."""
        self.session.close()
        for reference in self.references.values():
            reference.close()


GRADING = pytest.StashKey[Grading]()


def current(request: pytest.FixtureRequest) -> Grading | None:
    """Return what is being graded; None with plain pytest."""
    return request.config.stash.get(GRADING, None)


def required(request: pytest.FixtureRequest) -> Grading:
    """Return what is being graded; with plain pytest the check is left out."""
    grading = current(request)
    if grading is None:
        pytest.skip("this check needs the grader: make grade EX=…")
    return grading
