"""A level is what a canary could not get out of; a box at it is walled in, and says so in the result."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from tenfold.box import forkserver, levels
from tenfold.box.canary import escapes
from tenfold.errors import FromSubmission, MachineError, SubmissionError, UsageError
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


HONEST = """
import asyncio, concurrent.futures, fcntl, multiprocessing, os, shutil, signal, socket, subprocess, sys, tempfile, time

def piped():
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=there.send, args=([1, 2],))
    child.start()
    said = here.recv()
    child.join()
    return said

def waited():
    async def both():
        process = await asyncio.create_subprocess_exec("echo", "hi", stdout=asyncio.subprocess.PIPE)
        said, _ = await asyncio.gather(process.communicate(), asyncio.sleep(0))
        return said[0].decode().strip(), await asyncio.to_thread(len, "abc")
    return asyncio.run(both())

def paired():
    here, there = socket.socketpair()
    here.sendall(b"x")
    return there.recv(1)

def kept():
    with open("notes", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("x")
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    os.chmod("notes", 0o600)
    os.utime("notes", (1, 1))
    shutil.copy2("notes", "copy")
    return sorted(name for name in os.listdir() if name in ("notes", "copy"))

def clocks():
    return time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID) > 0 and time.process_time() > 0 and time.thread_time() >= 0

def shelled():
    return subprocess.run("echo $((6 * 7)) | cat", shell=True, capture_output=True, text=True).stdout.strip()

def pooled():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(abs, [-1, -2]))

def framed():
    import pandas
    pandas.DataFrame({"a": [1, 2]}).to_csv("a.csv", index=False)
    return int(pandas.read_csv("a.csv")["a"].sum())

def loaded():
    import torch
    data = torch.utils.data.TensorDataset(torch.arange(4.0))
    return [float(part.sum()) for part, in torch.utils.data.DataLoader(data, batch_size=2, num_workers=0)]
