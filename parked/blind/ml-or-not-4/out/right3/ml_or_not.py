"""ML, rule or nothing: plain loops over months, scipy for the fits."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit

PARTS = 10


@dataclass(frozen=True)
class Clause:
    feature: int
    threshold: float
    above: bool

    def flags(self, x):
        column = x[:, self.feature]
        return column >= self.threshold if self.above else column <= self.threshold

    def plan(self):
        return {"choice": "rule", "feature": self.feature, "threshold": self.threshold, "above": self.above}


EVERYTHING = Clause(0, float("-inf"), True)
NOTHING = Clause(0, float("inf"), True)


def flags(case, x, y, rows):
    fp, fn, explain = case["fp"], case["fn"], case["explain"]
    if explain >= fn:
        return np.zeros(len(rows), bool)
    keep = np.flatnonzero(x.max(axis=0) > x.min(axis=0))
    mean, spread = x[:, keep].mean(axis=0), x[:, keep].std(axis=0)
    spread[spread == 0] = 1.0
    z = (x[:, keep] - mean) / spread
    target = y.astype(float)

    def objective(w):
        eta = w[0] + z @ w[1:]
        wrong = expit(eta) - target
        value = np.logaddexp(0.0, eta).sum() - target @ eta + 0.5 * w[1:] @ w[1:]
        return value, np.concatenate([[wrong.sum()], z.T @ wrong + w[1:]])

    w = minimize(objective, np.zeros(len(keep) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    eta = np.full(len(rows), w[0])
    for i, j in enumerate(keep):
        eta += w[i + 1] * ((rows[:, j] - mean[i]) / spread[i])
    return eta > np.log(fp + explain) - np.log(fn - explain)


def cheapest_clause(x, y, fp, fn):
    gain = np.where(y == 1, fn, -fp)
    best, found = 0.0, NOTHING
    if gain.sum() > best:
        best, found = gain.sum(), EVERYTHING
    for j in range(x.shape[1]):
        order = np.argsort(x[:, j], kind="stable")
        v, g = x[order, j], gain[order]
        ends = np.append(np.flatnonzero(v[1:] > v[:-1]), len(v) - 1)  # last row of each distinct value
        starts = np.append(0, ends[:-1] + 1)
        low = np.cumsum(g)[ends]
        high = np.cumsum(g[::-1])[::-1][starts]
        i = int(low.argmax())
        if low[i] > best:
            best, found = low[i], Clause(j, float(v[ends[i]]), False)
        i = int(high.argmax())
        if high[i] > best:
            best, found = high[i], Clause(j, float(v[starts[i]]), True)
    return found


def parts(y):
    rng = np.random.default_rng(2024)
    mixed = rng.permutation(len(y))
    ordered = mixed[np.argsort(y[mixed], kind="stable")]  # class by class, mixed within
    return [np.sort(ordered[k::PARTS]) for k in range(PARTS)]


def drift_from(stale, audited):
    stale = np.asarray(stale, float)
    if stale.sum() == 0:
        return 0.0
    ages = np.arange(1, 13)

    def minus(d):
        fresh = (1 - d) ** ages
        return -np.sum(stale * np.log(1 - fresh) + (audited - stale) * np.log(fresh))

    return float(minimize_scalar(minus, bounds=(1e-7, 0.3), method="bounded", options={"xatol": 1e-7}).x)


def decide(case):
    x, y = case["x"], case["y"]
    fp, fn = case["fp"], case["fn"]
    n, months, volume = len(y), case["months"], case["volume"]
    p = float((y == 1).mean())

    def errors(flagged, explain, drift, every):
        fresh = 0.0
        fresh += fp * np.count_nonzero(flagged & (y == 0)) / n
        fresh += fn * np.count_nonzero(~flagged & (y == 1)) / n
        fresh += explain * np.count_nonzero(flagged) / n
        q = np.count_nonzero(flagged) / n
        stale = q * ((1 - p) * fp + explain) + (1 - q) * p * fn
        total = 0.0
        for m in range(months):
            age = m if every is None else m % every
            s = 1 - (1 - drift) ** age
            total += volume * ((1 - s) * fresh + s * stale)
        return total

    ruled, modelled = np.zeros(n, bool), np.zeros(n, bool)
    for out in parts(y):
        rest = np.setdiff1d(np.arange(n), out)
        ruled[out] = cheapest_clause(x[rest], y[rest], fp, fn).flags(x[out])
        modelled[out] = flags(case, x[rest], y[rest], x[out])

    offers = [(months * volume * p * fn, {"choice": "nothing"})]
    cost = case["build"]["rule"] + months * case["upkeep"]["rule"]
    drift = drift_from(case["stale"]["rule"], case["audited"])
    offers.append((cost + months * volume * (1 - p) * fp, EVERYTHING.plan()))
    offers.append((cost + errors(ruled, 0.0, drift, None), cheapest_clause(x, y, fp, fn).plan()))

    cost = case["build"]["model"] + months * case["upkeep"]["model"]
    drift = drift_from(case["stale"]["model"], case["audited"])
    for every in [None, *range(1, months)]:
        labels = 0.0
        if every is not None:
            labels = sum(n * case["label_price"] for m in range(1, months) if m % every == 0)
        bill = cost + labels + errors(modelled, case["explain"], drift, every)
        offers.append((bill, {"choice": "model", "retrain_every": every}))
    return min(offers, key=lambda offer: offer[0])[1]
