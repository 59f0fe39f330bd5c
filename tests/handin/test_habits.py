"""Whatever people do in notebooks around right work, what is made of it does what the work does."""

from __future__ import annotations

import os
import sys
import types

import numpy as np
import pytest
from tests.handin import habits

from tenfold.grading.grade import Request, grade
from tenfold.handin.submission import collect

MANY = int(os.environ.get("TENFOLD_MANY", "100"))
"""How many notebooks are drawn; the seeds are those that follow each other, so more find more."""
GRADED = range(0, 300, 60)
VALUES = np.array([1e6, 1e6 + 1, 1e6 + 5], dtype=np.float32)
WEIGHTS = np.array([3.0, 1.0, 2.0])


def answers(text, name):
    """Return what a module of this text says, asked as the checks ask."""
    module = sys.modules["mean"] = types.ModuleType("mean")  # where dataclasses look for names
    module.__file__ = name
    exec(compile(text, name, "exec", dont_inherit=True), vars(module))
    mean = module.mean
    with pytest.raises(ValueError, match="no"):
        mean(np.array([]))
    return mean(VALUES), mean(VALUES, WEIGHTS), mean(np.array([1.0, 2.0, 6.0]))


@pytest.mark.filterwarnings("ignore")  # of scratch: "is" with a literal, say
@pytest.mark.parametrize("first", range(0, MANY, 20))
def test_what_is_made_of_a_notebook_does_what_the_work_in_it_does(toy, tmp_path, first):
    right = answers((toy.solution / "mean.py").read_text(), "mean.py")
    for seed in range(first, min(first + 20, MANY)):
        drawn = habits.drawn(seed)
        path = tmp_path / drawn.name
        path.write_bytes(drawn.content)
        text = collect(toy, path).files["mean.py"].decode()
        try:
            assert answers(text, "mean.py") == pytest.approx(right, rel=1e-9), drawn.said
        except BaseException as error:
            error.add_note(f"{drawn.said}\n{text}")
            raise
        path.unlink()


@pytest.mark.parametrize("seed", GRADED)
def test_a_notebook_with_habits_passes(toy, tmp_path, seed):
    drawn = habits.drawn(seed)
    path = tmp_path / drawn.name
    path.write_bytes(drawn.content)
    result = grade(Request(toy, path))
    assert (result.status, result.score) == ("passed", 9.0), (drawn.said, result.message, result.checks)
