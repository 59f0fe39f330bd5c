"""What earlier trials of an exercise gave: it stands as long as nothing that it depends on has changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import shutil
import sys
from dataclasses import asdict, replace
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from ..box import levels
from ..exercise import proof_record
from ..exercise.exercise import Exercise
from ..exercise.file_hash import digest
from ..files import write_whole
from ..result import CheckResult, Metric, Result

ENGINE = Path(__file__).resolve().parents[1]
FOLDER = Path(sys.prefix) / "tenfold-trials"
"""In the environment, where no checkout and no pull request reaches; `make clean` removes it."""


class Kept:
    """What is kept of an exercise as it is, with this engine, these libraries and this sandbox; of another, nothing.

    A value is one of JSON, and is found again by words that say what was tried, and by the files that were handed in.
    """

    def __init__(self, exercise: Exercise) -> None:
        libraries = sorted(f"{d.name} {d.version}" for d in distributions())
        parts = proof_record.judging(exercise), digest([ENGINE], ENGINE.parent)
        level = levels.best(exercise.limits.network)
        state = json.dumps([*parts, libraries, sys.version, platform.platform(), level])
        self._folder = FOLDER / exercise.id / hashlib.sha256(state.encode()).hexdigest()[:16]
        for old in self._folder.parent.glob("*"):
            if old != self._folder:
                shutil.rmtree(old, ignore_errors=True)

    def find(self, files: Path, *words: object) -> Any:
        """Return what was kept, or None."""
        try:
            return json.loads(self._path(files, words).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def keep(self, value: Any, files: Path, *words: object) -> None:
        """Keep a value, if there is room for it: without it, it is found out again."""
        path = self._path(files, words)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, json.dumps(value))

    def _path(self, files: Path, words: tuple[object, ...]) -> Path:
        told = json.dumps([digest([files], files.parent), *map(str, words)])
        return self._folder / f"{hashlib.sha256(told.encode()).hexdigest()[:32]}.json"


def as_value(result: Result) -> dict[str, Any]:
    """Return a result, without its figures, as a value of JSON."""
    return asdict(replace(result, checks=tuple(replace(check, figures=()) for check in result.checks)))


def as_result(value: dict[str, Any]) -> Result:
    """Return the result that `as_value` was given, without figures."""

    def check(fields: dict[str, Any]) -> CheckResult:
        metric, measured = fields["metric"], tuple(Metric(**one) for one in fields["measured"])
        return CheckResult(**fields | {"metric": metric and Metric(**metric), "measured": measured, "figures": ()})

    return Result(**value | {"checks": tuple(check(fields) for fields in value["checks"])})
