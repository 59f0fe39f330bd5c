"""What a check takes, and the line that a learner reads when it does not."""

from __future__ import annotations

import math
import sys
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from tenfold.box import proxy
from tenfold.grading import expect
from tenfold.grading.expect import Unexpected


@pytest.mark.parametrize("value", [3, 2.5, np.float32(1), np.int64(4), np.array(2.0)])
def test_number_takes_real_numbers(value):
    assert expect.number(value) == float(value)
    assert type(expect.number(value)) is float


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        np.True_,
        "3",
        float("nan"),
        float("inf"),
        1j,
        [1.0],
        np.ones(1),
        np.ones(2),
        {},
        10**400,
        np.timedelta64(1, "s"),
    ],
)
def test_number_refuses_the_rest(value):
    with pytest.raises(Unexpected, match="expected a finite number, got"):
        expect.number(value)


def test_number_takes_nan_only_where_it_is_asked_for():
    assert math.isnan(expect.number(float("nan"), finite=False))
    with pytest.raises(Unexpected, match="expected a number, got None"):
        expect.number(None, finite=False)


def test_number_keeps_its_range():
    assert expect.number(0.5, 0, 1) == 0.5
    for value in (-0.1, 1.1):
        with pytest.raises(Unexpected, match="between"):
            expect.number(value, 0, 1)


@pytest.mark.parametrize(
    ("value", "options", "says"),
    [
        (
            np.ones((2, 3)),
            {"shape": (2, 2)},
            r"shape \(2, 2\), got an array with 2 dimensions of float, shape \(2, 3\), dtype float64",
        ),
        (np.ones(3), {"shape": (None, 3)}, r"shape \(any, 3\)"),
        (np.ones(3), {"kind": "i"}, "signed integer"),
        (np.array([1.0, np.nan]), {}, "1 nan or infinite"),
        (np.array(["a"]), {}, "dtype"),
        ("text", {}, "got a str of length 4"),
        (None, {}, "is a return missing"),
        ([[1], [1, 2]], {}, "an array"),
        (pd.Series(["a"]), {}, "dtype"),
    ],
)
def test_array_refuses_with_a_reason(value, options, says):
    with pytest.raises(Unexpected, match=says):
        expect.array(value, **options)


@pytest.mark.parametrize("value", [[1, 2], np.arange(2), pd.Series([1, 2]), (1, 2)])
def test_array_takes_what_makes_one(value):
    assert expect.array(value, shape=(2,)).tolist() in ([1, 2], [0, 1])


@pytest.mark.parametrize(
    ("call", "good", "bad"),
    [
        (expect.integer, 3, 3.0),
        (expect.integer, np.int8(3), True),
        (expect.integer, np.array(3), np.timedelta64(3, "s")),
        (expect.flag, np.array(True), np.array(1)),
        (expect.flag, True, 1),
        (expect.flag, np.False_, None),
        (expect.text, "a", b"a"),
        (expect.blob, b"a", "a"),
        (lambda v: expect.blob(v, most=2), b"ab", b"abc"),
        (lambda v: expect.frame(v, ["a"]), pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
        (expect.frame, pd.DataFrame(), {"a": 1}),
        (expect.frame, pd.DataFrame(), pd.DataFrame([[1, 2]], columns=["a", "a"])),
        (expect.frame, pd.DataFrame(), pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")]))),
        (expect.series, pd.Series([1]), [1]),
        (lambda v: expect.mapping(v, ["a"]), {"a": 1}, {"b": 1}),
        (lambda v: expect.sequence(v, 2), [1, 2], [1]),
        (expect.sequence, (1,), {1}),
        (expect.handle, None, 3),
    ],
)
def test_each_takes_its_own_and_refuses_others(call, good, bad):
    if good is not None:
        call(good)
    with pytest.raises(Unexpected, match="expected"):
        call(bad)


def test_with_plain_pytest_a_handle_is_the_object_itself():
    class Model:
        rate = 3

        def predict(self):
            return 1

    model = Model()
    assert expect.handle(model, ["predict"]) is model
    for missing in ("fit", "rate"):
        with pytest.raises(Unexpected, match=f"expected {missing} to be a method"):
            expect.handle(model, [missing])
    for value in (None, 3, "text", [], np.zeros(2)):
        with pytest.raises(Unexpected, match="expected an object"):
            expect.handle(value)


def test_while_grading_only_a_handle_is_one(monkeypatch):
    monkeypatch.setitem(sys.modules, "learners_own", proxy.Module(None, "learners_own"))
    with pytest.raises(Unexpected, match="expected an object"):
        expect.handle(Fraction(1, 2))
