"""Visible checks for toy-mean."""

import numpy as np
import pytest
from mean import mean

from tenfold import expect


@pytest.mark.points(1)
def test_mean_of_three():
    """The mean of 1, 2 and 6 is 3.

    Begin with the plain mean.
    """
    assert expect.number(mean(np.array([1.0, 2.0, 6.0]))) == pytest.approx(3.0)


@pytest.mark.points(1)
def test_returns_a_number(public):
    """The mean of public values is between their least and their largest.

    Return one float.
    """
    values, weights = public("numbers")
    assert values.min() < expect.number(mean(values, weights)) < values.max()
    assert expect.number(mean(values + 9, weights)) > 5


@pytest.mark.points(1)
def test_empty_is_an_error():
    """An empty array is refused.

    Raise a ValueError that says so.
    """
    with pytest.raises(ValueError, match=r".+"):
        mean(np.array([]))
