"""A submission is stopped by what it uses and by what it waits for, never by what else the machine does."""

from __future__ import annotations

import re
import time

import psutil
import pytest

from tenfold.box import machine_speed, meter, time_budget
from tenfold.box.callback import Callback
from tenfold.box.forkserver import Kept
from tenfold.box.limits import Limits
from tenfold.box.session import Session
from tenfold.errors import AuthoringError, MachineError, OutOfTime, SubmissionError

BURN = """
import hashlib, os, signal, subprocess, threading, time

def burn(seconds):
    start = time.process_time()
    while time.process_time() < start + seconds:
        hashlib.sha256(bytes(1 << 16))

def nap(seconds): time.sleep(seconds)
def often(f, n):
    for i in range(n): f(i)
"""
ENDLESS = {
    "a loop": "while True: pass",
    "threads": "pool = [threading.Thread(target=burn, args=(99,)) for _ in range(4)]\n"
    "    for thread in pool: thread.start()\n"
    "    for thread in pool: thread.join()",
    "a child": "subprocess.run(['sh', '-c', 'while :; do :; done'])",
    "a chain of short children": "while True:\n        if os.fork() == 0: burn(0.02); os._exit(0)\n        os.wait()",
    "children that nobody waits for": "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    "    while True:\n"
    "        r, w = os.pipe()\n"
    "        if os.fork() == 0: burn(0.1); os._exit(0)\n"
    "        os.close(w); os.read(r, 1); os.close(r)",
    "orphans": "while True:\n"
    "        r, w = os.pipe()\n"
    "        if os.fork() == 0: os.fork() or burn(0.02); os._exit(0)\n"
    "        os.close(w); os.wait(); os.read(r, 1); os.close(r)",
}
IDLE = {
    "sleep": "time.sleep(600)",
    "sleep in a child": "subprocess.run(['sleep', '600'])",
    "a lock": "lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "a pipe": "os.read(os.pipe()[0], 1)",
    "stopped by itself": "os.kill(os.getpid(), signal.SIGSTOP)",
    "short naps": "while True: time.sleep(0.01)",
    "an event among threads": "threading.Thread(target=time.sleep, args=(600,)).start(); threading.Event().wait()",
}
pytestmark = pytest.mark.usefixtures("impatient")


def again_and_again(session: Session, name: str, *arguments: object, fresh: bool = False) -> None:
    for _ in range(1000):
        session.call("work", name, arguments, {})
        if fresh:
            session.restart()


@pytest.fixture(autouse=True)
def as_fast_as_the_reference(monkeypatch):
    monkeypatch.setattr(machine_speed, "factor", lambda: 1.0)


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
def test_who_uses_a_processor_without_end_is_stopped_at_its_budget(work, body, boxes_end):
    session = work(f"{BURN}\ndef run():\n    {body}", seconds=0.5)
    with pytest.raises(OutOfTime, match=r"stopped: run\(\) used more than 0.5 s of processor time"):
        session.call("work", "run", (), {})
    session.close()
    assert session.meter.all.used >= 0.5
    assert boxes_end()


@pytest.mark.parametrize("body", IDLE.values(), ids=IDLE)
def test_who_waits_without_end_is_stopped_by_the_clock_and_told_that_it_waited(work, body, boxes_end):
    session = work(f"{BURN}\ndef run():\n    {body}", seconds=0.25)
    with pytest.raises(OutOfTime, match=r"stopped: run\(\) waited for more than 1.25 s without a processor"):
        session.call("work", "run", (), {})
    session.close()
    assert boxes_end()


def test_who_waits_in_short_calls_is_stopped_too(work):
    session = work(BURN, seconds=0.5, total=0.5)
    with pytest.raises(OutOfTime, match="all calls together waited for more than"):
        again_and_again(session, "nap", 0.05)


def test_short_calls_are_charged_together(work):
    session = work(BURN, total=0.5)
    with pytest.raises(OutOfTime, match=r"all calls together used more than 0.5 s .*limit of one grade"):
        again_and_again(session, "burn", 0.02)
    assert session.meter.all.used < 5


def test_what_goes_on_between_two_calls_is_charged_to_the_grade_and_to_no_call(work, eventually):
    later = "def later(): burn(0.6); open('done', 'w').close()\ndef run(): threading.Thread(target=later).start()"
    session = work(f"{BURN}\n{later}", seconds=0.5)
    session.call("work", "run", (), {})
    assert eventually((session.box.files.path / "done").exists)
    session.call("work", "burn", (0.3,), {})
    session.close()
    assert session.meter.all.used > 0.9


def test_what_outlives_its_call_is_stopped_while_nobody_asks(work, eventually):
    source = f"{BURN}\ndef run():\n    for _ in range(3):\n        if os.fork() == 0: burn(99)\ndef one(): return 1"
    session = work(source, total=1.0)
    session.call("work", "run", (), {})
    assert eventually(lambda: not session.box.kept.runs(0))  # the keeper has something to say
    with pytest.raises(OutOfTime, match="of processor time"):
        session.call("work", "one", (), {})


def test_what_every_box_has_used_adds_up(work):
    session = work(BURN)
    for _ in range(3):
        session.call("work", "burn", (0.1,), {})
        session.restart()
    assert session.meter.all.used >= 0.3


