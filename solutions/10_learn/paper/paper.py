"""Ebb, read out of its paper: boosting with stumps that abstain and weights that forgive. Numbers are the paper's."""

import numpy as np

BORDER = 1e-9  # a row this close to the gap's border abstains, however deciles are rounded (A.2)
SAME = 1e-12  # merits and validation means closer than this are equal (appendix A.3, A.7)
LARGEST = 1.5  # the greatest strength of a stump (A.4)
LEAST = 0.01  # training stops below this merit (A.3)


def start_weights(y):
    """Return the weights before the first round, (n,): equation 1, half-way between rows alike and classes alike."""
    size = np.where(y == 1, (y == 1).sum(), (y == -1).sum())  # (n,) rows of the row's own class
    s = 1 / np.sqrt(size)
    return s / s.sum()


def votes(x, threshold, direction, gap):
    """Return the votes -1, 0, 1 of a stump on one column, (n,): equation 2; a missing value abstains."""
    beyond = np.abs(x - threshold) > gap + BORDER  # False for nan
    return np.where(beyond, direction * np.sign(x - threshold), 0.0)


def edge(w, y, h):
    """Return the edge among the rows that vote, and the merit: equation 3."""
    voting = (w * np.abs(h)).sum()
    if voting == 0:
        return 0.0, 0.0
    r = (w * y * h).sum() / voting
    return float(r), float(np.abs(r) * np.sqrt(voting / w.sum()))


def strength(r, n):
    """Return how much a stump of edge r counts after training on n rows: equation 4 and its clip."""
    return float(np.clip(0.5 * np.log((1 + r + 1 / n) / (1 - r + 1 / n)), -LARGEST, LARGEST))


def regret(m, alpha, y, h, leak):
    """Return the regrets after a round, (n,): equation 5; rows on which the stump abstains keep theirs."""
    return np.where(h != 0, leak * m - alpha * y * h, m)


def weights(start, m, cap, fall):
    """Return the weights that follow from regrets, (n,): equation 6, a tent whose top is at the cap."""
    return start * np.exp(np.minimum(m, cap) - fall * np.maximum(m - cap, 0.0))


def candidates(X, band):
    """Return (column, threshold, gap) of every stump, in the order in which equals are preferred (A.2, A.3)."""
    found = []
    for column in range(X.shape[1]):
        x = X[~np.isnan(X[:, column]), column]
        if len(x):
            gap = band * np.median(np.abs(x - np.median(x)))
            found += [(column, t, gap) for t in np.quantile(x, np.arange(1, 10) / 10)[::-1]]  # higher ones first
    return found


def fit(X, y, rounds, band, leak, cap, fall):
    """Train as in algorithm 1; return a dict of arrays (rounds kept,) and the class of ties."""
    stumps = candidates(X, band)
    H = np.array([votes(X[:, j], t, 1, gap) for j, t, gap in stumps]).reshape(len(stumps), len(y))  # (stumps, n)
    start = start_weights(y)
    m = np.zeros(len(y))
    kept = []
    for t in range(1, rounds + 1):
        warm = t <= np.ceil(rounds / 4)  # nothing is forgiven yet (A.5)
        w = weights(start, m, np.inf if warm else cap, 0.0 if warm else fall)
        pull, voting = H @ (w * y), np.abs(H) @ w  # (stumps,)
        merit = np.abs(pull) / np.sqrt(np.maximum(voting * w.sum(), 1e-300))
        if len(merit) == 0 or merit.max() < LEAST:
            break
        best = int(np.argmax(merit >= merit.max() - SAME))  # the first of equals
        direction = 1 if pull[best] >= 0 else -1
        h = direction * H[best]
        alpha = strength(edge(w, y, h)[0], len(y))
        m = regret(m, alpha, y, h, leak)
        kept.append((*stumps[best], direction, alpha))
    column, threshold, gap, direction, alpha = (np.array([k[i] for k in kept]) for i in range(5))
    return {
        "column": column.astype(np.int64),
        "threshold": threshold.astype(float),
        "gap": gap.astype(float),
        "direction": direction.astype(np.int64),
        "alpha": alpha.astype(float),
        "tie": 1 if (y == 1).sum() <= (y == -1).sum() else -1,
    }


def score(model, X):
    """Return the score of each row, (n,) from -1 to 1: equation 7, votes over the votes that were cast."""
    total, cast = np.zeros(len(X)), np.zeros(len(X))
    for i in range(len(model["alpha"])):
        x = X[:, model["column"][i]]
        h = votes(x, model["threshold"][i], model["direction"][i], model["gap"][i])
        total += model["alpha"][i] * h
        cast += model["alpha"][i] * np.abs(h)
    return np.divide(total, cast, out=np.zeros(len(X)), where=cast > 0)


def predict(model, X):
    """Return the class of each row, (n,) of -1 and 1; a score of zero gives the rarer class (A.6)."""
    F = score(model, X)
    return np.where(np.abs(F) <= SAME, model["tie"], np.sign(F)).astype(np.int64)


def balanced(y, found):
    """Return the mean of the two classes' recalls, in percent."""
    return 50 * sum((found[y == label] == label).mean() for label in (-1, 1))


def report(studies, settings):
    """Return one cell of table 1: the setting chosen on validation rows, and mean and standard error on test rows."""
    models = [[fit(s["X_train"], s["y_train"], **setting) for s in studies] for setting in settings]
    means = [
        np.mean([balanced(s["y_valid"], predict(m, s["X_valid"])) for m, s in zip(row, studies, strict=True)])
        for row in models
    ]
    chosen = next(i for i, mean in enumerate(means) if mean >= max(means) - SAME)
    tested = [balanced(s["y_test"], predict(m, s["X_test"])) for m, s in zip(models[chosen], studies, strict=True)]
    return {
        "setting": chosen,
        "mean": float(np.mean(tested)),
        "se": float(np.std(tested, ddof=1) / np.sqrt(len(tested))),
    }
