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


class NotTrusted(MachineError):
    """The repository belongs to somebody else."""


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
        raise _refusal(folder, words[0], error.stderr.decode(errors="replace")) from None
    return done.stdout


def _refusal(folder: Path, word: str, said: str) -> MachineError:
    """Return what Git means by a refusal, in a line: its first one that is no warning, and what mends it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if trust := next((line for line in lines if "--add safe.directory" in line), None):
        return NotTrusted(
            f"{folder} lies in a repository that belongs to somebody else, and Git reads none such (safe.directory). "
            f"If you trust it: {clean(trust)}"
        )
    said_first = next((line for line in lines if line.startswith(("fatal:", "error:"))), [*lines, "no more is said"][0])
    return MachineError(f"git {word} in {folder}: {clean(said_first)}")
