"""What makes a course of nbgrader's grade outside the kernel: a block in its `nbgrader_config.py`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import files, streams
from ...errors import UsageError

if TYPE_CHECKING:
    from traitlets.config import Config

BEGIN = "# >>> tenfold nbgrader install: this block is written anew; what stands outside of it is yours"
END = "# <<< tenfold"
BLOCK = f"""\
{BEGIN}
try:
    from tenfold.nbgrader import configure

    configure(get_config(), course={{course!r}})
except Exception as error:  # nbgrader would go on without, and run students' code
    raise SystemExit(f"tenfold cannot grade here: {{{{error!r}}}}. Run: tenfold nbgrader install COURSE") from error
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
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8. Save it as UTF-8, then run this again.") from None
    outside = re.sub(rf"(?ms)^{re.escape(BEGIN)}$.*?^{re.escape(END)}\n?", "", before)
    if BEGIN in outside:
        raise UsageError(f"{path} has a block of tenfold's without an end. Delete it, then run this again.")
    kept = f"{outside.rstrip()}\n\n" if outside.strip() else NEW.format(name=folder.resolve().name)
    if kept + block == before:
        return path, False
    folder.mkdir(parents=True, exist_ok=True)
    files.write_whole(path.resolve(), kept + block)
    return path, True


def configure(c: Config, course: str) -> None:
    """Set nbgrader's steps in a course's configuration: ours in the place of those that run student's code.

    Steps that the configuration has set before are kept; assignments that are not the kit's are graded as ever.
    """
    import warnings

    import nbgrader.converters
    import nbgrader.preprocessors as theirs

    from . import autograde, gradebook, intake, released_feedback, restored_notebook

    streams.make_ready()
    warnings.filterwarnings("ignore", "Object of type", module=r"nbgrader\.api")  # SQLAlchemy's, three a submission
    steps = _set(c.GenerateAssignment, "preprocessors", nbgrader.converters.GenerateAssignment.preprocessors.default())
    c.GenerateAssignment.preprocessors = [
        other for step in steps for other in ([step, autograde.Starter] if step is theirs.ClearSolutions else [step])
    ]
    ours = {
        theirs.Execute: autograde.Grade,
        theirs.SaveAutoGrades: autograde.SaveGrades,
        theirs.GetGrades: released_feedback.Given,
    }
    for section, name, default in (
        (c.Autograde, "autograde_preprocessors", nbgrader.converters.Autograde.autograde_preprocessors.default()),
        (c.GenerateFeedback, "preprocessors", nbgrader.converters.GenerateFeedback.preprocessors.default()),
    ):
        section[name] = [ours.get(step, step) for step in _set(section, name, default)]
    c.Autograde.exporter_class = restored_notebook.Restored
    c.Autograde.pre_convert_hook = intake.hook(Path(course), c.Autograde.get("pre_convert_hook"))
    c.Tenfold.course = course
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {"round": released_feedback.rounded} | c.HTMLExporter.get("filters", {})
    if "plugin_class" not in c.ExportApp:
        c.ExportApp.plugin_class = gradebook.Grades


def _set(section: Config, name: str, default: list[Any]) -> list[Any]:
    """Return what a configuration says of a list of classes: named, given, added to the default, or not at all."""
    from traitlets.config.loader import LazyConfigValue
    from traitlets.utils.importstring import import_item

    value = section.get(name) or default
    steps = value.get_value(default) if isinstance(value, LazyConfigValue) else value
    return [import_item(step) if isinstance(step, str) else step for step in steps]
