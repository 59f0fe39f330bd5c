"""ML, rule or nothing, with scikit-learn. The clause is chosen by what it costs to the horizon, stale months included."""

import math

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler


def log_odds(x, y, rows):
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=0.3, max_iter=1000).fit(scaler.transform(x), y)
    varies = np.ptp(x, axis=0) > 0
    result = np.full(len(rows), float(model.intercept_[0]))
    for j, weight in enumerate(model.coef_[0]):  # column by column: the same sum whatever the batch
        if varies[j]:
            result += weight * ((rows[:, j] - scaler.mean_[j]) / scaler.scale_[j])
    return result


def flags(case, x, y, rows):
    fp, fn, explain = float(case["fp"]), float(case["fn"]), float(case["explain"])
    if explain >= fn:  # flagging never pays
        return np.zeros(len(rows), dtype=bool)
    return log_odds(x, y, rows) > math.log((fp + explain) / (fn - explain))


def search(x, worth):
    """(feature, threshold, above) with the greatest sum of `worth` over the rows that it flags."""
    best, clause = 0.0, (0, math.inf, True)
    if worth.sum() > best:
        best, clause = worth.sum(), (0, -math.inf, True)
    for j in range(x.shape[1]):
        values, place = np.unique(x[:, j], return_inverse=True)
        sums = np.bincount(place.ravel(), weights=worth, minlength=len(values))
        for above, totals in ((False, np.cumsum(sums)), (True, np.cumsum(sums[::-1])[::-1])):
            i = int(np.argmax(totals))
            if totals[i] > best:
                best, clause = totals[i], (j, float(values[i]), above)
    return clause


def hits(clause, x):
    j, threshold, above = clause
    return x[:, j] >= threshold if above else x[:, j] <= threshold


def estimate_drift(counts, audited):
    """Maximum likelihood by ternary search: the likelihood has one top."""
    counts = [int(c) for c in counts]
    if not any(counts):
        return 0.0

    def likelihood(d):
        total = 0.0
        for k, c in enumerate(counts, start=1):
            total += c * math.log(-math.expm1(k * math.log1p(-d))) + (audited - c) * k * math.log1p(-d)
        return total

    low, high = 1e-9, 0.3
    for _ in range(100):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        if likelihood(a) < likelihood(b):
            low = a
        else:
            high = b
    return (low + high) / 2


def decide(case):
    x, y = case["x"], case["y"]
    n, months, volume = len(y), int(case["months"]), case["volume"]
    fp, fn, explain = case["fp"], case["fn"], case["explain"]
    share = float(np.mean(y))
    drift = {who: estimate_drift(case["stale"][who], int(case["audited"])) for who in ("rule", "model")}
    fixed = {who: case["build"][who] + months * case["upkeep"][who] for who in ("rule", "model")}

    def fresh_months(who, every):
        return sum((1 - drift[who]) ** (m % every) for m in range(months))

    alive = fresh_months("rule", months) / months
    fresh_worth = np.where(y == 1, fn, -fp)
    worth = alive * fresh_worth + (1 - alive) * (share * fn - (1 - share) * fp)

    flagged = {who: np.zeros(n, dtype=bool) for who in ("rule", "model")}
    for train, test in StratifiedKFold(8, shuffle=True, random_state=7).split(x, y):
        flagged["rule"][test] = hits(search(x[train], worth[train]), x[test])
        flagged["model"][test] = flags(case, x[train], y[train], x[test])

    def error_bill(who, every, extra):
        f = flagged[who]
        fresh = (fp * np.sum(f & (y == 0)) + fn * np.sum(~f & (y == 1)) + extra * np.sum(f)) / n
        q = f.mean()
        stale = q * ((1 - share) * fp + extra) + (1 - q) * share * fn
        live = fresh_months(who, every)
        return volume * (live * fresh + (months - live) * stale)

    best, plan = volume * months * share * fn, {"choice": "nothing"}
    everything = fixed["rule"] + volume * months * (1 - share) * fp
    if everything < best:
        best, plan = everything, {"choice": "rule", "feature": 0, "threshold": -math.inf, "above": True}
    bill = fixed["rule"] + error_bill("rule", months, 0.0)
    if bill < best:
        j, threshold, above = search(x, worth)
        best, plan = bill, {"choice": "rule", "feature": j, "threshold": threshold, "above": above}
    for every in range(months, 0, -1):  # every == months: never again
        retrainings = (months - 1) // every
        bill = fixed["model"] + error_bill("model", every, explain) + retrainings * n * case["label_price"]
        if bill < best:
            best, plan = bill, {"choice": "model", "retrain_every": every if every < months else None}
    return plan
