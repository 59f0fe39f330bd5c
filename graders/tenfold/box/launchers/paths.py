"""What every box must be able to read: the interpreter, and the part of the engine that runs inside."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .. import inside

INSIDE = Path(inside.__file__).parent


def interpreter() -> list[Path]:
    """Return the folders of this Python and of the environment that it runs in, links resolved too."""
    return [Path(p) for given in (sys.prefix, sys.base_prefix) for p in {given, os.path.realpath(given)}]
