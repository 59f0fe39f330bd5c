"""What the engine's tests share: a tiny course, and short words to grade with it."""

from __future__ import annotations

import ast
import contextlib
import datetime as dt
import functools
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
from _pytest.mark import ParameterSet
from hypothesis import HealthCheck, settings

from tenfold.box import forkserver, levels, time_budget
from tenfold.box.limits import Limits
from tenfold.box.session import Session
from tenfold.exercise import catalog, seeds
from tenfold.exercise.exercise import Exercise
from tenfold.grading.grade import Request, grade
from tenfold.result import Result

settings.register_profile(
    "kit",
    deadline=None,
    derandomize="CI" in os.environ,  # CI repeats; people look further
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is
)
settings.load_profile("kit")

ROOT = Path(__file__).resolve().parents[1]
COURSE = Path(__file__).resolve().parent / "course"
"""To read; what writes takes the fixture `course`."""
PATIENCE = 120.0
"""Seconds to wait for what takes one on a quiet machine."""
SHORT = pytest.StashKey[bool]()
COSTLY = {"real", "released", "school", "secret", "url"}
"""Fixtures of a module that take from ten seconds to a minute: who uses one runs where it was made."""
MARK = f"tenfold-was-here-{secrets.token_hex(4)}"
"""What attacks of this run call what they leave."""
DAY = int(os.environ.setdefault("TENFOLD_DAY", str(dt.datetime.now(dt.UTC).toordinal())))
"""What tests go by that take turns: one for all processes of a run, and another may be told."""


def named(value: object) -> str:
    """Return a name for a parameter that is the same in every process: without addresses."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))[:60]


def by_turns(exercises: Sequence[Exercise], most: int) -> list[ParameterSet]:
    """Return exercises as parameters: some are tried today, other ones tomorrow, and all of them with ``--long``."""
    today = {(DAY * most + i) % len(exercises) for i in range(most)} if exercises else set()
    marks = [() if i in today else (pytest.mark.long,) for i in range(len(exercises))]
    return [pytest.param(e, marks=mark, id=e.id) for e, mark in zip(exercises, marks, strict=True)]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also what is left out by turns, as CI does")


def pytest_configure(config: pytest.Config) -> None:
    """Leave out what is long, unless it is asked for or a path is named."""
    config.addinivalue_line("markers", "long: left out without --long")
    whole = config.args_source is config.ArgsSource.TESTPATHS and not config.getoption("--long")
    config.stash[SHORT] = getattr(config, "workerinput", {}).get("short", whole)  # a process of pytest-xdist's is told


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return two processes a core: attacks wait for limits more than they compute."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal tests out one by one, but for those that share a costly fixture; its own groups need an older pytest."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFixture(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file, _, name = nodeid.partition("::")
            shared = COSTLY & _arguments(file).get(name.partition("[")[0], set())
            return f"{file} {min(shared)}" if shared else nodeid

    return ByFixture(config, log)


@functools.cache
def _arguments(file: str) -> dict[str, set[str]]:
    """Return the arguments of the functions of a file of tests."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {function.name: {argument.arg for argument in function.args.args} for function in found}


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["short"] = node.config.stash[SHORT]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is long."""
    if config.stash[SHORT]:
        left_out = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.stash[SHORT]:
        terminalreporter.write_line("Long tests were left out. CI runs them too: make test ARGS=--long")


LEADS = ("CLICOLOR", "GITHUB_", "GIT_", "IPYTHON", "JUPYTER", "LC_", "NBGRADER", "TENFOLD_", "TTY_", "XDG_")
LEADS_TOO = {
    *("COLUMNS", "LINES", "LANGUAGE", "NO_COLOR", "FORCE_COLOR", "PY_COLORS", "SOURCE_DATE_EPOCH"),
    *("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEFILES", "MAKEOVERRIDES", "GNUMAKEFLAGS"),
    *("ARGS", "BASE", "COURSE", "EX", "FILE", "HEAD", "OUT", "PYTHON", "REPO", "SUB", "VENV"),  # make exports these
    *("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"),
    *("PYTHONDEVMODE", "PYTHONOPTIMIZE", "PYTHONWARNINGS"),
}
KEPT = ("GIT_EXEC_PATH", "TENFOLD_DAY", "TENFOLD_MANY", "TENFOLD_ODD")
GIT = """[user]
name = a
email = a@example.org
[commit]
gpgsign = false
[init]
defaultBranch = main
[safe]
directory = *
[gc]
auto = 0
[maintenance]
auto = false
"""


OUTER = os.environ.get("TENFOLD_PLACE") if "PYTEST_XDIST_WORKER" in os.environ else None
PLACE = Path(tempfile.mkdtemp(prefix="tests-of-tenfold-", dir=OUTER))
"""What programs keep for a user is kept here; that of a worker of xdist's lies in the one of who started it."""


def pytest_unconfigure() -> None:
    shutil.rmtree(PLACE, ignore_errors=True)


