"""macOS: what a command may read and write, said to its `sandbox-exec`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .paths import interpreter

PROFILE = """(version 1)
(allow default)
(deny network*)
(deny file-write* (subpath "/"))
(allow file-write* (subpath "{den}") (literal "/dev/null"))
(deny file-read* (subpath "/Users") (subpath "/Volumes") (subpath "/private/var/root"))
(allow file-read-metadata)
(allow file-read* {reads})
(deny signal (target others))
"""


def words(den: Path) -> Iterator[str]:
    """Yield the words to put before a command; `den` is the folder that stays writable."""
    reads = " ".join(f'(subpath "{path}")' for path in (den, *interpreter()))
    yield from ("sandbox-exec", "-p", PROFILE.format(den=den, reads=reads))
