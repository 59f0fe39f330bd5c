"""The promises of a statement, each with the checks that look at it: ``promises.toml`` beside the hidden checks.

::

    [[promise]]
    says = "first in the order given"                # as it stands in the statement
    checks = ["test_ties_keep_their_order"]          # or: why = "it is what the example shows"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import AuthoringError
from .exercise import Exercise

BINDING = re.compile(
    r"\b(must|never|any|always|only|at least|at most|up to|exactly|each|every|may|cannot|unless|whatever)\b",
    re.IGNORECASE,
)
"""Words by which a sentence promises or demands something."""
HEADING = re.compile(r"^## +(.*)$", re.MULTILINE)
SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z`*])|\n\s*\n|\n(?=[-*|])")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


@dataclass(frozen=True)
class Promise:
    """Something that the statement says, and who looks at it."""

    says: str
    checks: tuple[str, ...] = ()
    why: str = ""
    """Why no check looks at it."""


def path(exercise: Exercise) -> Path:
    """Return where the promises of an exercise are listed."""
    return exercise.grader / "promises.toml"


def read(exercise: Exercise) -> list[Promise]:
    """Return the promises of an exercise, none where they are not listed yet."""
    place = path(exercise)
    if not place.is_file():
        return []
    try:
        entries = tomllib.loads(place.read_text(encoding="utf-8"))["promise"]
        return [Promise(_plain(e["says"]), tuple(e.get("checks", ())), e.get("why", "")) for e in entries]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise AuthoringError(f"{place.name} of {exercise.id} cannot be read: {error!r}") from None


def problems(exercise: Exercise, checks: set[str]) -> Iterator[str]:
    """Yield promises that the statement no longer makes, that no check looks at, and sentences that nobody listed."""
    listed = read(exercise)
    if not path(exercise).is_file():
        return
    text = (exercise.folder / "README.md").read_text(encoding="utf-8")
    whole = _plain(text)
    for promise in listed:
        if promise.says not in whole:
            yield f"promises.toml: the statement does not say {promise.says!r}"
        if not (promise.checks or promise.why):
            yield f"promises.toml: nobody looks at {promise.says!r}: name checks, or say why none does"
        for name in promise.checks:
            if name not in checks:
                yield f"promises.toml: {name} is not a check"
    for sentence in binding(text):
        if not any(promise.says in sentence or sentence in promise.says for promise in listed):
            yield f"promises.toml leaves out: {sentence}"


def binding(statement: str) -> list[str]:
    """Return the sentences of a statement's Interface that promise or demand something."""
    start = re.search(r"^## +Interface.*$", statement, re.MULTILINE)
    if start is None:
        return []
    end = HEADING.search(statement, start.end())
    part = statement[start.end() : end.start() if end else len(statement)]
    return [_plain(piece) for piece in SENTENCE.split(part) if BINDING.search(CODE.sub("", piece))]


def _plain(text: str) -> str:
    return " ".join(text.split())
