"""Tables to fit, by kind, and the pipeline of the statement; rows in neither part are wild."""

import numpy as np
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tenfold.expect import Unexpected, array

SAME, NEAR = 1e-6, 1e-3
"""How far an answer may move for what must not matter, and be from the pipeline's."""


def pipeline(X, y, train, test, params):
    """Return the answers of the statement's pipeline."""
    model = make_pipeline(
        SimpleImputer(strategy="median"),
        StandardScaler(),
        SelectKBest(f_classif, k=params["columns"]),
        LogisticRegression(C=params["C"], max_iter=1000),
    )
    return model.fit(X[train], y[train]).predict_proba(X[test])[:, 1]


def within(most):
    """Return what says whether answers are probabilities, and so near to those wanted, where these are no nan."""

    def same(found, wanted):
        found = array(found, shape=(len(wanted),), kind="f")
        if not ((found >= 0) & (found <= 1)).all():
            raise Unexpected("not all are from 0 to 1")
        return np.nanmax(np.abs(found - wanted)) <= most

    return same


def _clear(X, y, train, params):
    """Return whether the training rows are as the statement has them, and no two columns nearly tie for a place."""
    A, labels = X[train], y[train] - y[train].mean()
    there = [A[~np.isnan(A[:, j]), j] for j in range(A.shape[1])]
    if not labels.any() or any(len(values) == 0 or np.ptp(values) == 0 for values in there):
        return False
    A = np.where(np.isnan(A), np.nanmedian(A, axis=0), A)
    A = (A - A.mean(axis=0)) / A.std(axis=0)
    r = np.sort(np.abs(A.T @ labels))[::-1]
    k = params["columns"]
    return k == len(r) or r[k - 1] > r[k] * (1 + 1e-6)


def table(rng, n=150, d=12, columns=4, C=1.0, missing=0.1, tested=40, positive=0.4, values=None, rare=None):
    """Return (X, y, train, test, params): n training rows, some test rows, and 60 wild ones in neither part."""
    rows = n + tested + 60
    while True:
        X = rng.normal(size=(rows, d))
        z = X[:, : min(d, 3)].sum(axis=1) + rng.normal(size=rows)
        y = (z > np.quantile(z, 1 - positive)).astype(np.int64)
        X = X if values is None else values(X)
        X[rng.random(X.shape) < missing] = np.nan
        train, test, others = np.split(rng.permutation(rows), [n, n + tested])
        if rare is not None:
            y[train] = np.arange(n) < rare
        X[others] = 1e3 * (rng.normal(size=(60, d)) + y[others, None])
        X[others[:20]] = np.nan
        params = {"columns": columns, "C": C}
        if _clear(X, y, train, params):
            return X, y, train, test, params


def _sizes(X):
    return X * 10.0 ** (np.arange(X.shape[1]) % 13 - 6) + np.arange(X.shape[1]) % 3


def _far(X):
    X[::17] *= 1e6
    return X


def _empty_tests(rng):
    X, y, train, test, params = table(rng)
    X[test[::3]] = np.nan
    X[test, 0] = np.nan
    return X, y, train, test, params


def kinds(rng):
    """Return calls of `fit_predict` for every kind of table."""

    def some(times=2, **options):
        return [table(rng, **options) for _ in range(times)]

    return {
        "a few columns of many": some(d=60, columns=5) + some(1, d=600, columns=20),
        "one column": [*some(d=1, columns=1), *some(columns=1)],
        "all columns": some(columns=12),
        "no missing values": some(missing=0.0),
        "half of the values missing": some(missing=0.5),
        "columns with a mean far from their median": some(values=lambda X: np.exp(2 * X), missing=0.3),
        "columns of very different size": some(values=_sizes),
        "single values far from all others": some(values=_far),
        "whole numbers": some(values=np.round, d=6, columns=3),
        "columns of 0 and 1": some(values=lambda X: (X > 0.8) * 1.0, d=6, columns=3),
        "20 training rows": some(n=20, missing=0.0),
        "one test row": some(tested=1),
        "more test rows than training rows": some(n=40, tested=300, missing=0.05),
        "test rows and columns without values": [_empty_tests(rng) for _ in range(3)],
        "a rare class": [*some(positive=0.06), *some(rare=1), *some(rare=149)],
        "C from 0.01 to 100": [c for C in (0.01, 0.05, 5.0, 100.0) for c in some(C=C)],
        "5,000 rows in each part": some(1, n=5000, tested=5000, d=4, columns=2, values=_drift(rng)),
    }


def _drift(rng):
    """Return what moves the values of some rows, so that no part of the rows is like the whole."""

    def move(X):
        return X + 3 * (rng.random((len(X), 1)) < 0.5) * np.arange(X.shape[1])

    return move


def unrelated(rng, call, before):
    """Return by kind calls that differ from one in what must not matter, each with the answers that must come."""
    X, y, train, test, params = call
    others = ~np.isin(np.arange(len(y)), train)
    neither = others & ~np.isin(np.arange(len(y)), test)
    few = test[: len(test) // 4]

    def wild(rows, scale=300.0):
        changed = X.copy()
        changed[rows] = 50 + scale * (rng.normal(size=(rows.sum(), X.shape[1])) + y[rows, None])
        return changed

    only = others & ~np.isin(np.arange(len(y)), few)
    some = np.append(before[: len(few)], np.full(len(test) - len(few), np.nan))
    turned = rng.permutation(len(test))
    return {
        "other labels outside the training rows": [((X, np.where(others, 1 - y, y), train, test, params), before)],
        "other values in rows of neither part": [((wild(neither), y, train, test, params), before)],
        "rows of neither part without values": [((wild(neither, np.nan), y, train, test, params), before)],
        "other values in the other test rows": [((wild(only), y, train, test, params), some)],
        "fewer test rows": [((X, y, train, few, params), before[: len(few)])],
        "one test row": [((X, y, train, test[i : i + 1], params), before[i : i + 1]) for i in (0, 3)],
        "test rows in another order": [((X, y, train, test[turned], params), before[turned])],
    }


def kept(rng):
    """Return calls of one form, for what may be kept between them."""
    return [table(rng, n=60, tested=30) for _ in range(4)]
