"""What every box must be able to read: the interpreter, and the part of the engine that runs inside."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .. import inside
from ..inside.confine import READABLE

INSIDE = Path(inside.__file__).parent


def interpreter() -> list[Path]:
    """Return the folders of this Python and of the environment that it runs in, links resolved too."""
    return [Path(p) for given in (sys.prefix, sys.base_prefix) for p in {given, os.path.realpath(given)}]


def where_to(path: Path) -> str:
    """Return what to do about a file of a course that lies where every box may read."""
    above = [root for root in (*map(str, interpreter()), *READABLE) if path.is_relative_to(root)]
    why = f"It lies below {above[0]}, which all of them need. " if above else ""
    return (
        f"{why}Move the course elsewhere, such as below your home folder, or the environment into a folder of its own."
    )
