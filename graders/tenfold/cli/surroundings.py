"""What a command finds around it: of Python's own settings, those that could change a verdict are left behind.

Without assertions and docstrings (``-OO``) checks hold that do not; warnings that are errors, and a ``numpy.py`` on
``PYTHONPATH``, break what is right. This module runs first, and imports as little as it can.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

KEPT = {
    *("PYTHONHOME", "PYTHONPATH", "PYTHONPLATLIBDIR", "PYTHONNOUSERSITE", "PYTHONUSERBASE", "PYTHONEXECUTABLE"),
    *("PYTHONIOENCODING", "PYTHONUTF8", "PYTHONCOERCECLOCALE", "PYTHONUNBUFFERED", "PYTHONFAULTHANDLER"),
    *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONHASHSEED", "PYTHONSAFEPATH"),
}
"""Python's variables that change no meaning."""
ROOT = Path(__file__).resolve().parents[2]
"""The folder that this kit was imported from."""


def settle() -> None:
    """Go on as if none of it were there; where this process has taken it in already, begin again in its place."""
    wanted = left(os.environ)
    changed = {name for name in os.environ if wanted.get(name) != os.environ[name]}
    os.environ.clear()
    os.environ.update(wanted)
    flags = sys.flags
    taken_in = changed if not flags.ignore_environment else set[str]()
    if taken_in or flags.optimize or flags.inspect or sys.warnoptions:
        words = [sys.executable, "-P", "-m", "tenfold.cli", *sys.argv[1:]]
        os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([str(ROOT), *_paths(os.environ)]))
        sys.stdout and sys.stdout.flush()
        os.execv(sys.executable, words)
    if not flags.safe_path and sys.path and Path(sys.path[0]).absolute() != ROOT:
        del sys.path[0]  # the folder that one is in, or of this script: what lies there is no library


def left(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what changes the meaning of a program, and of paths those to this kit."""
    kept = {n: v for n, v in environment.items() if not n.startswith("PYTHON") or n in KEPT}
    if paths := _paths(environment):
        kept["PYTHONPATH"] = os.pathsep.join(paths)
    else:
        kept.pop("PYTHONPATH", None)
    return kept


def _paths(environment: Mapping[str, str]) -> list[str]:
    places = environment.get("PYTHONPATH", "").split(os.pathsep)
    return [place for place in places if place and Path(place, "tenfold", "cli", "surroundings.py").is_file()]
