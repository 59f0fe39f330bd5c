"""Fork servers: one process for each set of libraries, which has them loaded and forks a box in milliseconds.

A server is started behind the walls of its level. One that serves *strong* belongs to one submission; the others are
kept for the next one (`warm`), as what separates two boxes there is done to each box itself. A process that grades many
submissions one after the other may also lend its servers, *strong* ones too, to those that it forks (`borrow`).
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import MachineError
from . import held_folder
from .inside import landlock
from .inside.wire import DONE, REST, TIMES, USED, WAKE
from .inside.zygote import MOST_REQUEST
from .launchers import around
from .launchers.paths import INSIDE
from .private_folder import Folder

MOST_WARM = 3
START = 120.0
PATIENCE = 10.0
SLOW = 60.0  # for what takes a moment, on a machine with much else to do
FIRST_UID = 2_000_000  # above every account: one user id a box, where the grader runs as root
PREFIX = "tenfold-box-"
LOST = "the process that keeps a box was lost. Free some memory or processes and try again."

Key = tuple[tuple[str, ...], str, int]
"""Libraries, level and hash seed of a server that may be lent."""

_numbers = itertools.count(secrets.randbelow(64))  # a box can tell its own, and not which one of a grade it is
_warm: dict[tuple[Any, ...], ForkServer] = {}
_open: set[ForkServer] = set()
_lent: dict[Key, ForkServer] = {}
_lacking: list[Key] = []


@dataclass(frozen=True)
class Ended:
    """How the program of a box ended."""

    code: int | None
    """Its exit code, negative for a signal; None where it cannot be told."""
    why: str | None
    """The limit that it passed, in words."""
    late: bool
    """Whether that was a limit of time."""
    output: str
    """The first 64 KiB of what it printed."""


class Kept:
    """A program in a box, as the grader sees it: it can be waited for and ended.

    Parameters
    ----------
    status
        The socket to its keeper.
    """

    def __init__(self, status: socket.socket) -> None:
        self._status = status
        self._said: dict[str, Any] | None = None
        self.times = (0.0, 0.0)
        """What the keeper told last: seconds of processor time, and seconds by the clock not spent waiting."""
        self.asked = time.monotonic()
        """When that was."""

    def end(self, patience: float = 0.0) -> Ended:
        """Wait for a natural end, then end every process of the box.

        Raises
        ------
        MachineError
            A process could not be ended.
        """
        if self._said is None:
            self._said = self._hear(patience)
        if busy := self._said.get("busy"):
            raise MachineError(f"this machine is too busy to grade: {busy}. Try again when less runs on it.")
        if wrong := self._said.get("lost") or self._said["left"]:
            raise MachineError(f"processes of a submission could not be ended: {wrong}")
        self.times = (self._said["times"][0], self._said["times"][1])
        return Ended(self._said["code"], self._said["why"], self._said["late"], self._said["output"])

    def runs(self, patience: float) -> bool:
        """Return whether the program has not ended after some seconds."""
        return not select.select([self._status], [], [], patience)[0]

    def ask(self) -> bool:
        """Ask what time the box has had; return False where it has come to its end, which `end` tells of.

        Raises
        ------
        MachineError
            The keeper does not answer.
        """
        try:
            self._status.settimeout(SLOW)
            self._status.sendall(USED)
            if self._status.recv(1, socket.MSG_PEEK) != USED:
                return False
            answer = self._status.recv(1 + TIMES.size, socket.MSG_WAITALL)
        except TimeoutError:
            raise MachineError(LOST) from None
        except OSError:
            return False
        self.times, self.asked = TIMES.unpack(answer[1:]), time.monotonic()
        return True

    def rest(self) -> None:
        """Stop every process of the box where it stands."""
        self._say(REST)

    def wake(self) -> None:
        """Let them go on; a box in which one did not stand still is ended, and says so when it is asked next."""
        self._say(WAKE)

    def _say(self, word: bytes) -> None:
        with contextlib.suppress(OSError):  # it has ended meanwhile
            self._status.settimeout(SLOW)
            self._status.sendall(word)
            if self._status.recv(1, socket.MSG_PEEK) == DONE:
                self._status.recv(1)

    def _hear(self, patience: float) -> dict[str, Any]:
        with self._status as status, contextlib.suppress(OSError, ValueError):
            if self.runs(patience):
                status.shutdown(socket.SHUT_WR)
            status.settimeout(SLOW)
            parts = []
            with contextlib.suppress(ConnectionResetError):  # it left with a question unread; what it said is here
                while part := status.recv(1 << 16):
                    parts.append(part)
            said: dict[str, Any] = json.loads(b"".join(parts).lstrip(DONE))
            return said
        raise MachineError(LOST)


class ForkServer:
    """One zygote and the folder that its boxes lie in.

    Parameters
    ----------
    libraries
        Modules to have loaded.
    level
        One of `levels.LEVELS`.
    loopback
        Whether its boxes may use sockets and shared memory among themselves.
    hash_seed
        The ``PYTHONHASHSEED`` of its boxes, by which sets of texts are ordered.

    Raises
    ------
    MachineError
        It could not be started.
    """

    def __init__(self, libraries: Sequence[str], level: str, loopback: bool, hash_seed: int = 0) -> None:
        self.level, self.owner = level, os.getpid()
        self.den, self._lock = held_folder.make(PREFIX)
        self.den.chmod(0o711)  # a box may be a user of its own
        self._control, theirs = socket.socketpair()
        _open.add(self)
        argv = [sys.executable, "-s", "-P", "-B", str(INSIDE / "zygote.py"), str(theirs.fileno())]
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [*around(level, self.den, loopback), *argv],
                    cwd="/",
                    env=_environment(self.den, hash_seed),
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            self._control.settimeout(START)
            shared = loopback and level == "strong"  # elsewhere the shared memory is the machine's
            config = {"libraries": list(libraries), "den": str(self.den), "level": level, "shared": shared}
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it has ended, and is asked why
                self._control.sendall(json.dumps(config).encode() + b"\n")  # no argument: those are 128 kB at most
            self._acknowledged(START)
        except OSError as error:
            self.close()
            raise MachineError(f"no box could be made: {_told(error)}") from None

    def folder(self) -> Folder:
        """Make the folder of a new box, with a user of its own where the grader may give one."""
        number = next(_numbers)
        self.uid = FIRST_UID + os.getpid() * 64 + number % 64 if _is_root() else None
        return Folder(self.den / f"{number}-{os.urandom(4).hex()}", self.uid)

    def start(self, config: Mapping[str, Any], stream: socket.socket | None = None) -> Kept:
        """Fork a box; `stream` goes to its worker."""
        request = json.dumps({**config, "level": self.level}).encode()
        if len(request) > MOST_REQUEST:
            raise MachineError(f"a program's words may have {MOST_REQUEST >> 10} kB. Write what is longer into a file.")
        ours, theirs = socket.socketpair()
        descriptors = [theirs.fileno(), *([] if stream is None else [stream.fileno()])]
        try:
            with theirs:
                socket.send_fds(self._control, [request], descriptors)
                self._acknowledged(SLOW)
        except OSError as error:
            ours.close()
            raise MachineError(f"no box could be made: {_told(error)}") from None
        return Kept(ours)

    def alive(self) -> bool:
        """Return whether it still serves."""
        return self._process.poll() is None

    def idle(self) -> bool:
        """Return whether it serves and nothing that it said is left unread: whoever used it has come to an end."""
        return self.alive() and not select.select([self._control], [], [], 0)[0]

    def close(self) -> None:
        """End the server, its boxes and their folders; once is enough."""
        if self not in _open:
            return
        _open.discard(self)
        self._control.close()
        if process := getattr(self, "_process", None):
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            process.stderr.close()
        shutil.rmtree(self.den, ignore_errors=True)
        os.close(self._lock)

    def _acknowledged(self, seconds: float) -> None:
        self._control.settimeout(seconds)
        said = b""
        with contextlib.suppress(ConnectionResetError):  # it ended with something unread
            said = self._control.recv(1)
        if said != b".":
            assert self._process.stderr is not None
            os.set_blocking(self._process.stderr.fileno(), False)  # a keeper may still hold it
            lines = (self._process.stderr.read() or b"").decode(errors="replace").strip().splitlines()
            raise OSError((lines or ["it ended"])[-1])


def warm(libraries: Sequence[str], level: str, loopback: bool, hash_seed: int = 0) -> ForkServer:
    """Return a server that has the libraries loaded: one that runs already, where there is one."""
    key = (os.getpid(), tuple(libraries), level, loopback, hash_seed)
    server = _warm.pop(key, None)
    if server is not None and not server.alive():
        server.close()
        server = None
    server = server or ForkServer(libraries, level, loopback, hash_seed)
    _warm[key] = server  # the last one is the one used last
    while len(_warm) > MOST_WARM:
        _warm.pop(next(iter(_warm))).close()
    return server


def borrow(servers: Mapping[Key, ForkServer]) -> list[Key]:
    """Use servers of the process that this one was forked from; return a list that fills with what is lacking there.

    No box of theirs may run, and none may be started by anybody else meanwhile.
    """
    _lent.clear()
    _lent.update(servers)
    _lacking.clear()
    return _lacking


def lent(libraries: Sequence[str], level: str, loopback: bool, hash_seed: int = 0) -> ForkServer | None:
    """Return a borrowed server; None where there is none, or where boxes would share memory that outlives them."""
    if loopback or (level == "strong" and landlock.abi() < landlock.LEAST_ABI):
        return None  # in the second case nothing but the walls around the server separates two boxes
    key = (tuple(libraries), level, hash_seed)
    if key not in _lent and key not in _lacking:
        _lacking.append(key)
    return _lent.get(key)


def running() -> list[ForkServer]:
    """Return the servers of this process, not those of one that it was forked from."""
    return [server for server in _open if server.owner == os.getpid()]


@atexit.register
def close_all() -> None:
    """End every server of this process."""
    _warm.clear()
    for server in running():
        server.close()


def _told(error: OSError) -> str:
    """Return what is wrong and what to do: in the words of the server, where it has said any."""
    return str(error) if error.errno is None else f"{error}. Free some memory or processes and try again."


def _environment(home: Path, hash_seed: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}  # where Python's own lies
    return {
        **kept,
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": str(hash_seed),
        "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's thread would not survive a fork
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }


def _is_root() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0
