"""Keep one box: start its worker, hold it and all that it starts to the limits, end every process of it.

Forked from the zygote, and not reachable from what it keeps. It says one thing to the grader, at the end: how the
program ended, which limit it hit, and the beginning of what it printed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import psutil

from . import confine, worker

OUTPUT_MB = 16
KEPT_OUTPUT = 64 << 10
DEEPEST = 64
MOST_FILES = 10_000
SLOWEST = 0.2
PATIENCE = 5.0
NOT_FOUND = 127
PR_SET_CHILD_SUBREAPER = 36


class Broken(Exception):
    """A limit was passed; the text says which."""


def keep(config: dict[str, Any], status: int, stream: int | None = None) -> NoReturn:
    """Start the program of a box, watch it to its end, report, and leave.

    Parameters
    ----------
    config
        ``folder``, ``limits``, ``uid``, ``level``; ``modules`` for a worker or ``argv`` for a program.
    status
        The socket to the grader; when it closes, the box ends.
    stream
        The socket of a worker.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    output, printed = os.pipe()
    keeper = os.getpid()
    child = os.fork()
    if child == 0:
        _become(config, keeper, printed, stream)
    os.close(printed)
    if stream is not None:
        os.close(stream)
    with socket.socket(fileno=status) as grader:
        try:
            said = _kept(Kept(child, config, output), grader)
        except BaseException as error:  # the grader must hear of it, or it would wait
            said = {"lost": f"{type(error).__name__}: {error}"}
        with contextlib.suppress(OSError):  # there may be no grader to hear it
            grader.sendall(json.dumps(said).encode())
    os._exit(0)


def _kept(kept: Kept, grader: socket.socket) -> dict[str, Any]:
    why = kept.watch(grader)
    left = kept.end()
    return {"code": kept.code, "why": why, "output": kept.output.decode(errors="replace"), "left": left}


def _become(config: dict[str, Any], keeper: int, printed: int, stream: int | None) -> NoReturn:
    """Turn this fork into the program: nothing of the keeper's stays open, and nothing is let in before the walls."""
    os.setsid()
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    if stream is not None:
        os.dup2(stream, 3)
    os.closerange(3 if stream is None else 4, os.sysconf("SC_OPEN_MAX"))
    os.chdir(config["folder"])
    os.environ.update(HOME=config["folder"], TMPDIR=config["folder"])
    tempfile.tempdir = None
    confine.confine(config["limits"], config["uid"], config["level"], keeper)
    if stream is None:
        argv = config["argv"]
        try:
            os.execvp(argv[0], argv)
        except OSError as error:
            os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
            os._exit(NOT_FOUND)
    worker.serve(socket.socket(fileno=3), Path(config["folder"]), config["modules"])


