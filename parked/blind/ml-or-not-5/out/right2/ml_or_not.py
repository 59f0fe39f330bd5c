"""ML, rule or nothing: scikit-learn for the model, plain loops for months and columns."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import xlogy
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def flags(case, x, y, rows):
    """A row is flagged when a miss would cost more on average than a flag, its explanation included."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300))
    model.fit(x, y)
    positive = list(model.classes_).index(1)
    chance = model.predict_proba(rows)[:, positive]
    flag_costs = (1.0 - chance) * case["fp"] + case["explain"]
    miss_costs = chance * case["fn"]
    return np.array(flag_costs < miss_costs, dtype=bool)


def best_clause(x, y, fp, fn):
    """Search each column, from above and from below, over all of its distinct values; all rows at worst."""
    best = ((y == 0).sum() * fp, 0, -np.inf, True)
    for column in range(x.shape[1]):
        values, inverse = np.unique(x[:, column], return_inverse=True)
        positives = np.bincount(inverse, weights=y, minlength=len(values))
        negatives = np.bincount(inverse, minlength=len(values)) - positives
        # threshold values[i], above: rows of values[i:] are flagged
        missed = np.concatenate([[0.0], np.cumsum(positives)[:-1]])
        alarms = negatives[::-1].cumsum()[::-1]
        costs = fn * missed + fp * alarms
        i = int(np.argmin(costs))
        if costs[i] < best[0]:
            at = values[i] if i == 0 else max(values[i - 1] + (values[i] - values[i - 1]) / 2, np.nextafter(values[i - 1], np.inf))
            best = (costs[i], column, -np.inf if i == 0 else float(at), True)
        # threshold values[i], below: rows of values[:i + 1] are flagged
        missed = positives.sum() - np.cumsum(positives)
        alarms = np.cumsum(negatives)
        costs = fn * missed + fp * alarms
        i = int(np.argmin(costs))
        if costs[i] < best[0]:
            last = i == len(values) - 1
            at = np.inf if last else min(values[i] + (values[i + 1] - values[i]) / 2, np.nextafter(values[i + 1], -np.inf))
            best = (costs[i], column, float(at), False)
    return best[1:]


def follow(clause, x):
    column, threshold, above = clause
    if above:
        return x[:, column] >= threshold
    return x[:, column] <= threshold


def drift_of(stale, audited):
    """Maximum likelihood of 1 - (1 - drift)^k over the twelve ages."""
    stale = np.asarray(stale, dtype=float)
    if not stale.any():
        return 0.0
    age = np.arange(1, 13)

    def unlikely(log_drift):
        fresh = (1.0 - np.exp(log_drift)) ** age
        return -(xlogy(stale, 1 - fresh) + xlogy(audited - stale, fresh)).sum()

    found = minimize_scalar(unlikely, bounds=(np.log(1e-6), np.log(0.3)), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def row_costs(flagged, y, fp, fn, explain):
    positives = y == 1
    q = flagged.mean()
    p = positives.mean()
    fresh = ((flagged & ~positives).sum() * fp + flagged.sum() * explain + (~flagged & positives).sum() * fn) / len(y)
    stale = q * ((1 - p) * fp + explain) + (1 - q) * p * fn
    return float(fresh), float(stale)


def bill(case, kind, fresh, stale, drift, every=None):
    """The table of the statement, month by month."""
    total = case["build"][kind]
    for month in range(case["months"]):
        age = month
        if every is not None:
            age = month % every
            if month > 0 and age == 0:
                total += len(case["y"]) * case["label_price"]
        s = 1 - (1 - drift) ** age
        total += case["upkeep"][kind] + case["volume"] * ((1 - s) * fresh + s * stale)
    return total


def decide(case):
    x, y = np.asarray(case["x"]), np.asarray(case["y"])
    fp, fn = case["fp"], case["fn"]
    rule_flags = np.zeros(len(y), dtype=bool)
    model_flags = np.zeros(len(y), dtype=bool)
    parts = StratifiedKFold(n_splits=5, shuffle=True, random_state=7)
    for train, test in parts.split(x, y):
        rule_flags[test] = follow(best_clause(x[train], y[train], fp, fn), x[test])
        model_flags[test] = flags(case, x[train], y[train], x[test])

    best_plan = {"choice": "nothing"}
    best_bill = case["volume"] * case["months"] * float((y == 1).mean()) * fn

    drift = drift_of(case["stale"]["rule"], case["audited"])
    all_rows = np.ones(len(y), dtype=bool)
    for flagged, clause in ((rule_flags, best_clause(x, y, fp, fn)), (all_rows, (0, -np.inf, True))):
        cost = bill(case, "rule", *row_costs(flagged, y, fp, fn, 0.0), drift)
        if cost < best_bill:
            best_bill = cost
            best_plan = {"choice": "rule", "feature": int(clause[0]), "threshold": float(clause[1]), "above": bool(clause[2])}

    drift = drift_of(case["stale"]["model"], case["audited"])
    fresh, stale = row_costs(model_flags, y, fp, fn, case["explain"])
    for every in [None] + list(range(1, case["months"])):
        cost = bill(case, "model", fresh, stale, drift, every)
        if cost < best_bill:
            best_bill, best_plan = cost, {"choice": "model", "retrain_every": every}
    return best_plan
