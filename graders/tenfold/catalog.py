"""The exercises of a course, read from their folders: what `exercise.toml` says, parsed once and checked."""

from __future__ import annotations

import difflib
import hashlib
import importlib.metadata
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from .bundle import STARTERS, Bundle
from .bundle import read as read_bundle
from .errors import AuthoringError, MissingExtra, UsageError
from .libraries import at_top, imported
from .sandbox import Limits

SKILL = re.compile(r"(\d\d)_([a-z]+)")
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
REQUIRED = {
    "title": str,
    "level": int,
    "minutes": int,
    "files": list,
    "points": int,
    "version": int,
    "covers": list,
}
OPTIONAL = {"pass": float, "data": list, "extras": list, "limits": dict}
SITE = Limits()


SKILLS = {
    "ml": "ML algorithms",
    "dl": "Deep learning",
    "swe": "Software engineering",
    "llm": "Large language models",
    "mlops": "MLOps",
    "data": "Data engineering",
    "cloud": "Cloud and distributed",
    "biz": "Business",
    "rai": "Responsible AI",
    "learn": "Continuous learning",
}


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
        """What its starter and its solution import: worth having loaded before a box is forked."""
        places = [folder / name for folder in (self.folder, self.solution) for name in self.files]
        return imported(p.read_bytes() for p in places if p.suffix == ".py" and p.is_file())

    @cached_property
    def mutants(self) -> tuple[dict[str, str], ...]:
        """The tables of `mutants.toml`; none where the solutions are not there."""
        path = self.solution / "mutants.toml"
        return tuple(_toml(path).get("mutant", ())) if path.exists() else ()

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
        missing = [extra for extra in self.extras if not installed(extra)]
        if missing:
            groups = ", ".join(missing)
            raise MissingExtra(
                f"{self.id} needs the packages of the group {groups}. Install them with: make grade EX={self.id}"
            )


def installed(extra: str) -> bool:
    """Return whether every package of a group is there, in a version that fits."""
    for text in importlib.metadata.requires("tenfold") or ():
        need = Requirement(text)
        if need.marker is None or not need.marker.evaluate({"extra": extra}) or need.marker.evaluate({"extra": ""}):
            continue
        try:
            if not need.specifier.contains(importlib.metadata.version(need.name), prereleases=True):
                return False
        except importlib.metadata.PackageNotFoundError:
            return False
    return True


def find_course(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds exercises, else the kit's own."""
    for folder in (start.resolve(), *start.resolve().parents):
        if _is_course(folder):
            return folder
    own = Path(__file__).resolve().parents[2]
    if _is_course(own):
        return own
    raise UsageError("no course here: change into a folder that holds exercises/")


def _is_course(folder: Path) -> bool:
    return any(folder.glob("exercises/*/*/exercise.toml"))


def exercises(course: Path) -> list[Exercise]:
    """Return every exercise of a course, in order of skill and name."""
    return [_read(course, path.parent) for path in sorted(course.glob("exercises/*/*/exercise.toml"))]


def of_skill(course: Path, skill: str | None) -> list[Exercise]:
    """Return the exercises of one skill, by default of all, or raise `UsageError` naming the skills there are."""
    every = exercises(course)
    found = [e for e in every if skill in (None, e.skill[3:], e.skill)]
    if not found:
        raise UsageError(f"there is no skill {skill!r}; there are {', '.join(sorted({e.skill[3:] for e in every}))}")
    return found


def find(course: Path, wanted: str) -> Exercise:
    """Return the exercise with an id, or raise `UsageError` naming the nearest ones."""
    paths = {
        f"{p.parent.parent.name[3:]}-{p.parent.name}": p.parent for p in course.glob("exercises/*/*/exercise.toml")
    }
    if wanted in paths:
        return _read(course, paths[wanted])
    near = difflib.get_close_matches(wanted, paths, 3, 0.4) or [i for i in sorted(paths) if wanted and wanted in i][:3]
    hint = f"Did you mean {' or '.join(near)}?" if near else "See them all with: make list"
    raise UsageError(f"there is no exercise {wanted!r}. {hint}" if wanted else f"which exercise? {hint}")


def _read(course: Path, folder: Path) -> Exercise:
    path = folder / "exercise.toml"
    if not SKILL.fullmatch(folder.parent.name) or not NAME.fullmatch(folder.name):
        raise AuthoringError(f"{folder}: folders are named NN_slug/name-with-hyphens")
    table = _toml(path)
    allowed = REQUIRED | OPTIONAL
    for key, value in table.items():
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, 1)
            raise AuthoringError(f"{path}: unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        if not isinstance(value, allowed[key]) or isinstance(value, bool):
            raise AuthoringError(f"{path}: {key} must be a {allowed[key].__name__}")
    missing = sorted(REQUIRED.keys() - table.keys())
    if missing:
        raise AuthoringError(f"{path}: missing {', '.join(missing)}")
    if table["level"] not in (1, 2, 3) or not 0 < table.get("pass", 0.8) <= 1 or not table["files"]:
        raise AuthoringError(f"{path}: level is 1, 2 or 3, pass lies in (0, 1], files names at least one file")
    lists: Any = {key: tuple(table.get(key, ())) for key in ("files", "covers", "data", "extras")}
    plain: Any = {key: table[key] for key in ("title", "level", "minutes", "points", "version")}
    limits, pass_ = _limits(path, table.get("limits", {})), table.get("pass", 0.8)
    return Exercise(course, folder.parent.name, folder.name, limits=limits, pass_=pass_, **plain, **lists)


def _limits(path: Path, table: dict[str, Any]) -> Limits:
    known = {field.name for field in fields(Limits)}
    for key, value in table.items():
        if key not in known:
            raise AuthoringError(f"{path}: unknown limit {key!r}")
        if key != "network" and not 0 < value <= getattr(SITE, key):
            raise AuthoringError(f"{path}: limits.{key} may lower the site's {getattr(SITE, key)}, not raise it")
    if table.get("network", "none") not in ("none", "loopback"):
        raise AuthoringError(f"{path}: limits.network is 'none' or 'loopback'")
    return Limits(**table)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AuthoringError(f"{path}: {error}") from None


def misconceptions() -> dict[str, str]:
    """Return the shared list of wrong ideas: key and one line each."""
    table = _toml(Path(__file__).with_name("misconceptions.toml"))
    return {key: str(line) for key, line in table.items()}


def digest(paths: Iterable[Path], base: Path) -> str:
    """Return one SHA-256 over names (relative to `base`) and contents of files.

    Folders count with all below them, but for what tools leave: ``__pycache__`` and folders that begin with a dot.
    """
    found = {f for path in paths for f in (path.rglob("*") if path.is_dir() else [path]) if f.is_file()}
    total = hashlib.sha256()
    for file in sorted(found):
        place = file.relative_to(base)
        if any(part == "__pycache__" or part.startswith(".") for part in place.parts[:-1]):
            continue
        total.update(f"{place.as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()
