"""One hash over files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest(paths: Iterable[Path], base: Path) -> str:
    """Return one SHA-256 over names (relative to `base`) and contents of files.

    Folders count with all below them, but for what tools leave: ``__pycache__`` and folders that begin with a dot.
    """
    found = {f for path in paths for f in (path.rglob("*") if path.is_dir() else [path]) if f.is_file()}
    total = hashlib.sha256()
    for file in sorted(found):
        place = file.relative_to(base)
        if any(part == "__pycache__" or part.startswith(".") for part in place.parts[:-1]):
            continue
        total.update(f"{place.as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()
