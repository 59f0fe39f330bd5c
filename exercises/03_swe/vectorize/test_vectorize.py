"""Visible checks: the example of the statement, and a small case of your own seed, for each function."""

import math

import numpy as np
import pytest
from vectorize import distances, group_means, lookup, ranks

from tenfold import expect


def compare(call, found, wanted, rel=1e-9):
    """Fail unless an answer is the float64 array wanted, and say which call gave what."""
    wanted = np.array(wanted)
    found = expect.array(found, finite=False)
    assert found.shape == wanted.shape, f"{call} gave an array of shape {found.shape}; {wanted.shape} was wanted"
    assert found.dtype == np.float64, f"{call} gave an array of {found.dtype}; float64 was wanted"
    wrong = np.argwhere(~np.isclose(found, wanted, rtol=rel, atol=0, equal_nan=True))
    if len(wrong):
        place = tuple(wrong[0].tolist())
        told = f"{wanted.tolist()} was wanted" if wanted.size <= 6 else f"at {list(place)} {wanted[place]} was wanted"
        raise AssertionError(f"{call} gave {found.tolist() if wanted.size <= 6 else found[place]}; {told}")


@pytest.mark.points(1)
def test_distances_of_a_few_rows(rng):
    """`distances` has the values of the example, and of five rows against three.

    Row i of the result belongs to row i of `a`, column j to row j of `b`. The result is float64.
    """
    found = distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.zeros((1, 2)))
    compare("distances([[0, 0], [3, 4]], [[0, 0]])", found, [[0.0], [5.0]])
    a, b = rng.normal(size=(5, 2)), rng.normal(size=(3, 2))
    wanted = [[math.dist(x, y) for y in b.tolist()] for x in a.tolist()]
    compare("distances of five rows and three", distances(a, b), wanted)


@pytest.mark.points(1)
def test_group_means_of_a_few_rows(rng):
    """`group_means` has the values of the example, and of three groups of two rows.

    A group that nobody is in has no mean: its row is nan. The result is float64.
    """
    found = group_means(np.array([[1.0, 10.0], [2.0, 20.0], [5.0, 50.0]]), np.array([2, 0, 2]), 3)
    wanted = [[2.0, 20.0], [np.nan, np.nan], [3.0, 30.0]]
    compare("group_means([[1, 10], [2, 20], [5, 50]], [2, 0, 2], 3)", found, wanted)
    values = rng.normal(10, 1, size=(6, 3))
    found = group_means(values, np.array([0, 1, 2, 2, 1, 0]), 3)
    compare("group_means of six rows in the groups 0, 1, 2, 2, 1, 0", found, (values[:3] + values[:2:-1]) / 2)


@pytest.mark.points(1)
def test_ranks_of_a_few_values(rng):
    """`ranks` has the values of the example, and of a shuffled row of numbers.

    Ranks begin at 1. Two values that share places 3 and 4 both get 3.5. The result is float64.
    """
    compare("ranks([30, 10, 30, 20])", ranks(np.array([30.0, 10.0, 30.0, 20.0])), [3.5, 1.0, 3.5, 2.0])
    places = rng.permutation(20)
    compare("ranks of 20 different values", ranks(places * 0.5 - 3.0), places + 1.0)


@pytest.mark.points(1)
def test_lookup_of_a_few_keys(rng):
    """`lookup` has the values of the example, and of ten shuffled keys.

    Keys come in any order; a key that is not there gives the default. The result is float64.
    """
    found = lookup(np.array([7, 3, 8]), np.array([7, 9, 3, 7]), np.array([1.5, 2.5, 3.5, 4.5]), -1.0)
    compare("lookup([7, 3, 8], [7, 9, 3, 7], [1.5, 2.5, 3.5, 4.5], -1.0)", found, [1.5, 3.5, -1.0], rel=0)
    keys, values = rng.permutation(10) * 3, rng.normal(size=10)
    found = lookup(np.append(keys[::-1], [1, 100]), keys, values, 0.25)
    compare("lookup of ten keys and of two that are not there", found, np.append(values[::-1], [0.25, 0.25]), rel=0)
