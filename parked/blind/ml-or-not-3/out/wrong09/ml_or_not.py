# Statement: "Each column has a unit of its own: it may be in millionths or in millions."
# Wrong: a threshold of a column in millionths becomes 0.0 or 0.0001: the clause then flags other rows than the one
# that was priced.
"""ML, rule or nothing: bills of all policies from cross-validated costs; scikit-learn's logistic regression."""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

STRENGTHS = (0.01, 0.1, 1.0)
FOLDS = 8


# ---------------------------------------------------------------- the model


def fit(x, y, strength):
    """Return (kept columns, centre, scale, weights, intercept) of a logistic regression on standardised columns."""
    kept = np.flatnonzero(x.min(axis=0) < x.max(axis=0))
    share = y.mean()
    if share == 0 or share == 1 or len(kept) == 0:
        share = np.clip(share, 0.5 / len(y), 1 - 0.5 / len(y))
        return kept[:0], np.zeros(0), np.ones(0), np.zeros(0), float(np.log(share / (1 - share)))
    z = np.array(x[:, kept], dtype=float, order="C")
    centre = z.mean(axis=0)
    z -= centre
    scale = z.std(axis=0)
    scale[scale == 0] = 1.0
    z /= scale
    model = LogisticRegression(C=strength, max_iter=300)
    model.fit(z, y)
    return kept, centre, scale, model.coef_[0].copy(), float(model.intercept_[0])


def chances(fitted, rows):
    """Chance of each row; column by column, so that a row's sum does not depend on its neighbours."""
    kept, centre, scale, weights, intercept = fitted
    score = np.full(len(rows), intercept)
    for column, c, s, w in zip(kept, centre, scale, weights):
        score += w * np.clip((rows[:, column] - c) / s, -1e6, 1e6)
    return expit(score)


def worth_flagging(chance, fp, fn, explain):
    """Flag where a miss costs more than a flag: p fn > (1 - p) fp + explain."""
    return chance * fn > (1 - chance) * fp + explain


def split(y):
    """The number of each row's fold: both classes spread evenly, seeded."""
    rng = np.random.default_rng(20240)
    fold = np.empty(len(y), dtype=int)
    start = 0
    for label in (0, 1):
        rows = rng.permutation(np.flatnonzero(y == label))
        fold[rows] = (np.arange(len(rows)) + start) % FOLDS
        start += len(rows)
    return fold


def left_out_chances(x, y, fold):
    """Chances of rows by models that have not seen them, and the strength of the least log loss."""
    best = None
    for strength in STRENGTHS:
        chance = np.empty(len(y))
        for k in range(FOLDS):
            out = fold == k
            if out.any():
                chance[out] = chances(fit(x[~out], y[~out], strength), x[out])
        safe = np.clip(chance, 1e-9, 1 - 1e-9)
        loss = -np.mean(np.where(y == 1, np.log(safe), np.log1p(-safe)))
        if best is None or loss < best[0]:
            best = loss, strength, chance
    return best[1], best[2]


def flags(case, x, y, rows):
    x, y, rows = np.asarray(x, dtype=float), np.asarray(y), np.asarray(rows, dtype=float)
    strength, _ = left_out_chances(x, y, split(y))
    chance = chances(fit(x, y, strength), rows)
    return np.array(worth_flagging(chance, case["fp"], case["fn"], case["explain"]), dtype=bool)


# ---------------------------------------------------------------- the rule


