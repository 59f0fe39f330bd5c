"""A canary tries to get out of each level; a box looks whether the course itself lies where it can be read."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from tests.conftest import COURSE

from tenfold.box import canary, levels
from tenfold.box.canary import escapes
from tenfold.box.limits import Limits
from tenfold.box.session import Session
from tenfold.errors import MachineError
from tenfold.exercise import catalog
from tenfold.grading import grade as grading
from tenfold.grading.grade import Request, grade

WALLED = [level for level in levels.held() if level in ("medium", "strong")]
READ_BY_ALL = Path(os.__file__)
"""A file in a place that every box may read, as a course below /usr or in the folder of an environment is."""


def opened(level, hidden):
    """Start a box that must not be able to read some files."""
    session = Session({"w.py": b"def run(): return 1"}, ["w"], Limits(), level, hidden=hidden)
    try:
        return session.call("w", "run", (), {})
    finally:
        session.close()


def test_at_weak_a_program_outside_can_be_talked_to():
    assert {"talk to another program", "read a file outside", "open a socket"} <= set(escapes("weak"))


@pytest.mark.parametrize("level", WALLED)
def test_nothing_escapes_where_walls_stand(level):
    assert escapes(level) == []


@pytest.mark.skipif("strong" not in levels.held(), reason="only strong can wall sockets in")
def test_nothing_escapes_from_strong_where_sockets_may_be_used():
    assert escapes("strong", "loopback") == []


@pytest.mark.parametrize("level", WALLED)
def test_no_box_is_made_where_it_could_read_what_is_hidden(level):
    with pytest.raises(MachineError, match=r"can be read from every box\. It lies below .* Move the course"):
        opened(level, [READ_BY_ALL])


@pytest.mark.parametrize("level", WALLED)
def test_what_lies_elsewhere_stays_hidden(level, toy):
    assert opened(level, [toy.hidden_checks, toy.solution / "mean.py", toy.course / "nowhere"]) == 1


def test_at_weak_nothing_is_hidden_and_a_box_is_made():
    assert opened("weak", [READ_BY_ALL]) == 1


@pytest.fixture
def open_course():
    """Copy the tiny course below a folder that every box may read."""
    place = next((p for p in ("/opt", "/usr/local", sys.prefix) if os.access(p, os.W_OK)), None)
    if place is None:
        pytest.skip("no folder that boxes may read can be written to")
    with tempfile.TemporaryDirectory(prefix="tenfold-test-", dir=place) as name:
        Path(name).chmod(0o755)
        ignore = shutil.ignore_patterns("__pycache__", ".*")
        yield shutil.copytree(COURSE, Path(name, "course"), ignore=ignore)


def refused(exercise, level):
    """Grade right work, and return what is said of the file that can be read."""
    result = grade(Request(exercise, exercise.solution / "mean.py", level=level))
    assert (result.status, result.blame) == ("could_not_grade", "machine")
    assert "can be read from every box. It lies below" in result.message
    assert "Move the course" in result.message
    return result.message


@pytest.mark.parametrize("level", WALLED)
def test_a_course_that_every_box_may_read_is_the_machines_fault_and_no_grade(level, open_course):
    assert str(open_course) in refused(catalog.find(open_course, "toy-mean"), level)


HELD_BACK = ["graders/01_toy/mean/reference.py", "graders/01_toy/mean/given/answers.csv"]
HELD_BACK += ["solutions/01_toy/mean/review.sql", "solutions/01_toy/mean/alternative/main.tf"]


@pytest.mark.skipif(not WALLED, reason="no level here hides anything")
@pytest.mark.parametrize("path", HELD_BACK)
def test_any_one_file_of_grader_or_solution_that_can_be_read_ends_the_grade(toy, path):
    (toy.course / path).parent.mkdir(exist_ok=True)
    (toy.course / path).symlink_to(READ_BY_ALL)
    assert str(READ_BY_ALL.resolve()) in refused(toy, WALLED[0])


@pytest.mark.skipif(not WALLED, reason="no level here hides anything")
def test_what_boxes_look_for_is_bounded_and_is_nothing_that_is_public(toy):
    proof = toy.grader / "proof.json"
    assert proof.is_file()
    assert {proof.resolve(), toy.visible_checks.resolve()}.isdisjoint(grading._hidden(toy))
    for i in range(grading.MOST_HIDDEN + 10):
        (toy.solution / f"alternative_{i}.py").touch()
    hidden = grading._hidden(toy)
    assert toy.hidden_checks.resolve() in hidden
    assert len(hidden) in (grading.MOST_HIDDEN, grading.MOST_HIDDEN + 1)
    assert opened(WALLED[0], hidden) == 1


@pytest.mark.parametrize("level", WALLED)
def test_a_link_to_a_course_is_followed_to_where_it_lies(level, toy, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(toy.course)
    assert all(path.is_relative_to(toy.course.resolve()) for path in grading._hidden(toy))
    assert opened(level, [link / toy.hidden_checks.relative_to(toy.course)]) == 1


def test_a_temporary_folder_may_have_any_name(tmp_path, monkeypatch):
    place = tmp_path / ("long" * 30) / os.fsdecode(b"odd\xff")
    place.mkdir(parents=True)
    place.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    assert escapes(levels.best()) == []
    monkeypatch.setattr(canary, "LONGEST_PLACE", 0)
    assert escapes(levels.best()) == []
