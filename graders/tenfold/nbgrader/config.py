"""What makes a course of nbgrader's grade outside the kernel: a block in its `nbgrader_config.py`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from .. import files
from ..errors import UsageError

if TYPE_CHECKING:
    from traitlets.config import Config

BEGIN = "# >>> tenfold nbgrader install: this block is written anew; what stands outside of it is yours"
END = "# <<< tenfold"
BLOCK = f"""\
{BEGIN}
from tenfold.nbgrader import configure

configure(get_config(), course={{course!r}})
{END}
"""
NEW = """\
c = get_config()

c.CourseDirectory.course_id = {name!r}

"""


def install(course: Path, folder: Path) -> tuple[Path, bool]:
    """Make a folder a course of nbgrader's whose assignments `course` grades; return its configuration.

    The second value tells whether something changed. What the configuration holds besides is kept.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder. Name the folder of the course.")
    path = folder / "nbgrader_config.py"
    block = BLOCK.format(course=str(course))
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    outside = re.sub(rf"(?ms)^{re.escape(BEGIN)}$.*?^{re.escape(END)}\n?", "", before)
    if BEGIN in outside:
        raise UsageError(f"{path} has a block of tenfold's without an end. Delete it, then run this again.")
    kept = f"{outside.rstrip()}\n\n" if outside.strip() else NEW.format(name=folder.resolve().name)
    if kept + block == before:
        return path, False
    folder.mkdir(parents=True, exist_ok=True)
    files.write_whole(path, kept + block)
    return path, True


def configure(c: Config, course: str) -> None:
    """Set nbgrader's steps in a course's configuration: ours in the place of those that run student's code.

    Steps that the configuration has set before are kept; assignments that are not the kit's are graded as ever.
    """
    import warnings

    import nbgrader.converters
    import nbgrader.preprocessors as theirs

    from . import autograde, exporter, gradebook

    warnings.filterwarnings("ignore", "Object of type", module=r"nbgrader\.api")  # SQLAlchemy's, three a submission
    generate, grade = nbgrader.converters.GenerateAssignment, nbgrader.converters.Autograde
    steps = list(c.GenerateAssignment.get("preprocessors") or generate.preprocessors.default())
    c.GenerateAssignment.preprocessors = [
        other for step in steps for other in ([step, autograde.Starter] if step is theirs.ClearSolutions else [step])
    ]
    ours = {theirs.Execute: autograde.Grade, theirs.SaveAutoGrades: autograde.SaveGrades}
    steps = list(c.Autograde.get("autograde_preprocessors") or grade.autograde_preprocessors.default())
    c.Autograde.autograde_preprocessors = [ours.get(step, step) for step in steps]
    c.Autograde.exporter_class = exporter.Restored
    c.Tenfold.course = course
    c.HTMLExporter.sanitize_html = True
    if "plugin_class" not in c.ExportApp:
        c.ExportApp.plugin_class = gradebook.Grades
