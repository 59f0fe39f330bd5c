# Breaks: "It trains on `x` and `y` alone: of `case` it takes the prices, `fp`, `fn` and `explain`. `x` and `y` have
# the form of the case's own and may tell something else."
# Wrong: balanced fit, whose log-odds are then moved to the share of positives in case["y"]: wrong where the given y
# hold another share.
"""ML, rule or nothing: estimate each policy's errors by cross-validation, then add up its bill to the horizon."""

import numpy as np
from scipy.special import expit

FOLDS = 10
RIDGE = 3.0
DRIFTS = np.linspace(0.0, 0.3, 6001)


def fit(x, y):
    """Logistic regression with a ridge on standardised columns, by Newton steps."""
    mean, scale = x.mean(axis=0), x.std(axis=0)
    dead = (x.max(axis=0) == x.min(axis=0)) | ~(scale > 0)
    scale = np.where(dead, 1.0, scale)
    z = (x - mean) / scale
    z[:, dead] = 0.0
    a = np.column_stack([np.ones(len(z)), z])
    ridge = np.full(a.shape[1], RIDGE)
    ridge[0] = 1e-9
    beta = np.zeros(a.shape[1])
    weight = np.where(y == 1, 0.5 / y.mean(), 0.5 / (1 - y.mean()))  # balanced classes

    def loss(b):
        eta = a @ b
        return np.sum(weight * (np.logaddexp(0.0, eta) - y * eta)) + 0.5 * np.sum(ridge * b * b)

    now = loss(beta)
    for _ in range(40):
        p = expit(a @ beta)
        gradient = a.T @ (weight * (y - p)) - ridge * beta
        hessian = (a * (weight * p * (1 - p))[:, None]).T @ a + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        size, new = 1.0, loss(beta + step)
        while new > now and size > 1e-4:
            size /= 2
            new = loss(beta + size * step)
        if new > now:
            break
        beta, now = beta + size * step, new
        if np.abs(step).max() < 1e-7:
            break
    coef = np.where(dead, 0.0, beta[1:])
    return beta[0], mean, scale, coef


def score(model, rows):
    """Log-odds of each row, summed column by column so that a row's score does not depend on the batch."""
    start, mean, scale, coef = model
    total = np.full(len(rows), start)
    for j in np.flatnonzero(coef):
        total += (rows[:, j] - mean[j]) / scale[j] * coef[j]
    return total


def cut(fp, fn, explain):
    """Log-odds above which flagging, (1 - p) fp + explain, is cheaper than p fn."""
    return np.log((fp + explain) / (fn - explain)) if explain < fn else np.inf


def flags(case, x, y, rows):
    """Train on x, y; which of `rows` to flag."""
    x, y, rows = np.asarray(x, float), np.asarray(y, float), np.asarray(rows, float)
    share = np.mean(case["y"])  # back from balanced classes to production's share
    return score(fit(x, y), rows) + np.log(share / (1 - share)) > cut(case["fp"], case["fn"], case["explain"])


def best_clause(x, y, fp, fn):
    """The clause that saves most on these rows: feature, threshold, above."""
    gain = np.where(y == 1, fn, -fp)
    order = np.argsort(x, axis=0, kind="stable")
    values = np.take_along_axis(x, order, axis=0)
    upto = np.cumsum(gain[order], axis=0)
    total = gain.sum()
    last = np.ones(values.shape, bool)
    last[:-1] = values[1:] > values[:-1]
    first = np.ones(values.shape, bool)
    first[1:] = last[:-1]
    before = np.zeros(upto.shape)
    before[1:] = upto[:-1]
    below = np.where(last, upto, -np.inf)
    above = np.where(first, total - before, -np.inf)
    options = [(0.0, 0, np.inf, True), (total, 0, -np.inf, True)]
    for table, up in ((below, False), (above, True)):
        i, j = np.unravel_index(np.argmax(table), table.shape)
        options.append((table[i, j], int(j), float(values[i, j]), up))
    return max(options, key=lambda option: option[0])[1:]


def clause_flags(clause, rows):
    """Which rows a clause flags."""
    feature, threshold, above = clause
    return rows[:, feature] >= threshold if above else rows[:, feature] <= threshold


def folds(y):
    """The number of the part that each row is left out with; every part has its share of both classes."""
    rng = np.random.default_rng(0)
    part = np.empty(len(y), int)
    start = 0
    for label in (0, 1):
        where = rng.permutation(np.flatnonzero(y == label))
        part[where] = (start + np.arange(len(where))) % FOLDS
        start += len(where)
    return part


def drift_of(stale, audited):
    """The most likely drift: the count at age k is binomial with chance 1 - (1 - drift)^k."""
    stale = np.asarray(stale, float)
    age = np.arange(1, len(stale) + 1)
    fresh = (1 - DRIFTS[:, None]) ** age
    gone = np.maximum(1 - fresh, 1e-300)
    return float(DRIFTS[np.argmax((stale * np.log(gone) + (audited - stale) * np.log(fresh)).sum(axis=1))])


def costs(flagged, y, fp, fn, explain):
    """Cost of a fresh row and of a stale one."""
    fresh = np.mean(np.where(flagged, np.where(y == 1, 0.0, fp) + explain, np.where(y == 1, fn, 0.0)))
    q, share = flagged.mean(), y.mean()
    stale = q * ((1 - share) * fp + explain) + (1 - q) * share * fn
    return fresh, stale


def errors(volume, ages, drift, fresh, stale):
    """Cost of the errors in months with fits of these ages."""
    gone = 1 - (1 - drift) ** ages
    return volume * np.sum((1 - gone) * fresh + gone * stale)


def decide(case):
    """The plan with the smallest expected bill."""
    x, y = np.asarray(case["x"], float), np.asarray(case["y"])
    fp, fn, explain = case["fp"], case["fn"], case["explain"]
    volume, months, n = case["volume"], case["months"], len(y)
    part = folds(y)
    by_rule, by_model = np.zeros(n, bool), np.zeros(n, bool)
    for k in range(FOLDS):
        out = part == k
        by_rule[out] = clause_flags(best_clause(x[~out], y[~out], fp, fn), x[out])
        by_model[out] = flags(case, x[~out], y[~out], x[out])
    drift = {who: drift_of(case["stale"][who], case["audited"]) for who in ("rule", "model")}
    fixed = {who: case["build"][who] + months * case["upkeep"][who] for who in ("rule", "model")}
    month = np.arange(months)

    plans = [(volume * months * y.mean() * fn, {"choice": "nothing"})]

    fresh, stale = costs(by_rule, y, fp, fn, 0.0)
    feature, threshold, above = best_clause(x, y, fp, fn)
    bill = fixed["rule"] + errors(volume, month, drift["rule"], fresh, stale)
    plans.append((bill, {"choice": "rule", "feature": feature, "threshold": threshold, "above": above}))
    bill = fixed["rule"] + volume * months * (1 - y.mean()) * fp
    plans.append((bill, {"choice": "rule", "feature": 0, "threshold": -np.inf, "above": True}))

    fresh, stale = costs(by_model, y, fp, fn, explain)
    for every in [None, *range(1, months)]:
        ages = month if every is None else month % every
        trainings = 0 if every is None else (months - 1) // every
        bill = fixed["model"] + trainings * n * case["label_price"]
        bill += errors(volume, ages, drift["model"], fresh, stale)
        plans.append((bill, {"choice": "model", "retrain_every": every}))
    return min(plans, key=lambda plan: plan[0])[1]
