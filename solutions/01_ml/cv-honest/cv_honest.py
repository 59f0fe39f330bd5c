"""Cross-validation that promises no more than fresh rows will keep: folds, one honest fit, and the nested loop."""

import numpy as np
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def make_folds(y, k, groups=None, time=None, horizon=0, seed=0):
    """Return k pairs (train, test) of row numbers that repeat how the model will meet rows it does not know."""
    if time is not None:
        return past_folds(np.asarray(time), k, horizon)
    blank = np.zeros(len(y))  # splitters ask for an X, and use its length alone
    if groups is not None:
        return list(StratifiedGroupKFold(k, shuffle=True, random_state=seed).split(blank, y, groups))
    return list(StratifiedKFold(k, shuffle=True, random_state=seed).split(blank, y))


def past_folds(time, k, horizon):
    """Return k folds that train on what is known when the test block begins; rows may come in any order."""
    first = np.sort(time)[np.arange(1, k + 1) * len(time) // (k + 1)]  # (k,) first day of each test block
    after = np.append(first[1:], time.max() + 1)  # (k,) first day after it: a day is never cut in two
    folds = []
    for start, end in zip(first, after, strict=True):
        known = time + horizon < start  # its label is known before the test block begins
        folds.append((np.flatnonzero(known), np.flatnonzero((time >= start) & (time < end))))
    return folds


def fit_predict(X, y, train, test, params):
    """Fit the whole pipeline on the training rows and return P(y = 1) of the test rows, (len(test),)."""
    pipeline = make_pipeline(
        SimpleImputer(strategy="median"),
        StandardScaler(),
        SelectKBest(f_classif, k=params["columns"]),
        LogisticRegression(C=params["C"], max_iter=1000),
    )
    pipeline.fit(X[train], y[train])  # medians, scales and selection come from here, and from nowhere else
    return pipeline.predict_proba(X[test])[:, 1]


def has_auc(y, fold):
    """Return whether training and test rows of a fold both hold both classes."""
    return all(len(np.unique(y[rows])) == 2 for rows in fold)


def fold_aucs(run, y, folds, params):
    """Return the AUC of each fold that has one: scores of two models are not on one scale, so none are pooled."""
    return [roc_auc_score(y[test], run(train, test, params)) for train, test in folds if has_auc(y, (train, test))]


def choose(run, y, grid, k, rows, scheme, seed):
    """Return the setting with the best mean AUC on folds of `rows`; no other row is looked at."""
    if len(grid) == 1:
        return grid[0]
    groups, time, horizon = scheme
    groups, time = (None if of is None else np.asarray(of)[rows] for of in (groups, time))
    folds = [(rows[a], rows[b]) for a, b in make_folds(y[rows], k, groups, time, horizon, seed)]
    means = [np.mean(fold_aucs(run, y, folds, params) or [0.0]) for params in grid]
    return grid[int(np.argmax(means))]  # the first of several best ones


def estimate(run, y, grid, k=5, inner=3, groups=None, time=None, horizon=0, seed=0):
    """Return the AUC to expect of "tune, then fit" on fresh rows, and the settings to fit with on all rows."""
    y = np.asarray(y)
    scheme = groups, time, horizon
    aucs = []
    for train, test in make_folds(y, k, groups, time, horizon, seed):
        if has_auc(y, (train, test)):
            params = choose(run, y, grid, inner, train, scheme, seed)  # anew in each fold, without its test rows
            aucs += fold_aucs(run, y, [(train, test)], params)
    params = choose(run, y, grid, inner, np.arange(len(y)), scheme, seed)
    return {"auc": float(np.mean(aucs)), "params": params}
