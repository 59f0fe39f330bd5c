"""The kit's own code in a box: what breaks it is the kit's fault, unless it was given what was submitted."""

from __future__ import annotations

import pytest

from tenfold.box.limits import Limits
from tenfold.errors import AuthoringError, SubmissionError
from tenfold.grading.reference_box import Reference, Submitted

WORK = b"select 1 from a_table; -- as it was submitted \xff"
KIT = b"""
def work(*given, **named): raise ValueError("it cannot be read")
def endless(*given):
    while True: pass
def leave(*given): raise SystemExit
def table(*given): return {"files": {"a": 1}, "rows": [{"b": 2}]}
class Kept:
    def work(self): raise ValueError
def open(*given): return Kept()
"""


@pytest.fixture
def kit():
    session = Reference({"kit.py": KIT}, ["kit"], Limits(seconds=2), "weak", ("numpy",), "kit", Submitted([WORK]))
    yield lambda name, *args, **kwargs: session.call("kit", name, args, kwargs)
    session.close()


GIVEN = [
    ((WORK,), {}),
    ((WORK.decode("utf-8", "replace"),), {}),
    ((1, {"fix.patch": WORK}), {}),
    (([b"other", WORK],), {}),
    ((), {"patch": WORK}),
]
OTHER = [
    ((), {}),
    ((b"",), {}),
    ((WORK[:-1],), {}),
    ((WORK + b" ",), {}),
    (("select 1",), {}),
    (([WORK] * 1000,), {}),
]


@pytest.mark.parametrize(("args", "kwargs"), GIVEN)
def test_what_breaks_on_a_submission_is_the_submissions(kit, args, kwargs):
    with pytest.raises(SubmissionError, match="what you submitted cannot be worked on"):
        kit("work", *args, **kwargs)


@pytest.mark.parametrize(("args", "kwargs"), OTHER)
def test_what_breaks_on_anything_else_is_the_kits(kit, args, kwargs):
    with pytest.raises(AuthoringError, match="grader's own raised ValueError"):
        kit("work", *args, **kwargs)


@pytest.mark.parametrize("name", ["endless", "leave"])
def test_work_without_an_end_is_told_from_the_kits(kit, name):
    with pytest.raises(SubmissionError, match="the work on what you submitted was stopped"):
        kit(name, WORK)
    with pytest.raises(AuthoringError, match="grader's own was stopped"):
        kit(name)


def test_an_object_made_of_a_submission_stays_one(kit):
    with pytest.raises(SubmissionError):
        kit("open", WORK).work()
    with pytest.raises(AuthoringError):
        kit("open").work()


def test_an_entry_that_is_lacking_is_lacking_in_the_submission(kit):
    found = kit("table", WORK)
    assert (found["files"]["a"], found["rows"][0]["b"], dict(found["files"])) == (1, 2, {"a": 1})
    for table in (found, found["files"], found["rows"][0]):
        with pytest.raises(SubmissionError, match="lacks something"):
            table["nothing"]
        assert table.get("nothing") is None
    with pytest.raises(KeyError):
        kit("table")["nothing"]


def test_a_short_content_is_found_by_chance_and_counts_for_none():
    assert not Submitted([b"", b"x = 1"]).is_in(["", "x = 1", b"x = 1"])


def test_what_a_check_reads_in_the_box_is_known_too():
    submitted = Submitted()
    assert not submitted.is_in([WORK])
    submitted.note(WORK)
    assert submitted.is_in([WORK])


def test_what_a_submission_uses_up_is_not_lacking_in_the_kits_own_work():
    limits = Limits(seconds=1, total=2)
    session = Reference({"kit.py": KIT}, ["kit"], limits, "weak", ("numpy",), "kit", Submitted([WORK]))
    try:
        for _ in range(3):
            with pytest.raises(SubmissionError, match="the work on what you submitted was stopped"):
                session.call("kit", "endless", (WORK,), {})
        assert session.call("kit", "table", (), {})["rows"] == [{"b": 2}]
        assert session.used > 1.5
    finally:
        session.close()


def test_an_object_of_a_submission_stays_one_whatever_the_kit_does_meanwhile(kit):
    theirs, ours = kit("open", WORK), kit("open")
    with pytest.raises(SubmissionError):
        theirs.work()
    with pytest.raises(AuthoringError):
        ours.work()
    with pytest.raises(SubmissionError):
        theirs.work()
