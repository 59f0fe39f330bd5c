"""Histories of releases for the gate: versions, who is champion, and the rule of the statement."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Version = dict[str, Any]

SPRING = hashlib.md5(b"spring", usedforsecurity=False).hexdigest()  # digests of rows
SUMMER = hashlib.md5(b"summer", usedforsecurity=False).hexdigest()
NEARLY = SPRING[:-1] + ("0" if SPRING[-1] != "0" else "1")
STEMS = ("power", "Power", "po_er", "power ")


@dataclass
class Case:
    """A history, and the version that asks the gate."""

    versions: list[Version]
    champion: int | None
    version: int
    aliases: dict[str, int] = field(default_factory=dict)

    @property
    def history(self) -> dict[str, Any]:
        """What the store is filled with."""
        return {"versions": self.versions, "champion": self.champion, "aliases": self.aliases}

    @property
    def passes(self) -> bool:
        """Whether the version that asks becomes the champion."""
        best = None if self.champion is None else self.versions[self.champion - 1]
        return earned(self.versions[self.version - 1], best)


Cases = dict[str, Case]


def earned(version: Version, champion: Version | None) -> bool:
    """Return whether a version passes the gate: the rule of the statement."""
    error = version["metrics"].get("rmse_valid", math.nan)
    if version["status"] != "FINISHED" or math.isnan(error):
        return False
    if champion is None:
        return True
    return bool(version["valid"] == champion["valid"] and error < champion["metrics"]["rmse_valid"])


def release(
    valid: float | None, other: float = 1.0, status: str = "FINISHED", rows: str = SPRING, **more: str
) -> Version:
    """Return a version: its errors on validation and on test, how its run ended, the digest of its validation rows."""
    metrics = {"rmse_test": other} if valid is None else {"rmse_valid": valid, "rmse_test": other}
    return {"status": status, "valid": rows, "metrics": metrics, **more}


def named(cases: Cases, rng: np.random.Generator) -> dict[str, str]:
    """Return the kinds of some cases by names of models that say nothing and are much alike."""
    kinds = [str(kind) for kind in rng.permutation([*cases])]
    return {f"{STEMS[n % 4]}{n // 4}": kind for n, kind in enumerate(kinds)}


def compared(rng: np.random.Generator) -> Cases:
    """Return histories where it counts with whom the gate compares, and how."""
    low, mid, high = (float(e) for e in np.sort(rng.uniform(1, 2, size=3)) * rng.uniform(1, 100) * [1, 2, 4])

    def case(errors: tuple[float, ...], champion: int | None, version: int, **aliases: int) -> Case:
        versions = [release(error, 3 * high - error) for error in errors]  # on test, the order is the opposite one
        return Case(versions, champion, version, aliases)

    def beside(**more: str) -> Case:
        return Case([release(mid, low), release(low, mid, **more)], 1, 2)

    many = tuple(mid + n / 64 for n in range(12))
    return {
        "better": case((mid, low), 1, 2),
        "better by a hair": case((mid, math.nextafter(mid, 0)), 1, 2),
        "worse": case((mid, high), 1, 2),
        "worse by a hair": case((mid, math.nextafter(mid, math.inf)), 1, 2),
        "equal": case((mid, mid), 1, 2),
        "worse than the last version, better than the champion": case((high, low, mid), 1, 3),
        "better than the last version, worse than the champion": case((low, high, mid), 1, 3),
        "better than the champion, worse than an earlier one": case((low, high, mid), 2, 3),
        "an older version than the champion, better": case((low, high, mid), 3, 1),
        "an older version than the champion, worse": case((high, low, mid), 3, 1),
        "the first version": case((mid,), None, 1),
        "the champion itself": case((mid, low), 2, 2),
        "version 10 after version 9": case((*many[:9], low, high), 9, 10),
        "version 9 after version 10": case((*many[:8], low, *many[9:]), 10, 9),
        "version 12 after version 2": case((high, mid, *many[2:11], high), 2, 12),
        "an error of 0": case((mid, 0.0), 1, 2),
        "an error of 0, the first version": case((0.0,), None, 1),
        "a champion with an error of 0": case((0.0, low), 1, 2),
        "two errors of 0": case((0.0, 0.0), 1, 2),
        "very large errors": case((1e300, 1e299), 1, 2),
        "9.5 after 10.5": case((10.5, 9.5), 1, 2),
        "10.5 after 9.5": case((9.5, 10.5), 1, 2),
        "another alias on the best version": case((high, low, mid), 1, 3, challenger=2),
        "another alias on the version that passes": case((mid, low), 1, 2, challenger=2),
        "another alias, and no champion": case((low, mid), None, 2, a_rival=1),
        "trained on the same rows": Case([release(m, high, train=SUMMER) for m in (mid, low)], 1, 2),
        "tested on other rows": beside(test=SUMMER),
        "the same rows by another name": beside(named="rows of spring"),
        "from another experiment": beside(experiment="trials"),
    }


def doubtful(rng: np.random.Generator) -> Cases:
    """Return histories where a version has no error that can be compared, with a champion and without one."""
    error = float(rng.uniform(1, 100))
    sound, low = release(error, error), error / 2
    versions = {
        "a sound version": release(low, 2 * error),
        "no error on validation": release(None, low),
        "an error of nan": release(math.nan, low),
        "a failed run": release(low, low, status="FAILED"),
        "a killed run": release(low, low, status="KILLED"),
        "a run that still runs": release(low, low, status="RUNNING"),
        "a run that has not begun": release(low, low, status="SCHEDULED"),
        "an error on other rows": release(low, low, rows=SUMMER),
        "an error on rows with nearly the same digest": release(low, low, rows=NEARLY),
        "an error on other rows, tested on the champion's": release(low, low, rows=SUMMER, test=SPRING),
        "an error on other rows, trained on the champion's": release(low, low, rows=SUMMER, train=SPRING),
    }
    cases = {kind: Case([sound, version], 1, 2) for kind, version in versions.items()}
    alone = [*versions][1:8]  # what is not sound, and an error on other rows
    return cases | {f"{kind}, the first version": Case([versions[kind]], None, 1) for kind in alone}


def season(rng: np.random.Generator) -> tuple[list[Version], list[bool], int]:
    """Return eight releases, whether each passes, and who is champion in the end."""
    versions: list[Version] = []
    passes, champion = [], 0
    for kind in rng.permutation(["lower"] * 3 + ["higher", "equal", "gap", "failed", "moved"]):
        best = versions[champion - 1] if champion else release(float(rng.uniform(1, 100)))
        error, rows = best["metrics"]["rmse_valid"], best["valid"]
        less, more = (float(error * factor) for factor in (rng.uniform(0.8, 0.99), rng.uniform(1.01, 1.2)))
        versions.append(
            {
                "lower": release(less, more, rows=rows),
                "higher": release(more, less, rows=rows),
                "equal": release(error, less, rows=rows),
                "gap": release(None, less, rows=rows),
                "failed": release(less, less, status="FAILED", rows=rows),
                "moved": release(less, less, rows=SUMMER if rows == SPRING else SPRING),
            }[str(kind)]
        )
        passes.append(earned(versions[-1], best if champion else None))
        champion = len(versions) if passes[-1] else champion
    return versions, passes, champion


ALIAS = "insert or replace into registered_model_aliases (name, alias, version) values ('power', 'champion', ?)"
GONE = "delete from registered_model_aliases where name = 'power'"
STATUS = """update runs set status = ? where run_uuid in
            (select run_id from model_versions where name = 'power' and version = ?)"""

SHOPS = {  # the model power in two stores
    "here": [release(e, s) for e, s in ((4.0, 1.0), (3.0, 2.0), (3.5, 3.0))]
    + [release(2.5, 4.0, status="FAILED"), release(2.0, 5.0)],
    "there": [release(9.0), release(8.0)],
}
STORY: list[tuple[str, list[tuple[str, list[Any]]], str, int, bool, int]] = [
    # what happened, how, in which store who asks then, whether it passes, and who is champion then
    ("at first", [], "here", 2, True, 2),
    ("in another store", [], "there", 2, True, 2),
    ("back from another store", [], "here", 3, False, 2),
    ("and in the other one again", [], "there", 1, False, 2),
    ("once somebody moved the alias back", [(ALIAS, [1])], "here", 3, True, 3),
    ("once somebody took the alias away", [(GONE, [])], "here", 1, True, 1),
    ("once somebody moved the alias on", [(ALIAS, [5])], "here", 2, False, 5),
    ("while the run is FAILED", [(ALIAS, [1])], "here", 4, False, 1),
    ("once the run is FINISHED", [(STATUS, ["FINISHED", 4])], "here", 4, True, 4),
    ("once the run is set to FAILED", [(STATUS, ["FAILED", 5])], "here", 5, False, 4),
]

BROKEN = "update runs set status = ? where run_uuid = ?"
OTHERS: list[
    tuple[str, float | None, int]
] = [  # runs of somebody else: status, error on validation, whether that is nan
    ("FINISHED", 0.0, 1),
    *(("KILLED", 0.1, 0), ("RUNNING", 0.2, 0), ("SCHEDULED", 0.3, 0), ("FAILED", 0.4, 0)),
    *(("FINISHED", None, 0), ("FINISHED", 0.0, 1), *(("FINISHED", 1e9 + n, 0) for n in range(8))),
    ("FINISHED", 0.0, 1),
]
OTHER_RUN = """insert into runs (run_uuid, name, source_type, user_id, status, start_time, lifecycle_stage,
               artifact_uri, experiment_id)
               select ?, 'other', 'LOCAL', 'somebody', ?, ?, 'active', 'nowhere', experiment_id
               from experiments where name = ?"""
OTHER_ERROR = "insert into {} (run_uuid, key, value, is_nan, step, timestamp) values (?, 'rmse_valid', ?, ?, 0, 1)"


def runs_of_others(experiment: str) -> list[tuple[str, list[Any]]]:
    """Return the statements that put runs of somebody else into an experiment: the first of all, and the last ones."""
    found: list[tuple[str, list[Any]]] = []
    for number, (status, error, is_nan) in enumerate(OTHERS):
        run = f"{number:032x}"
        found.append((OTHER_RUN, [run, status, 2_000_000_000_000 + number if number else 1, experiment]))
        if error is not None:
            values = [run, error, is_nan]
            found += [(OTHER_ERROR.format(table), values) for table in ("metrics", "latest_metrics")]
    return found