"""
ANSWERS = {
    "piped": [1, 2],
    "waited": ("hi", 3),
    "paired": b"x",
    "kept": ["copy", "notes"],
    "clocks": True,
    "shelled": "42",
    "pooled": [1, 2],
    "framed": 3,
    "loaded": [1.0, 5.0],
}


@pytest.mark.parametrize("level", levels.held())
@pytest.mark.parametrize("name", ANSWERS)
def test_what_honest_code_needs_of_the_kernel_is_there(work, level, name):
    if name == "loaded":
        pytest.importorskip("torch")
    assert work(HONEST, level).call("work", name, (), {}) == ANSWERS[name]


@needs_medium
@pytest.mark.parametrize("level", [level for level in levels.held() if level in ("medium", "strong")])
def test_no_program_that_the_machine_keeps_is_run_for_a_crash(work, level):
    """With a limit of 1, and only then, the kernel neither writes a file nor feeds a pipe."""
    source = (
        "import resource\n"
        "def run():\n"
        "    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
        "    return resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_NOFILE)\n"
    )
    most = min(1, resource.getrlimit(resource.RLIMIT_CORE)[1] % (1 << 64))
    assert work(source, level).call("work", "run", (), {}) == ((most, most), (64, 64))


STATUS = "def run(): return dict(line.split(':', 1) for line in open('/proc/self/status'))"
AS_OTHER = """
import json, sys
from tenfold.box.limits import Limits
from tenfold.box.session import Session
session = Session({"w.py": sys.argv[2].encode()}, ["w"], Limits(), sys.argv[1])
print(json.dumps(session.call("w", "run", (), {})))
session.close()
"""


def right(status, level):
    """Say whether a process has no more rights than a box should."""
    status = {name: value.strip() for name, value in status.items()}
    bare = all(int(status[name], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"))
    filtered = status["Seccomp"] == ("2" if level in ("medium", "strong") else "0")
    return bare and filtered and status["NoNewPrivs"] == "1" and status["Groups"] in ("", str(65534))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
@pytest.mark.parametrize("level", levels.held())
def test_a_box_holds_no_capability_and_no_group(work, level):
    status = work(STATUS, level).call("work", "run", (), {})
    if os.geteuid() == 0:
        assert right(status, level), status
        assert int(status["CapBnd"], 16) == 0
        assert int(status["Uid"].split()[0]) >= forkserver.FIRST_UID
    else:
        assert int(status["CapEff"], 16) == int(status["CapAmb"], 16) == 0
        assert int(status["NoNewPrivs"]) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.parametrize("level", levels.held())
def test_a_box_of_an_ordinary_user_holds_no_capability_and_no_group(tmp_path_factory, level):
    user = {"user": 54321, "group": 54321, "extra_groups": [], "cwd": "/"}
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-B", "-c"]
    if subprocess.run([*argv, "import numpy, tenfold"], env=environment, capture_output=True, **user).returncode:
        pytest.skip("this Python is shut to other users")
    ran = subprocess.run([*argv, AS_OTHER, level, STATUS], env=environment, capture_output=True, text=True, **user)
    assert ran.returncode == 0, ran.stderr
    assert right(json.loads(ran.stdout), level), ran.stdout


@needs_medium
@pytest.mark.parametrize("level", [level for level in levels.held() if level in ("medium", "strong")])
def test_memory_of_others_cannot_be_taken_by_its_number(work, level):
    libc = ctypes.CDLL(None, use_errno=True)
    number = libc.shmget(0, 4096, 0o1666)
    if number < 0:
        pytest.skip("this machine has no shared memory of System V")
    call = {"x86_64": 30, "aarch64": 196}[os.uname().machine]
    source = f"import ctypes\ndef run(n): return ctypes.CDLL(None).syscall({call}, n, 0, 0)"
    try:
        assert work(source, level).call("work", "run", (number,), {}) == -1
        assert work(source, "weak").call("work", "run", (number,), {}) != -1  # where nothing stands in the way
    finally:
        libc.shmctl(number, 0, None)


@pytest.mark.skipif("strong" not in levels.held(), reason="only strong can wall sockets in")
def test_shared_memory_does_not_outlive_a_box(work):
    source = "import os\ndef run():\n found = os.listdir('/dev/shm')\n"
    source += " os.makedirs('/dev/shm/shut/more'); os.chmod('/dev/shm/shut', 0)\n return found\n"
    session = work(source, "strong", network="loopback")
    assert session.call("work", "run", (), {}) == []
    session.restart()
    assert session.call("work", "run", (), {}) == []


@pytest.mark.parametrize(
    ("level", "body", "said"),
    [
        *[(level, "open('/usr/lib/x', 'w')", "out of reach") for level in levels.held() if level != "weak"],
        *[(level, "os.remove(os.__file__)", "out of reach") for level in levels.held() if level != "weak"],
        ("weak", 'raise RuntimeError("can\'t start new thread")', "at most 64 processes and threads may run"),
        ("weak", "raise OSError(11, 'no more')", "at most 64 processes and threads may run"),
    ],
)
def test_what_is_not_allowed_is_named_in_the_same_words_at_every_level(work, level, body, said):
    with pytest.raises(Exception, match=r".+") as caught:
        work(f"import os\ndef run(): {body}", level).call("work", "run", (), {})
    assert said in caught.value.limit


@pytest.mark.parametrize("level", levels.held())
def test_the_limit_of_threads_is_named_at_every_level(work, level):
    body = "for _ in range(500): threading.Thread(target=time.sleep, args=(99,)).start()"
    source = f"import threading, time\ndef f():\n    {body}"
    with pytest.raises((SubmissionError, FromSubmission)) as caught:
        work(source, level).call("work", "f", (), {})
    assert "64 processes and threads" in f"{caught.value} {getattr(caught.value, 'limit', '')}"


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


@pytest.mark.parametrize(
    ("uid", "programs", "switches", "said"),
    [
        (1000, ["apt-get"], {}, "For strong: sudo apt install bubblewrap"),
        (0, ["dnf"], {}, "For strong: dnf install bubblewrap"),
        (0, [], {}, "For strong, install the package bubblewrap."),
        (1000, ["bwrap"], {"user/max_user_namespaces": "0"}, "sudo sysctl -w user.max_user_namespaces=15000"),
        (
            *(1000, ["bwrap"], {"kernel/apparmor_restrict_unprivileged_userns": "1"}),
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        (0, ["bwrap"], {}, "does not let it make walls"),
    ],
)
def test_who_needs_strong_is_told_the_one_thing_to_do(monkeypatch, uid, programs, switches, said):
    monkeypatch.setattr(levels.sys, "platform", "linux")
    monkeypatch.setattr(levels.os, "geteuid", lambda: uid)
    monkeypatch.setattr(levels.shutil, "which", lambda name: f"/bin/{name}" if name in programs else None)
    monkeypatch.setattr(levels, "_switch", lambda name: switches.get(name, ""))
    text = levels.shortfall("weak", "loopback")
    assert "uses sockets, which only the level strong walls in; here it ran at weak" in text
    assert said in text
    assert levels.shortfall("strong", "loopback") == levels.shortfall("weak", "none") == ""


def test_a_grade_below_the_level_that_its_sockets_need_says_so(toy):
    sockets = replace(toy, limits=replace(toy.limits, network="loopback"))
    said = grade(Request(sockets, toy.solution / "mean.py", level="weak"))
    assert said.status == "passed"
    assert "only the level strong walls in" in said.message
    assert not grade(Request(toy, toy.solution / "mean.py", level="weak")).message


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
