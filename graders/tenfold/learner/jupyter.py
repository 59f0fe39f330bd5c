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
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import streams
from ..errors import MissingExtra, TenfoldError
from ..exercise import catalog
from ..exercise.exercise import Exercise
from ..handin import notebook_cells
from ..handin.places import Line, Places, lines_of, segments, text_of
from ..handin.submission import notebook_lines

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionInfo, InteractiveShell

UNCONFIGURED = (
    "These checks are not graded in a kernel, where student's code could do as it likes. "
    "Make the course ready with: tenfold nbgrader install COURSE"
)
PYTEST = ["-q", "--no-header", "-rN", "--tb=short", "--import-mode=importlib", "-c", os.devnull]
PYTEST += ["-p", "no:cacheprovider", "-p", "tenfold.plugin"]
LIMITED = 'ulimit -S -t "$1"; shift; exec "$@"'
ENDURES = 5
"""Times the processor time that it may use: a check that has not ended by then."""
WAITS = "it waits for something that does not come, or this machine is busy with other work"


class Shown(Exception):
    """What a student is to read, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Mirror(types.ModuleType):
    """A module whose names are those that a notebook has by now."""

    def __init__(self, name: str, names: Callable[[], Mapping[str, Any]], cell: str) -> None:
        super().__init__(name)
        self._names, self._cell = names, cell

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        names = self._names()
        if name not in names:
            raise ImportError(f"no {name} yet: run the cell that begins with {self._cell}, and then this one again")
        return names[name]


class Bench:
    """The exercise of one notebook, and the cells that were run."""

    def __init__(self, shell: InteractiveShell | None = None) -> None:
        self._shell = shell
        self._exercise: Exercise | None = None
        self._ran: dict[str, notebook_cells.Cell] = {}
        self._shared = ""

    def note(self, info: ExecutionInfo) -> None:
        """Remember a cell that is about to run; run again, it takes its old place."""
        text = str(info.raw_cell or "")
        name = getattr(info, "cell_id", None) or text.partition("\n")[0]
        number = getattr(self._shell, "execution_count", "")
        self._ran[name] = notebook_cells.Cell("code", text, frozenset({name}), f"cell In[{number}]")

    def tenfold(self, line: str) -> None:
        """``%tenfold EXERCISE``: say which exercise this notebook is."""
        try:
            self._exercise = catalog.find(catalog.find_course(Path.cwd()), line.strip())
            self._exercise.require_extras()
        except MissingExtra as error:
            lacking = str(error).partition(". ")[0]
            raise Shown(f"{lacking}. Install them where this notebook runs, and run this cell again.") from None
        except TenfoldError as error:
            raise Shown(f"{error}\nKeep the notebook in the folder that it came in.") from None
        self._mirror(self._exercise)
        print(f"{self._exercise.id}: {self._exercise.title}, {self._exercise.points} points")

    def _mirror(self, exercise: Exercise) -> None:
        """Let cells import what the statement imports: from the work, and from the file of visible checks."""
        for name in exercise.files:
            if name.endswith(".py"):
                first = notebook_cells.marked(name, "").strip()
                sys.modules[Path(name).stem] = Mirror(Path(name).stem, lambda: self._user_names, first)
        test = exercise.visible_checks.stem
        sys.modules[test] = Mirror(test, self._names_of_checks, "%%shared")

    @property
    def _user_names(self) -> dict[str, Any]:
        return getattr(self._shell, "user_ns", {})

    def _names_of_checks(self) -> dict[str, Any]:
        names: dict[str, Any] = {"__name__": "checks"}
        exec(self._shared, names)  # the kit's own text, in the student's own kernel
        return names

    def shared(self, line: str, cell: str) -> None:
        """``%%shared``: what the visible checks have in common; it is run with each of them."""
        self._shared = cell

    def check(self, line: str, cell: str) -> None:
        """``%%check``: run one visible check on the cells that were run."""
        _not_graded_here()
        if self._exercise is None:
            raise Shown("Run the first cell of this notebook, then this one again.")
        try:
            found = notebook_cells.parts(list(self._ran.values()), self._exercise.files)
            files = notebook_lines(self._exercise, found)
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

    def _run(self, exercise: Exercise, files: dict[str, list[Line]], check: str) -> tuple[int, str]:
        from ..grading.pytest_run import unsettled  # pytest itself is loaded when a check is run

        checks = [*lines_of(self._shared, "the cell %%shared", 2), *lines_of(f"\n{check}", "this cell")]
        test = exercise.visible_checks.name
        places = Places({name: segments(lines) for name, lines in {**files, test: checks}.items()})
        with tempfile.TemporaryDirectory(prefix="tenfold-") as place:
            folder = Path(place, *exercise.folder.relative_to(exercise.course).parts)
            texts = {**files, test: checks}
            contents = {folder / name: text_of(lines).encode("utf-8", "replace") for name, lines in texts.items()}
            contents[folder / "exercise.toml"] = (exercise.folder / "exercise.toml").read_bytes()
            for path, content in contents.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            Path(place, "datasets").symlink_to(exercise.course / "datasets")
            environment = {**unsettled(os.environ), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
            most = exercise.limits.total
            argv = ["sh", "-c", LIMITED, "sh", f"{most:.0f}", sys.executable, "-m", "pytest", *PYTEST]
            argv += [f"--rootdir={place}", str(folder / test)]
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
                    timeout=ENDURES * most,
                )
            except subprocess.TimeoutExpired as late:
                return 1, f"✗ not done after {late.timeout / 60:.2g} minutes: {WAITS}"
            if done.returncode == -signal.SIGXCPU:
                return 1, f"✗ not done after {most:g} seconds of processor time: does a loop never end?"
            said = done.stdout.replace(str(folder) + os.sep, "").replace(f"{place}{os.sep}", "").strip()
            return done.returncode, f"✗ not yet\n{places.told(said)}"

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
    streams.make_ready()
    _not_graded_here()
    bench: Any = Bench(shell)
    shell.events.register("pre_run_cell", bench.note)
    shell.register_magic_function(bench.tenfold, "line")
    for word in (bench.shared, bench.check, bench.hidden):
        shell.register_magic_function(word, "cell")
