"""ML, rule or nothing. Newton's method for the model, plain loops for the bill; the rule is chosen for its whole life."""

import math

import numpy as np

FOLDS = 10


class Logistic:
    """Ridge-penalised logistic regression on standardised columns."""

    def __init__(self, x, y, penalty=1.0):
        x = np.array(x, dtype=float)
        y = np.array(y, dtype=float)
        self.columns = [j for j in range(x.shape[1]) if x[:, j].min() < x[:, j].max()]
        self.mean = [float(x[:, j].mean()) for j in self.columns]
        self.scale = [float(x[:, j].std()) for j in self.columns]
        z = np.ones((len(y), len(self.columns) + 1))
        for i, j in enumerate(self.columns):
            z[:, i + 1] = (x[:, j] - self.mean[i]) / self.scale[i]
        share = (y.sum() + 0.5) / (len(y) + 1)
        beta = np.zeros(z.shape[1])
        beta[0] = math.log(share / (1 - share))
        ridge = np.full(z.shape[1], penalty)
        ridge[0] = 1e-6

        def loss(b):
            eta = z @ b
            return float(np.sum(np.logaddexp(0, eta) - y * eta) + 0.5 * np.sum(ridge * b * b))

        now = loss(beta)
        for _ in range(50):
            p = 1 / (1 + np.exp(-np.clip(z @ beta, -500, 500)))
            slope = z.T @ (p - y) + ridge * beta
            bend = (z * (p * (1 - p))[:, None]).T @ z + np.diag(ridge)
            step = np.linalg.solve(bend, slope)
            size = 1.0
            while size > 1e-6 and loss(beta - size * step) > now:
                size /= 2
            if size <= 1e-6:
                break
            beta = beta - size * step
            before, now = now, loss(beta)
            if before - now < 1e-9 * (1 + abs(now)):
                break
        self.intercept, self.weights = float(beta[0]), [float(b) for b in beta[1:]]

    def score(self, rows):
        """Return log odds, added up column by column: the same for a row in any company."""
        total = np.full(len(rows), self.intercept)
        for j, mean, scale, weight in zip(self.columns, self.mean, self.scale, self.weights):
            total = total + (rows[:, j] - mean) / scale * weight
        return total


def model_flags(case, x, y, rows):
    """Flag where p fn > (1 - p) fp + explain, that is p > (fp + explain) / (fp + fn)."""
    bar = (case["fp"] + case["explain"]) / (case["fp"] + case["fn"])
    if bar >= 1:
        return np.zeros(len(rows), dtype=bool)
    return Logistic(x, y).score(rows) > math.log(bar / (1 - bar))


def flags(case, x, y, rows):
    """Train on x, y and return which of rows the model flags."""
    return model_flags(case, x, y, rows)


def find_rule(x, y, fp, fn, gone):
    """Return the clause that is cheapest when a share `gone` of its rows is stale."""
    n = len(y)
    pos = int(y.sum())
    neg = n - pos
    best = None
    for j in range(x.shape[1]):
        order = np.argsort(x[:, j], kind="stable")
        v, hits = x[order, j], np.concatenate([[0], np.cumsum(y[order])])
        cuts = np.concatenate([[0], np.flatnonzero(v[1:] > v[:-1]) + 1, [n]])
        low_pos = hits[cuts]
        low_neg = cuts - low_pos
        for above in (True, False):
            flagged_pos = pos - low_pos if above else low_pos
            flagged_neg = neg - low_neg if above else low_neg
            fresh = fp * flagged_neg + fn * (pos - flagged_pos)
            q = (flagged_pos + flagged_neg) / n
            stale = q * neg * fp + (1 - q) * pos * fn
            cost = (1 - gone) * fresh + gone * stale
            k = int(np.argmin(cost))
            if best is None or cost[k] < best[0]:
                i = int(cuts[k])
                if i == 0:
                    edge = -math.inf
                elif i == n:
                    edge = math.inf
                else:
                    low, high = float(v[i - 1]), float(v[i])
                    edge = low + (high - low) / 2
                    if not low < edge < high:
                        edge = high if above else low
                best = (float(cost[k]), j, edge, above)
    return best[1:]


def follows(rule, rows):
    """Return which rows a rule flags."""
    j, edge, above = rule
    return rows[:, j] >= edge if above else rows[:, j] <= edge


def drift(counts, audited):
    """Return the drift of the highest likelihood, by ternary search on the rate -log(1 - drift): it is concave."""
    counts = [int(c) for c in counts]
    if not any(counts):
        return 0.0

    def likely(rate):
        total = 0.0
        for k, c in enumerate(counts, start=1):
            if c:
                total += c * math.log(-math.expm1(-rate * k))
            total -= (audited - c) * rate * k
        return total

    low, high = 1e-9, -math.log(0.7)
    for _ in range(80):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        if likely(a) < likely(b):
            low = a
        else:
            high = b
    return -math.expm1(-(low + high) / 2)


def split(y):
    """Return each row's fold: shuffled with a seed, every class dealt out evenly."""
    rng = np.random.default_rng(12345)
    fold = np.empty(len(y), dtype=int)
    dealt = 0
    for label in (0, 1):
        rows = rng.permutation(np.flatnonzero(y == label))
        fold[rows] = (np.arange(len(rows)) + dealt) % FOLDS
        dealt += len(rows)
    return fold


def add_up(case, kind, flagged, rate, every):
    """Return the bill, month by month."""
    y, fp, fn, n = case["y"], case["fp"], case["fn"], len(case["y"])
    explain = case["explain"] if kind == "model" else 0.0
    share, q = float(y.sum()) / n, float(flagged.sum()) / n
    false, missed = float((flagged & (y == 0)).sum()) / n, float((~flagged & (y == 1)).sum()) / n
    fresh = fp * false + fn * missed + explain * q
    stale = q * ((1 - share) * fp + explain) + (1 - q) * share * fn
    total = float(case["build"][kind])
    for month in range(case["months"]):
        age = month if every is None else month % every
        gone = 1 - (1 - rate) ** age
        total += case["upkeep"][kind] + case["volume"] * ((1 - gone) * fresh + gone * stale)
        if month > 0 and age == 0:
            total += n * case["label_price"]
    return total


def decide(case):
    """Return the cheapest plan."""
    x, y, months = case["x"], case["y"], case["months"]
    rule_drift = drift(case["stale"]["rule"], case["audited"])
    model_drift = drift(case["stale"]["model"], case["audited"])
    gone = sum(1 - (1 - rule_drift) ** m for m in range(months)) / months

    fold = split(y)
    ruled, modelled = np.zeros(len(y), dtype=bool), np.zeros(len(y), dtype=bool)
    for k in range(FOLDS):
        out = fold == k
        if not out.any():
            continue
        ruled[out] = follows(find_rule(x[~out], y[~out], case["fp"], case["fn"], gone), x[out])
        modelled[out] = model_flags(case, x[~out], y[~out], x[out])

    best, plan = case["volume"] * months * float(y.mean()) * case["fn"], {"choice": "nothing"}
    rule = find_rule(x, y, case["fp"], case["fn"], gone)
    for flagged, (j, edge, above) in ((np.ones(len(y), dtype=bool), (0, -math.inf, True)), (ruled, rule)):
        total = add_up(case, "rule", flagged, rule_drift, None)
        if total < best:
            best, plan = total, {"choice": "rule", "feature": j, "threshold": edge, "above": above}
    for every in (None, *range(1, months)):
        total = add_up(case, "model", modelled, model_drift, every)
        if total < best:
            best, plan = total, {"choice": "model", "retrain_every": every}
    return plan
