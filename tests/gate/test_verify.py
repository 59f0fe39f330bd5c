"""The gate lets nothing through: each way in which an exercise can be wrong is found and named."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from tenfold.errors import MachineError
from tenfold.exercise import catalog, contract, extras, proof_record
from tenfold.gate import junk, kept, kill_matrix, trials, verify
from tenfold.grading import grade as grade_module
from tenfold.grading import leaked_rows


@pytest.fixture
def copy(course, tmp_path):
    """Copy the tiny course and return a function that edits one of its files."""
    shutil.copytree(course, tmp_path / "course")

    def edit(file=None, old="", new=""):
        if file is not None:
            path = tmp_path / "course" / file
            assert old in path.read_text()
            path.write_text(path.read_text().replace(old, new))
        return catalog.find(tmp_path / "course", "toy-mean")

    return edit


def prove(exercise, seeds=1, **how):
    text = io.StringIO()
    held = verify.prove(exercise, seeds, 2, Console(file=text, width=200), **how)
    return held, text.getvalue()


@pytest.fixture
def lane(monkeypatch):
    """Let grades run in this process, where they can be made to break."""
    monkeypatch.setattr("tenfold.gate.lanes.pool", lambda exercise, jobs: ThreadPoolExecutor(1))

    def instead(graded):
        monkeypatch.setattr("tenfold.gate.lanes.graded", graded)

    return instead


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("of ours"),
        pytest.param(MachineError("it was killed"), marks=pytest.mark.long),
        pytest.param(MemoryError(), marks=pytest.mark.long),
    ],
)
def test_a_trial_that_breaks_is_told_and_the_others_go_on(copy, lane, error):
    tried = []

    def graded(request):
        tried.append(request)
        if request.path.name == "weights_ignored":
            raise error
        return grade_module.grade(request)

    lane(graded)
    held, said = prove(copy(), part=lambda found: [trial for trial in found if trial.role == "mutant"])
    assert not held
    assert "mutant weights_ignored, seed 0: its grade broke" in said
    assert len({request.path for request in tried}) == 5
    assert said.count("✗") == 1


def test_what_held_stands_until_something_changes_that_it_depends_on(copy, lane):
    tried, results = set(), {}

    def graded(request):
        tried.add(request.path.name)
        asked = request.path.name, request.only
        if asked not in results:
            results[asked] = grade_module.grade(request)
        return results[asked]

    def again(**how):
        tried.clear()
        held, _ = prove(copy(), part=lambda found: [t for t in found if t.name in everything], **how)
        return held, set(tried)

    lane(graded)
    everything = {"solution", "wraps_around", "median"}
    assert again() == (True, everything)
    assert again() == (True, set())
    assert again(anew=True) == (True, everything)
    old = 'name = "wraps_around"\ncaught_by = "test_large_offsets"'
    new = old.replace("test_large_offsets", "test_weights_count")
    copy(MUTANTS, old, new)
    for _ in range(2):  # what does not hold does not stand
        assert again() == (False, {"wraps_around"})
    copy(MUTANTS, new, old)
    copy("solutions/01_toy/mean/mean.py", "def mean", "# new\ndef mean")
    assert again() == (True, {"solution", "wraps_around"})  # one file, and one edit of it
    copy(HIDDEN, "Divide by", "First divide by")
    assert again() == (True, everything)


def test_an_outcome_that_is_kept_is_the_same_but_for_its_figures(toy):
    result = grade_module.grade(grade_module.Request(toy, toy.solution / "mean.py"))
    assert any(check.measured for check in result.checks)
    assert kept.as_result(json.loads(json.dumps(kept.as_value(result)))) == result


@pytest.mark.parametrize(("first", "told"), [("test_large_offsets", True), ("test_weights_count", False)])
def test_a_report_that_leads_elsewhere_than_to_the_check_that_names_a_mutant_is_told(toy, tmp_path, first, told):
    trial = next(t for t in trials.trials_of(toy, 1, tmp_path, None) if t.name == "median")
    result = grade_module.grade(trial.request)
    failed = next(check for check in result.checks if check.id == trial.mutant)
    result = dataclasses.replace(result, checks=(dataclasses.replace(failed, id=first), *result.checks))
    said = list(kill_matrix.judged(toy, trial, result))
    assert any(line.startswith("its report leads to test_large_offsets") for line in said) is told


def test_an_exercise_that_breaks_does_not_end_the_proof_of_others(course, monkeypatch):
    text, every = io.StringIO(), catalog.exercises(course)

    def prove(exercise, *_, **__):
        if exercise is every[0]:
            raise RecursionError("of ours")
        return True

    monkeypatch.setattr(verify, "prove", prove)
    assert verify.verify(every, 1, 1, False, Console(file=text, width=200)) == 1
    assert "of ours" in text.getvalue()
    assert f"1 of 2 exercises proved; not: {every[0].id}" in text.getvalue()


README = "exercises/01_toy/mean/README.md"
HIDDEN = "graders/01_toy/mean/test_hidden.py"
MUTANTS = "solutions/01_toy/mean/mutants.toml"
MEDIAN = "solutions/01_toy/mean/mutants/median.py"


def test_a_sound_exercise_is_proved_and_its_proof_is_bound_to_it(copy):
    exercise = copy()
    proof_record.path(exercise).unlink(missing_ok=True)
    held, said = prove(exercise, 2)
    assert held, said
    written = json.loads(proof_record.path(exercise).read_text())
    assert written["kills"]["weights_ignored"] == "test_weights_count"
    assert written["seeds"] == ["practice", "seed 1"]
    assert len(written["metrics"]["test_large_offsets"]["error"]["values"]["solution"]) == 2
    assert proof_record.is_fresh(exercise)
    copy("exercises/01_toy/mean/README.md", "Speed.", "Speed and style.")
    assert not proof_record.is_fresh(exercise)
    assert proof_record.grades_stand(exercise)
    text = io.StringIO()
    assert verify.verify([exercise], 1, 1, True, Console(file=text, width=200)) == 0
    assert "other words alone" in text.getvalue()
    assert proof_record.is_fresh(exercise)
    assert {**json.loads(proof_record.path(exercise).read_text()), "words": 0} == {**written, "words": 0}
    copy(HIDDEN, "Divide by", "First divide by")
    assert not proof_record.grades_stand(exercise)


def test_words_that_break_the_contract_leave_the_proof_stale(copy):
    exercise = copy()
    proof_record.write(exercise, [], {}, {})
    copy("exercises/01_toy/mean/README.md", "`test_weights_count`", "`test_weight`")
    text = io.StringIO()
    assert verify.verify([exercise], 1, 1, True, Console(file=text, width=200)) == 1
    assert "leaves out test_weights_count" in text.getvalue()
    assert not proof_record.is_fresh(exercise)


@pytest.mark.parametrize(
    ("role", "file", "old", "new", "says"),
    [
        ("mutant", HIDDEN, "want) <= 1e-9", "want) <= 1e9", "seed 0: is not caught by test_weights_count"),
        ("starter", HIDDEN, 'values, weights = hidden("numbers")\n    want', "return\n    want", "seed 0: earns 3"),
        ("junk", HIDDEN, "expect.number(mean(values, weights))", "mean(values, weights)", "could not grade"),
        ("mutant", MEDIAN, "import numpy", "import nompy", "mutant median, seed 0: does not load"),
        ("mutant", MUTANTS, '"test_large_offsets"', '"test_weights_count"', "is not caught by test_weights_count"),
    ],
    ids=["mutant survives", "starter earns", "junk breaks the grader", "mutant does not load", "led"],
)  # fmt: skip
def test_the_gate_finds_what_is_wrong(copy, role, file, old, new, says):
    held, said = prove(copy(file, old, new), part=lambda found: [trial for trial in found if trial.role == role])
    assert not held
    assert says in said


def test_what_does_not_hold_has_no_proof(copy):
    exercise = copy(HIDDEN, "want) <= 1e-9", "want - 1) <= 1e-9")
    proof_record.path(exercise).unlink(missing_ok=True)
    held, said = prove(exercise)
    assert not held
    assert "solution solution, seed 0: test_weights_count 0/3" in said
    assert not proof_record.path(exercise).exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("exercises/01_toy/mean/README.md", "`test_weights_count`", "`test_weight`", "leaves out test_weights_count"),
        (
            "exercises/01_toy/mean/README.md",
            "`test_weights_count`",
            "`test_weight`",
            "test_weight, which is not a check",
        ),
        ("exercises/01_toy/mean/README.md", "## Traps", "## Tricks", "no section 'traps'"),
        ("exercises/01_toy/mean/README.md", "## Why it bites", "## References", "fixed order"),
        (README, "5 s of processor", "6 s of processor", "once, in this form: 5 s of processor time a call, 60 s for"),
        (README, "60 s and", "90 s and", "once, in this form: 5 s of processor time a call, 60 s for"),
        (README, "5 s of processor time", "5 s", "once, in this form: 5 s of processor time a call, 60 s for"),
        (README, "512 MB", "1 GB", "does not name the memory, 512 MB"),
        (README, " and 512 MB", "", "does not name the memory, 512 MB"),
        (README, "reference needs 0.1 s", "reference needs little", "the reference needs 3 s"),
        (README, "reference needs 0.1 s", "reference needs 31 s", "half of the limit at most"),
        ("exercises/01_toy/mean/exercise.toml", "total = 60", "total = 70", "a call, 70 s for the whole grade"),
        ("exercises/01_toy/mean/hints.md", "## 3 The hard step", "The hard step", "must have 3 sections"),
        (HIDDEN, "\n\n    Divide by the sum of the weights.\n    ", "", "test_weights_count needs a docstring"),
        (MUTANTS, "weights.sum()", "weights.total()", "occurs 0 times"),
        (MUTANTS, "wrong-metric", "wrong-matrix", "not in misconceptions.toml"),
        (MUTANTS, '"test_mean_of_three"', '"test_mean"', "there is no check test_mean"),
        (MUTANTS, "mutants/median.py", "mutants/mode.py", "mode.py is missing"),
        ("exercises/01_toy/mean/exercise.toml", '["numbers"]', '["words"]', "datasets/words/make.py is missing"),
        ("exercises/01_toy/mean/exercise.toml", "points = 9", 'extras = ["gpu"]\npoints = 9', "no group 'gpu'"),
    ],
)
def test_what_can_be_read_off_the_files_is_found_without_running_them(copy, file, old, new, says):
    assert contract.problems(copy()) == []
    assert says in "\n".join(contract.problems(copy(file, old, new)))


@pytest.mark.parametrize(
    "path",
    ["solutions/01_toy/mean/alternative.py", "exercises/01_toy/mean/hints.md", "graders/01_toy/mean/test_hidden.py"],
)
def test_a_missing_file_is_found(copy, path):
    exercise = copy()
    (exercise.course / path).unlink()
    assert any("missing" in line or "no alternative" in line for line in contract.problems(exercise))


def test_a_mutant_that_could_still_pass_is_graded_whole(copy):
    exercise = copy("exercises/01_toy/mean/exercise.toml", "version = 1", "version = 1\npass = 0.5")
    assert not trials._costs_the_pass(exercise, "test_mean_of_three")
    assert trials._costs_the_pass(exercise, "test_weights_count")  # and with it test_large_offsets


def test_a_mutant_is_graded_up_to_the_check_that_names_it_and_on_other_seeds_by_that_alone(toy, tmp_path):
    asked = {t.seed: t.request.only for t in trials.trials_of(toy, 2, tmp_path, None) if t.name == "median"}
    visible = {"test_mean_of_three", "test_returns_a_number", "test_empty_is_an_error"}
    assert asked == {0: visible | {"test_weights_count"}, 1: {"test_weights_count"}}


def test_junk_keeps_the_shape_of_the_starter(toy):
    made = junk.submissions({"mean.py": (toy.folder / "mean.py").read_bytes(), "notes.md": b"# x"})
    assert set(made) == set(junk.VALUES)
    namespace: dict[str, object] = {}
    exec(made["text"]["mean.py"], namespace)
    assert namespace["mean"](1) == "full marks"
    assert made["none"]["notes.md"] == b"# x"


def test_junk_of_a_class_is_no_object_or_has_no_methods():
    starter = b"import os\n\nclass A:\n    def __init__(self, x):\n        self.x = x\n    def f(self):\n        pass\n"
    made = junk.submissions({"a.py": starter})
    for kind, attribute in (("no_objects", None), ("no_methods", True)):
        namespace: dict[str, object] = {}
        exec(made[kind]["a.py"], namespace)
        thing = namespace["A"](1)
        assert (thing if attribute is None else thing.f) is attribute


def test_rows_that_are_public_and_hidden_are_found():
    generator = np.random.default_rng(0)
    table = generator.normal(size=(5, 4))
    frame = pd.DataFrame(generator.normal(size=(5, 4))).assign(label=1)
    public = [{"x": table, "y": np.arange(5.0)}, (frame,)]
    assert leaked_rows.shared(public, [table[::-1][:2]]) == 2
    assert leaked_rows.shared(public, [[frame.sample(3, random_state=0)]]) == 3
    assert leaked_rows.shared(public, [generator.normal(size=(5, 4)), np.arange(5.0)]) == 0


def test_only_generated_data_must_keep_its_hidden_rows_apart(copy):
    exercise = copy()
    assert grade_module._leaks(
        exercise, [("numbers", False, np.ones((2, 3))), ("numbers", True, [np.ones((1, 3))])]
    ) == ["numbers"]
    assert grade_module._leaks(exercise, [("numbers", True, np.ones((2, 3)))]) == []


def test_what_cannot_run_here_is_left_out_with_what_to_install(course, tmp_path, monkeypatch, capsys):
    from tenfold.cli import main

    shutil.copytree(course, tmp_path / "course")
    for name in ("mean", "store"):
        path = tmp_path / "course/exercises/01_toy" / name / "exercise.toml"
        path.write_text('extras = ["llm"]\n' + path.read_text().replace("extras = []\n", ""))
    monkeypatch.setattr(extras, "installed", lambda extra: False)
    assert main(["--course", str(tmp_path / "course"), "verify"]) == 2
    said, wrong = capsys.readouterr()
    assert "nothing was proved" in wrong
    for name in ("toy-mean", "toy-store"):
        assert f"left out: {name} needs the packages of the group llm. Install them with: make grade EX={name}" in said
    assert main(["--course", str(tmp_path / "course"), "verify", "toy-mean"]) == 2
    assert "needs the packages of the group llm" in capsys.readouterr().err
