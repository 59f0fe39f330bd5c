"""Lanes: processes that grade the trials of one exercise, each trial in a fork of its own, one after the other.

What stays warm in a lane is what no trial can change: the libraries that the checks use, the draws of a seed, and fork
servers that have the submissions' libraries loaded. A trial's boxes have ended before the next one begins.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from types import FrameType
from typing import NoReturn

from ..box.forkserver import ForkServer, Key, borrow, close_all
from ..errors import MachineError
from ..exercise import datasets
from ..exercise.exercise import Exercise
from ..exercise.libraries import KNOWN, imported
from ..grading.grade import Request, grade
from ..result import Result

MOST_SERVERS = 6
MOST_DRAWN = 256 << 20  # bytes
LONGEST = 75  # bytes; a socket's address holds 107, and multiprocessing adds 32 to the temporary folder's

_servers: dict[Key, ForkServer] = {}
_drawn: dict[bytes, bytes] = {}
_grades: list[int] = []
"""The process that grades in this lane, while one does."""


def pool(exercise: Exercise, jobs: int) -> ProcessPoolExecutor:
    """Return as many lanes as there are jobs; submit `graded` to them.

    Raises
    ------
    MachineError
        The temporary folder's path is too long for a socket in it.
    """
    if len(os.fsencode(place := tempfile.gettempdir())) > LONGEST:
        raise MachineError(f"{place} is too long a path for a socket: set TMPDIR to one of at most {LONGEST} bytes")
    context, wanted = multiprocessing.get_context("forkserver"), _wanted(exercise)
    context.set_forkserver_preload(["tenfold.grading.grade", *wanted])  # of the first exercise: there is one server
    return ProcessPoolExecutor(jobs, context, initializer=_load, initargs=(wanted,))


def _wanted(exercise: Exercise) -> list[str]:
    """Return the well-known libraries that checks and data of an exercise use: these start no threads when imported."""
    checks = [exercise.visible_checks, *exercise.grader.glob("*.py")]
    data = [path for folder in exercise.data_folders() for path in folder.glob("*.py")]
    names = imported(path.read_bytes() for path in (*checks, *data))
    return [name for name in names if name.partition(".")[0] in KNOWN]


def stop() -> None:
    """Have every lane of this process end the grade that it is at, as Ctrl-C does."""
    for lane in multiprocessing.active_children():
        if lane.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(lane.pid, signal.SIGINT)


def _pass_on(number: int, _: FrameType | None) -> None:
    """Pass a signal on to the grade; the lane itself goes on until its pool ends it."""
    if _grades:
        with contextlib.suppress(ProcessLookupError):
            os.kill(_grades[-1], number)


def _load(libraries: Sequence[str]) -> None:
    signal.signal(signal.SIGINT, _pass_on)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for name in libraries:
        with contextlib.suppress(ImportError):  # the checks will say it
            importlib.import_module(name)


def _end_with_parent() -> None:
    """End this lane once the process that gives it work was killed: it would wait for more, and hold its boxes."""
    if parent := multiprocessing.parent_process():
        parent.join()
        _pass_on(signal.SIGINT, None)
        os._exit(1)


def graded(request: Request) -> Result:
    """Grade in a fork of this lane; it begins as every other did, but for the servers that are warm by then.

    Raises
    ------
    MachineError
        The fork died.
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.close(reading)
        _grade(request, writing)
    _grades.append(child)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        said = answer.read()
    os.waitpid(child, 0)
    _grades.clear()
    if not said:
        _end(list(_servers))  # nobody knows in which state they were left
        raise MachineError("a process that graded was killed; see the machine's log (memory?)")
    result, lacking, drawn = pickle.loads(said)  # from a fork of our own, which is trusted like this process
    if isinstance(result, BaseException):
        raise result
    _warm_up(lacking)
    _keep(drawn)
    return result  # type: ignore[no-any-return]


def _grade(request: Request, writing: int) -> NoReturn:
    code = 0
    try:
        lacking, drawn = borrow(_servers), datasets.remember(_drawn)
        result: Result | BaseException
        try:
            result = grade(request)
        except KeyboardInterrupt:
            result = MachineError("it was stopped")
        except Exception as error:
            result = RuntimeError(f"{error!r}\n{traceback.format_exc()}")
        close_all()
        with os.fdopen(writing, "wb") as answer:
            pickle.dump((result, list(lacking), drawn), answer)
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        os._exit(code)


def _warm_up(lacking: Sequence[Key]) -> None:
    """Start the servers that the last trial had to start for itself; end those in which something is left."""
    _end([key for key, server in _servers.items() if not server.idle()])
    for key in lacking:
        libraries, level, hash_seed = key
        with contextlib.suppress(MachineError):  # the next trial will say it
            _servers[key] = ForkServer(libraries, level, False, hash_seed)
    _end(list(_servers)[:-MOST_SERVERS])


def _keep(drawn: Mapping[bytes, bytes]) -> None:
    for key, value in drawn.items():
        if sum(map(len, _drawn.values())) + len(value) <= MOST_DRAWN:
            _drawn[key] = value


def _end(keys: Sequence[Key]) -> None:
    for key in keys:
        _servers.pop(key).close()
