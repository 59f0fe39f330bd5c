"""Hundreds of answers beside the right ones: a failure names the kinds of input that are wrong, and no input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from tenfold.grading.alike import alike
from tenfold.grading.expect import Unexpected
from tenfold.grading.fixtures.oracle import compare
from tenfold.grading.grade import Request, grade

HIDDEN = '''
import numpy as np, pytest
from mean import mean

def right(values, weights=None):
    return float(np.average(values, weights=weights))

@pytest.mark.points(3)
def test_weights_count(oracle, rng):
    """Every kind of input.

    A hint.
    """
    draws = {
        "one value": [(rng.normal(size=1),) for _ in range(5)],
        "negative values": [(-rng.uniform(1, 2, size=n),) for n in range(1, 40)],
        "weights": [(rng.normal(size=n), rng.uniform(1, 2, size=n)) for n in range(2, 40)],
    }
    oracle(mean, right, draws)
    oracle(mean, None, {"nothing": [(np.array([]),)]}, raises=ValueError)
'''
RIGHT = "import numpy as np\ndef mean(v, w=None):\n    if len(v) == 0: raise ValueError('no')\n"
AVERAGE = "    return float(np.average(v, weights=w))\n"
DIES = "    if w is not None and len(w) == 9: import os; os._exit(1)\n"
NO_ERROR = "import numpy as np\ndef mean(v, w=None): return 0.0 if len(v) == 0 else np.average(v, weights=w)"


@pytest.fixture
def feedback(toy, tmp_path):
    """Grade a text by the check above; return what is told, empty where it holds."""
    toy.hidden_checks.write_text(HIDDEN)

    def tell(source):
        path = tmp_path / "mean.py"
        path.write_text(source)
        result = grade(Request(toy, path, only=frozenset({"test_weights_count"})))
        (check,) = result.checks
        assert result.status != "could_not_grade", result.detail
        return "" if check.status == "passed" else check.feedback

    return tell


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (RIGHT + AVERAGE, ""),
        (RIGHT + "    v = abs(v)\n" + AVERAGE, "mean is wrong for: one value"),
        (RIGHT + "    w = None\n" + AVERAGE, "mean is wrong for: weights (38 of 38: another answer)"),
        (RIGHT + "    if len(v) == 1: return None\n" + AVERAGE, "one value (5 of 5: expected a number, got None"),
        (RIGHT + "    if len(v) == 1: raise KeyError\n" + AVERAGE, "one value (5 of 5: it raised KeyError)"),
        (RIGHT + DIES + AVERAGE, "weights (1 of 38: your program"),
        (RIGHT.replace("ValueError", "KeyError") + AVERAGE, "mean is wrong for: nothing (1 of 1: it raised KeyError)"),
        (NO_ERROR, "no ValueError"),
        ("", "mean is not there"),
    ],
)  # fmt: skip
def test_the_kind_of_input_that_is_wrong_is_told(feedback, source, says):
    assert says in feedback(source) if says else feedback(source) == ""


def test_the_kind_of_input_that_takes_too_long_is_told(feedback, impatient):
    said = feedback(RIGHT + "    while w is not None: pass\n" + AVERAGE)
    assert "processor time" in said
    assert "where the input was: weights" in said


def test_without_a_box_it_says_the_same():
    draws = {"zero": [(0,)], "others": [(1,), (2,)]}
    compare(lambda x: 1 / x if x else 0.0, lambda x: 1 / x if x else 0.0, draws)
    with pytest.raises(AssertionError, match=r"zero \(1 of 1: division by zero\)"):
        compare(lambda x: 1 / x, lambda x: 1 / x if x else 0.0, draws)
    with pytest.raises(ZeroDivisionError):
        compare(lambda x: x, lambda x: 1 / x, draws)  # what is right must be there


FRAME = pd.DataFrame({"a": [1.0, np.nan], "b": ["x", "y"]})
SAME = [
    (None, None), (True, np.bool_(True)), (np.float32(0.5), 0.5), (3, 3), ("a", "a"), (bytearray(b"a"), b"a"), (2, 2.0),
    (float("nan"), float("nan")), (float("inf"), float("inf")), (1.0 + 1e-12, 1.0), ((1, 2.0), [1, 2.0]),
    ({"a": 1, "more": 2}, {"a": 1}), (np.array([1, 2]), np.array([1.0, 2.0])), ([1.0, 2.0], np.array([1.0, 2.0])),
    (np.array([np.nan]), np.array([np.nan])), (FRAME.copy(), FRAME), (pd.Series([1, 2]), pd.Series([1.0, 2.0])),
    (torch.tensor([1.0, float("nan")]), torch.tensor([1.0, float("nan")])), (torch.arange(3), torch.arange(3)),
]  # fmt: skip
OTHER = [
    (0, None), (False, True), (0.5001, 0.5), (4, 3), ("b", "a"), (-0.1, 0.0), (float("nan"), 1.0),
    (-float("inf"), float("inf")),
    ([1, 3], [1, 2]), ({"a": 2}, {"a": 1}), (np.array([1, 3]), np.array([1, 2])), (np.array([np.nan]), np.array([1.0])),
    (FRAME.iloc[:1], FRAME), (FRAME.assign(b="x"), FRAME), (pd.Series([1, 3]), pd.Series([1, 2])), ({1}, {2}),
    (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0])), (torch.arange(3), torch.arange(3.0)),
    (torch.zeros(2), torch.zeros(2, 1)), ([0.0], torch.zeros(1)),
]  # fmt: skip
FORMS = [
    (None, 1.0), (True, 1), (1, True), (3.0, 3), (1, "1"), ("1", 1), ([1], [1, 2]), ({}, {"a": 1}),
    (1.0, np.array([1.0])),
    (np.array([1.0]), np.array([1])), (np.array([[1]]), np.array([1])), ([1], pd.Series([1])), (FRAME[["a"]], FRAME),
]  # fmt: skip


@pytest.mark.parametrize(("found", "wanted"), SAME)
def test_the_same_answer_is_the_same(found, wanted):
    assert alike(found, wanted)


@pytest.mark.parametrize(("found", "wanted"), OTHER)
def test_another_answer_is_another(found, wanted):
    assert not alike(found, wanted)


@pytest.mark.parametrize(("found", "wanted"), FORMS)
def test_another_form_is_told(found, wanted):
    with pytest.raises(Unexpected):
        alike(found, wanted)
