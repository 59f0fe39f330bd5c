"""Git, asked and answered: the one place where it is run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .errors import MachineError
from .result import clean

SETTINGS = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0"}


def git(folder: Path, *words: str, given: bytes = b"", seconds: float | None = None) -> bytes:
    """Return what Git answers in a folder.

    Raises
    ------
    MachineError
        There is no Git, it refuses (with the first line of what it says), or it takes longer than it may.
    """
    try:
        environment = os.environ | SETTINGS
        done = subprocess.run(
            ["git", *words], cwd=folder, env=environment, input=given, capture_output=True, check=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        raise MachineError(f"git {words[0]} in {folder} was not done after {seconds:g} seconds") from None
    except OSError as error:
        raise MachineError(f"git could not be run in {folder}, is it installed? ({error.strerror})") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines() or ["no more is said"]
        raise MachineError(f"git {words[0]} in {folder}: {clean(said[0])}") from None
    return done.stdout
