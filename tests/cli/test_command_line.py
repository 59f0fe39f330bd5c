"""The words of the command line, their exit codes, and that nobody ever reads a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tenfold.cli import main


@pytest.fixture
def run(course, capsys):
    def call(*words):
        code = main(["--course", str(course), *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_grade_says_not_yet_with_1_and_passed_with_0(run, toy):
    code, out, _ = run("grade", "toy-mean")
    assert code == 1
    assert "NOT YET  0 of 9 points" in out
    code, out, _ = run("grade", "toy-mean", "--submission", toy.solution / "mean.py")
    assert code == 0
    assert "PASSED  9 of 9 points" in out


def test_grade_writes_the_document(run, toy, tmp_path):
    run("grade", "toy-mean", "--submission", toy.solution / "mean.py", "--json", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["status"] == "passed"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("grade", "toy-maen"), "Did you mean toy-mean"),
        (("grade", "zzz"), "make list"),
        (("grade", ""), "which exercise?"),
        (("list", "--skill", "cooking"), "there are toy"),
        (("grade", "toy-mean", "--json", "/nowhere/at/all.json"), "there is no folder"),
        (("new", "cooking-rice"), "the skills are ml, dl"),
    ],
)
def test_wrong_words_are_one_line_and_2(run, words, says):
    code, out, err = run(*words)
    assert code == 2
    assert says in out + err
    assert "Traceback" not in out + err


def test_a_submission_that_is_not_there_is_2_and_one_line(run):
    code, out, _ = run("grade", "toy-mean", "--submission", "/nowhere.py")
    assert code == 2
    assert "/nowhere.py is not there" in out


def test_list_and_show(run):
    code, out, _ = run("list")
    assert (code, out.split()[0]) == (0, "toy-mean")
    assert json.loads(run("list", "--json")[1])[0]["points"] == 9
    assert run("show", "toy-mean")[1].startswith("# A mean that survives")


def test_a_reader_who_has_seen_enough_gets_no_traceback(course):
    command = f"{sys.executable} -m tenfold.cli --course {course} show toy-mean | true"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert "Traceback" not in ran.stderr


def test_the_score_is_kept_before_it_is_printed(course, toy):
    work = toy.solution.rename(course / "mine") / "mean.py"
    argv = [sys.executable, "-m", "tenfold.cli", "--course", str(course), "grade", "toy-mean", "--submission", work]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "No space left" in ran.stderr
    assert json.loads((course / ".tenfold" / "progress.json").read_text())["grades"]["toy-mean"]["passed"]


WORDS = "::add-mask::passed"


@pytest.mark.parametrize("words", [["grade", "toy-mean", "--debug"], ["grade", "toy-mean", "--visible"]])
def test_a_github_runner_reads_no_command_in_what_a_learner_wrote(run, course, monkeypatch, words):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    (course / "exercises/01_toy/mean/mean.py").write_text(
        f"def mean(values, weights=None):\n    raise ValueError('x\\n{WORDS}')\n"
    )
    code, out, _ = run(*words)
    lines = out.splitlines()
    said = next(i for i, line in enumerate(lines) if line.strip().startswith(WORDS))
    quiet = [i for i, line in enumerate(lines) if line.startswith("::stop-commands::")]
    token = lines[quiet[0]].rpartition("::")[2]
    assert code == 1
    assert quiet[0] < said < lines.index(f"::{token}::")


def test_a_result_that_is_handed_in_commands_no_runner_either(run, toy, tmp_path, monkeypatch):
    pytest.importorskip("jsonschema")
    file = tmp_path / "result.json"
    run("grade", "toy-mean", "--json", file)
    document = json.loads(file.read_text())
    document["checks"][0]["id"] = f"test_x\n{WORDS}"
    file.write_text(json.dumps(document))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    _, out, err = run("check-result", file)
    assert all(
        "stop-commands" in (out + err).partition(line)[0]
        for line in (out + err).splitlines()
        if line.strip().startswith(WORDS)
    )


def test_a_mistake_of_the_kits_says_whose_it_is(run, monkeypatch):
    def broken(*_):
        raise LookupError("of ours")

    monkeypatch.setattr("tenfold.exercise.catalog.of_skill", broken)
    code, _, err = run("list")
    assert code == 2
    assert "no fault of yours" in err


@pytest.mark.parametrize(
    ("error", "says"),
    [(OSError(30, "Read-only file system", "/a/b"), "Read-only file system: '/a/b'"), (MemoryError(), "memory")],
)
def test_what_the_machine_refuses_is_one_line(run, monkeypatch, error, says):
    def refused(*_):
        raise error

    monkeypatch.setattr("tenfold.exercise.catalog.of_skill", refused)
    code, _, err = run("list")
    assert (code, err.count("\n")) == (2, 1)
    assert says in err


def test_a_hint_that_cannot_be_noted_is_shown(run, monkeypatch):
    def refused(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tenfold.learner.progress.note_hint", refused)
    code, out, _ = run("hint", "toy-mean")
    assert code == 0
    assert "could not be noted" in out


def test_a_pipe_gets_plain_text(course):
    argv = [sys.executable, "-m", "tenfold.cli", "--course", str(course), "grade", "toy-mean"]
    ran = subprocess.run(argv, capture_output=True, text=True)
    assert ran.returncode == 1
    assert "\x1b" not in ran.stdout
    assert all(line == line.rstrip() for line in ran.stdout.splitlines())
