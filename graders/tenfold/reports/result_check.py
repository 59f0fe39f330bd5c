"""A result document that somebody hands in: whether it is whole, adds up, fits this course, and who signed it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import MissingExtra, TenfoldError, UsageError
from ..exercise import catalog
from ..exercise.check_functions import hidden_names, titles, worth
from ..exercise.exercise import Exercise
from ..exercise.file_hash import digest
from ..grading.grade import grader_hash
from ..handin.submission import collect
from ..result import SCHEMA_FILE
from . import signature

MOST_BYTES = 4 << 20


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    holds: bool | None
    """None where it could not be looked at."""
    text: str


def read(path: Path) -> dict[str, Any]:
    """Return the document of a file.

    Raises
    ------
    UsageError
        It is no whole document of schema ``tenfold/result/1``.
    MissingExtra
        The group ``sign`` is not installed.
    """
    try:
        import jsonschema
    except ImportError:
        raise MissingExtra("this needs the packages of the group sign: make check-result installs them") from None
    try:
        text = path.read_bytes()[: MOST_BYTES + 1]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    if len(text) > MOST_BYTES:
        raise UsageError(f"{path} is larger than {MOST_BYTES >> 20} MB; no result is")
    try:
        document: dict[str, Any] = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
        jsonschema.validate(document, json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no whole result: {str(error).splitlines()[0][:200]}") from None
    except jsonschema.ValidationError as error:
        place = "/".join(str(part) for part in error.absolute_path) or "the document"
        raise UsageError(f"{path} is no result of this kit: {place}: {error.message[:200]}") from None
    return document


def findings(document: dict[str, Any], course: Path, work: Path | None, key: Path | None) -> Iterator[Finding]:
    """Yield what holds of a document and what does not.

    Parameters
    ----------
    document
        What `read` returned.
    course
        The exercises and graders to compare it with.
    work
        The submission that it is said to be about, where it is at hand.
    key
        The public key that it must be signed with, where one is given.
    """
    wrong = list(_contradictions(document))
    yield Finding(not wrong, "it adds up" if not wrong else f"it contradicts itself: {wrong[0]}")
    yield from _of_this_course(document, course, work)
    yield _signed(document, key)


def _contradictions(document: dict[str, Any]) -> Iterator[str]:
    checks, lost = document["checks"], document["status"] == "could_not_grade"
    if not math.isclose(document["score"], sum(c["earned"] for c in checks), abs_tol=1e-3):
        yield "the score is not the sum of what the checks earned"
    if checks and not math.isclose(document["points"], sum(c["points"] for c in checks), abs_tol=1e-3):
        yield "the points are not the sum of the checks' points"
    for check in checks:
        if check["earned"] > check["points"]:
            yield f"{check['id']} earned more than it is worth"
        if (check["status"] == "passed") != (check["earned"] == check["points"]):
            yield f"{check['id']} is {check['status']} with {check['earned']:g} of {check['points']:g} points"
    if any(check["status"] == "could_not_grade" for check in checks) and not lost:
        yield "a check could not be graded, and the whole could"
    enough = document["score"] >= document["points"] * document["pass"] - 1e-9
    if not lost and enough != (document["status"] == "passed"):
        yield f"the status is {document['status']} with {document['score']:g} of {document['points']:g} points"
    if document["practice"] != (document["seed_label"] == "practice"):
        yield "the seed's label and the word practice differ"


def _of_this_course(document: dict[str, Any], course: Path, work: Path | None) -> Iterator[Finding]:
    try:
        exercise = catalog.find(course, document["exercise"])
    except TenfoldError:
        yield Finding(False, f"this course has no exercise {document['exercise']}")
        return
    hashes = document["hashes"]
    same = hashes["grader"] == grader_hash(exercise)
    yield Finding(same, "graded with these checks" if same else "graded with other checks than those of this course")
    same = hashes["data"] == digest(exercise.data_folders(), exercise.course)
    yield Finding(same, "graded on these data" if same else "graded on other data than those of this course")
    wrong = next(_other_checks(document, exercise), None)
    yield Finding(wrong is None, "its checks are those of this course" if wrong is None else wrong)
    whole = document["points"] == exercise.points
    missing = "not every check" if any(check["hidden"] for check in document["checks"]) else "no hidden check"
    yield Finding(whole, "every check was tried" if whole else f"{missing} is in it: a full grade has more points")
    if work is None:
        yield Finding(None, "not compared with the work itself: name it with --submission")
    else:
        same = hashes["submission"] == collect(exercise, work).digest
        yield Finding(same, f"it is about {work}" if same else f"it is about other work than {work}")


def _other_checks(document: dict[str, Any], exercise: Exercise) -> Iterator[str]:
    """Yield what a document says of its checks that is not so here; a check with parameters is there several times."""
    known, named, hidden = worth(exercise), titles(exercise), hidden_names(exercise)
    seen = set[str]()
    for check in document["checks"]:
        name = check["id"].partition("[")[0]
        if name not in known:
            yield f"this course has no check {check['id']}"
        elif check["id"] in seen:
            yield f"{check['id']} is in it twice"
        elif check["points"] != known[name][0]:
            yield f"{check['id']} is worth {known[name][0]:g} points, not {check['points']:g}"
        elif check["title"] != named[name] or check["hidden"] != (name in hidden):
            yield f"{check['id']} has another title, or is hidden where it is not"
        seen.add(check["id"])
    missing = sorted(known.keys() - {name.partition("[")[0] for name in seen})
    if seen and missing and document["points"] == exercise.points:
        yield f"{missing[0]} is not in it"


def _signed(document: dict[str, Any], key: Path | None) -> Finding:
    if "signature" not in document:
        text = "not signed: anybody could have written it"
        return Finding(None if key is None else False, text)
    if key is None:
        return Finding(None, f"signed by the key {document['signature']['key'][:16]}…: name the public key with --key")
    good = signature.holds(document, key)
    return Finding(good, f"signed with {key}, and not changed" if good else f"not signed with {key}, or changed since")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object in which no name is there twice: two readers would take two different ones."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is there twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
