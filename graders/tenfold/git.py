"""Git, asked and answered: the one place where it is run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .errors import MachineError
from .result import clean

SETTINGS = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0"}
AWAY = frozenset(
    f"GIT_{name}"
    for name in ("DIR", "WORK_TREE", "INDEX_FILE", "COMMON_DIR", "PREFIX", "NAMESPACE", "OBJECT_DIRECTORY")
)
"""What leads away from the folder that is asked about, as in a hook or an alias."""
PLAIN = ("100644", "100755")
"""The modes of plain files in a tree."""
QUIET = ("safe.bareRepository=explicit", "core.fsmonitor=false", "core.hooksPath=/dev/null")
"""No repository among the files of another one is looked at; no hook and no monitor of files is run."""


def git(folder: Path, *words: str, given: bytes = b"", seconds: float | None = None) -> bytes:
    """Return what Git answers in a folder.

    Raises
    ------
    MachineError
        There is no Git, it refuses (with the first line of what it says), or it takes longer than it may.
    """
    try:
        environment = {name: value for name, value in os.environ.items() if name not in AWAY} | SETTINGS
        argv = ["git", *(word for setting in QUIET for word in ("-c", setting)), *words]
        done = subprocess.run(
            argv, cwd=folder, env=environment, input=given, capture_output=True, check=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        raise MachineError(f"git {words[0]} in {folder} was not done after {seconds:g} seconds") from None
    except OSError as error:
        raise MachineError(f"git could not be run in {folder}, is it installed? ({error.strerror})") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines() or ["no more is said"]
        raise MachineError(f"git {words[0]} in {folder}: {clean(said[0])}") from None
    return done.stdout
