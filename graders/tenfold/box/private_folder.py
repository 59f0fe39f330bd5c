"""The private folder of a box. What lies in it may have been put there by the box: only plain files are touched."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ..errors import SubmissionError
from ..files import open_plain
from . import held_folder

DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class Folder:
    """A folder that a box may read and write.

    Every name is opened a part at a time, so that no link is followed whatever the box does meanwhile.

    Parameters
    ----------
    path
        Where to make it.
    uid
        The user that it belongs to; None leaves it to the grader's.
    """

    def __init__(self, path: Path, uid: int | None) -> None:
        self.path, self._uid = path, uid
        with _own_modes():
            path.mkdir(0o700)
        if uid is not None:
            os.chown(path, uid, uid)

    def write(self, name: str, content: bytes) -> None:
        """Put a file into the folder, over one of that name."""
        flags = os.O_WRONLY | os.O_CREAT
        with (
            _own_modes(),
            self._parent(name, make=True) as (at, last),
            self._said(name),
            open_plain(last, flags, at) as file,
        ):
            self._alone(file.fileno())
            self._own(file.fileno())
            file.truncate(0)
            file.write(content)

    def read(self, name: str, most_mb: int = 64) -> bytes:
        """Return a file; links and special files are refused."""
        with self._parent(name) as (at, last), self._said(name), open_plain(last, os.O_RDONLY, at) as file:
            self._alone(file.fileno())
            content = file.read((most_mb << 20) + 1)
        if len(content) > most_mb << 20:
            raise SubmissionError(f"{name} is larger than {most_mb} MB")
        return content

    def remove(self) -> None:
        """Remove the folder, however deep it is and whatever in it is closed."""
        held_folder.remove(self.path)

    @contextlib.contextmanager
    def _parent(self, name: str, make: bool = False) -> Iterator[tuple[int, str]]:
        """Give a descriptor of the folder that holds a name, and the name's last part."""
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"{name!r} is not a path inside the box")
        with contextlib.ExitStack() as opened, self._said(name):
            folder = os.open(self.path, DIRECTORY)
            opened.callback(os.close, folder)
            for part in path.parts[:-1]:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, 0o700, dir_fd=folder)
                folder = os.open(part, DIRECTORY, dir_fd=folder)
                opened.callback(os.close, folder)
                if make:
                    self._own(folder)
            yield folder, path.parts[-1]

    @contextlib.contextmanager
    def _said(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SubmissionError(f"{name} cannot be opened: {error.strerror}") from None

    def _own(self, descriptor: int) -> None:
        if self._uid is not None:
            os.fchown(descriptor, self._uid, self._uid)

    def _alone(self, descriptor: int) -> None:
        if os.fstat(descriptor).st_nlink != 1:
            raise OSError(0, "it has another name elsewhere")


@contextlib.contextmanager
def _own_modes() -> Iterator[None]:
    """Make files as open as they are said to be, whatever the shell takes away."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)
