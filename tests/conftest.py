"""What the engine's tests share: a tiny course, and short words to grade with it."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

from tenfold.box import forkserver, levels
from tenfold.box.limits import Limits
from tenfold.box.session import Session
from tenfold.exercise import catalog, seeds
from tenfold.exercise.exercise import Exercise
from tenfold.grading.grade import Request, grade
from tenfold.result import Result

settings.register_profile("kit", deadline=None, derandomize="CI" in os.environ)  # CI repeats; people look further
settings.load_profile("kit")

ROOT = Path(__file__).resolve().parents[1]
COURSE = Path(__file__).resolve().parent / "course"
NBGRADER = [sys.executable, "-m", "nbgrader"]
ACTIVE = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
"""As in an activated environment: nbgrader calls alembic."""


@pytest.fixture
def course() -> Path:
    return COURSE


@pytest.fixture
def toy() -> Exercise:
    return catalog.find(COURSE, "toy-mean")


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

    def start(source: str, level: str | None = None, **limits: float) -> Session:
        level = level or levels.best()
        limits = Limits(**{"seconds": 5.0, "total": 20.0, **limits})
        session = Session({"work.py": source.encode()}, ["work"], limits, level)
        sessions.append(session)
        return session

    yield start
    for session in sessions:
        session.close()


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


def _of_a_box(path: Path) -> bool:
    """Return whether a file belongs to a user that boxes have; others use the machine too."""
    with contextlib.suppress(OSError):
        owner = path.stat().st_uid
        return owner >= forkserver.FIRST_UID or owner == os.geteuid() != 0
    return False


@pytest.fixture
def left_behind() -> Callable[[], dict[str, object]]:
    """Return what a box could leave on the machine: folders, mounts, shared memory, queues."""

    def look() -> dict[str, object]:
        folders = [server.den.glob("[0-9]*-*") for server in forkserver.running()]
        folders.append(Path(tempfile.gettempdir()).glob("tenfold-was-here*"))
        places = [Path("/proc/mounts"), *Path("/proc/sysvipc").glob("*")]
        return {
            "folders": sorted(path for found in folders for path in found),
            "shared": sorted(path for path in Path("/dev/shm").glob("*") if _of_a_box(path)),
            **{str(path): path.read_text() for path in places if path.exists()},
        }

    return look
