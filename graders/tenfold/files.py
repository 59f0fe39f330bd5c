"""Opening files that somebody else may have put there: plain ones only, no links, no pipes."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO


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
