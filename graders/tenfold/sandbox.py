"""Boxes: a process of its own for code that is not trusted, with limits that hold for every process it starts.

This is the seam for operating-system sandboxes: whatever isolates, `Box` stays what the rest of the engine sees.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import psutil

from .errors import MachineError, SubmissionError
from .files import open_plain
from .wire import Channel

WORKER = Path(__file__).with_name("worker.py")
OUTPUT_MB = 16
KEPT_OUTPUT = 64 << 10
FIRST_UID = 2_000_000  # above every account: one user id a box, where the grader runs as root
PR_SET_CHILD_SUBREAPER = 36

_count = itertools.count()
_boxes: set[int] = set()


@dataclass(frozen=True)
class Limits:
    """What one box may use."""

    seconds: float = 60.0
    """Wall time of one call."""
    total: float = 120.0
    """Wall time of all calls of one grade."""
    memory_mb: int = 4096
    """Resident memory of the process tree."""
    processes: int = 64
    """Processes and threads."""
    file_mb: int = 256
    """Largest file it may write."""
    network: str = "none"
    """``none`` or ``loopback``."""


@dataclass(frozen=True)
class Ran:
    """What a program that ran in a box left: its exit code and the first 64 KiB of its output."""

    code: int
    output: str


class Box:
    """One worker, its private folder, and everything it starts.

    Parameters
    ----------
    files
        What to stage: path relative to the folder, contents.
    limits
        What it may use.
    level
        What isolates it, one of `levels.LEVELS`.

    Raises
    ------
    MachineError
        The worker could not be started.
    """

    def __init__(self, files: Mapping[str, bytes], limits: Limits, level: str) -> None:
        _adopt_orphans()
        self.limits = limits
        self.why: str | None = None
        """The limit that was hit, in words, once the box was stopped for one."""
        self.output = b""
        self._written = 0
        self.folder = Path(tempfile.mkdtemp(prefix="tenfold-")).resolve()
        self._uid = FIRST_UID + os.getpid() * 64 + next(_count) % 64 if _is_root() else None
        for name, content in files.items():
            self.write(name, content)
        self._own(self.folder)
        ours, theirs = socket.socketpair()
        modules = [PurePosixPath(name).stem for name in files if name.endswith(".py") and "/" not in name]
        self._confined = {"limits": asdict(limits), "uid": self._uid, "level": level}
        config = {"socket": theirs.fileno(), "modules": modules, **self._confined}
        with theirs:
            argv = [sys.executable, "-I", "-B", str(WORKER), json.dumps(config)]
            self._process = self._start(argv, pass_fds=(theirs.fileno(),))
        self.channel = Channel(ours)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    # --- files -----------------------------------------------------------------------------------------

    def write(self, name: str, content: bytes) -> None:
        """Put a file into the folder."""
        path = self._inside(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
            file.write(content)
        self._own(path)

    def read(self, name: str, most_mb: int = 64) -> bytes:
        """Return a file that the box wrote; links and special files are refused."""
        with self._open(self._inside(name), os.O_RDONLY) as file:
            content: bytes = file.read((most_mb << 20) + 1)
        if len(content) > most_mb << 20:
            raise SubmissionError(f"{name} is larger than {most_mb} MB")
        return content

    def _open(self, path: Path, flags: int) -> IO[bytes]:
        name = path.relative_to(self.folder)
        if path.parent.resolve() != path.parent:
            raise SubmissionError(f"{name} lies behind a link")
        try:
            return open_plain(path, flags)
        except OSError as error:
            raise SubmissionError(f"{name} cannot be opened: {error.strerror}") from None

    def _inside(self, name: str) -> Path:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"{name!r} is not a path inside the box")
        return self.folder / path

    def _own(self, path: Path) -> None:
        if self._uid is not None:
            for each in (path, *path.parents):
                if each == self.folder.parent:
                    break
                os.chown(each, self._uid, self._uid, follow_symlinks=False)

    # --- processes -------------------------------------------------------------------------------------

    def _start(self, argv: Sequence[str], pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        }
        try:
            process = subprocess.Popen(
                argv,
                cwd=self.folder,
                env=environment,
                pass_fds=pass_fds,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise MachineError(
                f"no worker could be started: {error}. Free some memory or processes and try again."
            ) from None
        _boxes.add(process.pid)
        threading.Thread(target=self._drain, args=(process,), daemon=True).start()
        return process

    def run(self, argv: Sequence[str], seconds: float | None = None) -> Ran:
        """Run a program in the folder under the same limits and return how it ended."""
        launcher = [sys.executable, "-I", "-B", str(WORKER.with_name("launch.py"))]
        config = json.dumps({**self._confined, "argv": list(argv)})
        self.output, self._written = b"", 0
        process = self._start([*launcher, config])
        try:
            code = process.wait(seconds or self.limits.seconds)
        except subprocess.TimeoutExpired:
            self.stop(f"no answer within {seconds or self.limits.seconds:g} s")
            raise SubmissionError(f"{argv[0]} was stopped: {self.why}") from None
        finally:
            self._end(process.pid)
            process.wait()
        return Ran(code, self.output.decode(errors="replace"))

    def _drain(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with contextlib.suppress(OSError, ValueError), process.stdout as stream:
            while chunk := os.read(stream.fileno(), 1 << 16):
                self._written += len(chunk)
                self.output += chunk[: max(0, KEPT_OUTPUT - len(self.output))]

    def _watch(self) -> None:
        """Stop the box when its processes together pass a limit."""
        pause = 0.02
        while self._process.poll() is None and self.why is None:
            tree = _tree(self._process.pid)
            if sum(_resident(p) for p in tree) > self.limits.memory_mb << 20:
                self.stop(f"it used more than {self.limits.memory_mb} MB of memory")
            elif sum(_threads(p) for p in tree) > self.limits.processes:
                self.stop(f"it ran more than {self.limits.processes} processes and threads")
            elif self._written > OUTPUT_MB << 20:
                self.stop(f"it printed more than {OUTPUT_MB} MB")
            time.sleep(pause)
            pause = min(0.2, pause * 1.5)

    @property
    def code(self) -> int | None:
        """The worker's exit code once it has ended, negative for a signal."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        return self._process.returncode

    def stop(self, why: str) -> None:
        """End the worker because a limit was hit."""
        self.why = self.why or why
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, 9)
        self._process.kill()

    def close(self) -> None:
        """End every process of the box and remove its folder."""
        self.why = self.why or "it was closed"
        self.channel.close()
        self._end(self._process.pid)
        self._process.wait()
        self._watcher.join()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, pid: int) -> None:
        """Kill a process, all it started, and what of that has moved away from it."""
        deadline = time.monotonic() + 5
        seen: set[int] = set()
        while left := [p for p in self._all(pid) if _kill(p)]:
            seen |= {p.pid for p in left}
            if time.monotonic() > deadline:
                raise MachineError(f"processes of a submission could not be ended: {[p.pid for p in left]}")
            psutil.wait_procs(left, timeout=0.05)
        for orphan in seen - _boxes:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(orphan, os.WNOHANG)
        _boxes.discard(pid)

    def _all(self, pid: int) -> list[psutil.Process]:
        found = {p.pid: p for p in _tree(pid)}
        # orphans come to the grader, their subreaper; a user id of its own finds them wherever they are
        others = psutil.process_iter() if self._uid is not None else psutil.Process().children()
        found |= {p.pid: p for p in others if p.pid not in _boxes and self._is_mine(p)}
        return list(found.values())

    def _is_mine(self, process: psutil.Process) -> bool:
        try:
            if self._uid is not None:
                return process.uids().real == self._uid
            return process.environ().get("HOME") == str(self.folder)
        except psutil.Error:
            return False


def _is_root() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


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


def _kill(process: psutil.Process) -> bool:
    """Kill one process; False when nothing of it is left."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        process.kill()
    except psutil.Error:
        return False
    return True
