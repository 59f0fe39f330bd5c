"""What an exercise's notebook runs in a student's Jupyter: ``%load_ext tenfold.notebook``.

The cells that were run, in their order, are the submission, just as when the notebook is graded; a visible check is run
on them with plain pytest in a process of its own. Hidden checks are not here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import TenfoldError
from ..exercise import catalog
from ..exercise.exercise import Exercise
from ..handin import notebook_cells
from ..handin.submission import notebook_files

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionInfo, InteractiveShell

UNCONFIGURED = (
    "These checks are not graded in a kernel, where student's code could do as it likes. "
    "Make the course ready with: tenfold nbgrader install COURSE"
)
PYTEST = ["-q", "--no-header", "-rN", "--tb=short", "--import-mode=importlib", "-c", os.devnull]
PYTEST += ["-p", "no:cacheprovider", "-p", "tenfold.plugin"]


class Shown(Exception):
    """What a student is to read, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Bench:
    """The exercise of one notebook, and the cells that were run."""

    def __init__(self) -> None:
        self._exercise: Exercise | None = None
        self._ran: dict[str, notebook_cells.Cell] = {}
        self._shared = ""

    def note(self, info: ExecutionInfo) -> None:
        """Remember a cell that is about to run; run again, it takes its old place."""
        text = str(info.raw_cell or "")
        name = getattr(info, "cell_id", None) or text.partition("\n")[0]
        self._ran[name] = notebook_cells.Cell("code", text, frozenset({name}))

    def tenfold(self, line: str) -> None:
        """``%tenfold EXERCISE``: say which exercise this notebook is."""
        try:
            self._exercise = catalog.find(catalog.find_course(Path.cwd()), line.strip())
            self._exercise.require_extras()
        except TenfoldError as error:
            raise Shown(f"{error}\nKeep the notebook in the folder that it came in.") from None
        print(f"{self._exercise.id}: {self._exercise.title}, {self._exercise.points} points")

    def shared(self, line: str, cell: str) -> None:
        """``%%shared``: what the visible checks have in common; it is run with each of them."""
        self._shared = cell

    def check(self, line: str, cell: str) -> None:
        """``%%check``: run one visible check on the cells that were run."""
        _not_graded_here()
        if self._exercise is None:
            raise Shown("Run the first cell of this notebook, then this one again.")
        try:
            files = notebook_files(self._exercise, list(self._ran.values()))
        except TenfoldError as error:
            raise Shown(str(error)) from None
        for name in self._exercise.files:
            if name not in files:
                first = notebook_cells.marked(name, "").strip()
                raise Shown(f"Run the cell that begins with the line\n    {first}\nand then this one again.")
        code, said = self._run(self._exercise, files, cell)
        if code != 0:
            raise Shown(said)
        print("✓ passed")

    def _run(self, exercise: Exercise, files: dict[str, str], check: str) -> tuple[int, str]:
        with tempfile.TemporaryDirectory(prefix="tenfold-") as place:
            folder = Path(place, *exercise.folder.relative_to(exercise.course).parts)
            test = folder / exercise.visible_checks.name
            contents = {folder / name: text.encode("utf-8", "replace") for name, text in files.items()}
            contents[folder / "exercise.toml"] = (exercise.folder / "exercise.toml").read_bytes()
            contents[test] = f"{self._shared}\n\n{check}".encode()
            for path, content in contents.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            Path(place, "datasets").symlink_to(exercise.course / "datasets")
            environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
            argv = [sys.executable, "-m", "pytest", *PYTEST, f"--rootdir={place}", str(test)]
            try:
                done = subprocess.run(
                    argv,
                    cwd=folder,
                    env=environment,
                    text=True,
                    errors="replace",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=exercise.limits.total,
                )
            except subprocess.TimeoutExpired:
                return 1, f"✗ not done after {exercise.limits.total:g} seconds: does a loop never end?"
            return done.returncode, f"✗ not yet\n{done.stdout.replace(str(folder) + os.sep, '').strip()}"

    def hidden(self, line: str, cell: str) -> None:
        """``%%hidden``: a check that only the grader has."""
        _not_graded_here()


def _not_graded_here() -> None:
    """Leave no grade where plain nbgrader runs this notebook: a full one could be forged, a zero would be wrong."""
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        print(UNCONFIGURED, file=sys.__stderr__, flush=True)
        time.sleep(1)  # a kernel passes its output on from another thread
        os.kill(os.getpid(), signal.SIGKILL)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Give a kernel the words of an exercise's notebook."""
    _not_graded_here()
    bench: Any = Bench()
    shell.events.register("pre_run_cell", bench.note)
    shell.register_magic_function(bench.tenfold, "line")
    for word in (bench.shared, bench.check, bench.hidden):
        shell.register_magic_function(word, "cell")
