"""What autograding a notebook costs, beside nbgrader's own way with the same checks; reported, and held loosely."""

from __future__ import annotations

import ast
import shutil
import subprocess
import time

import pytest

pytest.importorskip("nbgrader")

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from tests.conftest import ACTIVE, NBGRADER

from tenfold.handout.nbgrader import assignment, config, export

pytestmark = pytest.mark.long
STUDENTS = 6
MOST_ROUNDS = 6
STAND_INS = """\
import numpy as np
from pathlib import Path
from tenfold import datasets
from tenfold.exercise import seeds
course = Path({course!r})
def public(name, **options):
    return datasets.draw(course, name, seeds.public().generator(name), **options)
def hidden(name, draw=0, **options):
    return datasets.draw(course, name, seeds.practice().generator(name, draw), **options)
def credit(value, **limits):
    assert value == value
def restart():
    pass
import sys, types
work = sys.modules["mean"] = types.ModuleType("mean")
work.mean = mean
"""


def plain(exercise):
    """Return the same exercise as people write it for nbgrader by hand: every check is run in the student's kernel."""
    cells = [cell("work", f"### BEGIN SOLUTION\n{(exercise.solution / 'mean.py').read_text()}\n### END SOLUTION")]
    cells.append(cell("tools", STAND_INS.format(course=str(exercise.course)), locked=True))
    for path in (exercise.visible_checks, exercise.hidden_checks):
        source = path.read_text()
        tree = ast.parse(source)
        shared = [ast.unparse(node) for node in tree.body if not is_check(node)]
        cells.append(cell(path.stem, "\n".join(shared), locked=True))
        for node in filter(is_check, tree.body):
            arguments = ", ".join(a.arg for a in node.args.args)
            text = f"{ast.get_source_segment(source, node)}\n\n{node.name}({arguments})"
            cells.append(cell(node.name, text, locked=True, grade=True, points=1))
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return notebook


def is_check(node):
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def cell(name, text, **grading):
    known = {"grade": False, "solution": not grading, "locked": False, "task": False, "schema_version": 3}
    return new_code_cell(text, metadata={"nbgrader": {**known, "grade_id": name, **grading}})


def autograde(folder, name, *words):
    start = time.perf_counter()
    argv = [*NBGRADER, "autograde", name, "--force", *words]
    done = subprocess.run(argv, cwd=folder, env=ACTIVE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return time.perf_counter() - start


def score(folder, name):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return [submission.score for submission in book.assignment_submissions(name)]


@pytest.mark.filterwarnings("ignore")
def test_a_notebook_beside_nbgraders_own_way(toy, tmp_path, record_property, capsys):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    config.install(toy.course, ours)
    export.export(toy, ours)
    (theirs / "source" / toy.id).mkdir(parents=True)
    (theirs / "nbgrader_config.py").write_text("c = get_config()\n")
    nbformat.write(plain(toy), theirs / "source" / toy.id / f"{toy.id}.ipynb")
    for folder, made in ((ours, assignment.source(toy)), (theirs, plain(toy))):
        subprocess.run([*NBGRADER, "generate_assignment", toy.id], cwd=folder, env=ACTIVE, check=True)
        for i in range(STUDENTS):
            place = folder / "submitted" / f"s{i}" / toy.id
            shutil.copytree(folder / "release" / toy.id, place)
            nbformat.write(made, place / f"{toy.id}.ipynb")
    rounds = []
    for _ in range(MOST_ROUNDS):  # by turns, and again: a busy time is both's, and passes
        rounds.append([(autograde(f, toy.id, "--student=s0"), autograde(f, toy.id)) for f in (ours, theirs)])
        times = {}
        for folder, taken in zip((ours, theirs), zip(*rounds, strict=True), strict=True):
            one, whole = map(min, zip(*taken, strict=True))
            times[folder.name] = {"command": one, "warm": (whole - one) / (STUDENTS - 1)}
        if len(rounds) > 1 and all(times["ours"][kind] < 1.5 * times["theirs"][kind] for kind in ("warm", "command")):
            break
    assert score(ours, toy.id) == [toy.points] * STUDENTS
    assert score(theirs, toy.id) == [5] * STUDENTS
    record_property("seconds", times)
    with capsys.disabled():
        for name, seconds in times.items():
            print(
                f"\n  {name}: one by command {seconds['command']:.2f} s, a further one {seconds['warm']:.2f} s", end=""
            )
        print()
    assert times["ours"]["warm"] < 1.5 * times["theirs"]["warm"]
    assert times["ours"]["command"] < 1.5 * times["theirs"]["command"]
