"""The words of the command line, their exit codes, and that nobody ever reads a traceback."""

from __future__ import annotations

import json
import subprocess
import sys

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


def test_a_pipe_gets_plain_text(course):
    argv = [sys.executable, "-m", "tenfold.cli", "--course", str(course), "grade", "toy-mean"]
    ran = subprocess.run(argv, capture_output=True, text=True)
    assert ran.returncode == 1
    assert "\x1b" not in ran.stdout
    assert all(line == line.rstrip() for line in ran.stdout.splitlines())
