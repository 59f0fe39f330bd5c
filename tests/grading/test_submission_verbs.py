"""A module that a check writes beside the submission is called alike in a box and in a plain folder."""

from __future__ import annotations

import pytest

from tenfold.errors import FromSubmission
from tenfold.grading.submission_verbs import PlainWork, Work

DRIVER = b"""import work

def doubled(values):
    print("said on the way")
    return [work.twice(value) for value in values]

def fails():
    raise ValueError("no such thing")
"""
SOURCE = "def twice(x): return 2 * x"


@pytest.fixture(params=["boxed", "plain"])
def beside(request, work, tmp_path):
    """Return the submission's verbs, with the driver written beside it."""
    if request.param == "boxed":
        verbs = Work(work(SOURCE))
    else:
        (tmp_path / "learner").mkdir()
        (tmp_path / "learner/work.py").write_text(SOURCE)
        (tmp_path / "box").mkdir()
        verbs = PlainWork({"work.py": tmp_path / "learner/work.py"}, tmp_path / "box")
    verbs.write("driver.py", DRIVER)
    return verbs


def test_it_returns_plain_values(beside):
    assert beside.call("driver", "doubled", [1, 2.5]) == [2, 5.0]
    assert beside.call("driver", "doubled", []) == []


def test_what_it_raises_is_told(beside):
    with pytest.raises((FromSubmission, RuntimeError), match="no such thing"):
        beside.call("driver", "fails")
