"""The contract, over every exercise: its files are whole, its proof is about what is there, and it still holds."""

from __future__ import annotations

import io
import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from tests.conftest import DAY, by_turns

from tenfold.exercise import catalog, contract, extras, promises, proof_record
from tenfold.gate import plain_pytest, verify

ROOT = Path(__file__).resolve().parents[1]
EXERCISES = catalog.exercises(ROOT)
INSTALLED = [e for e in EXERCISES if all(map(extras.installed, e.extras))]
DATASETS = sorted(path for path in (ROOT / "datasets").iterdir() if path.is_dir())
TRIALS_A_DAY = 6
PLAIN_A_DAY = 3
each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)


def test_there_are_exercises_and_every_group_of_packages_is_installed_here():
    assert EXERCISES
    left_out = [f"{e.id} (needs {', '.join(e.extras)})" for e in EXERCISES if e not in INSTALLED]
    assert not left_out, f"left out for want of packages, which make test installs: {'; '.join(left_out)}"


@each
def test_its_files_keep_the_contract(exercise):
    assert contract.problems(exercise) == []


@each
def test_its_proof_is_about_what_is_there(exercise):
    assert proof_record.is_fresh(exercise), f"the proof of {exercise.id} is stale: make verify EX={exercise.id}"


@each
def test_its_proof_covers_every_mutant_and_correct_work_reaches_every_full_mark(exercise):
    written = json.loads(proof_record.path(exercise).read_text())
    assert written["kills"] == {m["name"]: m["caught_by"] for m in exercise.mutants}
    assert len(written["seeds"]) >= 5
    for metric in (m for check in written["metrics"].values() for m in check.values()):
        better = 1 if metric["full"] > metric["floor"] else -1
        for name, values in metric["values"].items():
            if name == "solution" or name.startswith("alternative"):
                assert all(better * value >= better * metric["full"] for value in values)


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if promises.path(e).exists()], ids=lambda e: e.id)
def test_of_the_small_edits_that_matter_95_in_100_lose_points(exercise):
    edits = json.loads(proof_record.path(exercise).read_text()).get("edits", {})
    again = f"make mutate EX={exercise.id}"
    assert edits.get("of") == proof_record.fingerprint(exercise), f"it was not tried on what is there: {again}"
    assert edits["killed"] >= 0.95 * (edits["killed"] + len(edits["alive"])), f"too many are alive: {again}"


@each
def test_its_starter_is_short_and_typed_in_the_manner_of_the_kit(exercise):
    for name in exercise.modules:
        lines = (exercise.folder / f"{name}.py").read_text().splitlines()
        assert 15 <= len(lines) <= 60, f"{name}.py has {len(lines)} lines"


@pytest.mark.parametrize("exercise", by_turns(INSTALLED, PLAIN_A_DAY))
def test_its_visible_checks_hold_with_plain_pytest_for_the_solution_and_fail_for_the_starter(exercise):
    assert list(plain_pytest.problems(exercise)) == []


@pytest.mark.parametrize("skill", sorted({e.skill for e in EXERCISES}))
def test_its_page_names_every_exercise_of_a_skill_and_no_other(skill):
    text = (ROOT / "exercises" / skill / "README.md").read_text()
    named = set(re.findall(rf"`({skill[3:]}-[a-z0-9-]+)`", text))
    assert named == {e.id for e in EXERCISES if e.skill == skill}


def some(trials):
    """Return some of the trials of a proof: the starter, the solution, and others by turns."""
    first, rest = [t for t in trials if t.role in ("starter", "solution")], [t for t in trials if t.role != "starter"]
    start = DAY * TRIALS_A_DAY % len(rest)
    return list(dict.fromkeys([*first, *(rest + rest)[start : start + TRIALS_A_DAY - len(first)]]))


@pytest.mark.parametrize("part", [some, pytest.param(None, marks=pytest.mark.long)], ids=["some", "all"])
def test_an_exercise_is_proved_again_each_day(part, monkeypatch):
    """On one seed, by turns: rot is found though nothing changed."""
    monkeypatch.setattr(contract, "problems", lambda _: [])  # its statement speaks of other limits than these
    monkeypatch.setattr(plain_pytest, "problems", lambda _: [])  # that goes by turns above
    exercise = INSTALLED[DAY % len(INSTALLED)]
    limits = exercise.limits  # the machine may be busy
    exercise = replace(exercise, limits=replace(limits, seconds=5 * limits.seconds, total=5 * limits.total))
    text = io.StringIO()
    part = part or (lambda trials: trials)
    assert verify.prove(exercise, 1, 2, Console(file=text, width=160), part=part), text.getvalue()


@pytest.mark.parametrize("exercise", by_turns([e for e in INSTALLED if not e.modules], 1))
def test_files_that_are_no_text_are_junk_like_any_other(exercise):
    """What is refused before it is graded earns nothing, and the gate finds nothing wrong with that."""
    text = io.StringIO()
    console = Console(file=text, width=160)
    assert verify.prove(exercise, 1, 2, console, part=lambda trials: [t for t in trials if t.role == "junk"]), (
        text.getvalue()
    )


def test_no_dataset_is_orphaned_and_every_one_has_a_datasheet():
    used = {name for e in EXERCISES for name in e.data}
    assert {path.name for path in DATASETS} == used
    for path in DATASETS:
        sheet = (path / "README.md").read_text().lower()
        assert "source" in sheet or "generated" in sheet, f"{path.name}/README.md does not say where it comes from"
        assert "licence" in sheet, f"{path.name}/README.md does not speak of its licence"
        assert "use" in sheet, f"{path.name}/README.md does not speak of its use"


def test_nothing_beside_the_engine_can_be_imported():
    import importlib.util

    for name in ("exercises", "solutions", "datasets.drift", "graders"):
        top = importlib.util.find_spec(name.partition(".")[0])
        assert top is None or ROOT not in Path(str(top.origin)).parents


def test_the_groups_that_exercises_name_are_groups_and_have_a_size():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["project"]["optional-dependencies"].keys()
    assert project["tool"]["tenfold"]["megabytes"].keys() == {"core", *groups}
    assert {extra for e in EXERCISES for extra in e.extras} <= groups
