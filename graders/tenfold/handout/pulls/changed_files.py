"""What a change of a repository hands in: the listed files of exercises, taken from its head as data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ...errors import Unreadable
from ...exercise import catalog
from ...exercise.exercise import Exercise
from ...handin.submission import MOST_BYTES, Submission, of_files
from .repository import KINDS, Entry, Repository


@dataclass(frozen=True)
class Change:
    """The exercises whose files differ, and what else does."""

    repository: Repository
    head: str
    place: PurePosixPath
    """Where the course lies in the repository."""
    exercises: tuple[Exercise, ...]
    others: tuple[str, ...] | None
    """Paths that the change touches and that no exercise lists: they are not used. None: they cannot be listed."""

    def paths(self, exercise: Exercise) -> dict[str, str]:
        """Return where the files of an exercise lie in the repository, by name."""
        folder = self.place / PurePosixPath(exercise.folder.relative_to(exercise.course).as_posix())
        return {name: str(folder / name) for name in exercise.files}

    def submission(self, exercise: Exercise) -> Submission:
        """Return the files of an exercise as they are at the head.

        Raises
        ------
        Unreadable
            One is gone, too large, or not a plain file.
        """
        paths = self.paths(exercise)
        entries = self.repository.entries(self.head, paths.values())
        found = {name: _plain(path, entries.get(path)) for name, path in paths.items()}
        files = {name: self.repository.content(entry) for name, entry in found.items()}
        for name, content in files.items():
            if content.startswith(b"version https://git-lfs."):
                raise Unreadable(
                    f"{paths[name]} is kept by Git LFS, and only its pointer is here. Commit the file itself."
                )
        return of_files(exercise, files)


def _plain(path: str, entry: Entry | None) -> Entry:
    if entry is None:
        raise Unreadable(
            f"{path} is gone at the head of this change, and your work is looked for there. "
            "Put it back; if the base has only now got it, merge the base into your branch."
        )
    if not entry.is_plain:
        raise Unreadable(f"{path} is {KINDS.get(entry.mode, 'not a plain file')}. Commit a plain file.")
    if entry.size > MOST_BYTES:
        raise Unreadable(f"{path} is larger than {MOST_BYTES >> 20} MB. Submit code, not data or weights.")
    return entry


def between(course: Path, repository: Repository, base: str, head: str) -> Change:
    """Return what the head of a change has done since it left the base.

    `repository` is the course's own, or another one with the same ``exercises/`` at its top.
    """
    place = repository.place(course, base) or PurePosixPath(".")
    empty = Change(repository, head, place, (), ())
    before = repository.common(base, head)
    every = {e: set(empty.paths(e).values()) for e in catalog.exercises(course)}
    listed = set().union(*every.values())
    differing = repository.differing(before, head, sorted(listed))
    found = tuple(exercise for exercise, paths in every.items() if paths & differing)
    touched = repository.touched(before, head)
    others = None if touched is None else tuple(path for path in touched if path not in listed)
    return replace(empty, exercises=found, others=others)