def _inherit_nothing() -> None:
    """Let no test, and no process that one starts, depend on who started this one.

    What configures programs is taken out of the environment, and what they keep for a user goes into a folder of this
    process's own. Signals that are ignored here, as SIGINT is in the background of a script, are heard by its children;
    SIGHUP stays as `nohup` leaves it.
    """
    for name in list(os.environ):
        if (name.startswith(LEADS) or name in LEADS_TOO) and name not in KEPT:
            del os.environ[name]
    (PLACE / "git").write_text(GIT)
    known = {
        "GIT_CONFIG_GLOBAL": "git",
        "XDG_CACHE_HOME": "cache",
        "XDG_CONFIG_HOME": "config",
        "IPYTHONDIR": "ipython",
    }
    known |= {f"JUPYTER_{name.upper()}_DIR": name for name in ("config", "data", "runtime")}
    os.environ.update({name: str(PLACE / folder) for name, folder in known.items()})
    os.environ["TENFOLD_PLACE"] = str(PLACE)
    os.environ.update(GIT_CONFIG_NOSYSTEM="1", GIT_TERMINAL_PROMPT="0", LANG="C.UTF-8", LC_ALL="C.UTF-8", TERM="xterm")
    os.environ.update(dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost"))
    os.umask(0o022)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pythons = {signal.SIGPIPE, signal.SIGXFSZ}  # it ignores these itself, and not for a child
    terminals = {signal.SIGHUP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
    for number in signal.valid_signals() - pythons - terminals:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)  # ignored too, but the next program does not inherit it


_inherit_nothing()
NBGRADER = [sys.executable, "-m", "nbgrader"]
ACTIVE = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
"""As in an activated environment: nbgrader calls alembic."""


@pytest.fixture(autouse=True)
def _no_trial_stands_from_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test grade for itself what it proves."""
    monkeypatch.setattr("tenfold.gate.kept.FOLDER", tmp_path / "trials that were kept")


@pytest.fixture
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the tiny course: grades write into it what was done, and Python what it compiled."""
    ignore = shutil.ignore_patterns("__pycache__", ".*")
    return shutil.copytree(COURSE, tmp_path_factory.mktemp("tiny") / "course", ignore=ignore)


@pytest.fixture
def toy(course: Path) -> Exercise:
    return catalog.find(course, "toy-mean")


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], object]:
    """Ask until it is so, and return what was answered last."""

    def ask(is_so: Callable[[], object]) -> object:
        deadline = time.monotonic() + PATIENCE
        while not (answer := is_so()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return answer

    return ask


@pytest.fixture
def grade_source(toy: Exercise, tmp_path: Path) -> Callable[..., Result]:
    """Grade a text as the submission to toy-mean."""

    def run(source: str | bytes, seed: seeds.Seed | None = None) -> Result:
        path = tmp_path / "mean.py"
        path.write_bytes(source.encode() if isinstance(source, str) else source)
        return grade(Request(toy, path, seed))

    return run


@pytest.fixture
def work() -> Iterator[Callable[..., Session]]:
    """Start a session on a text; it is closed at the end."""
    sessions = []

    def start(source: str, level: str | None = None, libraries: Sequence[str] = ("numpy",), **limits: float) -> Session:
        level = level or levels.best()
        limits = Limits(**{"seconds": PATIENCE, "total": 4 * PATIENCE, **limits})
        session = Session({"work.py": source.encode()}, ["work"], limits, level, libraries)
        sessions.append(session)
        return session

    yield start
    for session in sessions:
        session.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for longer than the tests do, and nobody be given up who is only kept waiting."""
    monkeypatch.setattr(time_budget, "LEAST_WAIT", 1.0)
    monkeypatch.setattr(time_budget, "ENDURES", 1000.0)


@pytest.fixture
def boxed_processes() -> Callable[[], list[psutil.Process]]:
    """Return what runs below the fork servers of this process: keepers, workers and whatever these have started."""

    def find() -> list[psutil.Process]:
        found = {}
        for process in psutil.Process().children(recursive=True):
            try:
                parent = process.parent()
                if parent.name().startswith("python") and "zygote.py" in " ".join(parent.cmdline()):
                    found |= {p.pid: p for p in (process, *process.children(recursive=True))}
            except (psutil.Error, AttributeError):
                continue
        return [p for p in found.values() if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    return find


@pytest.fixture
def boxes_end(
    boxed_processes: Callable[[], list[psutil.Process]], eventually: Callable[..., object]
) -> Callable[[], object]:
    """Return whether no process of a box is left; a keeper has said that all are gone before it goes itself."""
    return lambda: eventually(lambda: not boxed_processes())


USERS = range(first := forkserver.FIRST_UID + os.getpid() * 64, first + 64)
"""Those that this process gives its boxes, where it may: what they own is no other run's."""


def _ipc(path: Path) -> list[list[str]]:
    """Return the entries of one of the tables of System V that a user of ours owns."""
    names, *rows = [line.split() for line in path.read_text().splitlines()]
    return [row for row in rows if int(row[names.index("uid")]) in USERS]


def _shared(path: Path) -> bool:
    """Return whether shared memory is a box's of ours."""
    with contextlib.suppress(OSError):
        return path.name.startswith(MARK) or path.stat().st_uid in USERS
    return False


@pytest.fixture
def left_behind() -> Callable[[], dict[str, object]]:
    """Return what a box of ours could leave on the machine: folders, mounts, shared memory, queues."""

    def look() -> dict[str, object]:
        dens = str(Path(tempfile.gettempdir(), forkserver.PREFIX))
        folders = [server.den.glob("[0-9]*-*") for server in forkserver.running()]
        folders += [Path(place).glob(f"{MARK}*") for place in {tempfile.gettempdir(), "/tmp", "/var/tmp"}]
        mounts = Path("/proc/mounts")
        return {
            "folders": sorted(path for found in folders for path in found),
            "mounts": [line for line in mounts.read_text().splitlines() if dens in line] if mounts.exists() else [],
            "shared": sorted(filter(_shared, Path("/dev/shm").glob("*"))),
            "ipc": {path.name: _ipc(path) for path in Path("/proc/sysvipc").glob("*")},
        }

    return look
