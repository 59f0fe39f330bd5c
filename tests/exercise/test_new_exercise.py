"""A new exercise runs at once, and the gate says what is still missing."""

from __future__ import annotations

import pytest

from tenfold.errors import UsageError
from tenfold.exercise import catalog, contract, new_exercise
from tenfold.grading.grade import Request, grade


def test_the_files_of_a_new_exercise_can_be_graded(tmp_path):
    paths = new_exercise.create(tmp_path, "swe-hello-world")
    assert all(path.is_file() for path in paths)
    exercise = catalog.find(tmp_path, "swe-hello-world")
    assert grade(Request(exercise, exercise.solution / "hello_world.py")).status == "passed"
    assert grade(Request(exercise)).score == 0
    assert contract.problems(exercise) == ["1 mutants; there should be at least 5"]


@pytest.mark.parametrize("wanted", ["hello", "swe", "swe-", "swe-Hello", "cooking-rice", ""])
def test_a_name_of_another_form_is_refused(tmp_path, wanted):
    with pytest.raises(UsageError, match="skill-name"):
        new_exercise.create(tmp_path, wanted)
    assert not any(tmp_path.iterdir())


def test_nothing_is_written_over(tmp_path):
    new_exercise.create(tmp_path, "swe-hello")
    with pytest.raises(UsageError, match="there already"):
        new_exercise.create(tmp_path, "swe-hello")
