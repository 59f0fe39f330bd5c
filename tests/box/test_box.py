"""Limits hold for every process of a box, and nothing is left of it."""

from __future__ import annotations

import operator
import os
import sys
import time
from pathlib import Path

import pytest

from tenfold.box import levels
from tenfold.errors import OutOfTime, SubmissionError


def call(session, name="run", *arguments):
    return session.call("work", name, arguments, {})


@pytest.mark.parametrize(
    ("body", "limits", "says"),
    [
        ("while True: pass", {"seconds": 0.5}, r"run\(\) used more than [\d.]+ s of processor time"),
        ("import time; time.sleep(600)", {"seconds": 0.5}, r"run\(\) waited for more than"),
        (
            "import time; x = bytearray(600 << 20); x[::4096] = b'1' * len(x[::4096]); time.sleep(600)",
            {"memory_mb": 300},
            "memory",
        ),
        (
            "import os, time\n    for _ in range(9): os.write(1, b'x' * (4 << 20))\n    time.sleep(600)",
            {},
            "printed more",
        ),
        (
            "import subprocess, sys, time\n"
            "    child = [sys.executable, '-c', 'x = b\"1\" * (150 << 20); input()']\n"
            "    children = [subprocess.Popen(child, stdin=-1) for _ in range(4)]\n"
            "    time.sleep(600)",
            {"memory_mb": 400},
            "memory",
        ),
        (
            "import time\n    for i in range(9): open(str(i), 'wb').write(b'x' * (16 << 20))\n    time.sleep(600)",
            {"disk_mb": 64},
            "64 MB in files",
        ),
        ("import time\n    for i in range(20_000): open(str(i), 'w').close()\n    time.sleep(600)", {}, "10000 files"),
        ("import os, time\n    for i in range(99): os.mkdir('d'); os.chdir('d')\n    time.sleep(600)", {}, "64 deep"),
        ("x = bytearray(2 << 30)", {"memory_mb": 300}, "asked for more than 300 MB"),
    ],
    ids=["endless loop", "sleep", "memory", "flood", "children", "disk", "files", "depth", "one large piece"],
)  # fmt: skip
def test_a_limit_stops_the_box_and_is_named(work, impatient, body, limits, says):
    session = work(f"def run():\n    {body}", **limits)
    with pytest.raises(SubmissionError, match=says):
        call(session)


@pytest.mark.parametrize(
    ("body", "limits", "says"),
    [
        ("open('x', 'wb').write(b'x' * (9 << 20))", {"file_mb": 8}, "a file may have at most 8 MB"),
        ("return [open('work.py') for _ in range(99)] and 1", {"open_files": 50}, "at most 50 files"),
        ("import os\n    for _ in range(40): os.fork() or os._exit(os.pause() or 0)", {"processes": 8}, "8 processes"),
    ],
    ids=["file size", "open files", "processes"],
)
def test_a_limit_that_the_code_runs_into_is_named(work, body, limits, says):
    with pytest.raises(OSError, match=r".+") as caught:
        call(work(f"import signal\ndef run():\n    {body}".replace("os.pause", "signal.pause"), **limits))
    assert says in caught.value.limit


def test_processor_time_is_limited_for_who_does_not_wait(work):
    source = (
        "import resource, signal\n"
        "def run():\n"
        "    resource.setrlimit(resource.RLIMIT_CPU, (1, 3))\n"
        "    while True: pass\n"
    )
    with pytest.raises(SubmissionError, match="processor time"):
        call(work(source))


def test_a_fork_bomb_runs_into_a_limit(work, boxes_end):
    session = work("import os\ndef run():\n    while True: os.fork()", seconds=2.0)
    with pytest.raises((SubmissionError, OSError)):
        call(session)
    session.close()
    assert boxes_end()


def test_a_daemon_does_not_outlive_its_box(work, boxed_processes, boxes_end, eventually):
    source = (
        "import os, time\n"
        "def run():\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0:\n"
        "            time.sleep(600)\n"
        "        os._exit(0)\n"
        "    return os.getpid()\n"
    )
    session = work(source)
    call(session)
    assert eventually(lambda: len(boxed_processes()) == 3)  # the keeper, the worker and the daemon
    session.close()
    assert boxes_end()


def test_the_folder_is_private_and_goes_away(work):
    session = work(
        "import os\ndef run(): open('x', 'w').close(); return [os.getcwd(), os.environ['HOME'], os.listdir()]"
    )
    here, home, names = call(session)
    assert here == home
    assert sorted(names) == ["work.py", "x"]
    session.close()
    assert not Path(here).exists()


def test_the_environment_holds_nothing_of_the_graders(work, monkeypatch):
    monkeypatch.setenv("TENFOLD_SECRET", "hush")
    session = work("import os\ndef run(): return dict(os.environ)")
    seen = call(session)
    assert "TENFOLD_SECRET" not in seen
    assert seen["OMP_NUM_THREADS"] == "1"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a box a user id of its own")
