"""Who ends a command reads what was decided by then, and an exit code that says so; nothing is left running."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from tests.conftest import PATIENCE

from tenfold.box import forkserver
from tenfold.cli import main
from tenfold.grading.grade import Request, grade
from tenfold.result import Stopped

ENDLESS = "def mean(values, weights=None):\n    while True: pass\n"


@pytest.fixture
def grading(course, tmp_path, eventually):
    """Start a grade without an end, and return its process when a box of it runs, with its files."""
    (tmp_path / "mean.py").write_text(ENDLESS)
    (tmp_path / "tmp").mkdir()
    words = ["grade", "toy-mean", "--submission", tmp_path / "mean.py", "--json", tmp_path / "result.json"]
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "tenfold.cli", "--course", course, *words],
            env=os.environ | {"TMPDIR": str(tmp_path / "tmp")}, stdout=out, stderr=err, preexec_fn=heeds,
        )  # fmt: skip
    assert eventually(lambda: boxed(process.pid))
    yield process, tmp_path
    process.kill()
    process.wait()


def heeds() -> None:
    """Let a process end by every signal, whatever this one inherited: nohup ignores SIGHUP."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def boxed(pid: int) -> bool:
    """Return whether a process has a box at work."""
    try:
        return any("zygote.py" in " ".join(p.cmdline()) for p in psutil.Process(pid).children(recursive=True))
    except psutil.Error:
        return False


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [
        (signal.SIGINT, 130, "stopped by you"),
        (signal.SIGTERM, 143, "stopped by SIGTERM"),
        (signal.SIGHUP, 129, "stopped by SIGHUP"),
    ],
)
def test_a_signal_ends_a_grade_with_its_number_and_closes_the_boxes(grading, number, code, says, eventually):
    process, folder = grading
    below = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    assert process.wait(PATIENCE) == code
    assert says in (folder / "err").read_text()
    assert "COULD NOT GRADE" in (folder / "out").read_text()
    assert "Traceback" not in (folder / "err").read_text() + (folder / "out").read_text()
    assert json.loads((folder / "result.json").read_text())["status"] == "could_not_grade"
    assert eventually(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in below))
    assert eventually(lambda: not list((folder / "tmp").glob(f"{forkserver.PREFIX}*")))


def test_a_signal_that_was_ignored_stays_so(tmp_path, course):
    program = (
        "import os, signal, sys; from tenfold.cli import stopping\n"
        "with stopping.heard(): os.kill(os.getpid(), signal.SIGHUP); print('goes on')"
    )
    ran = subprocess.run(["nohup", sys.executable, "-c", program], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "goes on\n")


def test_watch_ends_by_ctrl_c_as_it_says(course, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tenfold.learner.watch.grade", raising(KeyboardInterrupt))
    assert main(["--course", str(course), "watch", "toy-mean"]) == 0


def raising(error):
    def call(*_, **__):
        raise error

    return call


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["show", "toy-mean"],
        ["hint", "toy-mean"],
        ["reset", "toy-mean"],
        ["progress"],
        ["verify"],
        ["new", "x"],
        ["check-result", "result.json"],
        ["ci", "--base", "a", "--head", "b"],
        ["release", "released"],
        ["nbgrader", "install", "class"],
        ["nbgrader", "export", ".", "toy-mean"],
    ],
)
def test_every_command_ends_with_130(course, monkeypatch, capsys, words):
    monkeypatch.setattr("tenfold.exercise.catalog.exercises", raising(KeyboardInterrupt))
    monkeypatch.setattr("tenfold.exercise.catalog.find", raising(KeyboardInterrupt))
    monkeypatch.setattr("tenfold.exercise.new_exercise.create", raising(KeyboardInterrupt))
    monkeypatch.setattr("tenfold.reports.result_check.read", raising(KeyboardInterrupt))
    monkeypatch.setattr("tenfold.handout.pulls.repository.Repository", raising(KeyboardInterrupt))
    monkeypatch.setattr("tenfold.handout.release.contents.release", raising(KeyboardInterrupt))
    monkeypatch.setattr("tenfold.handout.nbgrader.config.install", raising(KeyboardInterrupt))
    monkeypatch.setattr("tenfold.cli.instructor._require_nbgrader", lambda: None)
    assert main(["--course", str(course), *words]) == 130
    assert capsys.readouterr().err == "stopped by you\n"


PRESS = "import os, signal\ndef press(*_): os.kill(os.getpid(), signal.SIGINT)\n"


@pytest.mark.parametrize(
    "moment",
    [
        "from tenfold.cli import surroundings; surroundings.settle = press",
        "import sys; sys.meta_path.insert(0, type('', (), {'find_spec': press}))",
        "from tenfold.exercise import catalog; catalog.find = lambda *_: press() or input()",
        "from tenfold.cli import command_line\n"
        "command_line._run, said = press, command_line._complain\n"
        "command_line._complain = lambda text: press() or said(text)",
        "from tenfold import streams; streams.print_no_more = press",
    ],
    ids=["before anything", "while it is loaded", "at work", "twice", "at the end"],
)
def test_ctrl_c_at_any_moment_is_a_line_and_130(moment, course, tmp_path):
    program = f"{PRESS}import tenfold.cli, sys\n{moment}\nsys.exit(tenfold.cli.main())"
    ended = run_program(program, course)
    assert (ended.returncode, ended.stderr) == (130, "stopped by you\n")


def test_ctrl_c_when_all_is_said_changes_nothing(course):
    program = f"import atexit, sys, tenfold.cli\n{PRESS}atexit.register(press)\nsys.exit(tenfold.cli.main())"
    ended = run_program(program, course)
    assert (ended.returncode, ended.stderr) == (0, "")


def run_program(program, course):
    """Run a program that calls the command line with a command."""
    argv = [sys.executable, "-c", program, "--course", course, "show", "toy-mean"]
    return subprocess.run(argv, capture_output=True, text=True, preexec_fn=heeds)


def test_ctrl_c_pressed_twice_ends_a_grade_as_once_does(grading, eventually):
    process, folder = grading
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    assert (folder / "err").read_text() == "stopped by you\n"
    assert eventually(lambda: not list((folder / "tmp").glob(f"{forkserver.PREFIX}*")))


def test_what_was_graded_of_a_change_before_it_was_stopped_is_written(toy, course, tmp_path, monkeypatch, capsys):
    from tenfold.exercise import catalog
    from tenfold.handout.pulls import changed_files

    store = catalog.find(course, "toy-store")
    whole = grade(Request(toy, toy.solution / "mean.py"))

    def graded(request):
        if request.exercise.id == toy.id:
            return whole
        raise Stopped(dataclasses.replace(whole, exercise=store.id, status="could_not_grade", blame="machine"))

    change = changed_files.Change(None, "head", Path(), (toy, store), ())
    monkeypatch.setattr("tenfold.handout.pulls.repository.Repository", lambda folder: Known())
    monkeypatch.setattr(changed_files, "between", lambda *_: change)
    monkeypatch.setattr("tenfold.handout.pulls.ci.grade.grade", graded)
    words = ["ci", "--base", "a", "--head", "b", "--out", str(tmp_path / "out")]
    assert main(["--course", str(course), *words]) == 130
    said = capsys.readouterr()
    assert "toy-mean  PASSED" in said.out
    assert "no grade of toy-store" in said.out
    assert said.err == "stopped by you\n"
    written = json.loads((tmp_path / "out" / "results.json").read_text())
    assert [one["status"] for one in written] == ["passed"]


class Known:
    """A repository that holds every commit and no course."""

    def commit(self, name):
        return name

    def place(self, *_):
        return None
