"""ML, rule or nothing: shrunken discriminant analysis, recalibrated; pandas for the clauses; small classes for the bills."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from sklearn.covariance import ledoit_wolf_shrinkage


class Discriminant:
    """Two normal classes with one shrunken covariance; then slope and offset by maximum likelihood on left-out scores."""

    def __init__(self, x, y):
        x = np.array(x, dtype=np.float64)
        y = np.array(y) == 1
        self.varies = np.array([column.min() < column.max() for column in x.T])
        x = x[:, self.varies]
        self.mean = x.mean(axis=0)
        self.sd = x.std(axis=0)
        self.sd[self.sd == 0] = 1.0
        z = (x - self.mean) / self.sd
        self.w = self._direction(z, y)
        # scores of rows that were left out tell how far the scores can be trusted
        part = np.zeros(len(y), dtype=int)
        for cls in (True, False):
            where = np.random.RandomState(5).permutation(np.flatnonzero(y == cls))
            part[where] = np.arange(len(where)) % 5
        left_out = np.zeros(len(y))
        for k in range(5):
            left_out[part == k] = z[part == k] @ self._direction(z[part != k], y[part != k])
        unit = max(left_out.std(), 1e-12)
        self.unit = unit
        t = left_out / unit

        def loss(ab):
            s = ab[0] * t + ab[1]
            value = np.logaddexp(0, s).sum() - s[y].sum() + 0.05 * ab[0] ** 2
            p = 1 / (1 + np.exp(-np.clip(s, -500, 500)))
            r = p - y
            return value, np.array([(r * t).sum() + 0.1 * ab[0], r.sum()])

        start = np.array([0.0, np.log(y.mean() / (1 - y.mean()))])
        self.slope, self.offset = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, 60), (-200, 200)]).x

    @staticmethod
    def _direction(z, y):
        if z.shape[1] == 0:
            return np.zeros(0)
        a, b = z[~y], z[y]
        centred = np.vstack([a - a.mean(axis=0), b - b.mean(axis=0)])
        cov = centred.T @ centred / len(z)
        rho = ledoit_wolf_shrinkage(centred, assume_centered=True) if z.shape[1] > 1 else 0.0
        cov = (1 - rho) * cov + rho * np.trace(cov) / len(cov) * np.eye(len(cov))
        return np.linalg.solve(cov + 1e-8 * np.eye(len(cov)), b.mean(axis=0) - a.mean(axis=0))

    def chance(self, rows):
        z = (np.array(rows, dtype=np.float64, order="C")[:, self.varies] - self.mean) / self.sd
        score = np.array([float(np.sum(row * self.w)) for row in z]) / self.unit
        return 1 / (1 + np.exp(-np.clip(self.slope * score + self.offset, -500, 500)))


def flags(case, x, y, rows):
    p = Discriminant(x, y).chance(rows)
    edge = (case["fp"] + case["explain"]) / (case["fp"] + case["fn"])  # may exceed 1: then no row is worth it
    return p > edge


@dataclass(frozen=True)
class Clause:
    feature: int
    threshold: float
    above: bool

    def __call__(self, x):
        column = x[:, self.feature]
        return (column >= self.threshold) if self.above else (column <= self.threshold)

    def plan(self):
        return {"choice": "rule", "feature": self.feature, "threshold": self.threshold, "above": self.above}


ALL = Clause(0, float("-inf"), True)


def cheapest(x, y, fp, fn):
    """Thresholds are values that occur. Flagging a row saves fn if it is positive, else costs fp: the largest sum of gains."""
    gain = np.where(y == 1, fn, -fp).astype(float)
    best, clause = 0.0, Clause(0, float("inf"), True)
    if gain.sum() > best:
        best, clause = gain.sum(), ALL
    for j in range(x.shape[1]):
        by_value = pd.Series(gain).groupby(x[:, j], sort=True).sum()
        values, sums = by_value.index.to_numpy(), by_value.to_numpy()
        up, down = sums[::-1].cumsum()[::-1], sums.cumsum()
        i, k = int(up.argmax()), int(down.argmax())
        if up[i] > best * (1 + 1e-12):
            best, clause = up[i], Clause(j, float(values[i]), True)
        if down[k] > best * (1 + 1e-12):
            best, clause = down[k], Clause(j, float(values[k]), False)
    return clause


@dataclass
class Policy:
    kind: str
    fresh: float
    stale: float
    drift: float

    @classmethod
    def of(cls, case, kind, flagged):
        y, fp, fn = case["y"], case["fp"], case["fn"]
        e = case["explain"] if kind == "model" else 0.0
        p, q = float(np.mean(y)), float(np.mean(flagged))
        fresh = float(np.mean(flagged * (1 - y))) * fp + q * e + float(np.mean(~flagged * y)) * fn
        stale = q * ((1 - p) * fp + e) + (1 - q) * p * fn
        return cls(kind, fresh, stale, drift(case["stale"][kind], case["audited"]))

    def bill(self, case, every=None):
        months, keep = case["months"], 1.0 - self.drift
        every = every or months
        fresh_share = sum(keep ** (m % every) for m in range(months))
        errors = fresh_share * self.fresh + (months - fresh_share) * self.stale
        trainings = sum(1 for m in range(1, months) if m % every == 0)
        paid = case["build"][self.kind] + months * case["upkeep"][self.kind]
        return paid + trainings * len(case["y"]) * case["label_price"] + case["volume"] * errors


def drift(stale, audited):
    """Bisection on the derivative of the log likelihood in log(1 - drift), which is concave."""
    stale = [int(count) for count in stale]
    if sum(stale) == 0:
        return 0.0

    def slope(d):
        keep = 1 - d
        return sum(k * (count * keep**k / -np.expm1(k * np.log1p(-d)) - (audited - count)) for k, count in enumerate(stale, 1))

    low, high = 1e-9, 0.3
    if slope(high) >= 0:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return low


def decide(case):
    x, y = np.array(case["x"], dtype=np.float64), np.array(case["y"])
    fp, fn, parts = case["fp"], case["fn"], 5
    shuffled = np.random.RandomState(11).permutation(len(y))
    shuffled = shuffled[np.argsort(y[shuffled], kind="stable")]  # by label, at random within
    clause_says, model_says = np.zeros(len(y), bool), np.zeros(len(y), bool)
    for k in range(parts):
        held = shuffled[k::parts]
        kept = np.setdiff1d(np.arange(len(y)), held)
        clause_says[held] = cheapest(x[kept], y[kept], fp, fn)(x[held])
        model_says[held] = flags(case, x[kept], y[kept], x[held])
    offers = [(case["volume"] * case["months"] * float(y.mean()) * fn, {"choice": "nothing"})]
    offers.append((Policy.of(case, "rule", clause_says).bill(case), cheapest(x, y, fp, fn).plan()))
    offers.append((Policy.of(case, "rule", ALL(x)).bill(case), ALL.plan()))
    model = Policy.of(case, "model", model_says)
    for every in (None, *range(1, case["months"])):
        offers.append((model.bill(case, every), {"choice": "model", "retrain_every": every}))
    return min(offers, key=lambda offer: offer[0])[1]
