"""ML, rule or nothing, in plain loops: own logistic regression by L-BFGS, the bill added up month by month."""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import math

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit

PENALTIES = (100.0, 10.0, 1.0)
PARTS = 6


class Logistic:
    def __init__(self, x, y, penalty, start=None):
        n, d = x.shape
        low, high = x.min(axis=0), x.max(axis=0)
        self.centre = x.mean(axis=0)
        spread = np.sqrt(((x - self.centre) ** 2).mean(axis=0))
        self.used = (low < high) & (spread > 0)
        self.scale = np.where(self.used, spread, 1.0)
        z = np.where(self.used, (x - self.centre) / self.scale, 0.0)
        target = y.astype(float)

        def loss(w):
            score = z @ w[:-1] + w[-1]
            away = expit(score) - target
            value = np.logaddexp(0.0, score).sum() - score @ target + 0.5 * penalty * (w[:-1] @ w[:-1])
            return value, np.append(z.T @ away + penalty * w[:-1], away.sum())

        if start is None:
            start = np.zeros(d + 1)
            start[-1] = math.log((target.sum() + 0.5) / (n - target.sum() + 0.5))
        self.w = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x

    def chance(self, rows):
        score = np.full(rows.shape[0], self.w[-1])
        for j in np.flatnonzero(self.used):  # one column at a time: a row's sum is its own affair
            score = score + self.w[j] * np.clip((rows[:, j] - self.centre[j]) / self.scale[j], -1e6, 1e6)
        return expit(score)


def parts_of(y):
    """Lists of row numbers; each row is in one of them, both labels in all alike."""
    rng = np.random.default_rng(7)
    parts = [[] for _ in range(PARTS)]
    turn = 0
    for label in (1, 0):
        for row in rng.permutation(np.flatnonzero(y == label)):
            parts[turn % PARTS].append(int(row))
            turn += 1
    return [np.array(sorted(part), dtype=int) for part in parts]


def cross_chances(x, y):
    losses, found = [], []
    for penalty in PENALTIES:
        chance = np.zeros(len(y))
        for part in parts_of(y):
            rest = np.setdiff1d(np.arange(len(y)), part)
            chance[part] = Logistic(x[rest], y[rest], penalty).chance(x[part])
        safe = np.clip(chance, 1e-9, 1 - 1e-9)
        losses.append(-np.where(y == 1, np.log(safe), np.log(1 - safe)).sum())
        found.append(chance)
    best = int(np.argmin(losses))
    return PENALTIES[best], found[best]


def pays(chance, case):
    return chance * (case["fp"] + case["fn"]) > case["fp"] + case["explain"]


def flags(case, x, y, rows):
    x = np.array(x, dtype=np.float64)
    y = np.array(y)
    rows = np.array(rows, dtype=np.float64)
    penalty, _ = cross_chances(x, y)
    return np.array(pays(Logistic(x, y, penalty).chance(rows), case), dtype=bool)


def find_rule(x, y, fp, fn, s):
    """Try each cut of each column, both ways; s is the mean share of rows that are stale."""
    n = len(y)
    pos = int(y.sum())
    p = pos / n
    best = (math.inf, 0, -math.inf, True)
    for j in range(x.shape[1]):
        order = np.argsort(x[:, j], kind="stable")
        v = x[order, j]
        ends = np.append(np.flatnonzero(v[1:] > v[:-1]) + 1, n)  # so many rows lie below the cut
        ends = np.insert(ends, 0, 0)
        hits = np.insert(np.cumsum(y[order]), 0, 0)[ends]
        for above in (True, False):
            flagged = n - ends if above else ends
            caught = pos - hits if above else hits
            q = flagged / n
            fresh = ((flagged - caught) * fp + (pos - caught) * fn) / n
            stale = q * (1 - p) * fp + (1 - q) * p * fn
            cost = (1 - s) * fresh + s * stale
            i = int(np.argmin(cost))
            if cost[i] < best[0]:
                k = int(ends[i])
                if k == 0:
                    t = -math.inf
                elif k == n:
                    t = math.inf
                else:
                    t = float(v[k]) if above else float(v[k - 1])
                best = (float(cost[i]), j, t, above)
    return best[1:]


def obeys(rule, x):
    j, t, above = rule
    return (x[:, j] >= t) if above else (x[:, j] <= t)


def estimate_drift(counts, audited):
    counts = [int(c) for c in counts]
    if not any(counts):
        return 0.0

    def unlikely(log_drift):
        fresh = math.log1p(-math.exp(log_drift))
        total = 0.0
        for k, c in enumerate(counts, start=1):
            total -= c * math.log(-math.expm1(k * fresh)) + (audited - c) * k * fresh
        return total

    return math.exp(minimize_scalar(unlikely, bounds=(math.log(1e-7), math.log(0.3)), method="bounded").x)


def two_costs(flagged, y, fp, fn, e):
    p, q = float(y.mean()), float(flagged.mean())
    false = float((flagged & (y == 0)).mean())
    missed = float((~flagged & (y == 1)).mean())
    return false * fp + missed * fn + q * e, q * ((1 - p) * fp + e) + (1 - q) * p * fn


def decide(case):
    x = np.array(case["x"], dtype=np.float64)
    y = np.array(case["y"])
    fp, fn = float(case["fp"]), float(case["fn"])
    months, volume = int(case["months"]), float(case["volume"])
    p = float(y.mean())

    best_bill, plan = months * volume * p * fn, {"choice": "nothing"}

    # rule
    drift = estimate_drift(case["stale"]["rule"], case["audited"])
    gone = [1 - (1 - drift) ** m for m in range(months)]
    s = sum(gone) / months
    flagged = np.zeros(len(y), dtype=bool)
    for part in parts_of(y):
        rest = np.setdiff1d(np.arange(len(y)), part)
        flagged[part] = obeys(find_rule(x[rest], y[rest], fp, fn, s), x[part])
    fresh, stale = two_costs(flagged, y, fp, fn, 0.0)
    bill = all_bill = float(case["build"]["rule"])
    for m in range(months):
        bill += case["upkeep"]["rule"] + volume * ((1 - gone[m]) * fresh + gone[m] * stale)
        all_bill += case["upkeep"]["rule"] + volume * (1 - p) * fp
    if bill < best_bill:
        j, t, above = find_rule(x, y, fp, fn, s)
        best_bill, plan = bill, {"choice": "rule", "feature": int(j), "threshold": float(t), "above": bool(above)}
    if all_bill < best_bill:
        best_bill = all_bill
        plan = {"choice": "rule", "feature": 0, "threshold": -math.inf, "above": True}

    # model
    drift = estimate_drift(case["stale"]["model"], case["audited"])
    _, chance = cross_chances(x, y)
    fresh, stale = two_costs(pays(chance, case), y, fp, fn, float(case["explain"]))
    for every in [None, *range(1, months)]:
        bill = float(case["build"]["model"])
        for m in range(months):
            age = m if every is None else m % every
            gone_now = 1 - (1 - drift) ** age
            bill += case["upkeep"]["model"] + volume * ((1 - gone_now) * fresh + gone_now * stale)
            if m > 0 and age == 0:
                bill += len(y) * case["label_price"]
        if bill < best_bill:
            best_bill, plan = bill, {"choice": "model", "retrain_every": every}
    return plan
