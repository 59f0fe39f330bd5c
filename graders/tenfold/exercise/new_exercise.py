"""The files of a new exercise: every one that the contract asks for, saying what belongs into it."""

from __future__ import annotations

from pathlib import Path

from ..box.limits import Limits
from ..errors import UsageError
from .catalog import SKILLS
from .exercise import Exercise
from .manifest import NAME

EXERCISE = """title = "What the learner can do afterwards"
level = 2
minutes = 45
files = ["{module}.py"]
points = 6
version = 1
covers = ["the topics of the ten skills that it exercises"]
"""
STATEMENT = """# What the learner can do afterwards

The goal in one sentence.

## Why it bites
A production story with a number.

## Before you start
What one should know; how many minutes.

## Interface
`answer(x: float) -> float`: signatures, dtypes, shapes, units, tolerances, allowed libraries.
Limits: 60 s of processor time a call, 120 s for the whole grade; the reference needs 1 s.

## Example
One worked example with real output.

## How it is scored
| check | points | threshold | where it comes from |
|---|---|---|---|
| `test_smoke` | 1 | | |
| `test_shape` | 1 | | |
| `test_property` | 1 | | |
| `test_method` | 1 | | |
| `test_every_kind_of_input` | 1 | | |
| `test_nothing_is_kept` | 1 | | |

## What is not graded
Style.

## Traps
By category, not by answer.

## References
The source of the method.
"""
HINTS = """## 1 A question
Which question leads to the idea?

## 2 Where to look
Which formula or document?

## 3 The hard step
pseudo-code of the hard step only
"""
STARTER = '''"""What the learner can do afterwards."""


def answer(x: float) -> float:
    """Return what the statement asks for."""
    raise NotImplementedError("say the first step here")
'''
VISIBLE = '''"""Visible checks for {id}."""

import pytest
from {module} import answer

from tenfold import expect


@pytest.mark.points(1)
def test_smoke():
    """The example of the statement comes out.

    Say which idea to look at.
    """
    assert expect.number(answer(2.0)) == pytest.approx(4.0)


@pytest.mark.points(1)
def test_shape():
    """A second case.

    Say which idea to look at.
    """
    assert expect.number(answer(-1.5)) == pytest.approx(2.25)


@pytest.mark.points(1)
def test_property():
    """A property that holds for every input.

    Say which idea to look at.
    """
    assert expect.number(answer(3.0)) == pytest.approx(expect.number(answer(-3.0))) == pytest.approx(9.0)
'''
HIDDEN = '''"""Hidden checks for {id}."""

import pytest
from {module} import answer

from tenfold import expect


@pytest.mark.points(1)
def test_method(rng):
    """The method is right on fresh draws.

    Say which idea to look at.
    """
    for x in rng.normal(size=5):
        assert abs(expect.number(answer(float(x))) - x * x) <= 1e-9


@pytest.mark.points(1)
def test_every_kind_of_input(oracle, rng):
    """Every kind of input that the statement allows.

    Say which idea to look at.
    """
    draws = {
        "zero": [(0.0,), (-0.0,)],
        "negative numbers": [(-x,) for x in rng.uniform(0, 9, size=40).tolist()],
        "numbers near the limits": [(1e-160,), (1e150,)],
    }
    oracle(answer, lambda x: x * x, draws)


@pytest.mark.points(1)
@pytest.mark.needs("test_every_kind_of_input")
def test_nothing_is_kept(replay):
    """What a call gives depends on its arguments alone.

    Say which idea to look at.
    """
    replay(answer)
'''
SOLUTION = '''"""What the learner can do afterwards."""


def answer(x: float) -> float:
    """Return what the statement asks for."""
    return x * x
'''
ALTERNATIVE = SOLUTION.replace("x * x", "abs(x) ** 2")
MUTANT = """[[mutant]]
name = "wrong_power"
caught_by = "test_smoke"
misconception = "units"
replace = "x * x"
with = "x * x * x"
"""


def create(course: Path, wanted: str) -> list[Path]:
    """Write the files of the exercise `wanted` (``skill-name``) and return their paths.

    Raises
    ------
    UsageError
        The id is not of that form, the skill does not exist, or a file is there already.
    """
    slug, _, name = wanted.partition("-")
    if slug not in SKILLS or not NAME.fullmatch(name):
        raise UsageError(f"{wanted!r} is not skill-name; the skills are {', '.join(SKILLS)}")
    skill = f"{list(SKILLS).index(slug) + 1:02}_{slug}"
    exercise = Exercise(course, skill, name, "", 1, 1, (), 1, 0.8, 1, (), (), (), Limits())
    module = exercise.module
    texts = {
        exercise.folder / "exercise.toml": EXERCISE,
        exercise.folder / "README.md": STATEMENT,
        exercise.folder / "hints.md": HINTS,
        exercise.folder / f"{module}.py": STARTER,
        exercise.visible_checks: VISIBLE,
        exercise.hidden_checks: HIDDEN,
        exercise.solution / f"{module}.py": SOLUTION,
        exercise.solution / "alternative.py": ALTERNATIVE,
        exercise.solution / "mutants.toml": MUTANT,
    }
    there = [path for path in texts if path.exists()]
    if there:
        raise UsageError(f"{there[0].relative_to(course)} is there already; nothing was written")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{module}", module).replace("{id}", wanted), encoding="utf-8")
    return list(texts)