def cheapest_clause(x, y, fp, fn, gone):
    """Column, threshold and direction of the least (1 - gone) fresh + gone stale on these rows."""
    n, d = x.shape
    order = np.argsort(x, axis=0, kind="stable")
    values = np.take_along_axis(x, order, axis=0)
    below_pos = np.zeros((n + 1, d))
    np.cumsum(y[order], axis=0, out=below_pos[1:])
    below = np.arange(n + 1.0)[:, None]
    below_neg = below - below_pos
    pos = float(y.sum())
    neg, share = n - pos, pos / n
    cut = np.ones((n + 1, d), dtype=bool)
    cut[1:n] = values[:-1] < values[1:]

    def cost(false, missed, flagged):
        fresh = (false * fp + missed * fn) / n
        q = flagged / n
        return (1 - gone) * fresh + gone * (q * (1 - share) * fp + (1 - q) * share * fn)

    up = np.where(cut, cost(neg - below_neg, below_pos, n - below), np.inf)
    down = np.where(cut, cost(below_neg, pos - below_pos, below), np.inf)
    above = bool(up.min() <= down.min())
    i, column = np.unravel_index(np.argmin(up if above else down), cut.shape)
    if i == 0:
        threshold = -np.inf
    elif i == n:
        threshold = np.inf
    else:
        low, high = values[i - 1, column], values[i, column]
        threshold = low / 2 + high / 2
        if not low < threshold < high:
            threshold = high if above else low
    return int(column), float(threshold), above


def apply_clause(clause, x):
    column, threshold, above = clause
    return x[:, column] >= threshold if above else x[:, column] <= threshold


# ---------------------------------------------------------------- the bill


def drift_of(stale, audited):
    """Most likely drift: the share stale at age k is 1 - (1 - drift)^k."""
    stale = np.asarray(stale, dtype=float)
    if stale.sum() == 0:
        return 0.0
    drift = np.geomspace(1e-6, 0.3, 4000)[:, None]
    age = np.arange(1, len(stale) + 1)
    kept = age * np.log1p(-drift)
    likely = (stale * np.log(-np.expm1(kept)) + (audited - stale) * kept).sum(axis=1)
    return float(drift[np.argmax(likely), 0])


def row_costs(flagged, y, fp, fn, explain):
    """Mean cost of a fresh row and of a stale one."""
    share, q = y.mean(), flagged.mean()
    fresh = np.mean(np.where(flagged, (y == 0) * fp + explain, (y == 1) * fn))
    stale = q * ((1 - share) * fp + explain) + (1 - q) * share * fn
    return fresh, stale


def errors_bill(case, drift, ages, fresh, stale):
    gone = 1 - (1 - drift) ** ages
    return case["volume"] * ((1 - gone) * fresh + gone * stale).sum()


def decide(case):
    x, y = np.asarray(case["x"], dtype=float), np.asarray(case["y"])
    fp, fn, explain = case["fp"], case["fn"], case["explain"]
    months, volume, n = int(case["months"]), case["volume"], len(y)
    month = np.arange(months)
    share = y.mean()
    fold = split(y)
    drift = {who: drift_of(case["stale"][who], case["audited"]) for who in ("rule", "model")}

    plans = [(months * volume * share * fn, {"choice": "nothing"})]

    # a rule: found anew without each fold
    gone = float(np.mean(1 - (1 - drift["rule"]) ** month))
    flagged = np.zeros(n, dtype=bool)
    for k in range(FOLDS):
        out = fold == k
        if out.any():
            flagged[out] = apply_clause(cheapest_clause(x[~out], y[~out], fp, fn, gone), x[out])
    fresh, stale = row_costs(flagged, y, fp, fn, 0.0)
    paid = case["build"]["rule"] + months * case["upkeep"]["rule"]
    column, threshold, above = cheapest_clause(x, y, fp, fn, gone)
    rule = {"choice": "rule", "feature": column, "threshold": round(threshold, 4), "above": above}
    plans.append((paid + errors_bill(case, drift["rule"], month, fresh, stale), rule))
    everything = {"choice": "rule", "feature": 0, "threshold": -np.inf, "above": True}
    plans.append((paid + months * volume * (1 - share) * fp, everything))

    # a model: flags of rows left out, at every interval
    _, chance = left_out_chances(x, y, fold)
    flagged = worth_flagging(chance, fp, fn, explain)
    fresh, stale = row_costs(flagged, y, fp, fn, explain)
    paid = case["build"]["model"] + months * case["upkeep"]["model"]
    for every in range(months, 0, -1):
        trainings = (months - 1) // every
        labels = trainings * n * case["label_price"]
        bill = paid + labels + errors_bill(case, drift["model"], month % every, fresh, stale)
        plans.append((bill, {"choice": "model", "retrain_every": None if every == months else every}))

    return dict(min(plans, key=lambda plan: plan[0])[1])
