"""What a learner has done is kept: best scores, passes, hints; and nothing of it is ever lost or believed blindly."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from tenfold.cli import main
from tenfold.exercise import catalog
from tenfold.exercise.exercise import Exercise
from tenfold.exercise.misconceptions import misconceptions
from tenfold.grading.grade import Request, grade
from tenfold.learner import progress
from tenfold.learner.progress import Standing
from tenfold.learner.suggestions import suggestions

PASSING = "solutions/01_toy/mean/mean.py"


@pytest.fixture
def copy(course, tmp_path):
    shutil.copytree(course, tmp_path / "course", ignore=shutil.ignore_patterns(progress.FILE.parent.name))
    return catalog.find(tmp_path / "course", "toy-mean")


@pytest.fixture
def say(copy, capsys):
    """Run a command in the copy of the course; return its exit code and what it printed."""

    def run(*words):
        code = main(["--course", str(copy.course), *words])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return run


def standing(exercise):
    return progress.standing(exercise, progress.read(exercise.course))


def solve(exercise):
    shutil.copy(exercise.course / PASSING, exercise.folder / "mean.py")


def test_the_best_score_and_a_pass_stay(copy, say):
    assert standing(copy) == Standing(copy)
    say("grade", "toy-mean")
    assert standing(copy) == Standing(copy, tries=1, score=0.0, points=9.0)
    solve(copy)
    say("grade", "toy-mean")
    (copy.folder / "mean.py").write_text("def mean(values, weights=None):\n    return 0.0\n")
    say("grade", "toy-mean")
    assert standing(copy) == Standing(copy, tries=3, score=9.0, points=9.0, passed=True)
    assert "1 of 2 passed" in say("progress")[1]


def test_what_is_no_learners_grade_is_not_kept(copy, say, tmp_path, monkeypatch):
    say("grade", "toy-mean", "--visible")
    say("grade", "toy-mean", "--submission", str(copy.course / PASSING))
    say("grade", "toy-mean", "--submission", str(copy.course / "missing.py"))
    shutil.copy(copy.course / PASSING, tmp_path / "mean.py")
    monkeypatch.setenv("TENFOLD_SECRET", "a class")
    say("grade", "toy-mean", "--submission", str(tmp_path / "mean.py"))
    assert standing(copy) == Standing(copy)


def test_a_file_elsewhere_is_the_learners_too(copy, say, tmp_path):
    shutil.copy(copy.course / PASSING, tmp_path / "mean.py")
    say("grade", "toy-mean", "--submission", str(tmp_path / "mean.py"))
    assert standing(copy).passed


def test_a_broken_file_is_kept_aside(copy):
    path = copy.course / progress.FILE
    path.parent.mkdir()
    for i in (1, 2):
        path.write_text('{"hints": {"toy-mean": 2}')
        assert standing(copy).hints == 0
        progress.note_hint(copy, 3)
        assert standing(copy).hints == 3
        assert path.with_name(f"progress.broken-{i}.json").read_text() == '{"hints": {"toy-mean": 2}'


@pytest.mark.parametrize(
    "entry", [None, 7, [], {"tries": "x", "score": -1, "points": True}, {"score": 1e999, "points": float("nan")}]
)
def test_nonsense_in_the_file_counts_as_nothing(copy, entry):
    assert progress.standing(copy, {"grades": {"toy-mean": entry}, "hints": entry}) == Standing(copy)
    assert progress.standing(copy, {"grades": entry}) == Standing(copy)


def test_what_another_version_wrote_stays(copy):
    path = copy.course / progress.FILE
    path.parent.mkdir()
    path.write_text(json.dumps({"grades": {"gone-exercise": {"passed": True}}, "badges": ["night owl"]}))
    progress.note_hint(copy, 1)
    known = json.loads(path.read_text())
    assert known["badges"] == ["night owl"]
    assert known["grades"] == {"gone-exercise": {"passed": True}}


def test_commands_at_the_same_time_lose_nothing(copy):
    code = "import sys; from pathlib import Path\n"
    code += "from tenfold.exercise import catalog\nfrom tenfold.learner import progress\n"
    code += "e = catalog.find(Path(sys.argv[1]), sys.argv[2])\nfor i in range(20): progress.note_hint(e, i)"
    words = [sys.executable, "-c", code, str(copy.course)]
    running = [subprocess.Popen([*words, name]) for name in ("toy-mean", "toy-store")]
    assert [process.wait(600) for process in running] == [0, 0]
    assert progress.read(copy.course)["hints"] == {"toy-mean": 19, "toy-store": 19}


def test_a_grade_that_cannot_be_kept_is_still_a_grade(copy, say):
    solve(copy)
    (copy.course / ".tenfold").write_text("in the way")
    code, shown = say("grade", "toy-mean")
    assert code == 0
    assert "was not kept" in shown


def test_next_comes_what_is_begun_then_what_is_easy_where_little_is_passed():
    def made(name, level, **done):
        exercise = Exercise(
            None, name.partition("-")[0], name.partition("-")[2], "", level, 1, (), 1, 0.8, 1, (), (), (), None
        )
        return Standing(exercise, **done)

    begun = {"tries": 1, "points": 10.0}
    standings = [
        made("01_ml-a", 1, passed=True, **begun, score=10.0),
        made("01_ml-b", 1),
        made("02_dl-c", 1),
        made("03_swe-d", 3, **begun, score=4.0),
        made("04_llm-e", 3, **begun, score=6.0),
        made("05_mlops-f", 2),
    ]
    names = [s.exercise.name for s in suggestions(standings, 9)]
    assert names == ["e", "d", "c", "b", "f"]


def test_the_solution_is_shown_after_the_pass_with_every_wrong_idea(copy, say):
    code, shown = say("show", "toy-mean", "--solution")
    assert code == 2
    assert "not passed yet" in shown
    assert "fsum" not in shown
    progress.note_grade(copy, grade(Request(copy, copy.course / PASSING)))
    code, shown = say("show", "toy-mean", "--solution")
    assert code == 0
    for path in copy.solution.glob("*.py"):
        assert path.read_text().strip() in shown
    for mutant in copy.mutants:
        assert f"### {mutant['name'].replace('_', ' ')}" in shown
        assert misconceptions()[mutant["misconception"]][1:] in shown


def test_report_and_skill_map_are_written_where_asked(copy, say, tmp_path, monkeypatch):
    code, shown = say("grade", "toy-mean", "--html", str(tmp_path / "report.html"))
    assert code == 1
    assert "report.html" in shown
    assert "Not yet" in (tmp_path / "report.html").read_text()
    assert say("progress", "--html", str(tmp_path / "map.html"))[0] == 0
    assert "toy-mean" in (tmp_path / "map.html").read_text()
    code, shown = say("grade", "toy-mean", "--html", str(tmp_path / "no" / "report.html"))
    assert (code, "there is no folder" in shown) == (2, True)
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url))
    code, shown = say("grade", "toy-mean", "--open")
    assert opened == [(copy.course / ".tenfold/reports/toy-mean.html").as_uri()]
    assert "No browser was found" in shown


def test_a_report_that_cannot_be_written_takes_nothing_from_the_grade(copy, say):
    (copy.course / ".tenfold").mkdir()
    (copy.course / ".tenfold/reports").write_text("in the way")
    code, shown = say("grade", "toy-mean", "--open")
    assert code == 1
    assert "NOT YET" in shown.upper()
    assert "The report was not written" in shown
