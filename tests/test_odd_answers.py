"""Right work that answers something odd once, or holds it: not yet at worst, and never a grader that breaks.

Of a module an answer is exchanged, what a function of the checks is given, or a piece of a file that is left; of any
other file one word of its text.

What is exchanged for what is drawn by number; ``TENFOLD_ODD=2000`` tries so many, today's alone are a few.
"""

from __future__ import annotations

import json
import os
import random
import sys
import types
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests import odd_answers, odd_texts
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
            "what": rng.choice(["answer"] * 6 + ["given", "file"]),
        }

    def submission(self, folder: Path) -> Path:
        """Write the exercise's solution with something exchanged into a folder."""
        rng, source = random.Random(self.number), Path(odd_answers.__file__).read_text()
        texts = {name: (self.exercise.solution / name).read_text() for name in self.exercise.files}
        odd = None if self.exercise.modules else rng.choice(list(texts))
        for name, text in texts.items():
            if Path(name).stem in self.exercise.modules:
                text += APPENDED.format(source=source, settings=json.dumps(self.settings()))
            (folder / name).write_bytes(odd_texts.exchanged(text, rng) if name == odd else text.encode())
        return folder


def runs(exercise: Exercise) -> bool:
    """Return whether an exercise has all that it needs."""
    try:
        exercise.require_extras()
    except MissingExtra:
        return False
    return True


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


def test_a_word_of_a_text_is_exchanged():
    text = "select 'a', 12 from b;"
    made = {odd_texts.exchanged(text, random.Random(number)) for number in range(3000)}
    assert len(made) > 200
    assert text.encode() not in made
    assert made >= {b"select 1e999, 12 from b;", b"select 'a', -0 from b;", b"select '', 12 from b;"}


class Asked:
    """What a grader's function is called with."""

    def __init__(self) -> None:
        self.said: list[object] = []

    def function(self):
        return lambda value: self.said.append(value)


def installed(monkeypatch, what, **functions):
    """Return a module of these functions in which something is exchanged."""
    module = types.ModuleType("exchanged_here")
    for name, function in functions.items():
        function.__module__ = "exchanged_here"
        setattr(module, name, function)
    monkeypatch.setitem(sys.modules, "exchanged_here", module)
    odd_answers.install("exchanged_here", "None", whole=True, first=2, often=False, seed=1, what=what)
    return module


def test_what_a_function_of_the_checks_is_given_is_exchanged(monkeypatch):
    asked = Asked()

    def run(count):
        for number in (7.5, 8.5, 9.5):
            count(number)
        return 1

    assert installed(monkeypatch, "given", run=run).run(asked.function()) == 1
    assert asked.said == [7.5, None, 9.5]


def test_a_file_that_was_left_is_exchanged(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    module = installed(monkeypatch, "file", run=lambda: Path("left").write_bytes(b"left"))
    assert module.run() == 4
    assert Path("left").read_bytes() == b"left"
    assert module.run() == 4
    assert Path("left").read_bytes() != b"left"


@pytest.mark.parametrize("name", odd_answers.ODD)
def test_every_odd_value_can_be_made(name):
    if "tensor" in name:
        pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some are odd enough to be on their way out
        odd_answers.ODD[name]()
