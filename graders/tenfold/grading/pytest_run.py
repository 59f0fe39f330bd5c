"""pytest, run so that nothing around it decides a verdict: no setting, plugin, warning or folder of its caller's."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from ..errors import MachineError

OPTIONS = ["-c", os.devnull, "--import-mode=importlib", "--noconftest", "-p", "tenfold.plugin"]
UNUSED = [
    "terminal",
    "cacheprovider",
    "logging",
    "junitxml",
    "faulthandler",
    "doctest",
    "setuponly",
    "stepwise",
    "unraisableexception",
    "threadexception",
]
SETTINGS = re.compile("PYTEST_.*|PY_COLORS|CI|BUILD_NUMBER")
"""The variables by which pytest goes."""
QUIET = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


class Interrupted:
    """A plugin that notes whether somebody ended a run: pytest says the same of checks that cannot be loaded."""

    def __init__(self) -> None:
        self.so = False

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell the person at the terminal from pytest's own reasons to stop."""
        ended = isinstance(excinfo.value, KeyboardInterrupt)
        self.so = ended and not isinstance(excinfo.value, pytest.Session.Interrupted)


def run(course: Path, files: Sequence[Path], plugins: Sequence[object]) -> int:
    """Run the checks of some files of a course and return pytest's exit code.

    Raises
    ------
    KeyboardInterrupt
        The person at the terminal ended it; every plugin has heard of what was done by then.
    MachineError
        This Python leaves out assertions.
    """
    if sys.flags.optimize:
        raise MachineError("this Python leaves out assertions. Start it without -O and PYTHONOPTIMIZE, then try again.")
    interrupted = Interrupted()
    arguments = [
        *OPTIONS,
        f"--rootdir={course}",
        f"--confcutdir={course}",  # else pytest looks into every folder above, and imports packages there
        *(f"-pno:{name}" for name in UNUSED),
        *(os.path.relpath(path, course) for path in files),  # pytest reads more than a path in one with [ or ::
    ]
    with _settled(), _inside(course):
        code = int(pytest.main(arguments, plugins=[*plugins, interrupted]))
    if interrupted.so:
        raise KeyboardInterrupt
    return code


def unsettled(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what pytest would go by."""
    return {name: value for name, value in environment.items() if not SETTINGS.fullmatch(name)}


@contextlib.contextmanager
def _settled() -> Iterator[None]:
    """Let neither variables nor ``-W`` change what pytest does."""
    before, options = dict(os.environ), list(sys.warnoptions)
    for name in before.keys() - unsettled(before).keys():
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with warnings.catch_warnings():
        if options:
            sys.warnoptions.clear()
            warnings.resetwarnings()
            for kind in QUIET:
                warnings.simplefilter("ignore", kind)
        try:
            yield
        finally:
            sys.warnoptions[:] = options
            os.environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD", None)
            os.environ.update({name: value for name, value in before.items() if SETTINGS.fullmatch(name)})


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in a folder meanwhile."""
    try:
        before = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise MachineError(
            f"the folder that you are in cannot be read ({error.strerror}). Go to another one."
        ) from None
    try:
        os.chdir(folder)
        yield
    finally:
        with contextlib.suppress(OSError):
            os.fchdir(before)
        os.close(before)