def test_root_gives_every_box_a_user_of_its_own(work):
    session = work("import os\ndef run(): return [os.getuid(), os.getgid(), os.getgroups()]")
    other = work("import os\ndef run(): return [os.getuid(), os.getgid(), os.getgroups()]")
    assert call(session)[0] > 1_000_000
    assert call(session) != call(other)
    assert call(session)[2] == []


def test_a_box_reads_and_writes_only_plain_files_inside(work):
    session = work(
        "import os\n"
        "def run(): open('a', 'w').write('x'); os.symlink('/etc/passwd', 'link'); os.mkfifo('pipe'); os.mkdir('d')"
    )
    call(session)
    box = session.box.files
    assert box.read("a") == b"x"
    for name in ("link", "pipe", "d", "nothing"):
        with pytest.raises(SubmissionError):
            box.read(name)
    with pytest.raises(SubmissionError):
        box.write("link", b"overwritten")
    for name in ("/etc/passwd", "../x", ""):
        with pytest.raises(ValueError, match="inside"):
            box.read(name)


def test_a_program_runs_in_the_box_and_its_end_is_told(work, impatient, boxes_end):
    session = work("")
    ran = session.run(["sh", "-c", "echo hello; exit 3"])
    assert (ran.code, ran.output) == (3, "hello\n")
    with pytest.raises(OutOfTime, match="sleep waited for more than"):
        session.run(["sleep", "600"], seconds=0.5)
    with pytest.raises(OutOfTime, match="sh used more than"):
        session.run(["/bin/sh", "-c", "while :; do :; done"], seconds=0.5)
    session.close()
    assert boxes_end()


COUNTS = """
import os, time

def start(how):
    for number in range(3):
        if os.fork() == 0:
            os.setsid()
            if number == 0 and os.fork():
                os._exit(0)
            while True:
                with open(str(number), "a") as file:
                    file.write("x")
                if how == "wakes":
                    import signal, ctypes
                    signal.signal(signal.SIGCONT, lambda *_: None)
                    libc, event, timers = ctypes.CDLL(None), (ctypes.c_int * 16)(), (ctypes.c_void_p * 16)()
                    event[2] = signal.SIGCONT
                    for timer in range(16):  # a signal that waits when the stop comes is lost, and its timer with it
                        place = ctypes.byref(timers, timer * ctypes.sizeof(ctypes.c_void_p))
                        libc.timer_create(1, ctypes.byref(event), place)
                    open(f"wakes{number}", "w").close()
                    while True:
                        for i, timer in enumerate(timers):
                            every = (5 + i) * 1_000_000
                            libc.timer_settime(ctypes.c_void_p(timer), 0, (ctypes.c_long * 4)(0, every, 0, every), None)
                        time.sleep(0.05)

def sizes():
    return [os.path.getsize(str(number)) for number in range(3)]
"""


@pytest.mark.parametrize("level", levels.held())
def test_nothing_of_a_box_runs_while_it_rests(work, level, eventually):
    session = work(COUNTS, level)
    call(session, "start", "")
    folder = session.box.files.path
    assert eventually(lambda: all((folder / str(number)).exists() for number in range(3)))
    for _ in range(5):
        with session.at_rest():
            before = [(folder / str(number)).stat().st_size for number in range(3)]
            time.sleep(0.2)
            assert [(folder / str(number)).stat().st_size for number in range(3)] == before
        assert eventually(lambda then=before: all(map(operator.gt, call(session, "sizes"), then)))


@pytest.mark.skipif(sys.platform != "linux", reason="timers that send signals")
def test_a_box_that_wakes_itself_is_ended(work, eventually):
    session = work(COUNTS)
    call(session, "start", "wakes")
    folder = session.box.files.path
    assert eventually(lambda: all((folder / f"wakes{number}").exists() for number in range(3)))

    def rested():
        with session.at_rest():
            time.sleep(0.3)
        return call(session, "sizes")

    with pytest.raises(SubmissionError, match="while others were timed"):
        eventually(lambda: not rested())  # on a busy machine it may get no processor for a while


def test_a_box_that_ended_can_be_told_to_rest(work):
    session = work("import os\n\ndef run(): os._exit(3)")
    with session.at_rest():
        pass
    session.start()
    with session.at_rest():
        pass
    with pytest.raises(SubmissionError, match="ended by itself"):
        call(session)
    with session.at_rest():
        pass


def test_who_slows_the_reference_gains_nothing(work, boxed_processes, eventually):
    """Told by the processor time of who slows it: how long the reference takes is the whole machine's affair."""
    burners = """
import os, time

def slow():
    for _ in range(24):
        if os.fork() == 0:
            os.setsid()
            while True:
                pass
"""
    session, reference = work(burners), work("def run():\n    return sum(i * i for i in range(1_000_000))")
    call(session, "slow")
    call(reference)
    (slower,) = [process for process in boxed_processes() if len(process.children()) == 24]
    burning = slower.children()

    def burnt():
        return sum(process.cpu_times().user for process in burning)

    before = burnt()
    assert eventually(lambda: burnt() > before + 0.5)
    with session.at_rest():
        before = burnt()
        for _ in range(5):
            call(reference)
        assert burnt() == before
