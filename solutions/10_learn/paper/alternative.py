"""Ebb from the statement and the paper alone: one stump at a time, sums over plain rows, a model as it grows."""

import math
import statistics

import numpy as np


def start_weights(y):
    """Equation 1."""
    plus = int(np.count_nonzero(y > 0))
    root = {1: math.sqrt(plus), -1: math.sqrt(len(y) - plus)}
    whole = root[1] + root[-1]
    return np.array([1 / (root[label] * whole) for label in y.tolist()])


def votes(x, threshold, direction, gap):
    """Equation 2."""
    out = np.zeros(len(x))
    far = np.nan_to_num(x - threshold)
    out[far > gap + 1e-9] = direction
    out[far < -gap - 1e-9] = -direction
    return out


def edge(w, y, h):
    """Equation 3."""
    heard = np.flatnonzero(h)
    reach = float(np.sum(w[heard]))
    if reach <= 0:
        return 0.0, 0.0
    pull = float(np.sum(w[heard] * (y * h)[heard]))
    return pull / reach, abs(pull) / math.sqrt(reach * float(np.sum(w)))


def strength(r, n):
    """Equation 4 and A.4."""
    alpha = math.log((n + n * r + 1) / (n - n * r + 1)) / 2
    return math.copysign(min(abs(alpha), 1.5), alpha)


def regret(m, alpha, y, h, leak):
    """Equation 5."""
    new = m.copy()
    for i in np.flatnonzero(h):
        new[i] = leak * m[i] - alpha * y[i] * h[i]
    return new


def weights(start, m, cap, fall):
    """Equation 6."""
    return start * np.exp(np.where(m > cap, cap - fall * (m - cap), m))


def fit(X, y, rounds, band, leak, cap, fall):
    """Algorithm 1."""
    n, d = X.shape
    stumps = []
    for column in range(d):
        there = np.sort(X[:, column][~np.isnan(X[:, column])])
        if there.size == 0:
            continue
        middle = np.median(there)
        gap = float(band * np.median(abs(there - middle)))
        for tenth in range(9, 0, -1):
            threshold = float(np.percentile(there, 10 * tenth))
            stumps.append((column, threshold, gap, votes(X[:, column], threshold, 1, gap)))
    model = {"column": [], "threshold": [], "gap": [], "direction": [], "alpha": []}
    s = w = start_weights(y)
    m = np.zeros(n)
    for t in range(1, rounds + 1):
        best, chosen = -1.0, None
        table = [edge(w, y, h) for *_, h in stumps]
        top = max((merit for _, merit in table), default=0.0)
        if top < 0.01:
            break
        for (r, merit), stump in zip(table, stumps, strict=True):
            if chosen is None and merit >= top - 1e-12:
                best, chosen = r, stump
        column, threshold, gap, h = chosen
        direction = -1 if best < 0 else 1
        alpha = strength(direction * best, n)
        for key, value in zip(model, (column, threshold, gap, direction, alpha), strict=True):
            model[key].append(value)
        m = regret(m, alpha, y, direction * h, leak)
        forgiving = t + 1 > math.ceil(rounds / 4)
        w = weights(s, m, cap, fall) if forgiving else s * np.exp(m)
    plus = int((y > 0).sum())
    return {**{key: np.array(value) for key, value in model.items()}, "tie": 1 if plus <= n - plus else -1}


def score(model, X):
    """Equation 7."""
    above, below = np.zeros(len(X)), np.zeros(len(X))
    keys = ("column", "threshold", "gap", "direction", "alpha")
    for j, threshold, gap, direction, alpha in zip(*(model[k].tolist() for k in keys), strict=True):
        h = votes(X[:, int(j)], threshold, direction, gap)
        above += alpha * h
        below += alpha * abs(h)
    below[below == 0] = 1
    return above / below


def predict(model, X):
    """Sign, and the tie class."""
    return np.array([model["tie"] if abs(f) <= 1e-12 else int(math.copysign(1, f)) for f in score(model, X).tolist()])


def _recall(y, found):
    return 100 * statistics.mean([float(np.mean(found[y == c] == c)) for c in (1, -1)])


def report(studies, settings):
    """Section 4."""
    best = None
    for place, setting in enumerate(settings):
        models = [fit(one["X_train"], one["y_train"], **setting) for one in studies]
        valid = statistics.mean(
            _recall(one["y_valid"], predict(model, one["X_valid"])) for model, one in zip(models, studies, strict=True)
        )
        if best is None or valid > best[0] + 1e-12:
            best = valid, place, models
    _, place, models = best
    cells = [_recall(one["y_test"], predict(model, one["X_test"])) for model, one in zip(models, studies, strict=True)]
    return {"setting": place, "mean": statistics.mean(cells), "se": statistics.stdev(cells) / math.sqrt(len(cells))}
