"""A canary: a submission that tries to get out of its box, so that a level is judged by what it stops."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import FromSubmission, MachineError, SubmissionError
from .limits import Limits
from .session import Session

CANARY = """
import os, signal, socket

def read(path): return open(path).read()
def write(path): open(path, "w").close()
def look(path): return os.listdir(path)
def bind(): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
def connect(port): socket.create_connection(("127.0.0.1", port), 1).close()
def talk(path):
    try: end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    except OSError: end = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0]
    end.sendto(b"out", path)
def kill(pid): os.kill(pid, signal.SIGKILL)
"""


LONGEST_PLACE = 70
"""Bytes: an address of a socket has 104 to 108, and what is made there takes its part."""


def escapes(level: str, network: str = "none") -> list[str]:
    """Return what a box of a level can do and should not be able to; everything, where it cannot be made.

    What can be judged outside is judged there: the file is looked for, the victim is asked whether it lives.
    """
    session = Session({"canary.py": CANARY.encode()}, ["canary"], Limits(seconds=10, total=60, network=network), level)
    with (
        tempfile.TemporaryDirectory(dir=_place()) as name,
        _victim() as victim,
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as program,
    ):
        folder = Path(name)
        folder.chmod(0o777)
        program.bind(str(folder / "program"))
        (folder / "program").chmod(0o777)
        program.setblocking(False)
        secret, written = folder / "secret", folder / "written"
        secret.write_text("hidden")
        server.setblocking(False)
        attempts: dict[str, tuple[Any, ...]] = {
            "read a file outside": ("read", os.fsencode(secret)),
            "list the home folder": ("look", os.fsencode(Path.home())),
            "read the grader's environment": ("read", f"/proc/{os.getpid()}/environ"),
            "open a socket": ("bind",),
            "reach the network": ("connect", server.getsockname()[1]),
        }
        if network == "loopback":
            del attempts["open a socket"]
        try:
            session.start()
            found = [what for what, (function, *arguments) in attempts.items() if _can(session, function, *arguments)]
            _can(session, "write", os.fsencode(written))
            _can(session, "talk", os.fsencode(folder / "program"))
            _can(session, "kill", victim.pid)
        except (SubmissionError, MachineError):
            return ["be made at all"]
        finally:
            session.close()
        if written.exists():
            found.append("write a file outside")
        with contextlib.suppress(BlockingIOError):
            program.recv(16)
            found.append("talk to another program")
        if victim.poll() is not None:
            found.append("kill another process")
        return found


def _place() -> str | None:
    """Return where to make a folder: the usual place, unless no address of a socket would have room for its name."""
    long = len(os.fsencode(tempfile.gettempdir())) > LONGEST_PLACE
    return next((place for place in ("/tmp", "/var/tmp") if long and os.access(place, os.W_OK)), None)


def _can(session: Session, function: str, *arguments: object) -> bool:
    try:
        session.call("canary", function, arguments, {})
    except FromSubmission:
        return False
    return True


@contextlib.contextmanager
def _victim() -> Iterator[subprocess.Popen[bytes]]:
    """Give a process that a box should not be able to kill."""
    with subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"]) as process:
        try:
            yield process
        finally:
            process.kill()
