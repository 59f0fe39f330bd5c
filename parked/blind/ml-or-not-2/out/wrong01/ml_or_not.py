# Statement: "what a call gives depends on its arguments alone, never on earlier calls or on chance."
# Wrong: clauses are kept by the contents of sample and prices, but they also depend on drift and horizon (fresh, stale): after the same sample with another drift, an old threshold comes back.
"""ML, rule or nothing: logistic regression, cross-validated shares, and the table of costs."""

import hashlib

import numpy as np
from scipy.special import xlog1py, xlogy
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

AGES = np.arange(1, 13)
DRIFTS = np.linspace(0.0, 0.3, 601)
CLAUSES = {}


def fit(x, y):
    """Train on labelled rows; returns what log_odds needs. A column that holds one value alone tells nothing."""
    mean, spread = x.mean(axis=0), x.std(axis=0)
    live = (x.max(axis=0) > x.min(axis=0)) & (spread > 0)
    spread = np.where(live, spread, 1.0)
    z = np.where(live, (x - mean) / spread, 0.0)
    model = LogisticRegression(C=0.3, max_iter=1000).fit(z, y)
    return mean, spread, np.where(live, model.coef_[0], 0.0), float(model.intercept_[0])


def log_odds(model, rows):
    """Log-odds of each row, added up column by column: the same bits whatever other rows there are."""
    mean, spread, slope, start = model
    total = np.full(len(rows), start)
    for j in np.flatnonzero(slope):
        total += slope[j] * np.clip((rows[:, j] - mean[j]) / spread[j], -1e6, 1e6)
    return total


def flags(case, x, y, rows):
    """Flag where p fn > (1 - p) fp + explain, that is p (fn - explain) > (1 - p) (fp + explain)."""
    alarm, miss = case["fp"] + case["explain"], case["fn"] - case["explain"]
    if miss <= 0:
        return np.zeros(len(rows), dtype=bool)
    return log_odds(fit(x, y), rows) > np.log(alarm / miss)


def clause(x, y, fp, fn, fresh, stale):
    """The clause with the least cost on these rows: (feature, threshold, above).

    `fresh` and `stale` say how much of the horizon it is the one and the other.
    """
    key = hashlib.sha1(x.tobytes() + y.tobytes()).digest(), fp, fn
    if key not in CLAUSES:
        CLAUSES[key] = cheapest(x, y, fp, fn, fresh, stale)
    return CLAUSES[key]


def cheapest(x, y, fp, fn, fresh, stale):
    """Search all columns and thresholds."""
    n, d = x.shape
    share = y.mean()
    # what flagging a row adds to the cost; for a stale flag it is the same for all rows
    adds = fresh * np.where(y == 1, -fn, fp) + stale * ((1 - share) * fp - share * fn)
    order = np.argsort(x, axis=0, kind="stable")
    value = np.take_along_axis(x, order, axis=0)
    run = np.vstack([np.zeros((1, d)), np.cumsum(adds[order], axis=0)])  # run[k]: the k lowest rows are flagged
    edge = np.ones((n + 1, d), dtype=bool)
    edge[1:n] = value[1:] > value[:-1]  # equal values cannot be told apart
    low = np.where(edge, run, np.inf)
    high = np.where(edge, run[n] - run, np.inf)
    if low.min() < high.min():
        k, j = np.unravel_index(np.argmin(low), low.shape)
        threshold = -np.inf if k == 0 else np.inf if k == n else value[k - 1, j]
        return int(j), float(threshold), False
    k, j = np.unravel_index(np.argmin(high), high.shape)
    threshold = -np.inf if k == 0 else np.inf if k == n else value[k, j]
    return int(j), float(threshold), True


def holds(rule, rows):
    """Which rows a clause flags."""
    feature, threshold, above = rule
    return rows[:, feature] >= threshold if above else rows[:, feature] <= threshold


def drift_of(stale, audited):
    """The drift under which the audit is likeliest."""
    stale = np.asarray(stale)
    gone_by = 1 - (1 - DRIFTS[:, None]) ** AGES
    likely = (xlogy(stale, gone_by) + xlog1py(audited - stale, -gone_by)).sum(axis=1)
    return float(DRIFTS[np.argmax(likely)])


def gone(drift, age):
    """Share of the rows that are stale at an age."""
    return 1 - (1 - drift) ** age


def left_out(case, fresh, stale):
    """Flags of rule and model for each row of the sample, fitted without that row's part."""
    x, y = case["x"], case["y"]
    by_rule, by_model = np.zeros(len(y), dtype=bool), np.zeros(len(y), dtype=bool)
    parts = StratifiedKFold(10 if len(y) < 500 else 5, shuffle=True, random_state=0)
    for inside, outside in parts.split(x, y):
        rule = clause(x[inside], y[inside], case["fp"], case["fn"], fresh, stale)
        by_rule[outside] = holds(rule, x[outside])
        by_model[outside] = flags(case, x[inside], y[inside], x[outside])
    return by_rule, by_model


def decide(case):
    """The plan with the least bill."""
    x, y = case["x"], case["y"]
    fp, fn, volume, months = case["fp"], case["fn"], case["volume"], case["months"]
    build, upkeep = case["build"], case["upkeep"]
    share, month = y.mean(), np.arange(months)
    drift = {who: drift_of(case["stale"][who], case["audited"]) for who in ("rule", "model")}

    def per_row(flagged, explain):
        """Cost of a fresh row, and of a stale one."""
        q = flagged.mean()
        fresh = np.where(flagged, (y == 0) * fp + explain, (y == 1) * fn).mean()
        return fresh, q * ((1 - share) * fp + explain) + (1 - q) * share * fn

    def errors(costs, old):
        return volume * float(((1 - old) * costs[0] + old * costs[1]).sum())

    old_rule = gone(drift["rule"], month)
    weights = float((1 - old_rule).sum()), float(old_rule.sum())
    by_rule, by_model = left_out(case, *weights)

    plans = [(volume * months * share * fn, {"choice": "nothing"})]
    fixed = build["rule"] + months * upkeep["rule"]
    everything = fixed + volume * months * (1 - share) * fp
    plans.append((everything, {"choice": "rule", "feature": 0, "threshold": -np.inf, "above": True}))
    feature, threshold, above = clause(x, y, fp, fn, *weights)
    rule = {"choice": "rule", "feature": feature, "threshold": threshold, "above": above}
    plans.append((fixed + errors(per_row(by_rule, 0.0), old_rule), rule))

    fixed = build["model"] + months * upkeep["model"]
    costs = per_row(by_model, case["explain"])
    for every in [None, *range(1, months)]:
        age = month if every is None else month % every
        trainings = 0 if every is None else (months - 1) // every
        bill = fixed + errors(costs, gone(drift["model"], age)) + trainings * len(y) * case["label_price"]
        plans.append((bill, {"choice": "model", "retrain_every": every}))
    return min(plans, key=lambda pair: pair[0])[1]
