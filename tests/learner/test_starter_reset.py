"""Hints come one layer at a time; a reset gives the starter back and keeps the learner's version."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tenfold.cli import main
from tenfold.errors import AuthoringError, UsageError
from tenfold.exercise import catalog, proof_record
from tenfold.learner import progress, starter_reset


@pytest.fixture
def copy(course, tmp_path):
    shutil.copytree(course, tmp_path / "course", ignore=shutil.ignore_patterns(progress.FILE.parent.name))
    exercise = catalog.find(tmp_path / "course", "toy-mean")
    proof_record.write(exercise, [], {}, {})

    def git(*words):
        me = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *me, *words], cwd=exercise.course, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "start")
    return exercise, git


def test_hints_come_layer_by_layer_and_are_remembered(copy, capsys):
    exercise, _ = copy
    for layer in (1, 2, 3, 3):
        assert main(["--course", str(exercise.course), "hint", "toy-mean"]) == 0
        out = capsys.readouterr().out
        assert ("The hard step" in out) == (layer == 3)
        assert progress.standing(exercise, progress.read(exercise.course)).hints == layer


def test_reset_keeps_the_learners_version_even_when_it_was_committed(copy):
    exercise, git = copy
    path = exercise.folder / "mean.py"
    starter = path.read_bytes()
    path.write_text("mine = 1")
    git("commit", "-qam", "my work")
    lines = starter_reset.reset(exercise)
    assert path.read_bytes() == starter
    (kept,) = exercise.folder.glob("mean.*.mine")
    assert kept.read_text() == "mine = 1"
    assert kept.name in lines[0]
    assert starter_reset.reset(exercise) == ["mean.py is the starter already"]


def test_reset_without_history_or_proof_changes_nothing(copy):
    exercise, _ = copy
    path = exercise.folder / "mean.py"
    path.write_text("mine = 1")
    shutil.rmtree(exercise.course / ".git")
    with pytest.raises(UsageError, match="fresh clone"):
        starter_reset.reset(exercise)
    proof_record.path(exercise).unlink()
    with pytest.raises(AuthoringError, match="make verify"):
        starter_reset.reset(exercise)
    assert path.read_text() == "mine = 1"
