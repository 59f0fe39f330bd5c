"""What lies beside a notebook that was handed in: nbgrader copies it, and follows links while it does."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nbgrader.utils import parse_utc
from traitlets.log import get_logger
from traitlets.utils.importstring import import_item

from ...exercise import catalog

MOST_TIME = 200  # characters


def hook(course: Path, theirs: Any = None) -> Callable[..., None]:
    """Return nbgrader's `pre_convert_hook`, for what lies beside work on the kit's exercises before it is copied.

    Links are removed: left to itself, nbgrader would copy what they lead to into the feedback: the gradebook,
    solutions, others' work. A time of handing in that nbgrader cannot read, and would end at, is put aside. Notebooks
    of another name are told of.
    """
    ids = {exercise.id for exercise in catalog.exercises(course)}
    other = import_item(theirs) if isinstance(theirs, str) else theirs

    def before(*, assignment: str, student: str, notebooks: Sequence[str]) -> None:
        for path in map(Path, notebooks):
            if path.stem in ids:
                remove_odd(path.parent)
                put_aside(path.with_name("timestamp.txt"))
            elif assignment in ids:
                told = "%s is not looked at. If it is the work, rename it to %s.ipynb, and autograde again with --force"
                get_logger().warning(told, path, assignment)
        if other is not None:
            other(assignment=assignment, student=student, notebooks=notebooks)

    return before


def put_aside(stamp: Path) -> None:
    """Rename a file with the time of handing in that nbgrader cannot read."""
    try:
        with stamp.open() as file:
            text = file.read(MOST_TIME + 1).strip()
        if len(text) > MOST_TIME:
            raise ValueError("too long for a time")
        if text:  # nbgrader takes an empty one for none
            parse_utc(text)
    except FileNotFoundError:
        return
    except (ValueError, OverflowError, OSError):
        aside = stamp.with_suffix(".unreadable")
        get_logger().warning("%s holds no time: it is now %s, and the work is not late", stamp, aside.name)
        stamp.replace(aside)


def remove_odd(folder: Path) -> None:
    """Remove whatever is neither a folder nor a plain file below a folder; links are not followed."""
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            if not stat.S_ISREG(mode := path.lstat().st_mode) and not stat.S_ISDIR(mode) and path.suffix != ".ipynb":
                get_logger().warning("%s is a link or no plain file: removed", path)
                path.unlink()
