"""Which of the topics that the ten skills name are exercised, and where: ``docs/coverage.md``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from . import catalog
from .catalog import SKILLS
from .exercise import Exercise

PAGE = Path("docs/coverage.md")
HEAD = """# Coverage

Which topics of the ten skills are exercised, and by which exercise. Made from every `covers` list by `make readme`;
the topics stand in `graders/tenfold/exercise/topics.toml`.
"""


@cache
def topics() -> dict[str, list[str]]:
    """Return the named topics of every skill by its slug."""
    return tomllib.loads(Path(__file__).with_name("topics.toml").read_text(encoding="utf-8"))


def page(course: Path) -> str:
    """Return the page: a table for each skill, and what its exercises practise besides."""
    exercises = catalog.exercises(course)
    covered = sum(bool(_where(topic, slug, exercises)) for slug, names in topics().items() for topic in names)
    parts = [HEAD, f"{covered} of {sum(map(len, topics().values()))} topics, {len(exercises)} exercises.\n"]
    for number, (slug, title) in enumerate(SKILLS.items(), 1):
        parts.append(f"## {number:02} {title}\n\n" + "\n".join(_lines(slug, exercises)) + "\n")
    return "\n".join(parts)


def _lines(slug: str, exercises: list[Exercise]) -> Iterator[str]:
    yield "| topic | exercises |"
    yield "|---|---|"
    for topic in topics()[slug]:
        yield f"| {topic} | {', '.join(_linked(e) for e in _where(topic, slug, exercises)) or 'not yet'} |"
    own = [e for e in exercises if e.skill[3:] == slug]
    if besides := sorted({c for e in own for c in e.covers} - set(topics()[slug])):
        yield f"\nAlso practised: {', '.join(besides)}."


def _where(topic: str, slug: str, exercises: list[Exercise]) -> list[Exercise]:
    """Return what covers a topic: an exercise of another skill may, too; its own skill's come first."""
    return sorted((e for e in exercises if topic in e.covers), key=lambda e: e.skill[3:] != slug)


def _linked(exercise: Exercise) -> str:
    return f"[`{exercise.id}`](../exercises/{exercise.skill}/{exercise.name}/README.md)"
