"""The same by hand: folds dealt out like cards, the pipeline in numpy up to the regression, scores in a table."""

from bisect import bisect_left
from collections import defaultdict

import numpy as np
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression


def make_folds(y, k, groups=None, time=None, horizon=0, seed=0):
    """Give each row the number of the fold that tests it."""
    y = np.asarray(y)
    n = len(y)
    if time is not None:
        time = np.asarray(time)
        days = sorted(time.tolist())
        edges = [days[i * n // (k + 1)] for i in range(1, k + 1)]
        block = np.array([bisect_left(edges, day + 1) for day in time.tolist()])  # 0 is never tested
        return [(np.nonzero(time < edges[i - 1] - horizon)[0], np.nonzero(block == i)[0]) for i in range(1, k + 1)]
    rng = np.random.default_rng(seed)
    fold_of = np.empty(n, dtype=np.int64)
    if groups is None:
        card = 0
        for label in (1, 0):
            for row in rng.permutation(np.flatnonzero(y == label)):
                fold_of[row] = card % k
                card += 1
    else:
        members = defaultdict(list)
        for row, group in enumerate(np.asarray(groups).tolist()):
            members[group].append(row)
        hands = list(members.values())
        rng.shuffle(hands)
        rare = int(2 * y.sum() <= n)
        hands.sort(key=lambda rows: (-(y[rows] == rare).sum(), -len(rows)))
        held, sizes = [0] * k, [0] * k  # rows of the rarer class, and all rows
        for rows in hands:
            found = int((y[rows] == rare).sum())
            room = min(sizes) + n / (4 * k)  # no fold gets far ahead of the smallest
            folds = [i for i in range(k) if sizes[i] <= room]
            poorest = min(folds, key=lambda i: (held[i], sizes[i]) if found else (sizes[i], held[i]))
            fold_of[rows] = poorest
            held[poorest] += found
            sizes[poorest] += len(rows)
    return [(np.nonzero(fold_of != i)[0], np.nonzero(fold_of == i)[0]) for i in range(k)]


def fit_predict(X, y, train, test, params):
    """Prepare both parts with numbers of the training rows."""
    A, B, labels = X[train].copy(), X[test].copy(), y[train]
    middle = np.nanmedian(A, axis=0)
    for part in (A, B):
        gaps = np.isnan(part)
        part[gaps] = np.take(middle, np.nonzero(gaps)[1])
    centre, scale = A.mean(axis=0), A.std(axis=0)
    A, B = (A - centre) / scale, (B - centre) / scale
    r = A.T @ (labels - labels.mean()) / labels.std() / len(labels)  # F of two classes grows with r²
    keep = np.argsort(-(r**2))[: params["columns"]]
    model = LogisticRegression(C=params["C"], max_iter=1000).fit(A[:, keep], labels)
    return model.predict_proba(B[:, keep])[:, list(model.classes_).index(1)]


def auc_of(labels, scores):
    """Return the AUC by ranks."""
    ones = int(labels.sum())
    return (rankdata(scores)[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(labels) - ones))


def estimate(run, y, grid, k=5, inner=3, groups=None, time=None, horizon=0, seed=0):
    """Loop inside a loop."""
    y = np.asarray(y)

    def split(rows, parts):
        part = [None if of is None else np.asarray(of)[rows] for of in (groups, time)]
        for a, b in make_folds(y[rows], parts, *part, horizon, seed):
            if {0, 1} == set(y[rows[a]].tolist()) == set(y[rows[b]].tolist()):
                yield rows[a], rows[b]

    def tune(rows):
        if len(grid) < 2:
            return grid[0]
        table = [[auc_of(y[b], run(a, b, params)) for params in grid] for a, b in split(rows, inner)]
        return grid[np.mean(table, axis=0).argmax()] if table else grid[0]

    everything = np.arange(len(y))
    results = [auc_of(y[b], run(a, b, tune(a))) for a, b in split(everything, k)]
    return {"auc": sum(results) / len(results), "params": tune(everything)}
