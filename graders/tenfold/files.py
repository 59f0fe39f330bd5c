"""Files: opening what somebody else may have put there, and writing so that nobody finds a half."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import tomllib
from pathlib import Path
from typing import IO, Any

from .errors import AuthoringError, UsageError


def open_plain(path: Path | str, flags: int = os.O_RDONLY, folder: int | None = None) -> IO[bytes]:
    """Open a plain file; `folder` is the descriptor that a relative path begins at.

    Raises
    ------
    OSError
        It is not there, is a link, or is anything but a plain file.
    """
    number = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, "it is not a plain file")
    return os.fdopen(number, "rb" if flags == os.O_RDONLY else "wb")


def make_folder(path: Path) -> None:
    """Make a folder that is to be written into, and those above it, or raise `UsageError`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be a folder to write into: {error.strerror}. Name another one.") from None


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file at one blow: whoever looks finds the old one or the new one, whatever ends this process."""
    content = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file():  # a terminal, a pipe
        path.write_bytes(content)
        return
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def read_toml(path: Path) -> dict[str, Any]:
    """Return the table of a TOML file of the kit's, or raise `AuthoringError` that names it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AuthoringError(f"{path}: {error}") from None
