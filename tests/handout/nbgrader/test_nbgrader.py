"""Exercises as assignments of nbgrader's: what students get, what their notebooks earn, what comes back."""

from __future__ import annotations

import ast
import csv
import html
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("nbgrader")

import nbformat
from nbgrader.api import Gradebook
from tests.conftest import ACTIVE, NBGRADER, ROOT

from tenfold.cli import main
from tenfold.errors import UsageError
from tenfold.exercise import catalog
from tenfold.grading.grade import Request, grade
from tenfold.handin.places import lines_of
from tenfold.handout.nbgrader import assignment, config, export
from tenfold.learner import jupyter
from tenfold.learner.jupyter import Bench, Shown

COURSE = ROOT / "tests" / "course"
ROI, QUANTIZE, SQL = "biz-roi", "dl-quantize", "data-sql"
ALERT = "<script>document.title='owned'</script>"
pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's own


def nbgrader(folder, *words, succeeds=True):
    done = subprocess.run(
        [*NBGRADER, *words],
        cwd=folder,
        env=ACTIVE,
        capture_output=True,
        text=True,
        timeout=3600,
    )
    assert (done.returncode == 0) is succeeds, done.stdout + done.stderr
    return done.stdout + done.stderr


def made(folder, course, *exercises):
    """Make a course with released assignments, and return what nbgrader said."""
    config.install(course, folder)
    said = ""
    for name in exercises:
        export.export(catalog.find(course, name), folder)
        said += nbgrader(folder, "generate_assignment", name)
    return said


def hand_in(folder, student, exercise, edit: Callable | None = None, content: bytes | None = None):
    place = folder / "submitted" / student / exercise
    shutil.copytree(folder / "release" / exercise, place)
    path = place / f"{exercise}.ipynb"
    if edit is not None:
        notebook = json.loads(path.read_text())
        edit(notebook)
        content = json.dumps(notebook).encode()
    if content is not None:
        path.write_bytes(content)


def solution(exercise):
    found = catalog.find(ROOT, exercise)
    return {name: (found.solution / name).read_text() for name in found.files}


def graded_cell(cell):
    return cell["metadata"].get("nbgrader", {}).get("solution")


def solve(notebook, texts):
    """Write texts into the cells of the files, under their first lines."""
    for cell in notebook["cells"]:
        if graded_cell(cell):
            first = "".join(cell["source"]).partition("\n")[0]
            cell["source"] = f"{first}\n{texts[first.split()[-1]]}"


def code(*source, **metadata):
    return {"cell_type": "code", "source": [*source], "metadata": metadata, "outputs": [], "execution_count": None}


# What eight students do to their notebooks


def solves_and_notes(notebook):
    solve(notebook, solution(ROI))
    notebook["cells"].append({"cell_type": "markdown", "source": "I am done.", "metadata": {}})


def deletes_the_cell(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if not graded_cell(cell)]


def doubles_moves_and_retypes(notebook):
    solve(notebook, solution(QUANTIZE))
    (mine,) = [cell for cell in notebook["cells"] if graded_cell(cell)]
    rest = [cell for cell in notebook["cells"] if cell is not mine]
    random.Random(1).shuffle(rest)
    mine["cell_type"] = "markdown"
    notebook["cells"] = [*rest, mine, dict(mine), rest[0]]


def strips_everything(notebook):
    solve(notebook, solution(SQL))
    notebook["metadata"] = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)


def plays_in_jupyter(notebook):
    text = solution(ROI)["roi.py"].replace("def npv", "%time 1\n!pip install numpy\n\ndef npv", 1)
    solve(notebook, {"roi.py": text})
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "spam " * 200_000}]


def splits_the_cell_and_has_helpers(notebook):
    head, tail = solution(ROI)["roi.py"].split("def npv", 1)
    head, helper = head.split("def present_values", 1)
    solve(notebook, {"roi.py": head.replace("import numpy as np", "")})
    place = next(i for i, cell in enumerate(notebook["cells"]) if graded_cell(cell))
    second = json.loads(json.dumps(notebook["cells"][place]))
    second["source"] = "def npv" + tail
    notebook["cells"].insert(place + 1, second)
    notebook["cells"].insert(0, code("import numpy as np\n", "def present_values", helper))
    notebook["cells"].append(code("while True:\n    pass"))


def solves_half_and_prints_html(notebook):
    text = solution(ROI)["roi.py"].replace(
        "    return None if", f"    raise ValueError({ALERT!r})\n    return None if", 1
    )
    solve(notebook, {"roi.py": f"# {ALERT}\nprint({ALERT!r})\n{text}"})
    notebook["cells"].insert(0, code("note = 1"))
    notebook["cells"].append({"cell_type": "markdown", "source": f"{ALERT} ``` {ALERT}", "metadata": {}})
    notebook["cells"].append(code(f"# {ALERT}", nbgrader={"schema_version": 99, "grade": "yes"}))


