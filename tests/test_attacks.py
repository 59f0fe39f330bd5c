"""Every known way to cheat, with the outcome that it must have; a new way to cheat is a new file in attacks/."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from tests.conftest import DAY, MARK, PATIENCE

from tenfold.box import levels, time_budget
from tenfold.exercise import catalog
from tenfold.grading.grade import Request, grade

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.py"))


def stated(path: Path) -> dict[str, str]:
    """Return what an attack's docstring says of its outcome."""
    lines = (ast.get_docstring(ast.parse(path.read_text())) or "").splitlines()
    return dict(line.split(": ", 1) for line in lines[1:] if ": " in line)


def answers_soon(wanted: dict[str, str]) -> bool:
    """Return whether an attack ends by something else than a limit of time."""
    waits = ("processor time", "waited for", "your program was stopped", "your program made")
    return "says" in wanted and not any(words in wanted["says"] for words in waits)


def trials() -> list[ParameterSet]:
    """Return attacks with each level that this machine holds and that is to stop them: one today, all with --long."""
    found = []
    for i, path in enumerate(ATTACKS):
        wanted = stated(path)
        needed = wanted.get("as root" if os.geteuid() == 0 else "level") or wanted.get("level", "weak")
        stop = [level for level in levels.held() if levels.LEVELS.index(level) >= levels.LEVELS.index(needed)]
        for j, level in enumerate(stop):
            marks = [] if (i + DAY) % len(stop) == j else [pytest.mark.long]
            found.append(pytest.param(path, level, id=f"{path.stem}-{level}", marks=marks))
    return found


@pytest.mark.parametrize(("path", "level"), trials())
def test_an_attack_has_the_outcome_that_it_states(
    path, level, course, tmp_path, boxes_end, left_behind, eventually, monkeypatch
):
    monkeypatch.setenv("TENFOLD_SECRET", "hush")
    monkeypatch.setattr(time_budget, "LEAST_WAIT", 4.0)
    monkeypatch.setattr(time_budget, "ENDURES", 100.0)  # a busy machine is no reason to give up here
    wanted = stated(path)
    toy = catalog.find(course, wanted.get("exercise", "toy-mean"))
    seconds, total = (PATIENCE, PATIENCE) if answers_soon(wanted) else (2.0, 10.0)
    toy = replace(toy, limits=replace(toy.limits, seconds=seconds, total=total))
    text = path.read_text().replace("tenfold-was-here", MARK)
    path = tmp_path / "attack" / path.name
    path.parent.mkdir()
    path.write_text(text)
    if "builds" in wanted:  # not the submission itself, but what makes it
        subprocess.run([sys.executable, path, tmp_path], check=True)
        path = tmp_path if wanted["builds"] == "folder" else tmp_path / wanted["builds"]
    before = left_behind()
    start = time.monotonic()
    result = grade(Request(toy, path, level=level))
    took = time.monotonic() - start
    said = "\n".join([result.message, *(check.feedback for check in result.checks)])
    assert result.status == wanted["outcome"], said
    assert result.score == 0, said
    assert any(words in said for words in wanted.get("says", "").split(" | ")), said
    assert "\x1b" not in said
    told = "\n".join(check.feedback for check in result.checks if check.hidden)
    assert "never" not in wanted or wanted["never"] not in told
    assert took <= time_budget.longest_wait(toy.limits.total) + PATIENCE
    assert boxes_end()
    eventually(lambda: left_behind() == before)
    assert left_behind() == before


CLASSES = {
    "ends": "ends the process early",
    "patches": "patches the judge, the clock, builtins",
    "lies": "returns objects that lie",
    "reads": "reads answers: disk, frames, memory, /proc, environment, shared memory",
    "forges": "forges reports and replies",
    "hijacks": "hijacks imports",
    "artefacts": "leaves files that hurt whoever opens them",
    "resources": "takes more than it may",
    "links": "submits archives, links and what is not a file",
    "timing": "keeps something from one call or check for another",
    "meaning": "answers without doing the work",
}


def test_there_are_attacks_of_every_class():
    found = {stated(path).get("class") for path in ATTACKS}
    assert found == set(CLASSES)
    assert len(ATTACKS) >= 45
    assert all("outcome" in stated(path) for path in ATTACKS)
