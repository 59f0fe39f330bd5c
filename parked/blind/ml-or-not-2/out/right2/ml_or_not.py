"""ML, rule or nothing, in numpy alone: ridge logistic regression by Newton steps, the bill month by month."""

import math

import numpy as np


class Ridge:
    """Logistic regression whose penalty is set by the evidence (MacKay), on the rows that it is given alone."""

    def __init__(self, x, y):
        """Train."""
        self.live = np.flatnonzero(x.max(axis=0) > x.min(axis=0))
        part = x[:, self.live]
        self.centre, self.spread = part.mean(axis=0), part.std(axis=0)
        self.spread = np.where(self.spread > 0, self.spread, 1.0)
        a = np.column_stack([np.ones(len(x)), (part - self.centre) / self.spread])
        y = y.astype(float)
        w = np.zeros(a.shape[1])
        share = min(max(y.mean(), 1e-6), 1 - 1e-6)
        w[0] = math.log(share / (1 - share))
        decay = 3.0
        for _ in range(4):
            penalty = np.full(len(w), decay)
            penalty[0] = 1e-6
            w, curve = self.newton(a, y, w, penalty)
            free = len(self.live) - decay * np.trace(np.linalg.inv(curve)[1:, 1:])
            decay = float(np.clip(free / max(w[1:] @ w[1:], 1e-9), 1.0, 300.0))
        self.w = w

    @staticmethod
    def newton(a, y, w, penalty):
        """Minimise the penalised loss from w on; returns the weights and the curvature there."""

        def loss(weights):
            eta = a @ weights
            return np.logaddexp(0.0, eta).sum() - y @ eta + 0.5 * (penalty * weights) @ weights

        now = loss(w)
        for _ in range(25):
            chance = 0.5 * (1 + np.tanh(0.5 * (a @ w)))
            curve = a.T @ (a * np.maximum(chance * (1 - chance), 1e-9)[:, None]) + np.diag(penalty)
            step = np.linalg.solve(curve, a.T @ (chance - y) + penalty * w)
            size = 1.0
            while size > 1e-6 and loss(w - size * step) > now:
                size /= 2
            if size <= 1e-6:
                break
            w = w - size * step
            before, now = now, loss(w)
            if before - now < 1e-7 * (1 + abs(now)):
                break
        return w, curve

    def log_odds(self, rows):
        """Row by row the same sum, in the order of the columns."""
        total = np.full(len(rows), self.w[0])
        for i, j in enumerate(self.live):
            total = total + self.w[i + 1] * np.clip((rows[:, j] - self.centre[i]) / self.spread[i], -1e6, 1e6)
        return total


def flags(case, x, y, rows):
    """Flag a row where that costs less than leaving it."""
    chance = 0.5 * (1 + np.tanh(0.5 * Ridge(x, y).log_odds(rows)))
    return (1 - chance) * case["fp"] + case["explain"] < chance * case["fn"]


def best_clause(x, y, adds):
    """The clause whose flagged rows add least. Returns (feature, threshold, above)."""
    best, found = 0.0, (0, math.inf, True)  # flags none
    if adds.sum() < best:
        best, found = adds.sum(), (0, -math.inf, True)
    for j in range(x.shape[1]):
        values, which = np.unique(x[:, j], return_inverse=True)
        group = np.bincount(which.ravel(), weights=adds, minlength=len(values))
        upto = np.cumsum(group)
        k = int(np.argmin(upto))
        if upto[k] < best - 1e-12 * abs(best):
            best, found = upto[k], (j, float(values[k]), False)
        onward = np.cumsum(group[::-1])[::-1]
        k = int(np.argmin(onward))
        if onward[k] < best - 1e-12 * abs(best):
            best, found = onward[k], (j, float(values[k]), True)
    return found


def apply_clause(found, rows):
    """Which rows it flags."""
    j, threshold, above = found
    return rows[:, j] >= threshold if above else rows[:, j] <= threshold


def estimate_drift(counts, audited):
    """Likeliest drift between 0 and 0.3, by a search that narrows."""
    counts = [int(c) for c in counts]

    def minus_log(drift):
        total = 0.0
        for k, stale in enumerate(counts, start=1):
            fresh = (1 - drift) ** k
            if stale:
                total -= stale * math.log(1 - fresh)
            if audited > stale:
                total -= (audited - stale) * k * math.log1p(-drift)
        return total

    if sum(counts) == 0:
        return 0.0
    low, high = 1e-7, 0.3
    for _ in range(60):  # the likelihood has one top
        a, b = low + 0.382 * (high - low), low + 0.618 * (high - low)
        if minus_log(a) < minus_log(b):
            high = b
        else:
            low = a
    return (low + high) / 2


def folds(y, count):
    """The part of each row: each class is dealt out in a seeded order."""
    rng = np.random.default_rng(20)
    part = np.empty(len(y), dtype=int)
    start = 0
    for label in (0, 1):
        members = rng.permutation(np.flatnonzero(y == label))
        part[members] = (start + np.arange(len(members))) % count
        start += len(members)
    return part


def decide(case):
    """Bill every policy to the horizon, and take the cheapest."""
    x, y = case["x"], case["y"]
    fp, fn, e = float(case["fp"]), float(case["fn"]), float(case["explain"])
    volume, months, n = int(case["volume"]), int(case["months"]), len(y)
    p = float(y.mean())
    drift = {who: estimate_drift(case["stale"][who], int(case["audited"])) for who in ("rule", "model")}

    fresh_months = sum((1 - drift["rule"]) ** m for m in range(months))

    def adds(labels):
        share = labels.mean()
        flat = (months - fresh_months) * ((1 - share) * fp - share * fn)
        return fresh_months * np.where(labels == 1, -fn, fp) + flat

    flagged = {"rule": np.zeros(n, dtype=bool), "model": np.zeros(n, dtype=bool)}
    count = 8 if n < 500 else 5
    part = folds(y, count)
    for i in range(count):
        out = part == i
        flagged["rule"][out] = apply_clause(best_clause(x[~out], y[~out], adds(y[~out])), x[out])
        flagged["model"][out] = flags(case, x[~out], y[~out], x[out])

    def bill(who, marks, explain, every):
        q = float(marks.mean())
        fresh = (fp * np.sum(marks & (y == 0)) + explain * np.sum(marks) + fn * np.sum(~marks & (y == 1))) / n
        stale = q * ((1 - p) * fp + explain) + (1 - q) * p * fn
        total = case["build"][who]
        for m in range(months):
            age = m % every if every else m
            s = 1 - (1 - drift[who]) ** age
            total += case["upkeep"][who] + volume * ((1 - s) * fresh + s * stale)
            if every and m > 0 and age == 0:
                total += n * case["label_price"]
        return float(total)

    best, plan = volume * months * p * fn, {"choice": "nothing"}

    total = bill("rule", np.ones(n, dtype=bool), 0.0, None)
    if total < best:
        best, plan = total, {"choice": "rule", "feature": 0, "threshold": -math.inf, "above": True}

    total = bill("rule", flagged["rule"], 0.0, None)
    if total < best:
        feature, threshold, above = best_clause(x, y, adds(y))
        best = total
        plan = {"choice": "rule", "feature": int(feature), "threshold": float(threshold), "above": bool(above)}

    for every in [None, *range(1, months)]:
        total = bill("model", flagged["model"], e, every)
        if total < best:
            best, plan = total, {"choice": "model", "retrain_every": every}
    return plan
