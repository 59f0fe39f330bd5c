"""What a command finds around it: of Python's own settings, those that could change a verdict are left behind.

Without assertions and docstrings (``-OO``) checks hold that do not; warnings that are errors, and a ``numpy.py`` on
``PYTHONPATH``, break what is right. This module runs first, and imports what Python has loaded by then, no more.
"""

import os
import sys
from collections.abc import Mapping

KEPT = {
    *("PYTHONHOME", "PYTHONPATH", "PYTHONPLATLIBDIR", "PYTHONNOUSERSITE", "PYTHONUSERBASE", "PYTHONEXECUTABLE"),
    *("PYTHONIOENCODING", "PYTHONUTF8", "PYTHONCOERCECLOCALE", "PYTHONUNBUFFERED", "PYTHONFAULTHANDLER"),
    *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONHASHSEED", "PYTHONSAFEPATH"),
}
"""Python's variables that change no meaning."""
HERE = os.path.join("tenfold", "cli", "surroundings.py")
ROOT = os.path.realpath(__file__).removesuffix(os.sep + HERE)
"""The folder that this kit was imported from."""


def settle() -> None:
    """Go on as if none of it were there; where this process has taken it in already, begin again in its place."""
    wanted = left(os.environ)
    changed = {name for name in os.environ if wanted.get(name) != os.environ[name]}
    os.environ.clear()
    os.environ.update(wanted)
    os.umask(os.umask(0) & 0o077)  # what is made here is its owner's to read and write
    flags = sys.flags
    taken_in = changed if not flags.ignore_environment else set[str]()
    if taken_in or flags.optimize or flags.inspect or sys.warnoptions:
        words = [sys.executable, "-P", "-m", "tenfold.cli", *sys.argv[1:]]
        os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([ROOT, *_paths(os.environ)]))
        sys.stdout and sys.stdout.flush()
        os.execv(sys.executable, words)
    if not flags.safe_path and sys.path and os.path.abspath(sys.path[0]) != ROOT:
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
    return [place for place in places if place and os.path.isfile(os.path.join(place, HERE))]
