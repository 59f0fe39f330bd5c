"""A folder as one file, ``.tar.gz``: the same members make the same bytes, whoever packs them and when."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping

MODE = 0o644


def packed(top: str, members: Mapping[str, bytes], seconds: int) -> bytes:
    """Return the archive.

    Parameters
    ----------
    top
        The folder that everything in it lies below.
    members
        Contents by path.
    seconds
        Time of change of every member, in seconds since 1970.
    """
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, content in sorted(members.items()):
            member = tarfile.TarInfo(f"{top}/{name}")  # owner 0 without a name, as it is made
            member.size, member.mtime, member.mode = len(content), seconds, MODE
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
