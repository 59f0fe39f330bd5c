"""How well this machine can isolate a box: found out by a canary that tries to get out, not by looking for programs."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from . import __version__
from .errors import MachineError, SubmissionError, UsageError
from .proxy import Session
from .sandbox import Limits

LEVELS = ("weak", "medium")
"""From the least to the best. *weak*: a process of its own with limits. *medium*: also Landlock and seccomp."""

CANARY = '''
import os, socket

def escapes(secret, parent):
    """Return what this box can do and should not be able to."""
    found = []
    for name, attempt in {
        "read a file outside": lambda: open(secret).read(),
        "write a file outside": lambda: open(secret + ".written", "w").close(),
        "list the home folder": lambda: os.listdir(os.path.expanduser("~root")) and os.listdir("/home"),
        "open a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
        "read the grader's environment": lambda: open(f"/proc/{parent}/environ").read(),
        "signal the grader": lambda: os.kill(parent, 0),
    }.items():
        try:
            attempt()
            found.append(name)
        except OSError:
            pass
    return found
'''


def best() -> str:
    """Return the best level that holds on this machine; asked once a boot."""
    cache = _cache()
    key = f"{_boot()} {__version__} {os.getuid()} {sys.executable}"
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


def escapes(level: str) -> list[str]:
    """Return what a box of a level can do and should not be able to; everything, where it cannot be made."""
    session = Session({"canary.py": CANARY.encode()}, Limits(seconds=10, total=10), level)
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "secret"
        secret.write_text("hidden")
        Path(folder).chmod(0o777)
        try:
            return list(session.call("canary", "escapes", (str(secret), os.getpid()), {}))
        except (SubmissionError, MachineError):
            return ["be made at all"]
        finally:
            session.close()


def require(wanted: str | None) -> str:
    """Return the level to grade at, or raise `MachineError` when this machine does not hold the one wanted.

    Raises
    ------
    UsageError
        There is no such level.
    """
    level = best()
    if wanted is not None and wanted not in LEVELS:
        raise UsageError(f"there is no sandbox level {wanted!r}; there are {', '.join(LEVELS)}")
    if wanted is not None and LEVELS.index(level) < LEVELS.index(wanted):
        raise MachineError(f"this machine holds the sandbox level {level}, and {wanted} was asked for")
    return level


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tenfold" / "level.json"
