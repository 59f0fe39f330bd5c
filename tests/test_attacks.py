"""Every known way to cheat, with the outcome that it must have; a new way to cheat is a new file in attacks/."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest

from tenfold import levels
from tenfold.grade import Request, grade

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.py"))


def stated(path: Path) -> dict[str, str]:
    """Return what an attack's docstring says of its outcome."""
    lines = (ast.get_docstring(ast.parse(path.read_text())) or "").splitlines()
    return dict(line.split(": ", 1) for line in lines[1:] if ": " in line)


@pytest.mark.parametrize("level", levels.held())
@pytest.mark.parametrize("path", ATTACKS, ids=lambda p: p.stem)
def test_an_attack_has_the_outcome_that_it_states(path, level, toy, boxed_processes, monkeypatch):
    monkeypatch.setenv("TENFOLD_SECRET", "hush")
    wanted = stated(path)
    if levels.LEVELS.index(level) < levels.LEVELS.index(wanted.get("level", "weak")):
        pytest.skip(f"it takes {wanted['level']} to stop it")
    start = time.monotonic()
    result = grade(Request(toy, path, level=level))
    took = time.monotonic() - start
    said = "\n".join([result.message, *(check.feedback for check in result.checks)])
    assert result.status == wanted["outcome"], said
    assert result.score == 0, said
    assert any(words in said for words in wanted.get("says", "").split(" | ")), said
    assert "\x1b" not in said
    assert took <= toy.limits.total + 2
    assert not boxed_processes()
    assert not Path("/tmp/tenfold-was-here").exists()


def test_there_is_an_attack_of_every_first_kind():
    names = {path.stem for path in ATTACKS}
    assert len(names) >= 12
    assert all("outcome" in stated(path) for path in ATTACKS)
