"""What leaves the kit: a learner's bundle and a course template, with neither hidden checks nor solutions.

What goes in is a closed list, and of that only what Git keeps, as it was committed: a maker's own work, caches and
secrets stay. The same commit makes the same bytes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from jinja2 import Environment, PackageLoader, StrictUndefined

from ... import files
from ...errors import UsageError
from ...exercise import bundle, catalog
from ...exercise.exercise import Exercise
from ...learner import starter_reset
from ...reports import generated_docs
from ...version import __version__
from . import committed_files, tar_gz
from .committed_files import Commit

NEEDED = (
    ".gitattributes",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "constraints.txt",
    "docs/security.md",
    "graders/bootstrap.py",
    "pyproject.toml",
)
ENGINE = "graders/tenfold"
ENGINE_KINDS = (".css", ".j2", ".json", ".py", ".toml", ".typed")
FLOWS = (
    ".github/workflows/comment.yml",
    ".github/workflows/grade.yml",
    "ci/comment.py",
    "ci/gitlab.yml",
    "docs/ci.md",
)
"""What grades a pull request, and its page; in a course template where the kit has them."""
CONTENT = ("exercises", "datasets", ENGINE)


@dataclass(frozen=True)
class Release:
    """One archive that was written."""

    path: Path
    members: int
    size: int
    """Bytes of the archive."""
    sha256: str


def release(course: Path, out: Path) -> tuple[list[Release], list[str]]:
    """Write both archives into a folder; return them, and what Git keeps of the content and no list names.

    Raises
    ------
    UsageError
        This is a bundle, or no clone; a starter is not the one that its proof names; something is not committed.
    AuthoringError
        An exercise has no proof.
    """
    bundle.refuse(course, "release")
    commit = committed_files.last(course)
    exercises = [e for e in catalog.exercises(course) if _place(e.folder / "exercise.toml", course) in commit.blobs]
    if not exercises:
        raise UsageError(f"Git keeps no exercise of {course}: commit exercises/ first")
    for exercise in exercises:
        _require_starter(exercise)
    if changed := commit.changed():
        raise UsageError(f"not committed: {_listed(changed)}. Commit or stash that: a release is what was committed")
    seconds = _seconds(commit)
    shared = _shared(commit, exercises)
    flows = commit.contents(path for path in FLOWS if path in commit.blobs)
    files.make_folder(out)
    written = [
        _write(out, "learner", shared | _own(course, commit, exercises, "learner", flows), seconds),
        _write(out, "course", shared | flows | _own(course, commit, exercises, "course", flows), seconds),
    ]
    return written, [path for path in (*commit.blobs, *commit.others) if _is_content(path) and path not in shared]


def _require_starter(exercise: Exercise) -> None:
    if starter_reset.starter_hashes(exercise).keys() != set(exercise.files):
        raise UsageError(f"the proof of {exercise.id} is about other files: make verify EX={exercise.id}")
    if begun := starter_reset.begun(exercise):
        raise UsageError(
            f"{_listed(begun)} of {exercise.id} is not the starter that its proof names. "
            f"Put the starter back with: make reset EX={exercise.id} (a new starter: make verify EX={exercise.id})"
        )


def _shared(commit: Commit, exercises: list[Exercise]) -> dict[str, bytes]:
    """Return what both archives hold, by path."""
    needed = [*NEEDED, *(path for exercise in exercises for path in _public(exercise))]
    for path in needed:
        if path not in commit.blobs:
            raise UsageError(f"Git does not keep {path}, which a release needs: add it, and commit")
    skills = {exercise.skill for exercise in exercises}
    pages = ("exercises/AGENTS.md", *(f"exercises/{skill}/README.md" for skill in skills))
    found = commit.contents({*needed, *(p for p in commit.blobs if p in pages or _goes_in(p, exercises))})
    for e in exercises:
        place = f"{e.skill}/{e.name}"
        found |= {f"{bundle.STARTERS}/{place}/{name}": found[f"exercises/{place}/{name}"] for name in e.files}
    return found


def _public(exercise: Exercise) -> Iterator[str]:
    paths = [exercise.folder / name for name in ("README.md", "exercise.toml", "hints.md", *exercise.files)]
    yield from (_place(path, exercise.course) for path in (*paths, exercise.visible_checks))


def _goes_in(path: str, exercises: list[Exercise]) -> bool:
    """Return whether a path is the engine's, or of data that an exercise names."""
    place = PurePosixPath(path)
    if place.is_relative_to(ENGINE):
        return place.suffix in ENGINE_KINDS
    return any(place.is_relative_to(f"datasets/{name}") for e in exercises for name in e.data)


def _own(
    course: Path, commit: Commit, exercises: list[Exercise], kind: bundle.Kind, flows: dict[str, bytes]
) -> dict[str, bytes]:
    """Return what one archive has of its own: its README, and the file by which it is known."""
    note = bundle.Bundle(kind, __version__, commit.id, {e.id: e.modules for e in exercises})
    easiest = min(exercises, key=lambda e: (e.level, e.minutes))
    pages = Environment(
        loader=PackageLoader("tenfold.handout.release", "pages"),
        undefined=StrictUndefined,
        trim_blocks=True,
        autoescape=False,
    )
    text = pages.get_template(f"{kind}.md.j2").render(
        version=__version__,
        commit=commit.id,
        example=easiest.id,
        place=_place(easiest.folder, course),
        table=generated_docs.listed(course, exercises),
        flows=flows,
    )
    return {bundle.FILE: note.text().encode(), "README.md": f"{text.rstrip()}\n".encode()}


def _write(out: Path, kind: bundle.Kind, members: dict[str, bytes], seconds: int) -> Release:
    name = f"tenfold-{kind}-{__version__}"
    content, path = tar_gz.packed(name, members, seconds), out / f"{name}.tar.gz"
    try:
        files.write_whole(path, content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    return Release(path, len(members), len(content), hashlib.sha256(content).hexdigest())


def _seconds(commit: Commit) -> int:
    """Return the time that members have: ``SOURCE_DATE_EPOCH``, else the commit's."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    if told is None:
        return commit.seconds
    if not (told.isascii() and told.isdigit()):
        raise UsageError(f"SOURCE_DATE_EPOCH is {told!r}: it is a number of seconds since 1970")
    return int(told)


def _is_content(path: str) -> bool:
    return any(PurePosixPath(path).is_relative_to(folder) for folder in CONTENT)


def _place(path: Path, course: Path) -> str:
    return path.relative_to(course).as_posix()


def _listed(names: list[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
