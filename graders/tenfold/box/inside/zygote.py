"""The fork server: import libraries once, then fork a keeper and its worker for every box.

Started by `forkserver.py` as ``python -s -P -B zygote.py SOCKET`` with an empty environment, behind the walls of its
level; the first line that it hears is JSON and says what to load. It computes nothing (pools of threads do not survive
a fork), and holds nothing of a submission, a check or another box: what a fork finds in its memory is the libraries.
"""

from __future__ import annotations

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


def main(number: str, said: str = "") -> None:
    """Fork a box for every request, until the grader is gone; then leave nothing behind."""
    control = socket.socket(fileno=int(number))
    config: dict[str, Any] = json.loads(said) if said else _heard(control)
    keeper = _load("keeper")
    _preload(config, control)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are nobody's to wait for
    gc.collect()
    gc.freeze()
    control.sendall(b".")
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, MOST_REQUEST, 2)
        if not request:
            break
        if os.fork() == 0:
            control.close()
            keeper.keep(json.loads(request), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(b".")
    try:
        os.waitpid(-1, 0)  # ends when the last keeper has
    except ChildProcessError:
        os.execvp("sh", ["sh", "-c", CLEAR, "sh", config["den"]])


if __name__ == "__main__":
    main(*sys.argv[1:])