def changes_their_points(notebook):
    for cell in notebook["cells"]:
        cell["metadata"].setdefault("nbgrader", {}).update(points=1e9, grade=True, solution=True, locked=False)
        cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "25.0"}, "metadata": {}}]


def nests_too_deep(notebook):
    solve(notebook, {"roi.py": f"x = {'-' * 3000}1\n{'(' * 1000}"})


# What five more try


def attack(text: str, extra: str = "") -> Callable:
    def edit(notebook):
        solve(notebook, {"roi.py": f"{text}\n{(catalog.find(ROOT, ROI).folder / 'roi.py').read_text()}"})
        notebook["cells"].insert(0, code(extra or text))

    return edit


TRANSFORMER = """
import ast
class Tame(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Tame())
"""
ASSERT = """
import builtins, sys
import _pytest.assertion.rewrite, pytest
pytest.approx = lambda *a, **k: type("Same", (), {"__eq__": lambda *a: True, "__req__": lambda *a: True})()
for module in list(sys.modules.values()):
    for name in list(vars(module) if hasattr(module, "__dict__") else ()):
        if name.startswith("test_"):
            setattr(module, name, lambda *a, **k: None)
builtins.AssertionError = type("Quiet", (BaseException,), {})
"""
EQUAL = """
class Same(float):
    __eq__ = __ge__ = __le__ = __lt__ = __gt__ = lambda self, other: True
    __hash__ = float.__hash__
    __sub__ = __rsub__ = __abs__ = __getitem__ = __iter__ = lambda self, *other: self
def anything(*arguments, **named):
    return Same(1.0)
import sys
class Module(type(sys)):
    def __getattribute__(self, name):
        return anything if not name.startswith("__") else super().__getattribute__(name)
sys.modules[__name__].__class__ = Module
"""
READING = """
import os, pathlib, sqlite3
for place in (pathlib.Path.cwd(), *pathlib.Path.cwd().parents, pathlib.Path({folder!r})):
    if (place / "gradebook.db").exists():
        base = sqlite3.connect(place / "gradebook.db")
        base.execute("update grade set auto_score = 7, manual_score = 7")
        base.commit()
        (place / "grades.csv").write_text("owned")
raise SystemExit(0)
"""


@dataclass(frozen=True)
class School:
    folder: Path
    said: dict[str, str]

    def gradebook(self):
        return Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}")

    def text(self, student):
        (path,) = self.folder.glob(f"feedback/{student}/*/*.html")
        return path.read_text()


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """Play a term: three assignments, eighteen notebooks, autograded, exported, with feedback."""
    folder = tmp_path_factory.mktemp("school")

    said = {"generate": made(folder, ROOT, ROI, QUANTIZE, SQL)}
    hand_in(folder, "a-nests", ROI, nests_too_deep)  # the first of all
    hand_in(folder, "a-deep", ROI, content=b'{"cells": ' + b"[" * 1_000_000)
    hand_in(folder, "a-many", ROI, content=b'{"cells": [' + b"{}," * 2_000_000 + b"{}]}")
    hand_in(folder, "ada", ROI, solves_and_notes)
    hand_in(folder, "bob", ROI, deletes_the_cell)
    hand_in(folder, "cleo", QUANTIZE, doubles_moves_and_retypes)
    hand_in(folder, "dan", SQL, strips_everything)
    hand_in(folder, "eve", ROI, plays_in_jupyter)
    hand_in(folder, "fay", QUANTIZE, content=b"{this is no JSON")
    hand_in(folder, "gus", ROI, splits_the_cell_and_has_helpers)
    hand_in(folder, "hal", ROI, solves_half_and_prints_html)
    hand_in(folder, "ida", ROI, changes_their_points)
    for name, text in {"transformer": TRANSFORMER, "assert": ASSERT, "equal": EQUAL}.items():
        hand_in(folder, f"x-{name}", ROI, attack(text))
    hand_in(folder, "x-exit", ROI, attack("import os\nos._exit(0)"))
    hand_in(folder, "x-reads", ROI, attack(READING.format(folder=str(folder))))
    hand_in(folder, "x-link", ROI)
    link = folder / "submitted" / "x-link" / ROI / f"{ROI}.ipynb"
    link.unlink()
    link.symlink_to(folder / "source" / ROI / f"{ROI}.ipynb")
    for exercise in (ROI, QUANTIZE, SQL):
        said[exercise] = nbgrader(folder, "autograde", exercise)
        nbgrader(folder, "generate_feedback", exercise)
    nbgrader(folder, "export")
    return School(folder, said)


