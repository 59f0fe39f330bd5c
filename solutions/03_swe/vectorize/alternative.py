"""The same four functions in another style: blocks of rows, sorting and stretches, and a dict."""

import numpy as np

BLOCK_MB = 16  # of differences held at a time


def distances(a, b):
    """Broadcast, but only as many rows of a at a time as fit into a block."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    rows = max(1, (BLOCK_MB << 20) // max(1, 8 * b.size))
    out = np.empty((len(a), len(b)))
    for start in range(0, len(a), rows):
        gap = a[start : start + rows, None, :] - b[None, :, :]  # (rows, m, d)
        out[start : start + rows] = np.sqrt(np.square(gap).sum(axis=2))
    return out


def group_means(values, group, n_groups):
    """Sort the rows by group, then add up each stretch of equal labels; groups without rows keep nan."""
    out = np.full((n_groups, values.shape[1]), np.nan)
    if len(values) == 0:
        return out
    order = np.argsort(group, kind="stable")
    labels, start, count = np.unique(group[order], return_index=True, return_counts=True)
    sums = np.add.reduceat(values[order].astype(float), start, axis=0)
    out[labels.astype(int)] = sums / count[:, None]
    return out


def ranks(x):
    """Sort, find where runs of equal values begin, and give each run the middle of its places."""
    order = np.argsort(x)
    ordered = x[order]
    first = np.append(True, ordered[1:] != ordered[:-1])[: len(x)]
    begin = np.flatnonzero(first)
    length = np.diff(np.append(begin, len(x)))
    out = np.empty(len(x))
    out[order] = np.repeat(begin + (length + 1) / 2, length)
    return out


def lookup(wanted, keys, values, default):
    """Ask a dict, which answers each question at once; filled from the back, so that the first of equal keys stays."""
    table = dict(zip(keys[::-1].tolist(), values[::-1].tolist(), strict=True))
    return np.array([table.get(key, default) for key in wanted.tolist()], dtype=float)
