# Statement: "S, the cost of a stale row …: q ((1 − P) fp + e) + (1 − q) P fn"
# Wrong: the explanation is paid for fresh rows only, so a stale model's flags look cheaper than they are.
"""ML, rule or nothing: estimate each policy's errors by cross-validation, add up its bill, take the cheapest."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

FOLDS = 10
MOST_DRIFT = 0.3


def fit(x, y):
    """Return a logistic regression on standardised columns: which columns, their mean and scale, weights, intercept."""
    use = np.flatnonzero(x.max(axis=0) > x.min(axis=0))
    positives = int(np.sum(y == 1))
    if len(use) == 0 or positives in (0, len(y)):
        share = (positives + 0.5) / (len(y) + 1)
        return use[:0], np.zeros(0), np.ones(0), np.zeros(0), float(np.log(share / (1 - share)))
    mean, scale = x[:, use].mean(axis=0), x[:, use].std(axis=0)
    machine = LogisticRegression(C=1.0, max_iter=1000)
    machine.fit((x[:, use] - mean) / scale, y)
    return use, mean, scale, machine.coef_[0], float(machine.intercept_[0])


def chances(fitted, rows):
    """Return each row's chance, column by column, so that a row's number does not depend on its neighbours."""
    use, mean, scale, weights, intercept = fitted
    score = np.full(len(rows), intercept)
    for j, column in enumerate(use):
        score += (rows[:, column] - mean[j]) / scale[j] * weights[j]
    return expit(score)


def worth_flagging(case, chance):
    """Flag where not flagging would cost more on average."""
    return chance * case["fn"] > (1 - chance) * case["fp"] + case["explain"]


def flags(case, x, y, rows):
    """Train on the labelled rows x, y; return which of `rows` to flag."""
    return worth_flagging(case, chances(fit(x, y), rows))


def best_clause(x, y, fp, fn):
    """Return (feature, threshold, above) of the clause that is cheapest on x, y."""
    n, d = x.shape
    order = np.argsort(x, axis=0, kind="stable")
    values = np.take_along_axis(x, order, axis=0)
    pos = np.zeros((n + 1, d), dtype=np.int64)  # pos[i]: positives among the i lowest rows
    pos[1:] = np.cumsum(y[order], axis=0)
    neg = np.arange(n + 1)[:, None] - pos
    cut = np.ones((n + 1, d), dtype=bool)
    cut[1:n] = values[1:] > values[:-1]
    upper = np.where(cut, fp * (neg[-1] - neg) + fn * pos, np.inf)
    lower = np.where(cut, fp * neg + fn * (pos[-1] - pos), np.inf)
    above = bool(upper.min() <= lower.min())
    i, feature = np.unravel_index(int(np.argmin(upper if above else lower)), cut.shape)
    if i == 0:
        threshold = -np.inf
    elif i == n:
        threshold = np.inf
    else:
        threshold = values[i, feature] if above else values[i - 1, feature]
    return int(feature), float(threshold), above


def obey(clause, rows):
    """Return which rows a clause flags."""
    feature, threshold, above = clause
    return rows[:, feature] >= threshold if above else rows[:, feature] <= threshold


def held_out(case):
    """Return which rows rule and model flag when fitted without them."""
    x, y = case["x"], case["y"]
    rule, model = np.zeros(len(y), dtype=bool), np.zeros(len(y), dtype=bool)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, y):
        rule[test] = obey(best_clause(x[train], y[train], case["fp"], case["fn"]), x[test])
        model[test] = worth_flagging(case, chances(fit(x[train], y[train]), x[test]))
    return rule, model


def drift_of(stale, audited):
    """Return the likeliest monthly drift, given how many of the audited rows were stale after 1, 2, … months."""
    stale = np.asarray(stale, dtype=float)
    age = np.arange(1, len(stale) + 1)
    if stale.sum() == 0:
        return 0.0

    def unlikely(rate):
        return -np.sum(stale * np.log(-np.expm1(-rate * age)) - (audited - stale) * rate * age)

    most = -np.log(1 - MOST_DRIFT)
    found = minimize_scalar(unlikely, bounds=(1e-9, most), method="bounded", options={"xatol": 1e-8})
    return float(-np.expm1(-found.x))


def row_costs(case, flagged, explain):
    """Return the mean cost of a fresh row, and of a stale one, given which rows of the sample are flagged."""
    y, fp, fn = case["y"], case["fp"], case["fn"]
    share, q = np.mean(y == 1), np.mean(flagged)
    fresh = fp * np.mean(flagged & (y == 0)) + fn * np.mean(~flagged & (y == 1)) + explain * q
    stale = q * (1 - share) * fp + (1 - q) * share * fn
    return fresh, stale


def bill(case, kind, costs, drift, every=None):
    """Return the bill of a rule or a model up to the horizon."""
    months = np.arange(case["months"])
    age = months if every is None else months % every
    gone = 1 - (1 - drift) ** age
    fresh, stale = costs
    total = case["build"][kind] + case["months"] * case["upkeep"][kind]
    total += case["volume"] * np.sum((1 - gone) * fresh + gone * stale)
    retrainings = np.count_nonzero((months > 0) & (age == 0))
    return float(total + retrainings * len(case["y"]) * case["label_price"])


def decide(case):
    """Return the plan with the lowest estimated bill."""
    x, y = case["x"], case["y"]
    drift = {kind: drift_of(case["stale"][kind], case["audited"]) for kind in ("rule", "model")}
    by_rule, by_model = held_out(case)
    share = np.mean(y == 1)
    offers = [(float(case["months"] * case["volume"] * share * case["fn"]), {"choice": "nothing"})]

    all_rows = row_costs(case, np.ones(len(y), dtype=bool), 0.0)
    everything = {"choice": "rule", "feature": 0, "threshold": float("-inf"), "above": True}
    offers.append((bill(case, "rule", all_rows, drift["rule"]), everything))
    feature, threshold, above = best_clause(x, y, case["fp"], case["fn"])
    clause = {"choice": "rule", "feature": feature, "threshold": threshold, "above": above}
    offers.append((bill(case, "rule", row_costs(case, by_rule, 0.0), drift["rule"]), clause))

    costs = row_costs(case, by_model, case["explain"])
    for every in [None, *range(1, case["months"])]:
        plan = {"choice": "model", "retrain_every": every}
        offers.append((bill(case, "model", costs, drift["model"], every), plan))
    return min(offers, key=lambda offer: offer[0])[1]
