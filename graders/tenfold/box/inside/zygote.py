"""The fork server: import libraries once, then fork a keeper and its worker for every box.

Started by `forkserver.py` as ``python -s -P -B zygote.py SOCKET`` with an empty environment, behind the walls of its
level; the first line that it hears is JSON and says what to load. It computes nothing (pools of threads do not survive
a fork), and holds nothing of a submission, a check or another box: what a fork finds in its memory is the libraries.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent
MOST_REQUEST = 1 << 16
CLEAR = 'chmod -R u+rwX -- "$1"; rm -rf -- "$1"'  # what a submission left may be deep, and closed to its owner

SHUT = (
    "a box is a user of its own, and {0}, which holds this Python or the temporary folder, is shut to other users. "
    "Run: chmod o+rx {0}"
)


def _load(name: str) -> ModuleType:
    """Load a module that lies beside this one, without the rest of the engine."""
    package = sys.modules.setdefault("_tenfold", ModuleType("_tenfold"))
    package.__path__ = [str(HERE)]
    return importlib.import_module(f"_tenfold.{name}")


def _heard(control: socket.socket) -> dict[str, Any]:
    """Return the first line that the grader says, or end with the grader."""
    line = bytearray()
    while not line.endswith(b"\n"):
        if not (part := control.recv(1 << 16)):
            raise SystemExit("the grader has gone")
        line += part
    config: dict[str, Any] = json.loads(line)
    return config


def _preload(config: dict[str, Any], control: socket.socket) -> None:
    """Import the libraries; where one starts a thread, begin again without any: a fork would lose the thread."""
    for name in config["libraries"]:
        try:
            importlib.import_module(name)
        except Exception:  # it is the submission's to import, and its error to show
            continue
    if threading.active_count() > 1 or _threads() > 1:
        control.set_inheritable(True)
        again = [str(control.fileno()), json.dumps({**config, "libraries": []})]
        os.execv(sys.executable, [sys.executable, "-s", "-P", "-B", __file__, *again])


def _threads() -> int:
    return len(list(Path("/proc/self/task").iterdir())) if sys.platform == "linux" else 1


def _arrange(level: str, den: Path) -> None:
    """Make a view of the file system for the boxes, where nothing else has made one; end where none can be had."""
    confine = _load("confine")
    users = sys.platform == "linux" and os.geteuid() == 0  # every box is one of its own
    if level == "medium" or (level == "weak" and users and (confine.closed() or confine.shut(den))):
        _load("mounts").own(den, [HERE])
    if users and level in ("weak", "medium"):
        shut = confine.shut(den) or (confine.closed() if level == "weak" else None)
        if shut:
            sys.exit(SHUT.format(shut))


def _clear(folder: str) -> None:
    """Remove what the last box left in the memory that all boxes of this server may share."""
    if not any(Path(folder).iterdir()):
        return
    child = os.fork()
    if child == 0:
        os.execvp("sh", ["sh", "-c", CLEAR, "sh", folder])
    with contextlib.suppress(ChildProcessError):  # it has ended: nobody's to wait for, as a keeper
        os.waitpid(child, 0)


def main(number: str, said: str = "") -> None:
    """Fork a box for every request, until the grader is gone; then leave nothing behind."""
    control = socket.socket(fileno=int(number))
    config: dict[str, Any] = json.loads(said) if said else _heard(control)
    if not said:
        os.umask(0o022)  # files are as open as they are made to be, whoever started the grader
        _arrange(config["level"], Path(config["den"]))
    keeper = _load("keeper")
    _preload(config, control)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are nobody's to wait for
    gc.collect()
    gc.freeze()
    control.sendall(b".")
    served = ""
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, MOST_REQUEST, 2)
        if not request:
            break
        box = json.loads(request)
        if config["shared"] and served not in ("", box["folder"]):
            _clear("/dev/shm")
        served = box["folder"]
        if os.fork() == 0:
            control.close()
            keeper.keep(box, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(b".")
    try:
        os.waitpid(-1, 0)  # ends when the last keeper has
    except ChildProcessError:
        os.execvp("sh", ["sh", "-c", CLEAR, "sh", config["den"]])


if __name__ == "__main__":
    main(*sys.argv[1:])
