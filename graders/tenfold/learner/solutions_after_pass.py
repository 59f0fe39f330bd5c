"""What a learner sees of the solutions once the exercise is passed."""

from __future__ import annotations

from pathlib import Path

from ..errors import UsageError
from ..exercise import bundle
from ..exercise.check_functions import titles
from ..exercise.exercise import Exercise
from ..exercise.misconceptions import misconceptions
from ..exercise.mutants import alternatives
from . import progress

LANGUAGES = {".py": "python", ".sql": "sql", ".tf": "terraform", ".yaml": "yaml", ".patch": "diff"}


def as_markdown(exercise: Exercise) -> str:
    """Return the reference, the alternatives and the wrong ideas avoided, as markdown.

    Raises
    ------
    UsageError
        The exercise has not been passed yet, or the course is a bundle, which has no solutions.
    """
    if exercise.bundle:
        raise UsageError(f"the solutions are not here. {bundle.NOT_HERE} Ask whoever gave it to you.")
    if not progress.standing(exercise, progress.read(exercise.course)).passed:
        raise UsageError(
            f"{exercise.id} is not passed yet: the solution comes after. A hint: make hint EX={exercise.id}"
        )
    parts = [f"# {exercise.title}: after the pass"]
    parts += [_listing(f"The reference: {name}", exercise.solution / name) for name in exercise.files]
    for place in alternatives(exercise):
        paths = [place / name for name in exercise.files] if place.is_dir() else [place]
        parts += [_listing(f"Another way: {path.relative_to(exercise.solution)}", path) for path in paths]
    checks, kinds = titles(exercise), misconceptions()
    parts.append(f"## {len(exercise.mutants)} wrong ideas, and the check that catches each")
    for mutant in exercise.mutants:
        caught, kind = checks[mutant["caught_by"]], kinds[mutant["misconception"]]
        parts += [f"### {mutant['name'].replace('_', ' ')}", f"{kind[:1].upper()}{kind[1:]}. Caught by: *{caught}*."]
        if "replace" in mutant:
            parts.append(f"```diff\n{_signed('-', mutant['replace'])}\n{_signed('+', mutant['with'])}\n```")
    return "\n\n".join(parts) + "\n"


def _listing(heading: str, path: Path) -> str:
    return f"## {heading}\n\n```{LANGUAGES.get(path.suffix, '')}\n{path.read_text(encoding='utf-8').rstrip()}\n```"


def _signed(sign: str, text: str) -> str:
    return "\n".join(f"{sign} {line}" for line in text.strip("\n").splitlines())
