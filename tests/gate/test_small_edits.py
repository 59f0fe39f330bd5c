"""Small edits of a text: each is one slip, leaves a program, and is told by its line."""

from __future__ import annotations

import pytest

pytest.importorskip("libcst")

from tenfold.gate.small_edits import edits, sample

SOURCE = '''"""A text."""

import numpy as np


def rank(values, *, axis=0):
    """Return ranks."""
    if len(values) == 0:
        raise ValueError("fewer than 1")
    order = np.argsort(values, axis=axis, kind="stable")
    ranks = np.empty(len(values), dtype=float)
    ranks[order] = np.arange(len(values)) + 1.5  # from one
    low = min(ranks[0], -2)
    ranks += low if low < 0 and not np.isnan(low) else abs(low)
    return sorted(ranks)
'''


@pytest.fixture(scope="module")
def found():
    return edits(SOURCE)


def test_every_edit_leaves_another_program(found):
    assert len({edit.text for edit in found}) == len(found) > 20
    for edit in found:
        assert edit.text != SOURCE
        compile(edit.text, "edited", "exec")
        assert edit.told.startswith("rank: ")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("comparison", "if len(values) == 0: → if len(values) != 0:"),
        ("condition", "if len(values) == 0: → if not (len(values) == 0):"),
        ("constant", "def rank(values, *, axis=0): → def rank(values, *, axis=1):"),
        ("constant", "+ 1.5 → ranks[order] = np.arange(len(values)) + 3.0"),
        ("operator", "np.arange(len(values)) + 1.5 → ranks[order] = np.arange(len(values)) - 1.5"),
        ("operator", "if low < 0 or not np.isnan(low)"),
        ("keyword", '→ order = np.argsort(values, kind="stable")'),
        ("arguments", "low = min(-2, ranks[0])"),
        ("name", "→ low = max(ranks[0], -2)"),
        ("sign", "→ low = min(ranks[0], 2)"),
        ("call", "return sorted(ranks) → return ranks"),
        ("statement", "ranks[order] = np.arange(len(values)) + 1.5 → pass"),
    ],
)
def test_what_people_slip_in(found, kind, told):
    assert any(edit.kind == kind and told in edit.told for edit in found), [e.told for e in found if e.kind == kind]


def test_what_is_said_is_left_alone(found):
    for edit in found:
        assert '"""Return ranks."""' in edit.text
        assert "import numpy as np" in edit.text
        assert "fewer than 1" in edit.text or edit.kind in ("statement", "condition")


def test_a_sample_is_the_same_each_time_and_of_every_kind(found):
    chosen = sample(found, 12)
    assert chosen == sample(list(found), 12)
    assert len(chosen) == 12
    assert {edit.kind for edit in chosen} == {edit.kind for edit in found}
    assert len(sample(found, 1000)) == len(found)
