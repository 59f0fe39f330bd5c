"""ML, rule or nothing. Discriminant analysis with shrunk covariance; costs kept as four shares of the confusion table."""

from dataclasses import dataclass

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

FOLDS = 8


@dataclass
class Shares:
    """Shares of all rows: flagged and negative, missed and positive, flagged, positive."""

    false: float
    missed: float
    flagged: float
    positive: float

    @classmethod
    def of(cls, flagged, y):
        wrong = y == 1
        return cls(np.mean(flagged & ~wrong), np.mean(~flagged & wrong), np.mean(flagged), np.mean(wrong))

    def fresh(self, fp, fn, e):
        return self.false * fp + self.missed * fn + self.flagged * e

    def stale(self, fp, fn, e):
        return self.flagged * ((1 - self.positive) * fp + e) + (1 - self.flagged) * self.positive * fn


def standard(x):
    """Return (column, centre, width) for each column that is not constant."""
    return [(j, x[:, j].mean(), x[:, j].std()) for j in range(x.shape[1]) if np.ptp(x[:, j]) > 0]


def train(x, y):
    """Return the terms of a linear score, the log odds."""
    columns = standard(x)
    if not columns:
        share = np.mean(y == 1)
        return [], float(np.log(share / (1 - share)))
    z = np.column_stack([(x[:, j] - centre) / width for j, centre, width in columns])
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(z, y)
    terms = [(j, centre, width, w) for (j, centre, width), w in zip(columns, lda.coef_[0], strict=True)]
    return terms, float(lda.intercept_[0])


def flagged_by(trained, case, rows):
    """Flag by the expected cost of flagging and of not flagging."""
    terms, constant = trained
    odds = np.full(len(rows), constant)
    for j, centre, width, w in terms:
        odds = odds + w * ((rows[:, j] - centre) / width)
    p = 1 / (1 + np.exp(np.clip(-odds, -700, 700)))
    return (1 - p) * case["fp"] + case["explain"] < p * case["fn"]


def flags(case, x, y, rows):
    """Train on x, y; return which of rows the model flags."""
    return flagged_by(train(x, y), case, rows)


def rules(x, y, fp, fn):
    """Return the cheapest clause as (cost, feature, threshold, above); thresholds are values of the column."""
    positives, negatives = int(np.sum(y == 1)), int(np.sum(y == 0))
    best = (fp * negatives, 0, float("-inf"), True)
    if fn * positives < best[0]:
        best = (fn * positives, 0, float("inf"), True)
    for j in range(x.shape[1]):
        values, which = np.unique(x[:, j], return_inverse=True)
        count = np.bincount(which, minlength=len(values))
        pos = np.bincount(which, weights=y, minlength=len(values))
        up_to_pos, up_to_neg = np.cumsum(pos), np.cumsum(count - pos)
        low = fp * up_to_neg + fn * (positives - up_to_pos)
        high = fp * (negatives - up_to_neg + count - pos) + fn * (up_to_pos - pos)
        for cost, above in ((high, True), (low, False)):
            i = int(np.argmin(cost))
            if cost[i] < best[0]:
                best = (float(cost[i]), j, float(values[i]), above)
    return best


def applies(rule, rows):
    """Return which rows the clause flags."""
    _, j, threshold, above = rule
    return rows[:, j] >= threshold if above else rows[:, j] <= threshold


def monthly_drift(stale, audited):
    """Return the most likely drift on a grid, then on a finer one around it."""
    stale, age = np.asarray(stale, dtype=float), np.arange(1, 13)

    def best(grid):
        left = (1 - grid)[:, None] ** age
        with np.errstate(divide="ignore", invalid="ignore"):
            likely = np.where(stale > 0, stale * np.log(1 - left), 0.0)
            likely = likely + (audited - stale) * np.log(left)
        return grid[int(np.argmax(likely.sum(axis=1)))]

    rough = best(np.linspace(0, 0.3, 1201))
    step = 0.3 / 1200
    return float(best(np.linspace(max(0.0, rough - step), min(0.3, rough + step), 1001)))


def decide(case):
    """Return the cheapest of all plans."""
    x, y, fp, fn = case["x"], case["y"], case["fp"], case["fn"]
    months, volume, n = case["months"], case["volume"], len(y)
    drifts = {kind: monthly_drift(case["stale"][kind], case["audited"]) for kind in ("rule", "model")}

    fold = np.empty(n, dtype=int)
    rng = np.random.default_rng(7)
    shuffled = rng.permutation(n)
    fold[shuffled[np.argsort(y[shuffled], kind="stable")]] = np.arange(n) % FOLDS
    by_rule, by_model = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for k in range(FOLDS):
        here = fold == k
        by_rule[here] = applies(rules(x[~here], y[~here], fp, fn), x[here])
        by_model[here] = flagged_by(train(x[~here], y[~here]), case, x[here])

    def cost(kind, shares, every):
        e = case["explain"] if kind == "model" else 0.0
        fresh, stale = shares.fresh(fp, fn, e), shares.stale(fp, fn, e)
        total, age = case["build"][kind], 0
        for month in range(months):
            if every is not None and month > 0 and month % every == 0:
                age = 0
                total = total + n * case["label_price"]
            kept = (1 - drifts[kind]) ** age
            total = total + case["upkeep"][kind] + volume * (kept * fresh + (1 - kept) * stale)
            age += 1
        return total

    bills = {("nothing",): volume * months * np.mean(y == 1) * fn}
    bills["rule", "all"] = cost("rule", Shares.of(np.ones(n, dtype=bool), y), None)
    bills["rule", "found"] = cost("rule", Shares.of(by_rule, y), None)
    shares = Shares.of(by_model, y)
    for every in [None, *range(1, months)]:
        bills["model", every] = cost("model", shares, every)
    best = min(bills, key=bills.get)
    if best[0] == "nothing":
        return {"choice": "nothing"}
    if best[0] == "model":
        return {"choice": "model", "retrain_every": best[1]}
    if best[1] == "all":
        return {"choice": "rule", "feature": 0, "threshold": float("-inf"), "above": True}
    _, feature, threshold, above = rules(x, y, fp, fn)
    return {"choice": "rule", "feature": int(feature), "threshold": float(threshold), "above": bool(above)}