HANDED_IN = {
    **dict.fromkeys(["a-nests", "a-deep", "a-many"], ROI),
    **dict.fromkeys(["ada", "bob", "eve", "gus", "hal", "ida"], ROI),
    **dict.fromkeys([f"x-{name}" for name in ("transformer", "assert", "equal", "exit", "reads")], ROI),
    **dict.fromkeys(["cleo", "fay"], QUANTIZE),
    "dan": SQL,
}
WHOLE = {name: catalog.find(ROOT, HANDED_IN[name]).points for name in ("ada", "eve", "gus", "cleo", "dan")}
LOST = {"bob", "fay", "x-link", "a-deep", "a-many"}


@pytest.mark.parametrize(("student", "exercise"), HANDED_IN.items())
def test_the_gradebook_says_what_tenfold_grade_says(school, student, exercise):
    path = school.folder / "submitted" / student / exercise / f"{exercise}.ipynb"
    result = grade(Request(catalog.find(ROOT, exercise), path))
    with school.gradebook() as book:
        submission = book.find_submission(exercise, student)
        grades = {g.name: g for notebook in submission.notebooks for g in notebook.grades}
        assert submission.max_score == result.points
        if student in LOST:
            assert result.status == "could_not_grade"
            assert all(g.auto_score is None and g.needs_manual_grade for g in grades.values())
            return
        assert {name: g.auto_score for name, g in grades.items()} == {c.id: c.earned for c in result.checks}
        assert round(submission.score, 4) == result.score
        assert not submission.needs_manual_grade
    if student in WHOLE:
        assert result.score == WHOLE[student]
    elif student == "hal":
        assert 0 < result.score < 20
    else:
        assert result.score == 0


def test_a_link_is_not_followed_to_the_solution(school):
    with school.gradebook() as book:
        assert book.find_submission(ROI, "x-link").needs_manual_grade
    assert "is a link" in school.text("x-link")


def test_generate_and_autograde_have_nothing_to_warn_of(school):
    assert not re.search("WARN|ERROR", school.said["generate"])
    assert not re.search("WARN|ERROR", school.said[SQL])


def test_what_is_missing_is_told_to_student_and_instructor(school):
    for text in (school.text("bob"), school.said[ROI]):
        assert "the cell of roi.py is missing; it begins with the line # file: roi.py" in text
    for text in (school.text("fay"), school.said[QUANTIZE]):
        assert "is not a notebook that can be read" in text


def test_the_feedback_names_the_students_own_cell_and_line(school):
    given = json.loads((school.folder / "submitted" / "hal" / ROI / f"{ROI}.ipynb").read_text())["cells"]
    (place,) = [i for i, cell in enumerate(given) if "raise ValueError(" in "".join(cell["source"])]
    lines = "".join(given[place]["source"]).split("\n")
    (line,) = [i for i, text in enumerate(lines, 1) if text.startswith("    raise ValueError(")]
    text = html.unescape(re.sub("<[^<>]*>", "", school.text("hal")))
    assert f"(cell {place + 1}, line {line})" in text
    assert not re.search(r"roi\.py, line \d", text)


def test_the_feedback_gives_no_number_where_a_person_must_look(school):
    for student in (*WHOLE, *LOST):
        scores = re.findall(r"\(?Score: (.*?) / ", school.text(student))
        assert len(scores) > 5
        assert (set(scores) == {"not graded yet"}) == (student in LOST), student
        assert student in LOST or float(scores[0]) == WHOLE[student]


def test_the_csv_gives_no_number_where_a_person_must_look(school):
    with (school.folder / "grades.csv").open() as file:
        rows = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    assert len(rows) == 3 * (len(HANDED_IN) + 1)
    with school.gradebook() as book:
        for student, exercise in HANDED_IN.items():
            row, submission = rows[student, exercise], book.find_submission(exercise, student)
            assert row["needs_manual_grade"] == str(student in LOST)
            assert row["score"] == ("" if student in LOST else str(round(submission.score, 4)))
            assert float(row["max_score"]) == submission.max_score
    assert rows["ada", SQL]["score"] == "0.0"  # nothing was handed in


def test_no_file_that_leaves_holds_hidden_text(school):
    exercises = [catalog.find(ROOT, name) for name in (ROI, QUANTIZE, SQL)]
    checks = {line for exercise in exercises for line in unseen(exercise, exercise.hidden_checks)}
    solutions = {line for e in exercises for name in e.files for line in unseen(e, e.solution / name)}
    assert min(len(checks), len(solutions)) > 100
    found = [p for name in ("release", "feedback", "autograded") for p in school.folder.glob(f"{name}/**/*")]
    files = [p for p in found if p.is_file()] + [school.folder / "gradebook.db", school.folder / "grades.csv"]
    assert len(files) > 60
    for path in files:
        text = html.unescape(re.sub("<[^<>]*>", "", path.read_bytes().decode("utf-8", "replace")))
        secret = checks | solutions if "release" in path.parts else checks - solutions  # some handed these in
        assert [line for line in secret if line in text or json.dumps(line)[1:-1] in text] == [], path


