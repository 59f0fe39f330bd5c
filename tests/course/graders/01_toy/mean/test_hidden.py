"""Hidden checks for toy-mean."""

import numpy as np
import pytest
from mean import mean

from tenfold import expect


@pytest.mark.points(3)
def test_weights_count(hidden):
    """Weights decide how much a value counts.

    Divide by the sum of the weights.
    """
    values, weights = hidden("numbers")
    want = float((values * weights).sum() / weights.sum())
    assert abs(expect.number(mean(values, weights)) - want) <= 1e-9


@pytest.mark.points(3)
@pytest.mark.needs("test_weights_count")
def test_large_offsets(hidden, credit):
    """A large offset costs no digits.

    Take the offset out before you add.
    """
    values, weights = hidden("numbers", draw=1)
    small = expect.number(mean(values, weights))
    large = expect.number(mean((values + 1e6).astype(np.float32), weights))
    credit(abs(large - 1e6 - small), floor=1.0, full=0.1, name="error")
