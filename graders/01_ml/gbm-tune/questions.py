"""What is asked of a model: the same rows in other batches, with other labels, values and branches."""

import numpy as np
import pandas as pd

FAR = 9e8
"""A value far from all others."""
MANY = 0.05
"""Share of the values of a column that makes one a frequent one."""
STRANGERS = ("B99", "b07", "B7", " B07", "Zürich", "missing", "nan", "None", "unknown", "other", "", "b" * 40)
"""Names that no branch has."""


def with_odd_rows(X):
    """Return rows and four more behind them: one without a value, and three with numbers far from all, or 0."""
    odd = pd.concat([X.iloc[[0]]] * 4, ignore_index=True)
    numeric = X.columns.drop("branch")
    odd.loc[0] = np.nan
    for row, value in ((1, FAR), (2, -FAR), (3, 0.0)):
        odd.loc[row, numeric] = value
    return pd.concat([X, odd], ignore_index=True)


def batches(rng, X, p):
    """Return by kind the rows of a batch in other batches, each with the answers that they had."""

    def some(rows):
        rows = np.asarray(rows)
        return X.iloc[rows], p[rows]

    n = len(X)
    high = np.flatnonzero(X["used"] > X["used"].median())
    return {
        "one row": [some([i]) for i in range(n - 24, n)],
        "two rows": [some([i, n - 1 - i]) for i in range(5)],
        "some of the rows": [some(np.arange(n // 3)), some(high)],
        "the same rows in another order": [some(np.arange(n)[::-1]), some(rng.permutation(n))],
        "one row many times": [some(np.full(50, i)) for i in (0, n - 1)],
        "5,000 rows": [some(rng.integers(0, n, 5000)), some(np.sort(rng.integers(0, n, 5000)))],
    }


def two_orders(rng, X):
    """Return rows in two orders."""
    return X, X.iloc[rng.permutation(len(X))].reset_index(drop=True)


def column(X, value):
    """Return a column of branches, all of one name; None for none."""
    return pd.Series([np.nan if value is None else value] * len(X), X.index, X["branch"].dtype)


def named(X, names):
    """Return rows once for each name of their branch."""
    return pd.concat([X.assign(branch=column(X, name)) for name in names], ignore_index=True)


def strangers(rng, X, p, without, closed):
    """Return by kind rows of unknown branches, and what must come: `p` as they are, `without` where none is named."""
    some = rng.random(len(X)) < 0.5
    found = {f"the name {name!r}": [(X.assign(branch=column(X, name)), without)] for name in STRANGERS}
    found["branches that have closed"] = [(X.assign(branch=column(X, name)), without) for name in closed]
    beside = X.assign(branch=X["branch"].mask(some, column(X, "B99")))
    return found | {"unknown names beside known ones": [(beside, np.where(some, without, p))]}


def gaps(rows, X):
    """Return rows with each number missing, or one of its frequent values and its median; and what was put in."""
    put = []
    for name in X.columns.drop("branch"):
        known = X[name].dropna()
        share = known.value_counts(normalize=True)
        values = np.nan, *share.index[share >= MANY], known.quantile(interpolation="lower")
        put += [(name, value) for value in values]
    return pd.concat([rows.assign(**{name: value}) for name, value in put], ignore_index=True), put


def least_told(put, p, sign):
    """Return the least that a gap raises (or lowers, by the column's sign) the answers over those with a value."""
    missing = {name: mean for (name, value), mean in zip(put, p, strict=True) if np.isnan(value)}
    there = [(name, mean) for (name, value), mean in zip(put, p, strict=True) if not np.isnan(value)]
    return min(sign[name] * (missing[name] - mean) for name, mean in there)


def labelled(rng, X, p=None):
    """Return the rows of a table by the kind of their labels, each with what must come."""
    n = len(X)
    return {
        "numbers in another order": [(X.set_axis(rng.permutation(n)), p)],
        "text that occurs twice": [(X.set_axis([f"loan {i}" for i in rng.integers(0, n // 2, n)]), p)],
    }