class Kept:
    """A program, everything it has started, and what that uses."""

    def __init__(self, child: int, config: dict[str, Any], output: int) -> None:
        self.code: int | None = None
        """The exit code once it has ended, negative for a signal."""
        self.output = b""
        self._child, self._pipe = child, output
        self._limits, self._uid, self._folder = config["limits"], config["uid"], config["folder"]
        self._printed = 0

    def watch(self, grader: socket.socket) -> str | None:
        """Wait until the program ends, a limit is passed or the grader wants no more; return the limit in words."""
        sources: list[Any] = [grader, self._pipe]
        if sys.platform == "linux":
            sources.append(os.pidfd_open(self._child))
        pause = 0.02
        while True:
            ready = select.select(sources, [], [], pause)[0]
            if grader in ready:
                return None
            if self._pipe in ready and not self._drain():
                sources.remove(self._pipe)
            if self._gone():
                return None
            if not ready:
                pause = min(SLOWEST, pause * 1.5)
            try:
                self._measure()
            except Broken as broken:
                return str(broken)

    def _drain(self) -> bool:
        """Read some output; return False at its end."""
        chunk = os.read(self._pipe, 1 << 16)
        self._printed += len(chunk)
        self.output += chunk[: KEPT_OUTPUT - len(self.output)]
        return bool(chunk)

    def _gone(self) -> bool:
        if self.code is None:
            pid, how = os.waitpid(self._child, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(how) if pid else None
        return self.code is not None

    def _measure(self) -> None:
        """Raise `Broken` when the whole tree together uses more than it may."""
        tree = [p for p in _below() if p.is_running()]
        memory, tasks = sum(_resident(p) for p in tree), sum(_threads(p) for p in tree)
        if memory > self._limits["memory_mb"] << 20:
            raise Broken(f"it used more than {self._limits['memory_mb']} MB of memory")
        if tasks > self._limits["processes"]:
            raise Broken(f"it ran more than {self._limits['processes']} processes and threads")
        if self._printed > OUTPUT_MB << 20:
            raise Broken(f"it printed more than {OUTPUT_MB} MB")
        disk = sum(_stored(self._folder)) + sum(size for p in tree for size in _unnamed(p))
        if disk > self._limits["disk_mb"] << 20:
            raise Broken(f"it kept more than {self._limits['disk_mb']} MB in files")

    def end(self) -> list[int]:
        """Kill every process and return those that could not be; read the last of the output."""
        deadline = time.monotonic() + PATIENCE
        while self._reap():
            if self._uid is not None:
                _kill_all_of(self._uid)
            left = _below()
            for process in left:
                _kill(process)
            if time.monotonic() > deadline:
                return [process.pid for process in left]
            time.sleep(0.001)
        os.set_blocking(self._pipe, False)
        with contextlib.suppress(BlockingIOError):
            while self._printed < OUTPUT_MB << 20 and self._drain():
                pass
        return []

    def _reap(self) -> bool:
        """Wait for what has ended, orphans too; return whether anything below this process still runs."""
        try:
            while found := os.waitpid(-1, os.WNOHANG):
                if found[0] == 0:
                    return True
                if found[0] == self._child:
                    self.code = os.waitstatus_to_exitcode(found[1])
        except ChildProcessError:
            return False
        return True


def _below() -> list[psutil.Process]:
    """Return every process below this one: orphans come here too."""
    try:
        numbers = list(_descendants(os.getpid()))
    except OSError:
        return psutil.Process().children(recursive=True)  # no such files on this system
    found = []
    for number in numbers:
        with contextlib.suppress(psutil.Error):
            found.append(psutil.Process(number))
    return found


def _descendants(pid: int) -> Iterator[int]:
    """Yield the processes below one; fast, and it may miss some while others end."""
    for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - names only
        with open(f"/proc/{pid}/task/{task}/children") as file:  # noqa: PTH123 - a path object costs more than the file
            children = [int(number) for number in file.read().split()]
        for child in children:
            yield child
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
                yield from _descendants(child)


def _kill_all_of(uid: int) -> None:
    """Kill all processes of a user at one blow: what forks faster than one can look cannot outrun it."""
    child = os.fork()
    if child == 0:
        os.setresuid(uid, uid, uid)
        with contextlib.suppress(OSError):  # there may be none
            os.kill(-1, signal.SIGKILL)
        os._exit(0)
    os.waitpid(child, 0)


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _threads(process: psutil.Process) -> int:
    try:
        return int(process.num_threads())
    except psutil.Error:
        return 0


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _stored(folder: str) -> Iterator[int]:
    """Yield the bytes that each file of a folder takes on the disk."""
    count, todo = 0, [(folder, 0)]
    while todo:
        place, depth = todo.pop()
        if depth > DEEPEST:
            raise Broken(f"it nested folders more than {DEEPEST} deep")
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    count += 1
                    if count > MOST_FILES:
                        raise Broken(f"it kept more than {MOST_FILES} files")
                    if entry.is_dir(follow_symlinks=False):
                        todo.append((entry.path, depth + 1))
                    yield entry.stat(follow_symlinks=False).st_blocks * 512
        except (FileNotFoundError, NotADirectoryError):
            continue  # it has just been removed
        except OSError:
            raise Broken("it closed a folder to those who watch its size") from None


def _unnamed(process: psutil.Process) -> Iterator[int]:
    """Yield the bytes that each open file takes that has no name any more, those in memory alone included."""
    if sys.platform != "linux":
        return
    try:
        for number in os.listdir(f"/proc/{process.pid}/fd"):  # noqa: PTH208 - names only
            found = os.stat(f"/proc/{process.pid}/fd/{number}")  # noqa: PTH116 - the file behind the link
            if stat.S_ISREG(found.st_mode) and found.st_nlink == 0:
                yield found.st_blocks * 512
    except PermissionError:
        if _lives(process):
            raise Broken("it closed its files to those who watch their size") from None
    except OSError:
        return  # the process has ended, or closed the file
