"""What lies in a Git repository, read as data: nothing is checked out, and nothing of it is run."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ...box import held_folder
from ...errors import MachineError, Unreadable, UsageError
from ...git import PLAIN, NotTrusted, git

PATIENCE = 5.0  # seconds
PREFIX = "tenfold-base-"
COMPARE = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff")
KINDS = {"120000": "a link", "160000": "a submodule", "040000": "a folder"}


@dataclass(frozen=True)
class Entry:
    """What a commit holds at a path."""

    mode: str
    name: str
    """Of the object, hex."""
    size: int
    """Bytes; 0 for what is no file."""

    @property
    def is_plain(self) -> bool:
        """Whether it is a file and no link."""
        return self.mode in PLAIN


class Repository:
    """A Git repository.

    Parameters
    ----------
    folder
        Any folder of it.

    Raises
    ------
    UsageError
        There is no repository there, or no Git here.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.top = Path(os.fsdecode(git(self.folder, "rev-parse", "--show-toplevel")).rstrip("\n")).resolve()
        except NotTrusted:
            raise
        except MachineError as error:
            raise UsageError(f"{folder} is no clone with files in it ({error}). Name one with --repo.") from None

    def commit(self, reference: str) -> str:
        """Return the name of the commit that a branch, tag or other reference stands for, or raise `UsageError`."""
        try:
            found = git(self.folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
        except (MachineError, ValueError):  # a name cannot hold a zero byte
            raise UsageError(
                f"there is no commit {reference!r} in {self.top}. Fetch it first, then try again."
            ) from None
        return found.decode().strip()

    def common(self, base: str, head: str) -> str:
        """Return the last commit that two have in common; `base` where there is none.

        Raises
        ------
        UsageError
            In this shallow clone it cannot be seen.
        """
        try:
            return git(self.folder, "merge-base", base, head).decode().strip()
        except MachineError:
            if git(self.folder, "rev-parse", "--is-shallow-repository").strip() == b"true":
                raise UsageError(
                    f"in {self.top}, a shallow clone, it cannot be seen where the head left the base. "
                    "Fetch the rest with: git fetch --unshallow"
                ) from None
            return base

    def place(self, folder: Path, commit: str) -> PurePosixPath | None:
        """Return where a commit holds a folder of this checkout; None for what only lies in it, or elsewhere."""
        if not folder.is_relative_to(self.top) or Repository(folder).top != self.top:
            return None
        place = PurePosixPath(folder.relative_to(self.top).as_posix())
        return place if folder == self.top or self.entries(commit, [str(place)]) else None

    def differing(self, before: str, after: str, paths: Iterable[str]) -> set[str]:
        """Return those of some paths at which two commits hold something else."""
        words = ("ls-tree", "-z", "--full-tree")
        lines = [set(git(self.folder, *words, commit, "--", *paths).split(b"\0")) for commit in (before, after)]
        return {os.fsdecode(line.partition(b"\t")[2]) for line in lines[0] ^ lines[1]}

    def touched(self, before: str, after: str) -> list[str] | None:
        """Return all paths that differ between two commits; a renamed file is two.

        None where they are too many, or an object is missing: a few objects can stand for any number of paths.
        """
        try:
            answer = git(self.folder, *COMPARE, before, after, seconds=PATIENCE)
        except MachineError:
            return None
        return [os.fsdecode(path) for path in answer.split(b"\0") if path]

    def entries(self, commit: str, paths: Iterable[str]) -> dict[str, Entry]:
        """Return what a commit holds at each of some paths; what is not there has no entry.

        Raises
        ------
        Unreadable
            A path is there twice, which Git itself never makes.
        MachineError
            An object is missing.
        """
        found: dict[str, Entry] = {}
        for line in git(self.folder, "ls-tree", "-z", "-l", "--full-tree", commit, "--", *paths).split(b"\0"):
            if line:
                described, _, path = line.partition(b"\t")
                mode, _, name, size = described.decode().split()
                place = os.fsdecode(path)
                if place in found:
                    raise Unreadable(f"{place} is there twice at the head of this change. Commit it anew.")
                if not size.isdigit() and size != "-":
                    raise MachineError(f"the content of {place} is missing here. Fetch it, then try again.")
                found[place] = Entry(mode, name, 0 if size == "-" else int(size))
        return found

    def content(self, entry: Entry) -> bytes:
        """Return the bytes of a file."""
        return git(self.folder, "cat-file", "blob", entry.name)

    def is_at(self, commit: str) -> bool:
        """Return whether the files of this checkout are those of a commit, and no others are among them."""
        return self.commit("HEAD") == commit and not git(self.folder, "status", "--porcelain", "--untracked-files=all")

    @contextlib.contextmanager
    def checkout(self, commit: str) -> Iterator[tuple[Path, int]]:
        """Put the files of a commit into a folder of their own, for as long as the context lasts; give it and its lock.

        A process that is to work there without this one needs the lock too: see `held_folder`.
        """
        with held_folder.held(PREFIX) as (place, lock):
            self._forget_swept()
            folder = place / "base"
            try:
                git(self.folder, "worktree", "add", "--quiet", "--detach", str(folder), commit)
                yield folder, lock
            finally:
                self._forget(folder)

    def _forget_swept(self) -> None:
        """Have Git forget the checkouts of commands that were killed: their folders have been swept."""
        for line in git(self.folder, "worktree", "list", "--porcelain").split(b"\n"):
            folder = Path(os.fsdecode(line.removeprefix(b"worktree ")))
            if folder.parent.name.startswith(PREFIX) and not folder.exists():
                self._forget(folder)

    def _forget(self, folder: Path) -> None:
        with contextlib.suppress(MachineError):  # Git has not got as far as to know it
            git(self.folder, "worktree", "remove", "--force", str(folder))