def test_time_to_load_is_named_where_it_is_what_was_used(work):
    session = work(f"{BURN}\nburn(0.3)\ndef one(): return 1", total=1.0)
    with pytest.raises(OutOfTime, match=r"all calls together .* 1 s of them to load your file: each check loads it"):
        again_and_again(session, "one", fresh=True)


def test_a_machine_that_gives_no_processor_is_to_blame_and_not_the_work(work, monkeypatch):
    """The keeper tells what it would tell where a hundred others stand in the queue."""

    def ask(self: Kept) -> bool:
        self.times, self.asked = (0.0, time.monotonic() - began), time.monotonic()
        return True

    session = work(f"{BURN}\ndef run(): burn(600)", seconds=0.1)
    session.start()
    began = time.monotonic()
    monkeypatch.setattr(Kept, "ask", ask)
    monkeypatch.setattr(time_budget, "LEAST_WAIT", 0.3)
    monkeypatch.setattr(time_budget, "ENDURES", 4.0)
    with pytest.raises(MachineError, match=r"too busy to grade: run\(\) had 0.0 s of processor time in \d+ s"):
        session.call("work", "run", (), {})


@pytest.mark.skipif(not hasattr(psutil.Process, "cpu_affinity"), reason="pins processes to a processor")
def test_right_work_beside_many_others_takes_longer_and_is_not_stopped(work, boxed_processes):
    """Nine share one processor: its wall time is far above its budget, its processor time is not."""
    session = work(f"{BURN}\ndef run(): burn(0.5); return 7", seconds=1.0)
    one = psutil.Process().cpu_affinity()[:1]
    hogs = [psutil.Popen(["sh", "-c", "while :; do :; done"], start_new_session=True) for _ in range(8)]
    try:
        session.start()
        for process in [*hogs, *boxed_processes()]:
            process.cpu_affinity(one)
        start = time.monotonic()
        assert session.call("work", "run", (), {}) == 7
        assert time.monotonic() - start > 1.0  # else nothing was tried here
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    session.close()
    assert session.meter.all.used < 1.0
    assert session.meter.all.waited < 1.0


def slow(seconds: float):
    def answer(_: int) -> None:
        start = time.process_time()
        while time.process_time() < start + seconds:
            pass

    return answer


def test_the_graders_own_functions_are_not_charged_to_the_learner(work):
    session = work(BURN, seconds=0.5)
    session.call("work", "often", (slow(0.3), 3), {})
    session.close()
    assert session.meter.all.used < 0.5
    assert session.meter.outside.used >= 0.9


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (slow(0.1), "functions of the checks that it called, together, used more than 0.5 s of processor time"),
        (lambda _: time.sleep(0.1), "functions of the checks that it called, together, waited for more than 1.5 s"),
    ],
    ids=["busy", "waiting"],
)
def test_the_time_of_the_graders_own_functions_is_bounded_for_a_grade(work, function, says):
    session = work(BURN, total=0.5)
    with pytest.raises(OutOfTime, match=says):
        again_and_again(session, "often", Callback(function), 5)


def test_how_often_they_are_called_is_bounded_for_a_grade(work, monkeypatch):
    monkeypatch.setattr(meter, "MOST_CALLBACKS", 250)
    session = work(BURN)
    with pytest.raises(SubmissionError, match="called functions of the checks more than 250 times in one grade"):
        again_and_again(session, "often", lambda i: i, 100)


@pytest.mark.parametrize("owner", ["kit", "artefact"])
def test_a_box_of_the_kits_has_a_budget_of_its_own_and_says_whose_it_was(owner):
    session = Session({"work.py": BURN.encode()}, ["work"], Limits(seconds=0.3, total=9.0), "weak", owner=owner)
    kind = {"kit": AuthoringError, "artefact": OutOfTime}[owner]
    try:
        with pytest.raises(kind, match=re.escape("burn() used more than 0.3 s of processor time")):
            session.call("work", "burn", (9.0,), {})
    finally:
        session.close()


FLOOD = """
import json, os, struct

def flood(f):
    call = [["callback", 0], ["args", [[0.5] * 200_000]], ["kwargs", {"t": "dict", "v": []}]]
    header = json.dumps({"m": {"t": "dict", "v": call}, "b": []}).encode()
    frame = struct.pack("!IQ", len(header), 0) + header
    if os.fork() == 0:
        while True: os.read(3, 1 << 20)
    while True: os.write(3, frame)
"""


def test_what_calls_of_the_graders_functions_cost_to_take_in_is_bounded(work, monkeypatch):
    monkeypatch.setattr(time_budget, "LEAST_WAIT", 300.0)  # it does wait, where the grader has little of a processor
    session = work(FLOOD, seconds=60, total=1)
    with pytest.raises(OutOfTime, match="functions of the checks that it called"):
        session.call("work", "flood", (Callback(lambda given: 0, calls=5),), {})


@pytest.mark.parametrize("words", ["x" * 100_000, "a\0b", "\ud800"], ids=["long", "NUL", "half a character"])
def test_words_that_no_program_can_be_given_are_the_submissions(work, words):
    session = work("")
    with pytest.raises(SubmissionError, match="words that are too long, or hold"):
        session.run(["true", words])
    assert session.run(["true", "a"]).code == 0


def test_who_uses_up_a_grade_is_told_in_which_call(work):
    session = work("import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGXCPU)", total=7)
    with pytest.raises(OutOfTime, match=r"left of 7 s of processor time, in f\(\)"):
        session.call("work", "f", (), {})
