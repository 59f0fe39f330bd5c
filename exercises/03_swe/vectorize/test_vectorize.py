"""Visible checks: the example of the statement, and a small case of your own seed, for each function."""

import math

import numpy as np
import pytest
from vectorize import distances, group_means, lookup, ranks

from tenfold import expect


@pytest.mark.points(1)
def test_distances_of_a_few_rows(rng):
    """`distances` has the values of the example, and of five rows against three.

    Row i of the result belongs to row i of `a`, column j to row j of `b`. The result is float64.
    """
    found = expect.array(distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.zeros((1, 2))), shape=(2, 1), kind="f")
    assert np.allclose(found, [[0.0], [5.0]], rtol=1e-9, atol=0)
    a, b = rng.normal(size=(5, 2)), rng.normal(size=(3, 2))
    expected = [[math.dist(x, y) for y in b.tolist()] for x in a.tolist()]
    assert np.allclose(expect.array(distances(a, b), shape=(5, 3), kind="f"), expected, rtol=1e-9, atol=0)


@pytest.mark.points(1)
def test_group_means_of_a_few_rows(rng):
    """`group_means` has the values of the example, and of three groups of two rows.

    A group that nobody is in has no mean: its row is nan.
    """
    values, group = np.array([[1.0, 10.0], [2.0, 20.0], [5.0, 50.0]]), np.array([2, 0, 2])
    found = expect.array(group_means(values, group, 3), shape=(3, 2), kind="f", finite=False)
    assert np.allclose(found, [[2, 20], [np.nan, np.nan], [3, 30]], rtol=1e-9, atol=0, equal_nan=True)
    values = rng.normal(10, 1, size=(6, 3))
    found = expect.array(group_means(values, np.array([0, 1, 2, 2, 1, 0]), 3), shape=(3, 3), kind="f")
    assert np.allclose(found, (values[:3] + values[:2:-1]) / 2, rtol=1e-9, atol=0)


@pytest.mark.points(1)
def test_ranks_of_a_few_values(rng):
    """`ranks` has the values of the example, and of a shuffled row of numbers.

    Ranks begin at 1. Two values that share places 3 and 4 both get 3.5.
    """
    found = expect.array(ranks(np.array([30.0, 10.0, 30.0, 20.0])), shape=(4,), kind="f")
    assert np.allclose(found, [3.5, 1.0, 3.5, 2.0], rtol=0, atol=1e-9)
    places = rng.permutation(20)
    found = expect.array(ranks(places * 0.5 - 3.0), shape=(20,), kind="f")
    assert np.allclose(found, places + 1, rtol=0, atol=1e-9)


@pytest.mark.points(1)
def test_lookup_of_a_few_keys(rng):
    """`lookup` has the values of the example, and of ten shuffled keys.

    Keys come in any order; a key that is not there gives the default.
    """
    found = lookup(np.array([7, 3, 8]), np.array([7, 9, 3, 7]), np.array([1.5, 2.5, 3.5, 4.5]), -1.0)
    assert np.array_equal(expect.array(found, shape=(3,), kind="f"), [1.5, 3.5, -1.0])
    keys, values = rng.permutation(10) * 3, rng.normal(size=10)
    found = lookup(np.append(keys[::-1], [1, 100]), keys, values, 0.25)
    assert np.array_equal(expect.array(found, shape=(12,), kind="f"), np.append(values[::-1], [0.25, 0.25]))
