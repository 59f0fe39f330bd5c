# Breaks: "block i begins with the day of row number i · n // (k + 1), and ends before the first day of block i + 1"
# Why: rows of the cutting day that sort before the cut stay in the block before.
"""Cross-validation without leaks."""

import numpy as np
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def _plain_labels(y, k, rng):
    """Return the test fold of each row: each class is shuffled, then dealt; the next class goes on where it ended."""
    order = np.concatenate([rng.permutation(np.flatnonzero(y == c)) for c in np.unique(y)])
    fold = np.empty(len(y), dtype=np.int64)
    fold[order] = rng.permutation(k)[np.arange(len(y)) % k]
    return fold


def _group_labels(y, groups, k, rng):
    """Return the test fold of each row: groups of one kind are dealt in rounds, the largest to the smallest fold."""
    names, code = np.unique(groups, return_inverse=True)
    code = code.reshape(-1)
    positives = np.bincount(code, weights=(y == 1), minlength=len(names)) > 0
    negatives = np.bincount(code, weights=(y != 1), minlength=len(names)) > 0
    sizes = np.bincount(code, minlength=len(names))
    rows = np.zeros(k, dtype=np.int64)
    fold_of = np.empty(len(names), dtype=np.int64)
    for kind in (positives & negatives, positives & ~negatives, negatives & ~positives):
        members = rng.permutation(np.flatnonzero(kind))
        for at in range(0, len(members), k):
            one_round = members[at : at + k]
            one_round = one_round[np.argsort(-sizes[one_round], kind="stable")]
            order = rng.permutation(k)
            order = order[np.argsort(rows[order], kind="stable")][: len(one_round)]
            fold_of[one_round] = order
            rows[order] += sizes[one_round]
    return fold_of[code]


def _time_folds(time, k, horizon):
    """Return folds of blocks of whole days, trained on rows whose label is known by then."""
    order, n = np.argsort(time, kind="stable"), len(time)
    ordered = time[order]
    folds = []
    for i in range(1, k + 1):
        first = ordered[i * n // (k + 1)]
        test = np.zeros(n, dtype=bool)
        test[order[i * n // (k + 1) : (i + 1) * n // (k + 1) if i < k else n]] = True
        train = time + horizon < first
        folds.append((np.flatnonzero(train), np.flatnonzero(test)))
    return folds


def make_folds(y, k, groups=None, time=None, horizon=0, seed=0):
    """Return a list of k pairs (train, test) of row numbers, each a 1-D int array."""
    y = np.asarray(y)
    if time is not None:
        return _time_folds(np.asarray(time), k, horizon)
    rng = np.random.default_rng(seed)
    if groups is not None:
        fold = _group_labels(y, np.asarray(groups), k, rng)
    else:
        fold = _plain_labels(y, k, rng)
    return [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(k)]


def fit_predict(X, y, train, test, params):
    """Fit the pipeline on the training rows alone; return P(y = 1) of the test rows, floats (len(test),)."""
    model = make_pipeline(
        SimpleImputer(strategy="median"),
        StandardScaler(),
        SelectKBest(f_classif, k=params["columns"]),
        LogisticRegression(C=params["C"], max_iter=1000),
    )
    model.fit(X[train], y[train])
    return model.predict_proba(X[test])[:, 1]


def _usable(y, train, test):
    """Say whether both parts hold both classes."""
    return all(len(part) and y[part].min() != y[part].max() for part in (train, test))


def estimate(run, y, grid, k=5, inner=3, groups=None, time=None, horizon=0, seed=0):
    """Return {"auc": the AUC to expect on fresh rows, "params": the setting to fit with on all rows}."""
    y = np.asarray(y)

    def folds_of(rows, k):
        part = [None if values is None else np.asarray(values)[rows] for values in (groups, time)]
        folds = make_folds(y[rows], k, part[0], part[1], horizon, seed)
        pairs = [(rows[train], rows[test]) for train, test in folds]
        return [(train, test) for train, test in pairs if _usable(y, train, test)]

    def auc(train, test, params):
        return roc_auc_score(y[test], run(train, test, params))

    def choose(rows):
        if len(grid) == 1:
            return grid[0]
        folds = folds_of(rows, inner)
        if not folds:
            return grid[0]
        means = [np.mean([auc(train, test, params) for train, test in folds]) for params in grid]
        return grid[int(np.argmax(means))]

    everybody = np.arange(len(y))
    found = [auc(train, test, choose(train)) for train, test in folds_of(everybody, k)]
    return {"auc": float(np.mean(found)), "params": choose(everybody)}
