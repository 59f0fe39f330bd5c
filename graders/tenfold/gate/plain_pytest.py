"""The visible checks in plain pytest, as a learner may run them: without the engine they must say the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ..box import held_folder
from ..exercise.exercise import Exercise
from ..grading.pytest_run import unsettled

ARGUMENTS = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]


def problems(exercise: Exercise) -> Iterator[str]:
    """Yield what is wrong: the starter fails there, and the solution passes."""
    with held_folder.held("tenfold-plain-") as (place, _):
        copy = Path(place, *exercise.folder.relative_to(exercise.course).parts)
        shutil.copytree(exercise.folder, copy, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        Path(place, "datasets").symlink_to(exercise.course / "datasets")
        if (ran := _run(copy)).returncode != 1:
            yield f"the starter's visible checks end with {ran.returncode} in plain pytest, not with 1:\n{ran.stdout}"
        for name in exercise.files:
            shutil.copyfile(exercise.solution / name, copy / name)
        if (ran := _run(copy)).returncode != 0:
            yield f"the solution's visible checks do not pass in plain pytest:\n{ran.stdout}"


def _run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(ARGUMENTS, cwd=folder, env=unsettled(os.environ), capture_output=True, text=True)
