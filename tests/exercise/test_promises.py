"""Every sentence by which a statement promises something is listed with the checks that look at it."""

from __future__ import annotations

import pytest
from tests.conftest import COURSE

from tenfold.errors import AuthoringError
from tenfold.exercise import promises

LISTED = (COURSE / "graders/01_toy/mean/promises.toml").read_text()
CHECKS = {"test_weights_count", "test_large_offsets"}


@pytest.fixture
def found(toy):
    """Return what is wrong with a list of promises of toy-mean, where its statement says some more."""

    def problems(listed, more=""):
        promises.path(toy).write_text(listed)
        statement = toy.folder / "README.md"
        statement.write_text(statement.read_text().replace("\n## Example", f"{more}\n\n## Example"))
        return list(promises.problems(toy, CHECKS))

    return problems


def test_what_is_listed_whole_holds(found, toy):
    assert found(LISTED) == []
    assert [bool(promise.checks) for promise in promises.read(toy)] == [True, True, False]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "Error at most 1e-9",
            "Error at most 1e-6",
            "the statement does not say 'Error at most 1e-6 on values around 1'",
        ),
        ('["test_weights_count"]', '["test_weight"]', "test_weight is not a check"),
        ('why = "the example shows it"', "", "nobody looks at 'An empty array is a `ValueError`.'"),
    ],
)
def test_a_list_that_has_gone_stale_is_told(found, old, new, says):
    assert any(says in problem for problem in found(LISTED.replace(old, new, 1)))


@pytest.mark.parametrize("more", ["It never changes `values`.", "Values may be negative.", "| `k` | up to 9 |"])
def test_a_sentence_that_nobody_listed_is_told(found, more):
    (problem,) = found(LISTED, "\n" + more)
    assert problem == f"promises.toml leaves out: {more}"


def test_a_sentence_that_binds_nobody_need_not_be_listed(found):
    assert found(LISTED, "\nThe mean is an old idea.") == []


@pytest.mark.parametrize("text", ["[[promise]", "[[promise]]\nchecks = []", "promise = 3"])
def test_a_list_that_cannot_be_read_is_told(found, text):
    with pytest.raises(AuthoringError, match=r"promises\.toml of toy-mean cannot be read"):
        found(text)


def test_without_a_list_nothing_is_asked(toy):
    assert list(promises.problems(toy, CHECKS)) == []
