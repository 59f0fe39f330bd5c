"""Fork servers have the libraries loaded, are kept for the next submission, and leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tenfold.box import forkserver, held_folder, levels
from tenfold.box.forkserver import ForkServer, warm
from tenfold.box.limits import Limits
from tenfold.box.session import Session
from tenfold.errors import MachineError

LOADED = "import sys\nbefore = set(sys.modules)\n"
WORK = {
    "numpy": "import numpy as np\n    return float((np.ones((300, 300)) @ np.ones(300)).sum())",
    "pandas": "import pandas as pd\n    return float(pd.Series([4e4, 5e4]).groupby([1, 1]).sum()[1])",
    "sklearn.ensemble": "from sklearn.ensemble import RandomForestRegressor as F\n"
    "    return float(F(3, n_jobs=1).fit([[0], [1]], [9e4, 9e4]).predict([[0]])[0])",
    "torch": "import torch\n    return float((torch.ones(300, 300) @ torch.ones(300, 1)).sum())",
    "xgboost": "import xgboost\n    m = xgboost.XGBRegressor(n_estimators=2, n_jobs=1).fit([[0], [1]], [9e4, 9e4])\n"
    "    return float(m.predict([[0]])[0])",
}


@pytest.mark.parametrize("level", levels.held())
@pytest.mark.parametrize("library", WORK)
def test_a_library_is_loaded_before_the_fork_and_works_after_it(library, level):
    pytest.importorskip(library.partition(".")[0])
    source = f"{LOADED}def loaded(): return {library!r} in before\ndef run():\n    {WORK[library]}"
    session = Session({"w.py": source.encode()}, ["w"], Limits(), level, ("numpy", library))
    try:
        assert session.call("w", "loaded", (), {})
        for _ in range(2):
            assert session.call("w", "run", (), {}) == pytest.approx(9e4, rel=1e-3)
            session.restart()
    finally:
        session.close()


def test_a_library_that_starts_a_thread_is_left_to_the_fork():
    pytest.importorskip("onnxruntime")
    source = f"{LOADED}import onnxruntime\ndef run(): return 'onnxruntime' in before, onnxruntime.get_device()"
    session = Session({"w.py": source.encode()}, ["w"], Limits(), "weak", ("numpy", "onnxruntime"))
    try:
        assert session.call("w", "run", (), {}) == (False, "CPU")
    finally:
        session.close()


@pytest.mark.parametrize("level", levels.held())
def test_any_number_of_libraries_may_be_asked_for(level):
    names = [f"of_no_use_{i:05}_{'x' * 40}" for i in range(10_000)]
    session = Session({"w.py": b"def run(): return 7"}, ["w"], Limits(), level, ("numpy", *names))
    try:
        assert session.call("w", "run", (), {}) == 7
    finally:
        session.close()


def test_words_of_a_program_that_are_too_long_are_refused_and_the_server_goes_on(work):
    session = work("def run(): return 7")
    with pytest.raises(MachineError, match="Write what is longer into a file"):
        session.box.program(["true", "x" * 100_000])
    assert session.call("work", "run", (), {}) == 7


def test_a_library_that_is_not_there_is_the_submissions_to_miss():
    session = Session({"w.py": b"def run(): import nowhere_at_all"}, ["w"], Limits(), "weak", ("nowhere_at_all",))
    try:
        with pytest.raises(ModuleNotFoundError):
            session.call("w", "run", (), {})
    finally:
        session.close()


def test_one_server_serves_the_next_submission_and_a_few_are_kept():
    forkserver.close_all()
    first = warm(["numpy"], "weak", False)
    assert warm(["numpy"], "weak", False) is first
    others = [warm(["numpy", f"nowhere{i}"], "weak", False) for i in range(forkserver.MOST_WARM)]
    assert not first.alive()
    assert all(server.alive() for server in others)
    assert warm(["numpy"], "weak", False) is not first


def test_a_server_that_died_is_replaced():
    first = warm(["numpy"], "weak", False)
    first._process.kill()
    first._process.wait()
    second = warm(["numpy"], "weak", False)
    assert second is not first
    assert second.alive()
    first.close()


@pytest.mark.skipif("strong" not in levels.held(), reason="this machine does not hold strong")
def test_at_strong_a_submission_has_a_server_of_its_own():
    sessions = [Session({"w.py": b"def run(): return 1"}, ["w"], Limits(), "strong") for _ in range(2)]
    try:
        assert sessions[0]._server() is sessions[0]._server()
        assert sessions[0]._server() is not sessions[1]._server()
    finally:
        for session in sessions:
            session.close()


def test_a_server_that_cannot_start_says_why(monkeypatch):
    monkeypatch.setattr(forkserver, "around", lambda *_: ["sh", "-c", "echo no walls today >&2; exit 3", "sh"])
    with pytest.raises(MachineError, match="no walls today"):
        ForkServer(["numpy"], "strong", False)


def test_nothing_is_left_of_a_closed_server(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    server = ForkServer(["numpy"], "weak", False)
    server.folder().write("a/b/c", b"x")
    assert list(tmp_path.iterdir())
    server.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("level", levels.held())
@pytest.mark.parametrize("end", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_the_folder_of_a_grader_that_was_ended_is_gone_by_the_next_command(tmp_path, level, end, eventually):
    code = (
        "import os, signal, sys\n"
        "from tenfold.box.limits import Limits\n"
        "from tenfold.box.session import Session\n"
        f"session = Session({{'w.py': b'import os; open(os.devnull)'}}, ['w'], Limits(), {level!r})\n"
        "session.start().files.write('left', b'x')\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        f"os.kill(os.getpid(), signal.{end})\n"
        "signal.pause()\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert ended.returncode == -getattr(signal, end), ended.stderr.decode()

    def swept():
        held_folder.sweep()
        return not list(tmp_path.iterdir())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path))
        assert eventually(swept)  # its boxes may take a moment to end


@pytest.mark.parametrize("level", levels.held())
def test_a_box_makes_its_own_modes_whatever_the_shell_takes_away(level, tmp_path):
    before = os.umask(0o777)
    session = Session(
        {"w.py": b"import deep.er\ndef run(): return deep.er.A", "deep/er.py": b"A = 1"}, ["w"], Limits(), level
    )
    try:
        session._own = ForkServer(["numpy"], level, False)
        session._server = lambda: session._own
        session.start().files.write("more/still", b"x")
        assert session.call("w", "run", (), {}) == 1
        assert session.run(["cat", "more/still"]).output == "x"
    finally:
        os.umask(before)
        session.close()


def test_the_environment_of_a_server_is_its_own(monkeypatch):
    monkeypatch.setenv("TENFOLD_SECRET", "hush")
    server = ForkServer(["numpy"], "weak", False)
    try:
        assert b"hush" not in Path(f"/proc/{server._process.pid}/environ").read_bytes()
    finally:
        server.close()


def test_a_keeper_that_leaves_with_a_question_unread_has_said_what_it_said():
    ours, theirs = socket.socketpair()
    kept = forkserver.Kept(ours)
    said = {"code": 1, "why": "it used too much", "output": "", "left": [], "late": False, "times": [1.0, 2.0]}
    theirs.sendall(json.dumps(said).encode())
    assert not kept.ask()
    theirs.close()
    assert kept.end().why == "it used too much"
    assert kept.times == (1.0, 2.0)


def test_a_keeper_on_a_machine_too_busy_to_stop_its_box_blames_the_machine():
    ours, theirs = socket.socketpair()
    kept = forkserver.Kept(ours)
    theirs.sendall(json.dumps({"busy": "what was to be stopped got no processor"}).encode())
    theirs.close()
    for _ in range(2):  # who closes the box asks again
        with pytest.raises(MachineError, match="too busy to grade: what was to be stopped got no processor"):
            kept.end()


def test_a_keeper_that_does_not_answer_is_the_machines_fault(monkeypatch):
    monkeypatch.setattr(forkserver, "SLOW", 0.1)
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(MachineError, match="keeps a box was lost"):
        forkserver.Kept(ours).ask()
