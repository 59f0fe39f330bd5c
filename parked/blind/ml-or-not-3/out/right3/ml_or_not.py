"""ML, rule or nothing: linear discriminant analysis with shrinkage, calibrated on scores of rows left out."""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

LIMIT = 30.0


@dataclass(frozen=True)
class Scorer:
    columns: np.ndarray
    middle: np.ndarray
    spread: np.ndarray
    weights: np.ndarray
    offset: float

    @classmethod
    def train(cls, x, y):
        columns = np.flatnonzero(np.ptp(x, axis=0) > 0)
        share = (y.sum() + 0.5) / (len(y) + 1)
        if columns.size:
            part = x[:, columns]
            middle = part.mean(axis=0)
            spread = (part - middle).std(axis=0)
            columns, middle, spread = columns[spread > 0], middle[spread > 0], spread[spread > 0]
        if not columns.size:
            return cls(columns, np.zeros(0), np.ones(0), np.zeros(0), float(logit(share)))
        lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit((x[:, columns] - middle) / spread, y)
        return cls(columns, middle, spread, lda.coef_.ravel().copy(), float(lda.intercept_[0]))

    def __call__(self, rows):
        total = np.full(len(rows), self.offset)
        for j, m, s, w in zip(self.columns, self.middle, self.spread, self.weights, strict=True):
            total += w * np.clip((rows[:, j] - m) / s, -1e6, 1e6)
        return np.clip(total, -LIMIT, LIMIT)


@dataclass(frozen=True)
class Calibration:
    """Chance of a score: expit(slope * score + offset), or the share where scores tell nothing."""

    slope: float
    offset: float

    @classmethod
    def train(cls, scores, y):
        share = (y.sum() + 0.5) / (len(y) + 1)
        centre, spread = scores.mean(), scores.std()
        if not spread > 1e-9:
            return cls(0.0, float(logit(share)))
        fit = LogisticRegression(C=10.0).fit(((scores - centre) / spread)[:, None], y)
        slope = float(fit.coef_[0, 0]) / spread
        if slope <= 0:
            return cls(0.0, float(logit(share)))
        return cls(slope, float(fit.intercept_[0]) - slope * centre)

    def __call__(self, scores):
        return expit(self.slope * scores + self.offset)


def folds(y):
    return list(StratifiedKFold(10, shuffle=True, random_state=0).split(np.zeros((len(y), 1)), y))


def scores_left_out(x, y):
    scores = np.empty(len(y))
    for inside, outside in folds(y):
        scores[outside] = Scorer.train(x[inside], y[inside])(x[outside])
    return scores


def flags(case, x, y, rows):
    x, y, rows = np.asarray(x, float), np.asarray(y), np.asarray(rows, float)
    chance = Calibration.train(scores_left_out(x, y), y)(Scorer.train(x, y)(rows))
    return np.asarray(chance * case["fn"] > (1 - chance) * case["fp"] + case["explain"], dtype=bool)


def clause(x, y, fp, fn, stale_share):
    """(feature, threshold, above) that costs least on these rows, where some of them are stale."""
    n, d = x.shape
    price = np.where(y == 1, -fn, fp).astype(float)  # what it costs to flag a row rather than not
    mean = price.mean()  # the same for a stale row
    best = (0.0, 0, np.inf, True)  # flag none
    if mean < 0:
        best = (n * mean, 0, -np.inf, True)  # flag all
    for j in range(d):
        order = np.argsort(x[:, j])
        v = x[order, j]
        cuts = np.flatnonzero(v[:-1] < v[1:]) + 1
        if not cuts.size:
            continue
        lower = np.cumsum((1 - stale_share) * price[order] + stale_share * mean)
        below = lower[cuts - 1]
        above = lower[-1] - below
        for cost, up in ((above, True), (below, False)):
            i = int(np.argmin(cost))
            if cost[i] < best[0]:
                low, high = float(v[cuts[i] - 1]), float(v[cuts[i]])
                middle = 0.5 * low + 0.5 * high
                if not low < middle < high:
                    middle = high if up else low
                best = (float(cost[i]), j, middle, up)
    return best[1:]


def follow(rule, x):
    feature, threshold, above = rule
    return x[:, feature] >= threshold if above else x[:, feature] <= threshold


def monthly_loss(counts, audited):
    counts = np.asarray(counts, float)
    age = np.arange(1, counts.size + 1)
    if not counts.any():
        return 0.0

    def badness(u):
        rest = age * np.log1p(-np.exp(u))
        return -np.sum(counts * np.log(-np.expm1(rest)) + (audited - counts) * rest)

    return float(np.exp(minimize_scalar(badness, bounds=(np.log(1e-7), np.log(0.3)), method="bounded").x))


def decide(case):
    x, y = np.asarray(case["x"], float), np.asarray(case["y"])
    fp, fn, months, volume = case["fp"], case["fn"], int(case["months"]), float(case["volume"])
    share = y.mean()
    age = np.arange(months)

    def errors(flagged, explain, gone):
        q = flagged.mean()
        fresh = fp * np.mean(flagged & (y == 0)) + fn * np.mean(~flagged & (y == 1)) + explain * q
        stale = q * ((1 - share) * fp + explain) + (1 - q) * share * fn
        return volume * np.sum((1 - gone) * fresh + gone * stale)

    fixed = {who: case["build"][who] + months * case["upkeep"][who] for who in ("rule", "model")}
    loss = {who: monthly_loss(case["stale"][who], case["audited"]) for who in ("rule", "model")}
    bills = {("nothing",): months * volume * share * fn}

    gone = 1 - (1 - loss["rule"]) ** age
    flagged = np.zeros(len(y), bool)
    for inside, outside in folds(y):
        flagged[outside] = follow(clause(x[inside], y[inside], fp, fn, gone.mean()), x[outside])
    bills["rule", "found"] = fixed["rule"] + errors(flagged, 0.0, gone)
    bills["rule", "all"] = fixed["rule"] + months * volume * (1 - share) * fp

    scores = scores_left_out(x, y)
    chance = np.empty(len(y))
    for inside, outside in folds(y):
        chance[outside] = Calibration.train(scores[inside], y[inside])(scores[outside])
    flagged = chance * fn > (1 - chance) * fp + case["explain"]
    for every in range(1, months + 1):
        gone = 1 - (1 - loss["model"]) ** (age % every)
        labels = np.count_nonzero(age[1:] % every == 0) * len(y) * case["label_price"]
        bills["model", every] = fixed["model"] + labels + errors(flagged, case["explain"], gone)

    best = min(bills, key=bills.get)
    if best == ("nothing",):
        return {"choice": "nothing"}
    if best[0] == "model":
        return {"choice": "model", "retrain_every": best[1] if best[1] < months else None}
    feature, threshold, above = (0, -np.inf, True) if best[1] == "all" else clause(x, y, fp, fn, float(
        np.mean(1 - (1 - loss["rule"]) ** age)))
    return {"choice": "rule", "feature": int(feature), "threshold": float(threshold), "above": bool(above)}