def unseen(exercise, path):
    """Yield the lines of a file that are not public: no import, title or hint, in no exercise's folder or data."""
    folders = [folder for e in catalog.exercises(ROOT) for folder in (e.folder, *e.data_folders())]
    shown = [
        p.read_text(errors="replace") for folder in dict.fromkeys(folders) for p in folder.glob("*.*") if p.is_file()
    ]
    if path == exercise.hidden_checks:
        functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
        shown += [ast.get_docstring(function) or "" for function in functions]
    public = "\n".join(shown)
    for line in path.read_text().splitlines():
        text = line.strip().strip("'\"()[]{},: ")
        if len(text) > 25 and text not in public and not text.startswith(("import ", "from ")):
            yield text


def test_feedback_escapes_what_students_wrote(school):
    text = school.text("hal")
    assert ALERT not in text
    assert text.count("document.title") >= 4  # comment, print, other code, other text, a check's feedback
    for path in school.folder.glob("autograded/hal/*/*.ipynb"):
        assert not any(ALERT in "".join(c.source) for c in nbformat.read(path, 4).cells if c.cell_type == "raw")


def test_what_a_student_says_of_points_is_not_heard(school):
    with school.gradebook() as book:
        assert book.find_submission(ROI, "ida").score == 0
        assert book.find_assignment(ROI).max_score == 20


HALF = """
from nbgrader.plugins import BasePlugin


class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, seconds):
        return score / 2
"""


