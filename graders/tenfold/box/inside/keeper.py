"""Keep one box: start its worker, hold it and all that it starts to the limits, end every process of it.

Forked from the zygote, and not reachable from what it keeps. It stops and wakes its box when the grader says so, says
what time it has had when the grader asks, and at the end how the program ended, which limit it hit, and the beginning
of what it printed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

import psutil

from . import confine, usage, worker
from .processor_time import ProcessorTime
from .usage import Broken
from .wire import DONE, REST, TIMES, USED, WAKE

OUTPUT_MB = 16
KEPT_OUTPUT = 64 << 10
SLOWEST = 0.2
PATIENCE = 20.0
RUNS = 1.0  # seconds of processor time in which whoever can be stopped has stopped
GRACE = 1.0  # the grader asks often and says it better; here it is stopped between two calls
OTHER = 1 << 30
NOT_FOUND = 127
PR_SET_CHILD_SUBREAPER = 36


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
    keeper, times = os.getpid(), ProcessorTime()
    child = os.fork()
    if child == 0:
        _become(config, keeper, printed, stream)
    os.close(printed)
    if stream is not None:
        os.close(stream)
    with socket.socket(fileno=status) as grader:
        try:
            said = _kept(Kept(child, config, output, times), grader)
        except Starved as busy:
            said = {"busy": str(busy)}
        except BaseException as error:  # the grader must hear of it, or it would wait
            said = {"lost": f"{type(error).__name__}: {error}"}
        with contextlib.suppress(OSError):  # there may be no grader to hear it
            grader.sendall(json.dumps(said).encode())
    os._exit(0)


def _kept(kept: Kept, grader: socket.socket) -> dict[str, Any]:
    try:
        why = kept.watch(grader)
    finally:
        left = kept.end()
    said = {"code": kept.code, "why": why, "output": kept.output.decode(errors="replace"), "left": left}
    return said | {"late": kept.late, "times": [kept.times.used, kept.times.active]}


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


class Starved(Exception):
    """The machine is too busy to keep a box; the text says what for."""


class Kept:
    """A program, everything it has started, and what that uses."""

    def __init__(self, child: int, config: dict[str, Any], output: int, times: ProcessorTime) -> None:
        self.code: int | None = None
        """The exit code once it has ended, negative for a signal."""
        self.output, self.times = b"", times
        self.late = False
        """Whether the limit that it passed was one of time."""
        self._child, self._pipe = child, output
        self._limits, self._uid, self._folder = config["limits"], config["uid"], config["folder"]
        self._printed = 0
        os.set_blocking(output, False)  # who wrote into it can take it back

    def watch(self, grader: socket.socket) -> str | None:
        """Wait until the program ends, a limit is passed or the grader wants no more; return the limit in words."""
        sources: list[Any] = [grader, self._pipe]
        if sys.platform == "linux":
            sources.append(os.pidfd_open(self._child))
        pause = 0.02
        while True:
            ready = select.select(sources, [], [], pause)[0]
            try:
                if grader in ready and not self._hear(grader):
                    return None
                if self._pipe in ready and not self._drain():
                    sources.remove(self._pipe)
                if self._gone():
                    return None
                if not ready:
                    pause = min(SLOWEST, pause * 1.5)
                self._measure()
            except Broken as broken:
                return str(broken)

    def _hear(self, grader: socket.socket) -> bool:
        """Do what the grader says; return False when it wants no more."""
        word = b""
        with contextlib.suppress(OSError):
            word = grader.recv(1)
        answer = DONE
        if word == REST:
            self._rest()
        elif word == WAKE:
            self._wake()
        elif word == USED:
            self._look(usage.below())
            answer = USED + TIMES.pack(self.times.used, self.times.active)
        else:
            return False
        with contextlib.suppress(OSError):
            grader.sendall(answer)
        return True

    def _rest(self) -> None:
        """Stop every process: what runs may fork, so twice in a row nothing is found that runs."""
        deadline, quiet = time.monotonic() + PATIENCE, 0
        self._look(usage.below())
        before = self.times.used
        while quiet < 2:
            running = [process for process in usage.below() if not usage.rests(process)]
            quiet = 0 if running else quiet + 1
            for process in running:
                with contextlib.suppress(psutil.Error):
                    process.suspend()
            if running and time.monotonic() > deadline:
                self._look(usage.below())
                if self.times.used - before < RUNS and all(map(usage.queues, running)):
                    raise Starved(f"what was to be stopped got no processor for {PATIENCE:g} s, which it takes to stop")
                raise Broken("it could not be stopped while others were timed")

    def _wake(self) -> None:
        below = usage.below()
        if not all(usage.rests(process) for process in below):  # a timer may have sent the signal that wakes
            raise Broken("it ran while others were timed")
        for process in below:
            with contextlib.suppress(psutil.Error):
                process.resume()

    def _drain(self) -> bool:
        """Read some output; return False at its end, or where somebody else was faster."""
        try:
            chunk = os.read(self._pipe, 1 << 16)
        except BlockingIOError:
            return False
        self._printed += len(chunk)
        self.output += chunk[: KEPT_OUTPUT - len(self.output)]
        return bool(chunk)

    def _gone(self) -> bool:
        self._reap()  # orphans too: what they have used is known from then on
        return self.code is not None

    def _look(self, below: list[psutil.Process]) -> None:
        self._reap()
        self.times.look(below)
        self.late = self.times.used > self._limits["total"] + GRACE
        if self.late:
            left = f"{self._limits['total']:.3g} s of processor time"
            raise Broken(f"it used more than {left}, all that was left for this grade")

    def _measure(self) -> None:
        """Raise `Broken` when the whole tree together uses more than it may."""
        limits, below = self._limits, usage.below()
        self._look(below)
        used = usage.of_processes(below, limits["file_mb"] << 20)
        if used.memory + sum(used.shared.values()) > limits["memory_mb"] << 20:
            raise Broken(f"it used more than {limits['memory_mb']} MB of memory")
        if used.tasks > limits["processes"]:
            raise Broken(f"it ran more than {limits['processes']} processes and threads")
        if self._printed > OUTPUT_MB << 20:
            raise Broken(f"it printed more than {OUTPUT_MB} MB")
        if usage.of_folder(self._folder) + sum(used.unnamed.values()) > limits["disk_mb"] << 20:
            raise Broken(f"it kept more than {limits['disk_mb']} MB in files")

    def end(self) -> list[int]:
        """Kill every process and return those that could not be; read the last of the output."""
        deadline = time.monotonic() + PATIENCE
        while self._reap():
            if self._uid is not None:
                _kill_all_of(self._uid)
            left = usage.below()
            for process in left:
                _kill(process)
            if time.monotonic() > deadline:
                return [process.pid for process in left]
            time.sleep(0.001)
        self.times.look([])
        while self._printed < OUTPUT_MB << 20 and self._drain():  # nobody is left who holds the other end
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


def _kill_all_of(uid: int) -> None:
    """Kill all processes of a user at one blow: what forks faster than one can look cannot outrun it."""
    child = os.fork()
    if child == 0:
        other = uid + OTHER
        os.setresuid(other, uid, other)  # it may signal them, they may not signal it
        with contextlib.suppress(OSError):  # there may be none
            os.kill(-1, signal.SIGKILL)
        os._exit(0)
    os.waitpid(child, 0)


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return
