"""How well this machine can isolate a box: found out by a canary that tries to get out, not by looking for programs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import __version__
from .errors import FromSubmission, MachineError, SubmissionError, UsageError
from .sandbox import Limits
from .session import Session

LEVELS = ("weak", "sandbox-exec", "medium", "strong")
"""From the least to the best. *weak*: a process of its own with limits; *sandbox-exec*: that of macOS around it;
*medium*: Landlock and seccomp in it; *strong*: also bubblewrap around it."""

CANARY = """
import os, signal, socket

def read(path): return open(path).read()
def write(path): open(path, "w").close()
def look(path): return os.listdir(path)
def bind(): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
def connect(port): socket.create_connection(("127.0.0.1", port), 1).close()
def kill(pid): os.kill(pid, signal.SIGKILL)
"""


def best(network: str = "none") -> str:
    """Return the best level that holds on this machine; asked once a boot.

    Parameters
    ----------
    network
        ``loopback``: sockets that only *strong* can wall in; without it, such a box is *weak*.
    """
    level = _known()
    if network == "loopback" and level != "strong":
        return LEVELS[0]
    return level


def _known() -> str:
    cache = _cache()
    key = f"{_boot()} {__version__} {os.getuid()} {sys.executable} {shutil.which('bwrap')}"
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
        if known["key"] == key and known["level"] in LEVELS:
            return str(known["level"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    level = next((name for name in reversed(LEVELS[1:]) if not escapes(name)), LEVELS[0])
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps({"key": key, "level": level}), encoding="utf-8")
    except OSError:
        pass  # a machine where nothing can be kept is probed each time
    return level


def held() -> list[str]:
    """Return every level that this machine holds, from the least to the best."""
    top = LEVELS.index(best())
    return [name for name in LEVELS[: top + 1] if name in (LEVELS[0], LEVELS[top]) or not escapes(name)]


def escapes(level: str, network: str = "none") -> list[str]:
    """Return what a box of a level can do and should not be able to; everything, where it cannot be made.

    What can be judged outside is judged there: the file is looked for, the victim is asked whether it lives.
    """
    session = Session({"canary.py": CANARY.encode()}, ["canary"], Limits(seconds=10, total=60, network=network), level)
    with tempfile.TemporaryDirectory() as name, _victim() as victim, socket.create_server(("127.0.0.1", 0)) as server:
        folder = Path(name)
        folder.chmod(0o777)
        secret, written = folder / "secret", folder / "written"
        secret.write_text("hidden")
        server.setblocking(False)
        attempts = {
            "read a file outside": ("read", str(secret)),
            "list the home folder": ("look", str(Path.home())),
            "read the grader's environment": ("read", f"/proc/{os.getpid()}/environ"),
            "open a socket": ("bind",),
            "reach the network": ("connect", server.getsockname()[1]),
        }
        if network == "loopback":
            del attempts["open a socket"]
        try:
            session.start()
            found = [what for what, (function, *arguments) in attempts.items() if _can(session, function, *arguments)]
            _can(session, "write", str(written))
            _can(session, "kill", victim.pid)
        except (SubmissionError, MachineError):
            return ["be made at all"]
        finally:
            session.close()
        if written.exists():
            found.append("write a file outside")
        if victim.poll() is not None:
            found.append("kill another process")
        return found


def _can(session: Session, function: str, *arguments: object) -> bool:
    try:
        session.call("canary", function, arguments, {})
    except FromSubmission:
        return False
    return True


@contextlib.contextmanager
def _victim() -> Iterator[subprocess.Popen[bytes]]:
    """Give a process that a box should not be able to kill."""
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            yield process
        finally:
            process.kill()


def require(wanted: str | None, network: str = "none") -> str:
    """Return the level to grade at, or raise `MachineError` when this machine does not hold the one wanted.

    Raises
    ------
    UsageError
        There is no such level.
    """
    level = best(network)
    if wanted is not None and wanted not in LEVELS:
        raise UsageError(f"there is no sandbox level {wanted!r}; there are {', '.join(LEVELS)}")
    if wanted is not None and LEVELS.index(level) < LEVELS.index(wanted):
        why = "; sockets, which this exercise needs, take strong" if network == "loopback" else ""
        raise MachineError(
            f"this machine holds the sandbox level {level}, and {wanted} was asked for{why}. "
            "docs/security.md says what each level needs."
        )
    return level


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tenfold" / "level.json"