def test_late_penalties_manual_grades_and_a_second_look(school, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(school.folder, folder, symlinks=True)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        book.update_or_create_assignment(ROI, duedate="2020-01-01 00:00:00 UTC")
        lost = book.find_grade("test_small_flows_by_hand", ROI, ROI, "bob")
        lost.manual_score = 0.5
        book.db.commit()
    (folder / "submitted" / "ada" / ROI / "timestamp.txt").write_text("2020-01-02 00:00:00 UTC")
    (folder / "late.py").write_text(HALF)
    with (folder / "nbgrader_config.py").open("a") as file:
        file.write("\nimport sys\n\nsys.path.insert(0, '.')\nc.AssignLatePenalties.plugin_class = 'late.Half'\n")
    nbgrader(folder, "autograde", ROI, "--force", "--student=ada")
    nbgrader(folder, "autograde", ROI, "--force", "--student=bob")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        assert book.find_submission(ROI, "ada").late_submission_penalty == 10
        bob = book.find_submission(ROI, "bob")
        assert bob.score == 0.5
        assert bob.needs_manual_grade
    nbgrader(folder, "export")
    with (folder / "grades.csv").open() as file:
        rows = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    assert rows["ada", ROI]["raw_score"] == "20.0"
    assert rows["ada", ROI]["score"] == "10.0"
    assert rows["bob", ROI]["score"] == ""
    nbgrader(folder, "generate_feedback", ROI, "--force", "--student=bob")
    scores = re.findall(r"\(?Score: (.*?) / ", School(folder, {}).text("bob"))
    assert scores[0] == "not graded yet"
    assert sorted({*scores}) == ["0.5", "not graded yet"]


# The course's configuration and the export


def test_install_keeps_what_is_there_and_changes_nothing_the_second_time(tmp_path):
    path = tmp_path / "nbgrader_config.py"
    path.write_text("c = get_config()\nc.CourseDirectory.course_id = 'mine'\n")
    assert config.install(COURSE, tmp_path) == (path, True)
    first = path.read_text()
    assert first.startswith("c = get_config()\nc.CourseDirectory.course_id = 'mine'\n")
    assert config.install(COURSE, tmp_path) == (path, False)
    path.write_text(first + "c.Tenfold.require = 'weak'\n")
    assert config.install(ROOT, tmp_path) == (path, True)
    assert path.read_text().count("configure(") == 1
    assert "c.Tenfold.require = 'weak'" in path.read_text()
    assert str(ROOT) in path.read_text()


def test_install_refuses_what_it_cannot_mend(tmp_path):
    path = tmp_path / "nbgrader_config.py"
    path.write_text(config.BEGIN)
    with pytest.raises(UsageError, match="without an end"):
        config.install(COURSE, tmp_path)
    with pytest.raises(UsageError, match="not a folder"):
        config.install(COURSE, path)


def test_export_keeps_what_somebody_edited(toy, tmp_path):
    path = export.export(toy, tmp_path)
    before = path.read_bytes()
    assert export.export(toy, tmp_path).read_bytes() == before
    path.write_text(path.read_text().replace("A mean that survives", "Our mean"))
    with pytest.raises(UsageError, match="was edited"):
        export.export(toy, tmp_path)
    assert export.export(toy, tmp_path, force=True).read_bytes() == before


def test_export_gives_out_starters_only(toy, tmp_path):
    shutil.copytree(COURSE, tmp_path / "course", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    mine = catalog.find(tmp_path / "course", toy.id)
    (mine.folder / "mean.py").write_text("my work")
    with pytest.raises(UsageError, match=r"mean.py of toy-mean is not the starter"):
        export.export(mine, tmp_path)
    assert not (tmp_path / "source").exists()


def test_the_words_say_what_to_do_next(tmp_path, capsys):
    folder = str(tmp_path / "course")
    words = ["--course", str(COURSE), "nbgrader"]
    assert main([*words, "export", folder, "toy-mean"]) == 2
    assert "tenfold nbgrader install" in capsys.readouterr().err
    assert main([*words, "install", folder]) == 0
    assert main([*words, "export", folder]) == 2
    assert "--skill" in capsys.readouterr().err
    assert main([*words, "export", folder, "--skill", "toy"]) == 0
    assert "generate_assignment toy-mean" in capsys.readouterr().out
    assert len(list(tmp_path.glob("course/source/*/*.ipynb"))) == 2


def test_every_exercise_is_a_notebook_that_nbgrader_takes(tmp_path):
    from nbgrader.nbgraderformat import MetadataValidator

    for exercise in catalog.exercises(ROOT):
        notebook = assignment.source(exercise)
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
        points = sum(c.metadata.nbgrader.get("points", 0) for c in notebook.cells)
        assert points == exercise.points
        assert [c.metadata.nbgrader.solution for c in notebook.cells].count(True) == len(exercise.files)


TERMINAL = re.compile(
    r"make grade|make \w+ EX=|\.\./\.\./|this folder|tenfold grade|copied over|(?<![/`])\bREADME\.md is"
)


def test_what_is_copied_says_nothing_that_works_in_a_terminal_alone():
    for exercise in catalog.exercises(ROOT):
        for cell in assignment.source(exercise).cells:
            if cell.cell_type == "markdown" or cell.metadata.nbgrader.solution:
                text = cell.metadata.get("tenfold", {}).get("starter", "") or cell.source
                assert not TERMINAL.search(text), (exercise.id, TERMINAL.search(text))
    (roi,) = [c for c in assignment.source(catalog.find(ROOT, ROI)).cells if "## Before you start" in c.source]
    assert "The cells below run the visible checks; all checks run when your work is graded." in roi.source


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Start the kit in a kernel beside an exported notebook; return what runs a cell, names, and the cells."""
    exercise = catalog.find(ROOT, ROI)
    monkeypatch.chdir(export.export(exercise, tmp_path).parent)
    before = dict(sys.modules)
    shell = SimpleNamespace(user_ns={}, execution_count=0)
    bench = Bench(shell)
    bench.tenfold(exercise.id)

    def run(text):
        shell.execution_count += 1
        bench.note(SimpleNamespace(raw_cell=text, cell_id=f"c{shell.execution_count}"))
        first, _, rest = text.partition("\n")
        if first.startswith("%%"):
            getattr(bench, first[2:])("", rest)
        else:
            exec(text, shell.user_ns)

    yield run, shell.user_ns, {c.id: c.source for c in assignment.source(exercise).cells}
    for name in sys.modules.keys() - before.keys():
        del sys.modules[name]


def test_the_statements_example_runs_in_the_notebook_as_it_is_copied(kernel):
    run, names, cells = kernel
    with pytest.raises(ImportError, match=r"no EXAMPLE yet: run the cell that begins with %%shared"):
        run("from test_roi import EXAMPLE")
    with pytest.raises(ImportError, match=r"no appraise yet: run the cell that begins with # file: roi.py"):
        run("from roi import appraise")
    run(f"# file: roi.py\n{solution(ROI)['roi.py']}")
    run(cells["shared"])
    (example,) = [text for text in cells.values() if text.startswith("## Example")]
    lines = [line[4:].partition("  #")[0] for line in example.splitlines() if line.startswith(">>> ")]
    assert len(lines) > 4
    for line in lines:
        run(line)
    assert names["EXAMPLE"]["horizon_months"] > 0


def test_a_visible_check_runs_on_cells_with_habits_and_names_cell_and_line(kernel, capsys):
    run, names, cells = kernel
    checks = [text for text in cells.values() if text.startswith("%%check")]
    names.update(display=print)
    run(cells["shared"])
    run("import numpy as np")
    head, tail = solution(ROI)["roi.py"].split("def npv", 1)
    run(f"# file: roi.py\n{head}\ndisplay(1)")
    run(f"# file: roi.py\nfrom __future__ import annotations\ndef npv{tail}")
    run(checks[0])
    assert capsys.readouterr().out.endswith("✓ passed\n")
    run("# file: roi.py\ndef benefit_per_case(case):\n\n    return 1 / 0")
    with pytest.raises(Shown) as told:
        run(checks[0])
    assert "cell In[6], line 4: in benefit_per_case" in str(told.value)
    assert re.search(r"this cell, line \d+: in test_benefit", str(told.value))
    assert "roi.py" not in str(told.value)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    folder = tmp_path_factory.mktemp("released")
    made(folder, COURSE, "toy-mean")
    return folder


@pytest.fixture
def toys(released, tmp_path):
    return shutil.copytree(released, tmp_path / "toys")


def mean(folder, student, text):
    hand_in(folder, student, "toy-mean", lambda notebook: solve(notebook, {"mean.py": text}))


MEAN = (COURSE / "solutions" / "01_toy" / "mean" / "mean.py").read_text()


def test_the_source_validates_and_the_starter_does_not(toys):
    for place, holds in (("source", True), ("release", False)):
        said = nbgrader(toys / place / "toy-mean", "validate", "toy-mean.ipynb")
        assert ("Success! Your notebook passes all the tests." in said) is holds
    assert "VALIDATION FAILED ON 3 CELL(S)" in said
    assert "Sum values times weights, then divide" in said


def test_where_tenfold_is_not_installed_nothing_is_graded(toys):
    mean(toys, "ada", MEAN)
    path = toys / "nbgrader_config.py"
    path.write_text("c = get_config()\n")
    nbgrader(toys, "autograde", "toy-mean", succeeds=False)
    assert not (toys / "autograded" / "ada" / "toy-mean").exists()
    with Gradebook(f"sqlite:///{toys / 'gradebook.db'}") as book:
        grades = [g for n in book.find_submission("toy-mean", "ada").notebooks for g in n.grades]
        assert all(g.auto_score is None and g.needs_manual_grade for g in grades)


def test_the_first_cell_says_why_it_ends_a_kernel_that_grades():
    argv = [sys.executable, "-c", "from tenfold.notebook import load_ipython_extension as load; load(None)"]
    done = subprocess.run(argv, env=ACTIVE | {"NBGRADER_EXECUTION": "autograde"}, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL
    assert "tenfold nbgrader install" in done.stderr


FORGED = (
    "get_ipython().register_magic_function(lambda line, cell: None, 'cell', 'check')\n"
    "get_ipython().register_magic_function(lambda line, cell: None, 'cell', 'hidden')\n"
)
STEPS = "['nbgrader.preprocessors.Execute', 'nbgrader.preprocessors.SaveAutoGrades']"


def forges(folder):
    def edit(notebook):
        solve(notebook, {"mean.py": FORGED})
        notebook["cells"].insert(0, code(FORGED))

    hand_in(folder, "eve", "toy-mean", edit)


def of(folder, student, exercise="toy-mean"):
    """Return score and whether a person must look, as the gradebook has it."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        submission = book.find_submission(exercise, student)
        return submission.score, submission.needs_manual_grade


@pytest.mark.parametrize(
    "line",
    [
        f"c.Autograde.autograde_preprocessors = {STEPS}",
        "c.Autograde.autograde_preprocessors.append('nbgrader.preprocessors.LimitOutput')",
        "c.GenerateAssignment.preprocessors.append('nbgrader.preprocessors.ClearOutput')",
    ],
)
def test_steps_that_a_course_has_set_are_kept_and_grade_outside_the_kernel(toys, line):
    path = toys / "nbgrader_config.py"
    path.write_text(f"c = get_config()\n{line}\n{path.read_text()}")
    forges(toys)
    mean(toys, "ada", MEAN)
    nbgrader(toys, "autograde", "toy-mean")
    assert of(toys, "ada") == (9, False)
    assert of(toys, "eve") == (0, False)


def test_steps_set_by_the_command_line_do_not_run_students_code(toys):
    forges(toys)
    words = [f"--Autograde.autograde_preprocessors={step}" for step in ast.literal_eval(STEPS)]
    said = nbgrader(toys, "autograde", "toy-mean", *words, succeeds=False)
    assert "would run student's code in a kernel" in said
    assert of(toys, "eve") == (0, True)


def test_a_kit_that_is_gone_ends_nbgrader(toys):
    path = toys / "nbgrader_config.py"
    path.write_text(path.read_text().replace("from tenfold.nbgrader", "from tenfold_gone.nbgrader"))
    forges(toys)
    said = nbgrader(toys, "autograde", "toy-mean", succeeds=False)
    assert "tenfold cannot grade here" in said
    assert not (toys / "autograded").exists()


def test_what_lies_beside_a_notebook_is_not_followed(toys):
    mean(toys, "ada", MEAN)
    place = toys / "submitted" / "ada" / "toy-mean"
    (place / "a.txt").symlink_to(COURSE / "graders" / "01_toy" / "mean" / "test_hidden.py")
    (place / "deep").mkdir()
    (place / "deep" / "b.db").symlink_to(toys / "gradebook.db")
    (place / "c").symlink_to(toys / "source", target_is_directory=True)
    (place / "zero").symlink_to("/dev/zero")
    os.mkfifo(place / "pipe")
    said = nbgrader(toys, "autograde", "toy-mean")
    assert said.count("is a link or no plain file: removed") == 5
    nbgrader(toys, "generate_feedback", "toy-mean")
    assert of(toys, "ada") == (9, False)
    left = {p.name for name in ("autograded", "feedback") for p in toys.glob(f"{name}/ada/**/*")}
    assert left.isdisjoint({"a.txt", "b.db", "c", "zero", "pipe"})
    assert (toys / "source" / "toy-mean" / "toy-mean.ipynb").is_file()


def test_what_failed_before_it_was_graded_is_no_zero(toys):
    for student in ("ada", "bob"):
        with Gradebook(f"sqlite:///{toys / 'gradebook.db'}") as book:
            book.update_or_create_student(student)
        mean(toys, student, "def mean(values, weights=None):\n    return 0.0\n")
    nbgrader(toys, "autograde", "toy-mean")
    path = toys / "submitted" / "bob" / "toy-mean" / "toy-mean.ipynb"
    path.rename(path.with_name("my work.ipynb"))
    shutil.rmtree(toys / "submitted" / "ada" / "toy-mean" / "datasets")
    (toys / "submitted" / "ada" / "toy-mean" / "datasets").write_text("")  # where nbgrader wants a folder
    nbgrader(toys, "autograde", "toy-mean", "--force", succeeds=False)
    nbgrader(toys, "export")
    with (toys / "grades.csv").open() as file:
        rows = {row["student_id"]: (row["score"], row["needs_manual_grade"]) for row in csv.DictReader(file)}
    assert rows == {"ada": ("", "True"), "bob": ("", "True")}


@pytest.mark.parametrize("content", [b"\xff\xfe", b"yesterday", b"9" * 150, b" 2020-01-02" * 1_000_000])
def test_a_time_that_nobody_can_read_ends_nothing(toys, content):
    mean(toys, "ada", MEAN)
    stamp = toys / "submitted" / "ada" / "toy-mean" / "timestamp.txt"
    stamp.write_bytes(content)
    said = nbgrader(toys, "autograde", "toy-mean")
    assert "holds no time: it is now timestamp.unreadable" in said
    assert of(toys, "ada") == (9, False)
    assert stamp.with_suffix(".unreadable").read_bytes() == content


def test_work_under_another_name_is_told_of(toys):
    def starter(notebook):
        pass

    hand_in(toys, "ada", "toy-mean", starter)
    hand_in(toys, "bob", "toy-mean", starter)
    for student, name in (("ada", "toy-mean (1).ipynb"), ("bob", "Toy-Mean.ipynb")):
        path = toys / "submitted" / student / "toy-mean" / "toy-mean.ipynb"
        shutil.copy(path, path.with_name(name))
    path.unlink()
    said = nbgrader(toys, "autograde", "toy-mean", succeeds=False)
    for name in ("toy-mean (1).ipynb", "Toy-Mean.ipynb"):
        assert f"{name} is not looked at. If it is the work, rename it to toy-mean.ipynb" in said


def test_odd_text_is_graded_and_shown(toys):
    def edit(notebook):
        solve(notebook, {"mean.py": f"{MEAN}# \udc80 \x00 \u202e\n".replace("\x00", "")})
        notebook["cells"].append({"cell_type": "markdown", "source": "hi \udc80", "metadata": {}})
        notebook["cells"].append({"cell_type": "raw", "metadata": None})
        notebook["cells"] += [code(f"note = {i}") for i in range(2_000)]

    hand_in(toys, "ada", "toy-mean", edit)
    nbgrader(toys, "autograde", "toy-mean")
    nbgrader(toys, "generate_feedback", "toy-mean")
    assert of(toys, "ada") == (9, False)
    (path,) = toys.glob("autograded/ada/toy-mean/*.ipynb")
    assert len(nbformat.read(path, 4).cells) < 600


def test_the_checks_run_on_the_cells_that_ran(tmp_path, monkeypatch, capsys):
    """An exercise whose work is no Python, whose checks look for data beside them."""
    exercise = catalog.find(ROOT, "learn-oss-fix")
    monkeypatch.chdir(export.export(exercise, tmp_path).parent)
    bench = Bench()
    bench.tenfold(exercise.id)
    made = assignment.source(exercise).cells
    for cell in made:
        bench.note(SimpleNamespace(raw_cell=cell.source, cell_id=cell.id))
    shared, check, *_ = [c.source.partition("\n") for c in made if c.source.startswith(("%%shared", "%%check"))]
    bench.shared("", shared[2])
    bench.check("", check[2])
    assert capsys.readouterr().out.endswith("✓ passed\n")
    (work,) = [cell for cell in made if cell.metadata.nbgrader.solution]
    bench.note(SimpleNamespace(raw_cell=work.metadata.tenfold.starter, cell_id=work.id))
    with pytest.raises(Shown, match="✗ not yet"):
        bench.check("", check[2])


def checked(text, total):
    """Run a check of the toy on a text of mean.py, within seconds of processor time."""
    exercise = catalog.find(COURSE, "toy-mean")
    exercise = replace(exercise, limits=replace(exercise.limits, total=total))
    return Bench()._run(exercise, {"mean.py": lines_of(text, "mean.py")}, "def test_it():\n    import mean\n")


def test_a_loop_without_an_end_is_told_by_its_processor_time(monkeypatch):
    monkeypatch.setattr(jupyter, "ENDURES", 1000)  # a busy machine gives a second of it later
    assert checked("while True: pass", 1.0) == (
        1,
        "✗ not done after 1 seconds of processor time: does a loop never end?",
    )


def test_who_waits_without_an_end_is_not_told_of_loops(monkeypatch):
    monkeypatch.setattr(jupyter, "ENDURES", 0.05)
    code, said = checked("import time; time.sleep(1000)", 60.0)
    assert code == 1
    assert said.startswith("✗ not done after 0.05 minutes: it waits for something that does not come, or this machine")


def test_without_execution_nothing_earns_points(toys):
    mean(toys, "ada", MEAN)
    nbgrader(toys, "autograde", "toy-mean", "--no-execute")
    with Gradebook(f"sqlite:///{toys / 'gradebook.db'}") as book:
        submission = book.find_submission("toy-mean", "ada")
        assert (submission.score, submission.needs_manual_grade) == (0, True)


def test_checks_that_changed_since_are_told(toys, tmp_path):
    course = tmp_path / "kit"
    shutil.copytree(COURSE, course, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    checks = course / "graders" / "01_toy" / "mean" / "test_hidden.py"
    checks.write_text(checks.read_text().replace("points(3)", "points(2)"))
    config.install(course, toys)
    mean(toys, "ada", MEAN)
    said = nbgrader(toys, "autograde", "toy-mean", succeeds=False)
    assert "the checks of toy-mean have changed since this assignment was generated" in said


def test_other_assignments_are_graded_as_ever(toys):
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    known = {"schema_version": 3, "task": False}
    for name, text, grading in (
        ("x", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", {"solution": True, "grade": False, "locked": False}),
        ("test", "assert x == 1", {"solution": False, "grade": True, "locked": True, "points": 2}),
    ):
        metadata = {"nbgrader": {**known, **grading, "grade_id": name}}
        notebook.cells.append(nbformat.v4.new_code_cell(text, metadata=metadata))
    (toys / "source" / "own").mkdir()
    nbformat.write(notebook, toys / "source" / "own" / "own.ipynb")
    nbgrader(toys, "generate_assignment", "own")
    assert "YOUR CODE HERE" in (toys / "release" / "own" / "own.ipynb").read_text()

    def edit(notebook):
        notebook["cells"][0]["source"] = "x = 1"
        notebook["metadata"]["tenfold"] = {"status": "passed"}

    hand_in(toys, "ada", "own", edit)
    hand_in(toys, "bob", "own")
    nbgrader(toys, "autograde", "own")
    with Gradebook(f"sqlite:///{toys / 'gradebook.db'}") as book:
        assert [book.find_submission("own", student).score for student in ("ada", "bob")] == [2, 0]


MANY = int(os.environ.get("TENFOLD_MANY", "24"))


def test_a_run_that_was_killed_goes_on(toys):
    for i in range(MANY):
        mean(toys, f"s{i:03}", MEAN if i % 2 else f"def mean(values, weights=None):\n    return {i}.0\n")
    process = subprocess.Popen(
        [*NBGRADER, "autograde", "toy-mean"],
        cwd=toys,
        env=ACTIVE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    place = toys / "autograded"
    while not place.exists() or len(list(place.iterdir())) <= MANY // 4:
        assert process.poll() is None
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    began = {path.parents[1].name: started(path) for path in place.glob("*/*/*.ipynb")}
    whole = {student for student, when in began.items() if when}
    half = toys / "autograded" / "s000" / "toy-mean" / "toy-mean.ipynb"  # and one that died while it was written
    half.chmod(0o644)
    half.write_text(half.read_text()[:-100])
    whole.discard("s000")
    said = nbgrader(toys, "autograde", "toy-mean")
    assert said.count("Skipping existing assignment") == len(whole) < MANY
    assert said.count("Autograding") == MANY - len(whole)
    assert all(
        started(path) == began[path.parents[1].name]
        for path in place.glob("*/*/*.ipynb")
        if path.parents[1].name in whole
    )
    with Gradebook(f"sqlite:///{toys / 'gradebook.db'}") as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions("toy-mean")}
        assert len(scores) == MANY
        assert all(score == 9 for student, score in scores.items() if int(student[1:]) % 2)
        assert not any(s.needs_manual_grade for s in book.assignment_submissions("toy-mean"))


def started(path):
    try:
        return json.loads(path.read_text())["metadata"]["tenfold"].get("started")
    except ValueError:
        return None
