"""ML, rule or nothing: shrunken discriminant analysis from the library, and a table of policies in pandas."""

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import RepeatedStratifiedKFold

FAR = 5.0


def prepare(x):
    """Return a function that puts rows on the scale of the labelled rows x; columns of one value are left out."""
    live = np.flatnonzero(x.max(axis=0) > x.min(axis=0))
    mean, spread = x[:, live].mean(axis=0), x[:, live].std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return lambda rows: np.clip((rows[:, live] - mean) / spread, -FAR, FAR)


def flags(case, x, y, rows):
    """Train a discriminant on x, y; flag by expected cost."""
    scaled = prepare(x)
    z = scaled(x)
    to_flag = np.zeros(len(rows), dtype=bool)
    if z.shape[1] == 0:
        chance = np.full(len(rows), y.mean())
    else:
        lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(z, y)
        at = scaled(rows)
        score = np.full(len(rows), float(lda.intercept_[0]))
        for j, slope in enumerate(lda.coef_[0]):  # column by column: a row's sum is its own
            score += slope * at[:, j]
        chance = 1 / (1 + np.exp(-np.clip(score, -500, 500)))
    to_flag[chance * (case["fp"] + case["fn"]) > case["fp"] + case["explain"]] = True
    return to_flag


def search(x, y, fp, fn, keep):
    """The cheapest clause; keep is the share of months (by weight) in which its flags are fresh."""
    share = y.mean()
    weight = keep * np.where(y == 1, -fn, fp) + (1 - keep) * ((1 - share) * fp - share * fn)
    candidates = [(0.0, 0, np.inf, True), (float(weight.sum()), 0, -np.inf, True)]
    for j in range(x.shape[1]):
        order = np.argsort(x[:, j], kind="stable")
        value, run = x[order, j], np.cumsum(weight[order])
        last = np.flatnonzero(np.append(value[1:] > value[:-1], True))  # the last row of each value
        k = last[np.argmin(run[last])]
        candidates.append((float(run[k]), j, float(value[k]), False))
        if len(last) > 1:
            rest = run[-1] - run[last[:-1]]
            i = int(np.argmin(rest))
            candidates.append((float(rest[i]), j, float(value[last[i] + 1]), True))
    return min(candidates, key=lambda c: c[0])[1:]


def marked(clause, rows):
    """Rows that a clause flags."""
    feature, threshold, above = clause
    column = rows[:, feature]
    return column >= threshold if above else column <= threshold


def drift(stale, audited):
    """Maximum likelihood within the range that the statement gives."""
    stale, age = np.asarray(stale, dtype=float), np.arange(1.0, 13.0)
    if not stale.any():
        return 0.0

    def loss(rate):  # rate = -log(1 - drift)
        return -(stale * np.log(-np.expm1(-rate * age)) - (audited - stale) * rate * age).sum()

    rate = minimize_scalar(loss, bounds=(1e-8, -np.log(0.7)), method="bounded", options={"xatol": 1e-7}).x
    return float(-np.expm1(-rate))


def decide(case):
    """Fill a table with the bill of each policy and return the plan of its cheapest line."""
    x, y, fp, fn = case["x"], case["y"], case["fp"], case["fn"]
    n, months, volume = len(y), case["months"], case["volume"]
    share, month = float(y.mean()), np.arange(months)
    lost = {who: drift(case["stale"][who], case["audited"]) for who in ("rule", "model")}
    fresh_rule = (1 - lost["rule"]) ** month
    keep = float(fresh_rule.mean())

    repeats = 2 if n < 400 else 1
    seen = []
    parts = RepeatedStratifiedKFold(n_splits=5, n_repeats=repeats, random_state=7)
    for inside, outside in parts.split(x, y):
        clause = search(x[inside], y[inside], fp, fn, keep)
        seen.append(
            pd.DataFrame(
                {
                    "y": y[outside],
                    "rule": marked(clause, x[outside]),
                    "model": flags(case, x[inside], y[inside], x[outside]),
                }
            )
        )
    seen = pd.concat(seen, ignore_index=True)

    def costs(who, explain):
        q = seen[who].mean()
        false = (seen[who] & (seen["y"] == 0)).mean()
        missed = (~seen[who] & (seen["y"] == 1)).mean()
        return false * fp + missed * fn + q * explain, q * ((1 - share) * fp + explain) + (1 - q) * share * fn

    table = [{"bill": volume * months * share * fn, "kind": "nothing", "every": 0}]
    base = case["build"]["rule"] + months * case["upkeep"]["rule"]
    table.append({"bill": base + volume * months * (1 - share) * fp, "kind": "all", "every": 0})
    fresh, stale = costs("rule", 0.0)
    errors = volume * (fresh_rule * fresh + (1 - fresh_rule) * stale).sum()
    table.append({"bill": base + errors, "kind": "rule", "every": 0})

    base = case["build"]["model"] + months * case["upkeep"]["model"]
    fresh, stale = costs("model", case["explain"])
    for every in range(1, months + 1):  # once in `months` months is never again
        left = (1 - lost["model"]) ** (month % every)
        labels = n * case["label_price"] * np.count_nonzero(month[1:] % every == 0)
        bill = base + labels + volume * (left * fresh + (1 - left) * stale).sum()
        table.append({"bill": bill, "kind": "model", "every": every})

    table = pd.DataFrame(table)
    best = table.loc[table["bill"].idxmin()]
    if best["kind"] == "nothing":
        return {"choice": "nothing"}
    if best["kind"] == "all":
        return {"choice": "rule", "feature": 0, "threshold": float("-inf"), "above": True}
    if best["kind"] == "rule":
        feature, threshold, above = search(x, y, fp, fn, keep)
        return {"choice": "rule", "feature": int(feature), "threshold": float(threshold), "above": bool(above)}
    every = int(best["every"])
    return {"choice": "model", "retrain_every": None if every >= months else every}
