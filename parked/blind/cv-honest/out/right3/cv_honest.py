"""Cross-validation without leaks, with scikit-learn and pandas where they fit."""

import warnings

import numpy as np
import pandas as pd
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


def _by_class(y, k, seed):
    splitter = StratifiedKFold(k, shuffle=True, random_state=int(seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class with fewer than k rows is allowed
        return [(np.sort(train), np.sort(test)) for train, test in splitter.split(np.zeros((len(y), 1)), y)]


def _by_group(y, groups, k, seed):
    codes = np.unique(groups, return_inverse=True)[1].reshape(-1)
    table = pd.DataFrame({"code": codes, "y": y}).groupby("code")["y"].agg(["size", "min", "max"])
    table["kind"] = table["min"] + 2 * table["max"]  # 0: negatives alone, 2: both, 3: positives alone
    table = table.sample(frac=1, random_state=np.random.default_rng(seed))
    load, fold = np.zeros(k), {}
    for _, part in table.groupby("kind", sort=True):
        for at in range(0, len(part), k):
            deal = part.iloc[at : at + k].sort_values("size", ascending=False, kind="stable")
            for i, (code, size) in zip(np.argsort(load, kind="stable"), deal["size"].items()):
                fold[code] = i
                load[i] += size
    of_row = np.array([fold[code] for code in codes])
    return [(np.flatnonzero(of_row != i), np.flatnonzero(of_row == i)) for i in range(k)]


def _by_day(time, k, horizon):
    first = np.sort(time)[np.arange(1, k + 1) * len(time) // (k + 1)]
    block = np.searchsorted(first, time, side="right")  # 0 before the first block; of empty blocks, the last has the day
    return [(np.flatnonzero(time + horizon < first[i - 1]), np.flatnonzero(block == i)) for i in range(1, k + 1)]


def make_folds(y, k, groups=None, time=None, horizon=0, seed=0):
    """Return a list of k pairs (train, test) of row numbers, each a 1-D int array."""
    if time is not None:
        return _by_day(time, k, horizon)
    return _by_class(y, k, seed) if groups is None else _by_group(y, groups, k, seed)


def fit_predict(X, y, train, test, params):
    """Fit the pipeline on the training rows alone; return P(y = 1) of the test rows, floats (len(test),)."""
    steps = [
        ("fill", SimpleImputer(strategy="median")),
        ("scale", StandardScaler()),
        ("select", SelectKBest(f_classif, k=params["columns"])),
        ("fit", LogisticRegression(C=params["C"], max_iter=1000)),
    ]
    return Pipeline(steps).fit(X[train], y[train]).predict_proba(X[test])[:, 1]


def _complete(y, fold):
    return all(np.unique(y[part]).size == 2 for part in fold)


def _choose(run, y, rows, grid, inner, scheme):
    if len(grid) == 1:
        return grid[0]
    part = {name: None if values is None else values[rows] for name, values in scheme["rows"].items()}
    folds = make_folds(y[rows], inner, **part, **scheme["plain"])
    folds = [fold for fold in ((rows[a], rows[b]) for a, b in folds) if _complete(y, fold)]
    if not folds:
        return grid[0]
    table = [[roc_auc_score(y[test], run(train, test, setting)) for train, test in folds] for setting in grid]
    means = [sum(line) / len(line) for line in table]
    return grid[means.index(max(means))]


def estimate(run, y, grid, k=5, inner=3, groups=None, time=None, horizon=0, seed=0):
    """Return {"auc": the AUC to expect on fresh rows, "params": the setting to fit with on all rows}."""
    scheme = {"rows": {"groups": groups, "time": time}, "plain": {"horizon": horizon, "seed": seed}}
    aucs = []
    for train, test in make_folds(y, k, groups, time, horizon, seed):
        if _complete(y, (train, test)):
            setting = _choose(run, y, train, grid, inner, scheme)
            aucs.append(roc_auc_score(y[test], run(train, test, setting)))
    return {"auc": float(np.mean(aucs)), "params": _choose(run, y, np.arange(len(y)), grid, inner, scheme)}
