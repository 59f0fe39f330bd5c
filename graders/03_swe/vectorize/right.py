"""What is right: the loop's answer and what it may be off by; for large input the same in one step."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from tenfold import expect
from tenfold.datasets import module

loops = module(Path(__file__).with_name("reference.py"))
CLOSE = 1e-9


def same(found, wanted):
    """Return whether an answer is a float64 array with the loop's values, nan only where the loop has nan."""
    expected, tolerance = wanted
    values = expect.array(found, shape=expected.shape, kind="f", finite=False)
    if not isinstance(found, np.ndarray) or values.dtype != np.float64:
        kind = values.dtype.name if isinstance(found, np.ndarray) else type(found).__name__
        raise expect.Unexpected(f"expected a float64 array, got {kind}")
    with np.errstate(invalid="ignore", over="ignore"):
        near = (np.abs(values - expected) <= tolerance) | (values == expected)
    return bool((near | (np.isnan(values) & np.isnan(expected))).all())


def distances(a, b):
    """Return the distances, and a billionth of each."""
    expected = loops.distances(a, b)
    return expected, CLOSE * expected


def group_means(values, group, n_groups):
    """Return the means, and a billionth of the largest absolute value of each group."""
    return loops.group_means(values, group, n_groups), off_by(values, group, n_groups)


def ranks(x):
    """Return the ranks, and a billionth."""
    return loops.ranks(x), CLOSE


def lookup(wanted, keys, values, default):
    """Return the values, and nothing: they are exact."""
    return loops.lookup(wanted, keys, values, default), 0.0


def off_by(values, group, n_groups):
    """Return what each mean may be off by, (n_groups, 1)."""
    size = np.zeros((n_groups, 1))
    np.maximum.at(size[:, 0], group.astype(int), np.abs(values).max(axis=1).astype(float))
    return CLOSE * size


def large_distances(a, b):
    """Return the same as `distances` for many rows: SciPy takes the differences first."""
    expected = cdist(a.astype(float), b.astype(float))
    return expected, CLOSE * expected


def large_group_means(values, group, n_groups):
    """Return the same as `group_means` for many rows: pandas corrects each sum for what it rounds."""
    means = pd.DataFrame(values.astype(float)).groupby(group.astype(int)).mean()
    return means.reindex(range(n_groups)).to_numpy(), off_by(values, group, n_groups)


def large_ranks(x):
    """Return the same as `ranks` for many values: of a run of equal ones the first and the last place."""
    ordered = np.sort(x)
    return (np.searchsorted(ordered, x, "left") + np.searchsorted(ordered, x, "right") + 1) / 2, CLOSE


def large_lookup(wanted, keys, values, default):
    """Return the same as `lookup` for many keys."""
    table = dict(zip(keys[::-1].tolist(), values[::-1].tolist(), strict=True))
    return np.array([table.get(key, default) for key in wanted.tolist()]), 0.0
