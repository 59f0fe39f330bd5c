"""Right work that answers something odd once: not yet at worst, and never a grader that breaks.

What is exchanged for what is drawn by number; ``TENFOLD_ODD=2000`` tries so many, today's alone are a few.
"""

from __future__ import annotations

import json
import os
import random
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests import odd_answers
from tests.conftest import DAY, ROOT

from tenfold.errors import MissingExtra
from tenfold.exercise import catalog
from tenfold.exercise.exercise import Exercise
from tenfold.grading.grade import Request, grade

MANY = int(os.environ.get("TENFOLD_ODD", "2"))
APPENDED = """

def _exchange(source, settings):
    import json
    import sys
    import types

    odd = types.ModuleType("odd_answers")
    sys.modules["odd_answers"] = odd
    exec(compile(source, "odd_answers.py", "exec"), vars(odd))
    odd.install(__name__, **json.loads(settings))


_exchange({source!r}, {settings!r})
"""


@dataclass(frozen=True)
class Odd:
    """What is exchanged, and how."""

    exercise: Exercise
    number: int

    def settings(self) -> dict[str, object]:
        """Return what `odd_answers.install` is to do."""
        rng = random.Random(self.number)
        return {
            "name": rng.choice(list(odd_answers.ODD)),
            "whole": rng.random() < 0.4,
            "first": rng.choice([1, 1, 1, 2, 3, 5, 8]),
            "often": rng.random() < 0.5,
            "seed": self.number,
        }

    def submission(self, folder: Path) -> Path:
        """Write the exercise's solution with what exchanges its answers into a folder."""
        for name in self.exercise.files:
            text = (self.exercise.solution / name).read_text()
            if Path(name).stem in self.exercise.modules:
                source = Path(odd_answers.__file__).read_text()
                text += APPENDED.format(source=source, settings=json.dumps(self.settings()))
            (folder / name).write_text(text)
        return folder


def runs(exercise: Exercise) -> bool:
    """Return whether an exercise is made of modules, and has all that it needs."""
    try:
        exercise.require_extras()
    except MissingExtra:
        return False
    return bool(exercise.modules)


EXERCISES = [exercise for exercise in catalog.exercises(ROOT) if runs(exercise)]
NUMBERS = range(DAY * MANY, DAY * MANY + MANY)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_odd_answer_breaks_a_grader(number, tmp_path):
    odd = Odd(EXERCISES[number % len(EXERCISES)], number)
    result = grade(Request(odd.exercise, odd.submission(tmp_path)))
    broken = [check.id for check in result.checks if check.status == "could_not_grade"]
    said = f"{odd.exercise.id} {broken} {odd.settings()}: {result.message}\n{result.detail}"
    assert result.status in ("passed", "not_yet"), said
    assert result.blame in (None, "submission"), said
    assert "odd_answers.py" not in result.message, said


def test_an_answer_is_exchanged(toy, tmp_path):
    for number in range(3):
        odd = Odd(toy, number)
        found = grade(Request(toy, odd.submission(tmp_path)))
        assert found.message == ""
        assert any(check.status == "failed" for check in found.checks) or not odd.settings()["whole"]


@pytest.mark.parametrize("name", odd_answers.ODD)
def test_every_odd_value_can_be_made(name):
    if "tensor" in name:
        pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some are odd enough to be on their way out
        odd_answers.ODD[name]()
