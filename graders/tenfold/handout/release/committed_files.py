"""What Git keeps of a folder: the last commit and its plain files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...errors import MachineError, UsageError
from ...git import PLAIN, git


@dataclass(frozen=True)
class Commit:
    """The last commit, as far as it is about one folder; paths are relative to it."""

    folder: Path
    id: str
    seconds: int
    """Its date, in seconds since 1970."""
    blobs: dict[str, str]
    """Plain files: the name of each one's content."""
    others: tuple[str, ...]
    """Links and other repositories."""

    def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of plain files."""
        wanted = list(paths)
        answer = git(self.folder, "cat-file", "--batch", given="".join(f"{self.blobs[p]}\n" for p in wanted).encode())
        found, at = {}, 0
        for path in wanted:  # "<id> blob <size>\n<content>\n"
            end = answer.index(b"\n", at)
            size = int(answer[at:end].split()[2])
            found[path] = answer[end + 1 : end + 1 + size]
            at = end + size + 2
        return found

    def changed(self) -> list[str]:
        """Return the files that are not as they were committed."""
        return _split(git(self.folder, "diff", "--no-ext-diff", "--name-only", "--relative", "-z", self.id))


def last(folder: Path) -> Commit:
    """Return the last commit of the repository that a folder lies in.

    Raises
    ------
    UsageError
        There is no Git, no repository or no commit.
    """
    try:
        name, seconds = git(folder, "log", "-1", "--no-show-signature", "--format=%H %ct").decode().split()
    except MachineError as error:
        raise UsageError(f"{error}: Git knows which files are the kit's, so run this in a clone") from None
    blobs, others = {}, []
    for line in _split(git(folder, "ls-tree", "-r", "-z", name)):
        about, _, path = line.partition("\t")
        mode, _, blob = about.split()
        if mode in PLAIN:
            blobs[path] = blob
        else:
            others.append(path)
    return Commit(folder, name, int(seconds), blobs, tuple(others))


def _split(answer: bytes) -> list[str]:
    return [part.decode("utf-8", "surrogateescape") for part in answer.split(b"\0") if part]
