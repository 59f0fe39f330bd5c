"""Versions of `feature_window.py`, correct and not, and the bench that runs a test-suite on one of them."""

import importlib.util
import marshal
from dataclasses import dataclass
from pathlib import Path

STUB = '''
class FeatureWindow:
    """Knows all names and does nothing."""

    watermark = None

    def __init__(self, width, lateness=0): pass
    def add(self, event_id, key, time, value): pass
    def features(self, key, at): pass
    def busiest(self, at): pass
    def forget(self, key): pass
'''
BUGS = {
    "the window includes its first moment": ("at - self._width < time", "at - self._width <= time"),
    "an event that comes again is stored again": ("if event_id in self._seen:", "if False:"),
    "the mean of no events is 0": ('"mean": None', '"mean": 0.0'),
}
"""Edits of the published module, each a bug that a suite should catch."""
BUG_IN_ANOTHER = ("0 <= at - e[1] < self.span", "at - e[1] < self.span")
"""An edit of the other correct version: it reads events of the future."""

RUNNER = b"""
import os, sys
import pytest

ASKED = ["suite.py", "-q", "-x", "--tb=short", "--color=no", "-p", "no:cacheprovider", "-p", "no:faulthandler"]

def run():
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), open("said", errors="replace").read(20000)
    try:
        os.environ.pop("PYTEST_ADDOPTS", None)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        sys.dont_write_bytecode = True
        said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.stdout = sys.stderr = open(1, "w", errors="replace", closefd=False)
        code = pytest.main(ASKED)
        sys.stdout.flush()
        os._exit(code)
    finally:
        os._exit(70)
"""
"""Runs the suite in a process of its own and returns pytest's exit code and output."""
ORDERS = {
    "as written": "",
    "backwards": "def pytest_collection_modifyitems(items):\n    items.reverse()\n",
    "alone": """
import os, pytest
from _pytest.runner import runtestprotocol

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    child = os.fork()
    if not child:
        try:
            os._exit(any(report.failed for report in runtestprotocol(item, nextitem=None, log=False)))
        finally:
            os._exit(70)
    if os.waitpid(child, 0)[1]:
        item.session.testsfailed += 1
        item.session.shouldfail = f"{item.name} fails when it runs alone"
    return True
""",
}
"""How the tests of a suite are run: a conftest.py for each way."""
GREEN, RED = (0,), (1, 2)
"""Exit codes of pytest: all tests passed; some failed, or the file could not be collected."""


@dataclass(frozen=True)
class Bench:
    """What a suite is tried on by the visible checks, and how."""

    published: bytes
    another: bytes
    stub: bytes
    bugs: dict[str, bytes]
    bug_in_another: bytes

    def green(self, work, version, order="as written"):
        """Run the suite on a version; return True for green, False for red, and what pytest said of it."""
        work.write("feature_window.pyc", version)
        work.write("conftest.py", ORDERS[order].encode())
        work.write("pytest.ini", b"[pytest]\n")
        work.write("suite_runner.py", RUNNER)
        code, output = work.call("suite_runner", "run")
        said = telling(output)
        assert code in GREEN + RED, f"pytest found no test in your suite, or did not come to its end\n{said}"
        return code in GREEN, said

    def compiled(self, source):
        """Return a module as the bytes of a .pyc file, without its text and docstrings."""
        return compiled(source)


def draw(rng):
    """Return the bench: the versions that everybody may see. Nothing in it depends on `rng`."""
    here = Path(__file__).parent
    published, another = ((here / name).read_text(encoding="utf-8") for name in ("feature_window.py", "another.py"))
    return Bench(
        published=compiled(published),
        another=compiled(another),
        stub=compiled(STUB),
        bugs={name: compiled(edited(published, *edit)) for name, edit in BUGS.items()},
        bug_in_another=compiled(edited(another, *BUG_IN_ANOTHER)),
    )


def telling(output):
    """Return the lines of a run that say where and why it ended, at most three."""
    lines = [line for line in output.splitlines() if line.strip()]
    return "\n".join([line for line in lines if line.startswith(("suite.py:", "E  "))][:3] or lines[-3:])


def edited(source, old, new):
    """Return a text with one place changed."""
    if source.count(old) != 1:
        raise ValueError(f"{old!r} is there {source.count(old)} times")
    return source.replace(old, new)


def compiled(source):
    """Return a module as the bytes of a .pyc file, without its text and docstrings."""
    code = compile(source, "feature_window.py", "exec", dont_inherit=True, optimize=2)
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)
