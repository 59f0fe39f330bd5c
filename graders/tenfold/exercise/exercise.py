"""One exercise: where it lies, and what its `exercise.toml` says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..box.limits import Limits
from ..errors import MissingExtra
from ..files import read_toml
from . import extras
from .bundle import STARTERS, Bundle
from .bundle import read as read_bundle
from .libraries import at_top, imported


@dataclass(frozen=True)
class Exercise:
    """One exercise: where it lies and what its `exercise.toml` says."""

    course: Path
    skill: str
    """Folder of the skill, e.g. ``05_mlops``."""
    name: str
    """Folder of the exercise inside it, e.g. ``drift``."""
    title: str
    level: int
    minutes: int
    files: tuple[str, ...]
    points: int
    pass_: float
    version: int
    covers: tuple[str, ...]
    data: tuple[str, ...]
    extras: tuple[str, ...]
    limits: Limits

    @property
    def id(self) -> str:
        """``slug-name``, e.g. ``mlops-drift``."""
        return f"{self.skill[3:]}-{self.name}"

    @property
    def module(self) -> str:
        """The name with underscores, as its visible test file carries it."""
        return self.name.replace("-", "_")

    @property
    def folder(self) -> Path:
        """Statement, starter, visible checks and hints."""
        return self.course / "exercises" / self.skill / self.name

    @property
    def grader(self) -> Path:
        """Hidden checks, their references and the proof."""
        return self.course / "graders" / self.skill / self.name

    @property
    def solution(self) -> Path:
        """Reference, alternatives and mutants."""
        return self.course / "solutions" / self.skill / self.name

    @property
    def starters(self) -> Path:
        """The starters as they were released; in a bundle only."""
        return self.course / STARTERS / self.skill / self.name

    @cached_property
    def bundle(self) -> Bundle | None:
        """What release noted, where the course is a bundle: it has the visible checks only."""
        return read_bundle(self.course)

    @property
    def visible_checks(self) -> Path:
        """The file of visible checks."""
        return self.folder / f"test_{self.module}.py"

    @property
    def hidden_checks(self) -> Path:
        """The file of hidden checks."""
        return self.grader / "test_hidden.py"

    @cached_property
    def modules(self) -> list[str]:
        """Names of the submitted Python modules that its checks import; other files are programs or data."""
        if self.bundle is not None and self.id in self.bundle.modules:
            return self.bundle.modules[self.id]
        checks = [path.read_bytes() for path in (self.visible_checks, self.hidden_checks) if path.is_file()]
        wanted = {name for source in checks for name in at_top(source)}
        return [Path(f).stem for f in self.files if f.endswith(".py") and "/" not in f and Path(f).stem in wanted]

    @cached_property
    def libraries(self) -> tuple[str, ...]:
        """What its solution imports, in a bundle its starter: worth having loaded before a box is forked.

        The file in the exercise's folder is not asked: it is the learner's.
        """
        places = [folder / name for folder in (self.solution, self.starters) for name in self.files]
        return imported(p.read_bytes() for p in places if p.suffix == ".py" and p.is_file())

    @cached_property
    def mutants(self) -> tuple[dict[str, str], ...]:
        """The tables of `mutants.toml`; none where the solutions are not there."""
        path = self.solution / "mutants.toml"
        return tuple(read_toml(path).get("mutant", ())) if path.exists() else ()

    def misconception(self, check: str) -> str | None:
        """Return the key of the mistake behind most of the known failures of a check, if there is one."""
        kinds = [m["misconception"] for m in self.mutants if m["caught_by"] == check]
        first = max(kinds, key=kinds.count, default=None)
        return first if 2 * kinds.count(str(first)) > len(kinds) else None

    def data_folders(self) -> list[Path]:
        """Return the folders of datasets/ that it draws from."""
        return [self.course / "datasets" / name for name in self.data]

    def require_extras(self) -> None:
        """Raise `MissingExtra` when a group of packages is not installed, with how to install it."""
        missing = [extra for extra in self.extras if not extras.installed(extra)]
        if missing:
            groups = ", ".join(missing)
            raise MissingExtra(
                f"{self.id} needs the packages of the group {groups}. Install them with: make grade EX={self.id}"
            )
