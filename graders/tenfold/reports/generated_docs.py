"""The pages that are generated, parts of README.md and the coverage: ``python -m tenfold.readme``."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from rich.console import Console

from ..exercise import catalog, coverage
from ..exercise.exercise import Exercise
from ..exercise.mutants import mutate
from ..grading.grade import Request, grade
from .terminal_text import as_text

SHOWN, MISTAKE = "mlops-drift", "psi_over_0_2"


def table(course: Path) -> str:
    """Return the skills and their exercises as a markdown table."""
    return listed(course, catalog.exercises(course))


def listed(course: Path, exercises: list[Exercise]) -> str:
    """Return some of a course's exercises as a markdown table."""
    lines = ["| skill | exercise | level | minutes | what |", "|---|---|---|---|---|"]
    for skill, group in groupby(exercises, key=lambda e: e.skill):
        for i, e in enumerate(group):
            name = f"{skill[:2]} {catalog.SKILLS.get(skill[3:], skill[3:])}" if i == 0 else ""
            place = e.folder.relative_to(course).as_posix()
            lines.append(f"| {name} | [`{e.id}`]({place}/README.md) | {e.level} | {e.minutes} | {e.title} |")
    return "\n".join(lines)


def failing(course: Path) -> str:
    """Return the screen of a grade with one wrong idea in it."""
    exercise = catalog.find(course, SHOWN)
    mutant = next(m for m in exercise.mutants if m["name"] == MISTAKE)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in mutate(exercise, mutant).items():
            (Path(folder) / name).write_bytes(content)
        return _screen(exercise, Path(folder))


def passing(course: Path) -> str:
    """Return the screen of a grade of the reference."""
    exercise = catalog.find(course, SHOWN)
    return _screen(exercise, exercise.solution / exercise.files[0])


def _screen(exercise: Exercise, path: Path) -> str:
    text = as_text(grade(Request(exercise, path)), exercise.title, Console(width=110, no_color=True))
    return f"```text\n$ make grade EX={exercise.id}\n{text}\n```"


PARTS: dict[str, Callable[[Path], str]] = {"failing": failing, "passing": passing, "table": table}


def fill(text: str, name: str, course: Path) -> str:
    """Return the README's text with one part made anew."""
    part = PARTS[name](course)
    return re.sub(
        rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", lambda m: f"{m[1]}{part}\n{m[2]}", text, flags=re.DOTALL
    )


def main() -> None:
    """Rewrite README.md and the coverage page."""
    course = catalog.find_course(Path.cwd())
    path = course / "README.md"
    text = path.read_text(encoding="utf-8")
    for name in PARTS:
        text = fill(text, name, course)
    path.write_text(text, encoding="utf-8")
    (course / coverage.PAGE).write_text(coverage.page(course), encoding="utf-8")


if __name__ == "__main__":
    main()
