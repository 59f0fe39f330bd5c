"""A level is what a canary could not get out of; a box at it is walled in, and says so in the result."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest

from tenfold.box import levels
from tenfold.box.canary import escapes
from tenfold.errors import MachineError, UsageError
from tenfold.grading.grade import Request, grade

needs_medium = pytest.mark.skipif(levels.best() == "weak", reason="this kernel has no Landlock; weak is all there is")


def test_weak_does_not_pretend():
    assert "read a file outside" in escapes("weak")


@needs_medium
def test_nothing_escapes_from_medium():
    assert escapes("medium") == []


@needs_medium
@pytest.mark.parametrize(
    "body",
    [
        "open('/etc/passwd')",
        "open(os.path.dirname(os.path.realpath(sys.argv[0] or '.')) + '/../x', 'w')",
        "os.listdir('/root')",
        "os.listdir('/tmp')",
        "socket.socket(socket.AF_UNIX)",
        "socket.create_connection(('127.0.0.1', 22))",
        "os.kill(os.getppid(), 0)",
        "os.chroot('.')",
        "os.mknod('disk', 0o60600, 0x0800)",
        "open('/proc/1/environ').read()",
        "ctypes.CDLL(None, use_errno=True).ptrace(16, os.getppid(), 0, 0) and error()",
        "ctypes.CDLL(None, use_errno=True).unshare(0x10000000) and error()",
        "os.setuid(0)",
    ],
)
def test_what_a_box_at_medium_cannot_do(work, body):
    source = (
        "import ctypes, os, socket, sys\n"
        "def error(): raise OSError(ctypes.get_errno(), 'refused')\n"
        f"def run(): {body}; return 'done'\n"
    )
    with pytest.raises(OSError, match=r".+"):
        work(source, "medium").call("work", "run", (), {})


@needs_medium
def test_what_honest_code_does_still_works_at_medium(work):
    source = (
        "import multiprocessing, os, sqlite3, subprocess, sys, tempfile, threading\n"
        "def run():\n"
        "    with tempfile.NamedTemporaryFile() as file: file.write(b'x')\n"
        "    sqlite3.connect('x.db').execute('create table t (a)')\n"
        "    thread = threading.Thread(target=len, args=('x',)); thread.start(); thread.join()\n"
        "    said = subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True, text=True).stdout\n"
        "    return said.strip(), sorted(os.listdir())\n"
    )
    assert work(source, "medium").call("work", "run", (), {}) == ("42", ["work.py", "x.db"])


@pytest.mark.parametrize("library", ["numpy", "pandas", "scipy.stats", "sklearn.linear_model", "xgboost", "torch"])
def test_libraries_load_and_work_in_a_box(work, library):
    pytest.importorskip(library.partition(".")[0])
    body = "return float(np.linalg.norm(np.ones((50, 50)) @ np.ones(50)))"
    source = f"import {library}\nimport numpy as np\ndef run(): {body}"
    assert work(source).call("work", "run", (), {}) == pytest.approx(50 * 50**0.5)


def test_the_level_is_probed_once_a_boot(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    asked = []
    monkeypatch.setattr(levels, "escapes", lambda level: asked.append(level) or ["read a file outside"])
    assert [levels.best(), levels.best()] == ["weak", "weak"]
    assert asked == ["strong", "medium", "sandbox-exec"]
    monkeypatch.setattr(levels, "_boot", lambda: "another boot")
    monkeypatch.setattr(levels, "escapes", lambda level: [])
    assert levels.best() == "strong"
    (tmp_path / "tenfold" / "level.json").write_text(json.dumps({"key": "forged", "level": "medium"}))
    monkeypatch.setattr(levels, "escapes", lambda level: ["everything"])
    assert levels.best() == "weak"


def test_a_level_that_is_asked_for_and_not_there_is_no_grade(monkeypatch, toy):
    monkeypatch.setattr(levels, "best", lambda network: "weak")
    assert levels.require("weak") == "weak"
    with pytest.raises(MachineError, match="medium was asked for"):
        levels.require("medium")
    with pytest.raises(UsageError, match="there are weak, sandbox-exec, medium"):
        levels.require("iron")
    result = grade(Request(toy, toy.solution / "mean.py", require="medium"))
    assert (result.status, result.blame) == ("could_not_grade", "machine")


def test_the_result_records_the_level(toy):
    assert grade(Request(toy)).sandbox["level"] == levels.best()


LOOPBACK = """
import multiprocessing, os, socket, threading
from multiprocessing import shared_memory

def talk():
    server = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: server.accept()[0].sendall(b"hello"))
    thread.start()
    with socket.create_connection(server.getsockname()) as client:
        said = client.recv(5)
    thread.join()
    return said

def share():
    block = shared_memory.SharedMemory(create=True, size=1 << 20)
    context = multiprocessing.get_context("fork")
    child = context.Process(target=block.buf.__setitem__, args=(0, 42))
    child.start(); child.join()
    found = block.buf[0]
    block.close(); block.unlink()
    return found, socket.gethostbyname("localhost")

def out(port):
    socket.create_connection(("127.0.0.1", port), 1)
"""


@pytest.mark.skipif("strong" not in levels.held(), reason="only strong can wall sockets in")
def test_processes_talk_and_share_memory_behind_strong_walls_and_reach_nobody(work):
    session = work(LOOPBACK, "strong", network="loopback")
    assert session.call("work", "talk", (), {}) == b"hello"
    assert session.call("work", "share", (), {}) == (42, "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(OSError, match=r".+"):
        session.call("work", "out", (server.getsockname()[1],), {})


def test_where_sockets_cannot_be_walled_in_the_level_is_weak(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(levels, "escapes", lambda level: ["everything"] if level == "strong" else [])
    assert (levels.best(), levels.best("loopback")) == ("medium", "weak")
    with pytest.raises(MachineError, match="sockets, which this exercise needs, take strong"):
        levels.require("medium", "loopback")


@needs_medium
def test_a_change_of_mode_is_pretended_at_medium(work):
    source = (
        "import os, shutil\n"
        "def run(path):\n"
        "    os.chmod(path, 0); os.utime(path, (0, 0))\n"
        "    shutil.copy2('work.py', 'copy.py')\n"
        "    return os.stat(path).st_mode & 0o777, os.path.getsize('copy.py') > 0\n"
    )
    mode, copied = work(source, "medium").call("work", "run", (os.__file__,), {})
    assert mode
    assert copied


@needs_medium
@pytest.mark.parametrize("signals", [True, False])
def test_without_scoped_signals_a_process_may_signal_itself_alone(signals):
    """The filter of kernels before 6.12, tried in a process of its own."""
    code = (
        "import os, signal, subprocess, sys\n"
        "from tenfold.box.inside import seccomp\n"
        "child = subprocess.Popen(['cat'], stdin=subprocess.PIPE)\n"  # it ends with this program
        f"seccomp.refuse(shared=False, signals={signals}, owned=True)\n"
        "signal.signal(signal.SIGUSR1, lambda *_: print('own', flush=True))\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\n"
        "try: child.kill(); print('other')\n"
        "except PermissionError: print('refused')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert ran.stdout.split() == ["own", "other" if signals else "refused"]
