"""Visible checks run with plain pytest too, on the learner's own files, without the grader."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.grading.expect import FallsShort
from tenfold.grading.fixtures.credit import CREDITS, credit


@pytest.fixture
def plain(course, tmp_path, monkeypatch):
    """Run plain pytest in a copy of the tiny course."""
    import subprocess
    import sys

    shutil.copytree(course, tmp_path / "course")

    def run(source=None, name="mean"):
        folder = tmp_path / "course" / "exercises" / "01_toy" / name
        if source is not None:
            (folder / f"{name}.py").write_text(source)
        argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
        return subprocess.run(argv, cwd=folder, capture_output=True, text=True)

    return run


def test_plain_pytest_runs_the_visible_checks(plain, toy):
    assert "3 failed" in plain().stdout
    ran = plain((toy.solution / "mean.py").read_text())
    assert "3 passed" in ran.stdout
    assert "warning" not in ran.stdout


def test_plain_pytest_runs_the_visible_checks_of_a_program(plain, course):
    assert "3 failed" in plain(name="store").stdout
    ran = plain((course / "solutions/01_toy/store/store.py").read_text(), name="store")
    assert "3 passed" in ran.stdout


class Item:
    def __init__(self):
        self.stash = pytest.Stash()


class Request:
    def __init__(self):
        self.node = Item()


def record(*calls):
    request = Request()
    give = credit.__wrapped__(request) if hasattr(credit, "__wrapped__") else credit._get_wrapped_function()(request)
    for value, floor, full in calls:
        try:
            give(value, floor=floor, full=full)
        except FallsShort:
            break
    return [share for share, _ in request.node.stash[CREDITS]]


FINITE = st.floats(-1e6, 1e6)


@given(st.floats(), FINITE, FINITE)
def test_credit_lies_between_nothing_and_all(value, floor, full):
    if abs(full - floor) < 1e-6:
        return
    (share,) = record((value, floor, full))
    assert 0.0 <= share <= 1.0
    assert share == round(share, 2)


@given(FINITE, FINITE)
def test_credit_begins_at_floor_and_is_whole_at_full(floor, full):
    if abs(full - floor) < 1e-3:
        return
    assert record((floor, floor, full)) == [0.0]
    assert record((full, floor, full)) == [1.0]
    assert record((full + (full - floor), floor, full)) == [1.0]


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_never_earns_less(one, other):
    low, high = sorted((one, other))
    assert record((low, 0.2, 0.8))[0] <= record((high, 0.2, 0.8))[0]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_finite_earns_nothing(value):
    assert record((value, 0.0, 1.0)) == [0.0]
    assert record((value, 1.0, 0.0)) == [0.0]


def test_a_figure_keeps_what_can_be_drawn_and_not_too_much():
    from tenfold.grading.fixtures.figure import FIGURES, figure

    request = Request()
    keep = getattr(figure, "__wrapped__", None) or figure._get_wrapped_function()
    days = range(1000)
    keep(request)("PSI", {"a": (days, [float("nan"), *days[1:]]), "none": ([], [])}, x="day", y="PSI")
    (kept,) = request.node.stash[FIGURES]
    full, empty = kept.series
    assert len(full.x) == len(full.y) <= 200
    assert (full.x[0], full.y[0]) == (1.0, 1.0)
    assert full.x[-1] > 990 - 10
    assert empty.x == empty.y == ()
    for _ in range(3):
        keep(request)("more", {"a": (days, days)}, x="day", y="PSI")
    with pytest.raises(ValueError, match="at most 4 figures"):
        keep(request)("too many", {"a": (days, days)}, x="day", y="PSI")
    with pytest.raises(ValueError, match="1 to 6 series"):
        keep(Request())("too much", {str(i): (days, days) for i in range(7)}, x="day", y="PSI")
