"""Cross-validation without leaks, in plain Python: dicts, lists, and steps that are fitted one by one."""

import copy
import random
from collections import defaultdict

import numpy as np
from sklearn.feature_selection import f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score


def numbers(rows):
    """Return row numbers as a rising array."""
    return np.array(sorted(rows), dtype=np.int64)


def make_folds(y, k, groups=None, time=None, horizon=0, seed=0):
    """Return a list of k pairs (train, test) of row numbers, each a 1-D int array."""
    n = len(y)
    if time is not None:
        days = [int(day) for day in time]
        in_order = sorted(days)
        firsts = [in_order[i * n // (k + 1)] for i in range(1, k + 1)] + [in_order[-1] + 1]
        return [
            (
                numbers(row for row in range(n) if days[row] + horizon < first),
                numbers(row for row in range(n) if first <= days[row] < end),
            )
            for first, end in zip(firsts, firsts[1:])
        ]
    chance = random.Random(int(seed))
    names = range(n) if groups is None else np.asarray(groups).tolist()
    members = defaultdict(list)  # a plain row is a group of its own
    for row, name in enumerate(names):
        members[name].append(row)
    kinds = defaultdict(list)
    for name, rows in members.items():
        kinds[tuple(sorted({int(y[row]) for row in rows}))].append(name)
    tested = [[] for _ in range(k)]
    for kind in sorted(kinds):
        hand = kinds[kind]
        chance.shuffle(hand)
        while hand:
            # one round: each fold gets one group of this kind at most, the largest goes to the smallest fold
            deal, hand = sorted(hand[:k], key=lambda name: -len(members[name])), hand[k:]
            order = list(range(k))
            chance.shuffle(order)
            order.sort(key=lambda i: len(tested[i]))
            for i, name in zip(order, deal):
                tested[i] += members[name]
    folds = []
    for test in tested:
        out = set(test)
        folds.append((numbers(row for row in range(n) if row not in out), numbers(test)))
    return folds


def fit_predict(X, y, train, test, params):
    """Fit the steps on the training rows alone; return P(y = 1) of the test rows, floats (len(test),)."""
    known, labels, asked = X[train], y[train], X[test]
    medians = np.nanmedian(known, axis=0)
    known = np.where(np.isnan(known), medians, known)
    asked = np.where(np.isnan(asked), medians, asked)
    centre, spread = known.mean(axis=0), known.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    known, asked = (known - centre) / spread, (asked - centre) / spread
    scores = np.nan_to_num(f_classif(known, labels)[0], nan=-1.0, posinf=np.finfo(float).max)
    best = np.sort(np.argsort(scores, kind="stable")[len(scores) - params["columns"] :])
    model = LogisticRegression(C=params["C"], max_iter=1000).fit(known[:, best], labels)
    return model.predict_proba(asked[:, best])[:, list(model.classes_).index(1)]


class Study:
    """What `estimate` was asked, and its two loops."""

    def __init__(self, run, y, grid, inner, groups, time, horizon, seed):
        self.run, self.y, self.grid, self.inner = run, np.asarray(y), grid, inner
        self.groups, self.time, self.horizon, self.seed = groups, time, horizon, seed

    def folds(self, rows, k):
        """Yield the folds of some rows that have both classes on both sides, in numbers of the whole."""
        groups = None if self.groups is None else self.groups[rows]
        time = None if self.time is None else self.time[rows]
        for train, test in make_folds(self.y[rows], k, groups, time, self.horizon, self.seed):
            if len(set(self.y[rows[train]].tolist())) == len(set(self.y[rows[test]].tolist())) == 2:
                yield rows[train], rows[test]

    def auc(self, train, test, setting):
        """Return the AUC of one fit."""
        return float(roc_auc_score(self.y[test], self.run(train, test, setting)))

    def choose(self, rows):
        """Return the setting with the best mean over the inner folds."""
        best, best_mean = self.grid[0], None
        if len(self.grid) == 1:
            return best
        folds = list(self.folds(rows, self.inner))
        if not folds:
            return best
        for setting in self.grid:
            aucs = [self.auc(train, test, setting) for train, test in folds]
            mean = sum(aucs) / len(aucs)
            if best_mean is None or mean > best_mean:
                best, best_mean = setting, mean
        return best


def estimate(run, y, grid, k=5, inner=3, groups=None, time=None, horizon=0, seed=0):
    """Return {"auc": the AUC to expect on fresh rows, "params": the setting to fit with on all rows}."""
    study = Study(run, y, grid, inner, groups, time, horizon, seed)
    rows = np.arange(len(y))
    aucs = []
    for train, test in study.folds(rows, k):
        aucs.append(study.auc(train, test, study.choose(train)))
    return {"auc": sum(aucs) / len(aucs), "params": copy.deepcopy(study.choose(rows))}
