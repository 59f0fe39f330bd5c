"""Whatever people do in notebooks around right work, what is made of it does what the work does."""

from __future__ import annotations

import ast
import os
import sys
import types

import numpy as np
import pytest
from tests.conftest import ROOT
from tests.handin import habits

from tenfold.datasets import public
from tenfold.exercise import catalog
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


def statements(text):
    """Return the text of every statement at the top, and its tree; a docstring is none."""
    lines = text.split("\n")
    tree = ast.parse(text)
    found = [node for node in tree.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
    firsts = [min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) for node in found]
    return ["\n".join(lines[a - 1 : n.end_lineno]) for a, n in zip(firsts, found, strict=True)], [*map(ast.dump, found)]


MODULES = [e for e in catalog.exercises(ROOT) if len(e.files) == 1 and e.files[0].endswith(".py")]


@pytest.mark.parametrize("exercise", MODULES, ids=lambda exercise: exercise.id)
def test_no_statement_of_a_solution_is_lost_in_a_notebook_full_of_scratch(exercise, tmp_path):
    for i, path in enumerate(sorted(exercise.solution.glob("*.py"))):
        cells, wanted = statements(path.read_text())
        drawn = habits.around(cells, i)
        (tmp_path / drawn.name).write_bytes(drawn.content)
        made = collect(exercise, tmp_path / drawn.name).files[exercise.files[0]].decode()
        _, got = statements(made)
        assert [text for text in got if text in wanted] == wanted, (path, made)


@pytest.mark.parametrize("name", ["data-sql", "cloud-iac"])
def test_several_files_come_out_of_a_notebook_as_they_were_written(name, tmp_path):
    exercise = catalog.find(ROOT, name)
    right = {file: (exercise.solution / file).read_bytes() for file in exercise.files}
    for seed in range(MANY // 10):
        drawn = habits.of_several({file: content.decode() for file, content in right.items()}, seed)
        (tmp_path / drawn.name).write_bytes(drawn.content)
        assert collect(exercise, tmp_path / drawn.name).files == right, drawn.said


@pytest.mark.parametrize("seed", range(3))
def test_a_notebook_of_a_real_exercise_does_what_its_solution_does(seed, tmp_path):
    exercise = catalog.find(ROOT, "biz-roi")
    text = (exercise.solution / "roi.py").read_text()
    drawn = habits.around(statements(text)[0], seed)
    (tmp_path / drawn.name).write_bytes(drawn.content)
    made, right = {}, {}
    exec(collect(exercise, tmp_path / drawn.name).files["roi.py"].decode(), made)
    exec(text, right)
    for case in public("roi", scenarios=5):
        assert made["appraise"](case) == right["appraise"](case)
