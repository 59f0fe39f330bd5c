"""Small edits of a solution are graded until a point is lost; who keeps every point is told."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

pytest.importorskip("libcst")

from tenfold.exercise import proof_record
from tenfold.gate import mutation
from tenfold.grading.grade import Request, grade


@pytest.fixture
def mutate():
    def run(exercise, count=8):
        text = io.StringIO()
        code = mutation.mutate(exercise, count, 2, Console(file=text, width=300))
        return code, text.getvalue()

    return run


def test_a_grade_ends_with_the_first_point_that_is_lost(toy, tmp_path):
    path = tmp_path / "mean.py"
    path.write_text((toy.solution / "mean.py").read_text().replace("weights.sum()", "len(values)"))
    order = ("test_weights_count", "test_mean_of_three", "test_returns_a_number", "test_empty_is_an_error")
    result = grade(Request(toy, path, until_loss=order))
    said = {check.id: check.status for check in result.checks}
    assert result.status == "not_yet"
    assert said.pop("test_weights_count") == "failed"
    assert set(said.values()) == {"not_tried"}
    whole = grade(Request(toy, toy.solution / "mean.py", until_loss=order))
    assert whole.status == "passed"
    assert [check.id for check in whole.checks][:2] == list(order[:2])


def test_who_keeps_every_point_is_told_unless_it_is_equivalent(toy, mutate):
    proof_record.write(toy, [], {}, {})
    hidden = toy.hidden_checks.read_text()
    toy.hidden_checks.write_text(
        hidden.replace("<= 1e-9", "<= 1e9").replace("full=0.1", "full=1e9").replace("floor=1.0", "floor=1e10")
    )
    code, said = mutate(toy, 12)
    alive = [line.partition("keeps every point: ")[2] for line in said.splitlines() if "keeps every point" in line]
    assert code == 1
    assert alive
    assert all(line.startswith("mean.py, mean: ") and " → " in line for line in alive)
    toy.hidden_checks.write_text(hidden)
    entries = "\n".join(f"[[equivalent]]\nedit = {json.dumps(line)}\nreason = 'so it is said'" for line in alive)
    (toy.grader / "equivalent.toml").write_text(entries)
    proof_record.write(toy, [], {}, {})
    code, said = mutate(toy, 12)
    noted = json.loads(proof_record.path(toy).read_text())["edits"]
    assert noted["of"] == proof_record.fingerprint(toy)
    assert noted["killed"] + noted["equivalent"] + len(noted["alive"]) == 12
    lying = [line for line in said.splitlines() if "is noted as equivalent and loses points" in line]
    assert len(lying) == len(alive) - noted["equivalent"]
    proof_record.reword(toy)
    assert json.loads(proof_record.path(toy).read_text())["edits"] == noted


def test_an_edit_that_lost_points_is_not_graded_again(toy, mutate, monkeypatch):
    graded, lost = [], mutation._lost
    monkeypatch.setattr(mutation, "_lost", lambda result, tried: graded.append(tried) or lost(result, tried))
    first = mutate(toy)
    assert len(graded) == 8
    assert mutate(toy) == first
    assert len(graded) < 8 + 4
    graded.clear()
    toy.hidden_checks.write_text(toy.hidden_checks.read_text() + "\n")
    mutate(toy)
    assert len(graded) == 8
