"""Four loops from a feature pipeline, written for whole arrays."""

import numpy as np


def distances(a, b):
    """Return the Euclidean distance of every row of a (n, d) to every row of b (m, d), as float64 (n, m).

    Differences come first and squares second, so that a common offset cancels while it is still exact. One column at
    a time: two arrays of (n, m) are all that is ever held, never one of (n, m, d).
    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    total = np.zeros((len(a), len(b)))
    for x, y in zip(a.T, b.T, strict=True):  # d steps, each over n * m numbers
        step = np.subtract.outer(x, y)  # (n, m)
        step *= step
        total += step
    return np.sqrt(total, out=total)


def group_means(values, group, n_groups):
    """Return the mean row of each group as float64 (n_groups, d); nan for a group without rows.

    `bincount` adds each weight to the slot that its label names, always in float64, in one pass.
    """
    group = group.astype(np.intp)
    count = np.bincount(group, minlength=n_groups)  # (n_groups,)
    out = np.full((n_groups, values.shape[1]), np.nan)
    for k, column in enumerate(values.T):  # d steps, each over n numbers
        total = np.bincount(group, weights=column, minlength=n_groups)
        np.divide(total, count, out=out[:, k], where=count > 0)
    return out


def ranks(x):
    """Return the rank of every value of x (n,), from 1, as float64; equal values share the mean of their ranks.

    A run of c equal values that ends at place e of the sorted order has the ranks e - c + 1 to e.
    """
    _, run, count = np.unique(x, return_inverse=True, return_counts=True)  # run: which run each value belongs to
    end = np.cumsum(count)  # (runs,)
    return (end - (count - 1) / 2)[run]


def lookup(wanted, keys, values, default):
    """Return the value of the first key that equals each wanted one, as float64 (n,); default where there is none."""
    if len(keys) == 0:
        return np.full(len(wanted), float(default))
    order = np.argsort(keys, kind="stable")  # stable: equal keys stay in their order
    place = np.searchsorted(keys, wanted, side="left", sorter=order)  # the first key that is not smaller
    place = order[np.minimum(place, len(keys) - 1)]  # beyond the last key: any, as the test below says no
    return np.where(keys[place] == wanted, values[place], float(default))
