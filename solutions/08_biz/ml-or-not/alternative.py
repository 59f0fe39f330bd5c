"""The same decision with other tools: repeated holdouts, discriminant analysis, a ledger month by month."""

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import RepeatedStratifiedKFold


def flags(case, x, y, rows):
    """Return which rows have a chance above the break-even one."""
    spread = np.where(x.std(0) > 0, x.std(0), 1.0)
    z = (x - x.mean(0)) / spread
    found = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(z, y)
    chance = found.predict_proba((rows - x.mean(0)) / spread)[:, 1]
    price = case["fp"] + case["fn"]  # flag when fp (1 - p) + explain < fn p
    return chance > (case["fp"] + case["explain"]) / price


def build_rule(case, x, y):
    """Return the cheapest of all columns, sides and 60 quantiles."""
    candidates = []
    for feature in range(x.shape[1]):
        edges = np.append(np.quantile(x[:, feature], np.linspace(0, 1, 60)), [-np.inf, np.inf])
        for above in (True, False):
            flagged = x[:, [feature]] >= edges if above else x[:, [feature]] <= edges  # (rows, edges)
            cost = case["fp"] * flagged[y == 0].sum(0) + case["fn"] * (~flagged[y == 1]).sum(0)
            candidates.append((cost.min(), feature, edges[cost.argmin()], above))
    _, feature, edge, above = min(candidates)
    return {"choice": "rule", "feature": feature, "threshold": float(edge), "above": above}


def by_rule(rule, x):
    """Return what a rule flags."""
    column = x[:, rule["feature"]]
    return column >= rule["threshold"] if rule["above"] else column <= rule["threshold"]


def drift_of(case, who):
    """Return the most likely monthly share, on a grid."""
    share = np.linspace(1e-4, 0.5, 2000)[:, None]
    stale = np.asarray(case["stale"][who])
    kept = (1 - share) ** np.arange(1, len(stale) + 1)
    likelihood = stale * np.log1p(-kept) + (case["audited"] - stale) * np.log(kept)
    return float(share[likelihood.sum(1).argmax(), 0])


def ledger(case, who, recall, alarms, positive, every):
    """Pay month by month; recall and alarms are shares of the positives and of the negatives that are flagged."""
    explain = case["explain"] if who == "model" else 0.0
    drift, total, age = drift_of(case, who), case["build"][who], 0
    share = positive * recall + (1 - positive) * alarms

    def row(recall, alarms):
        missed, wrong = positive * (1 - recall), (1 - positive) * alarms
        return missed * case["fn"] + wrong * case["fp"] + share * explain

    for month in range(case["months"]):
        if month and every and month % every == 0:
            age = 0
            total += case["label_price"] * len(case["y"])
        fresh = (1 - drift) ** age
        total += case["upkeep"][who]
        total += case["volume"] * (fresh * row(recall, alarms) + (1 - fresh) * row(share, share))
        age += 1
    return total


def decide(case):
    """Return the plan with the smallest total."""
    x, y = case["x"], case["y"]
    hits = {"rule": np.zeros(len(y)), "model": np.zeros(len(y))}
    repeats = 2
    for train, test in RepeatedStratifiedKFold(n_splits=4, n_repeats=repeats, random_state=1).split(x, y):
        hits["rule"][test] += by_rule(build_rule(case, x[train], y[train]), x[test]) / repeats
        hits["model"][test] += flags(case, x[train], y[train], x[test]) / repeats
    rates = {who: (flagged[y == 1].mean(), flagged[y == 0].mean(), y.mean()) for who, flagged in hits.items()}

    plans = {case["volume"] * case["months"] * y.mean() * case["fn"]: {"choice": "nothing"}}
    plans[ledger(case, "rule", *rates["rule"], None)] = build_rule(case, x, y)
    for every in (None, *range(1, case["months"])):
        plans[ledger(case, "model", *rates["model"], every)] = {"choice": "model", "retrain_every": every}
    return plans[min(plans)]
