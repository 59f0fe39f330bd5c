"""A reply is looked at before it is used: a check gets a value, an error in a line, or a violation."""

from __future__ import annotations

import errno

import numpy as np
import pandas as pd
import pytest
from tests.conftest import named

from tenfold.box import replies
from tenfold.box.inside.wire import WireError
from tenfold.box.limits import Limits
from tenfold.errors import AuthoringError, FromSubmission, SubmissionError

ODD = [np.zeros(2), pd.NA, object(), 1.5, b"x", ["a", 1], {"a": 1}]


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        {},
        {"id": "7"},
        {"ok": 1},
        {"id": "7", "ok": 1, "error": {"type": ["ValueError"]}},
        {"id": "8", "ok": 1},
        *({"id": odd, "ok": 1} for odd in ODD),
        *({"id": "7", "error": odd} for odd in ODD),
        {"id": "7", "error": {"type": []}},
        {"id": "7", "error": {"message": "no type"}},
        {"id": "7", "error": {"type": ["ValueError"], "more": 1}},
        *({"id": "7", "error": {"type": odd}} for odd in ODD),
        *({"id": "7", "error": {"type": ["ValueError"], "message": odd}} for odd in ODD),
        *({"id": "7", "error": {"type": ["ValueError"], "errno": odd}} for odd in ODD),
        {"id": "7", "error": {"type": ["ValueError"], "missing": 1}},
    ],
    ids=named,
)
def test_what_is_no_reply_is_a_violation(reply):
    with pytest.raises(WireError):
        replies.raised(reply, "7")


def test_a_value_is_no_error():
    assert replies.raised({"id": "7", "ok": np.zeros(2)}, "7") is None


@pytest.mark.parametrize(
    ("said", "owner", "kind", "text"),
    [
        ({"type": ["ValueError", "Exception"]}, "submission", ValueError, ""),
        ({"type": ["KeyError"], "message": "x" * 9000}, "submission", KeyError, "x"),
        ({"type": ["NoSuchError"]}, "submission", FromSubmission, ""),
        ({"type": ["MemoryError"]}, "submission", SubmissionError, "more than 4096 MB"),
        ({"type": ["SystemExit"]}, "submission", SubmissionError, "called exit"),
        ({"type": ["StopIteration"]}, "submission", RuntimeError, ""),
        ({"type": ["AttributeError"], "missing": True}, "submission", SubmissionError, "psi is not there"),
        ({"type": ["TypeError"], "signature": "psi(a)"}, "submission", SubmissionError, "psi does not take"),
        ({"type": ["ValueError"]}, "kit", AuthoringError, "grader's own raised ValueError"),
        ({"type": ["SystemExit"]}, "kit", AuthoringError, "grader's own was stopped"),
        ({"type": ["ValueError"]}, "artefact", SubmissionError, "cannot be opened"),
    ],
)
def test_an_error_becomes_the_one_who_owns_it(said, owner, kind, text):
    error = replies.raised({"id": "7", "error": said}, "7").exception("psi", Limits(), owner)
    assert isinstance(error, kind)
    assert text in str(error)
    assert len(str(error)) < 2100


def test_an_error_number_names_the_limit_behind_it():
    error = replies.raised({"id": "7", "error": {"type": ["OSError"], "errno": errno.EFBIG}}, "7")
    assert error.exception("f", Limits(file_mb=8), "submission").limit == "a file may have at most 8 MB"


def test_every_error_that_crosses_can_be_made_from_a_message():
    for name in replies.REBUILT:
        error = replies.Raised((name,), message="said").exception(None, Limits(), "submission")
        assert "said" in str(error) or name == "MemoryError"
