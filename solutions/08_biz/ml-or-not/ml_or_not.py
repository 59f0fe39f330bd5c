"""ML, rule or nothing: estimate honestly what each would save on a row, then pay every bill up to the horizon."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDS = 5


def row_costs(case, y, flagged, explain):
    """Return the mean cost of a row in euro, fresh and stale; a stale row is flagged whatever its label is."""
    share, positive = flagged.mean(), y.mean()
    fresh = np.where(flagged, (1 - y) * case["fp"] + explain, y * case["fn"]).mean()
    stale = share * ((1 - positive) * case["fp"] + explain) + (1 - share) * positive * case["fn"]
    return fresh, stale


def fit_rule(case, x, y):
    """Return the (feature, threshold, above) that costs least on labelled rows."""
    best, best_cost = None, np.inf
    for feature in range(x.shape[1]):
        order = np.argsort(x[:, feature])
        column, label = x[order, feature], y[order]
        missed = np.concatenate([[0], np.cumsum(label)]) * case["fn"]  # (n + 1,): entry i: the lowest i not flagged
        wrong = np.concatenate([[0], np.cumsum(1 - label)]) * case["fp"]
        edges = np.concatenate([[-np.inf], (column[1:] + column[:-1]) / 2, [np.inf]])
        between = np.concatenate([[True], column[1:] > column[:-1], [True]])  # no threshold parts equal values
        for above, cost in ((True, missed + wrong[-1] - wrong), (False, wrong + missed[-1] - missed)):
            i = np.argmin(np.where(between, cost, np.inf))
            if cost[i] < best_cost:
                best, best_cost = (feature, edges[i], above), cost[i]
    return best


def apply_rule(rule, x):
    """Return which rows a rule flags."""
    feature, threshold, above = rule
    return x[:, feature] >= threshold if above else x[:, feature] <= threshold


def flags(case, x, y, rows):
    """Train on labelled rows; return which of `rows` are worth flagging."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, solver="newton-cholesky")).fit(x, y)
    chance = model.predict_proba(rows)[:, 1]
    # flag where a miss would cost more, on average
    return chance * case["fn"] > (1 - chance) * case["fp"] + case["explain"]


def monthly_drift(case, who):
    """Return the share of fresh rows that goes stale in a month: the least squares fit to the audits' logarithms."""
    ages = np.arange(1, 13)
    fresh = np.maximum(case["audited"] - case["stale"][who], 0.5) / case["audited"]  # none left: less than one
    return 1 - np.exp((ages * np.log(fresh)).sum() / (ages**2).sum())


def total_cost(case, who, fresh, stale, every=None):
    """Return what a rule or a model costs up to the horizon: its build, its labels, its upkeep and its errors."""
    month = np.arange(case["months"])
    age = month % every if every else month  # months since it was last trained
    gone = 1 - (1 - monthly_drift(case, who)) ** age
    errors = case["volume"] * ((1 - gone) * fresh + gone * stale).sum()
    trainings = ((month > 0) & (age == 0)).sum()
    labels = trainings * len(case["y"]) * case["label_price"]
    return case["build"][who] + case["months"] * case["upkeep"][who] + labels + errors


def decide(case):
    """Return the plan that costs least."""
    x, y = case["x"], case["y"]
    by_rule, by_model = np.zeros((2, len(y)), dtype=bool)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, y):
        by_rule[test] = apply_rule(fit_rule(case, x[train], y[train]), x[test])
        by_model[test] = flags(case, x[train], y[train], x[test])
    rule_costs = row_costs(case, y, by_rule, explain=0.0)
    model_costs = row_costs(case, y, by_model, case["explain"])

    feature, threshold, above = fit_rule(case, x, y)
    rule = {"choice": "rule", "feature": feature, "threshold": float(threshold), "above": above}
    plans = [
        (case["months"] * case["volume"] * y.mean() * case["fn"], {"choice": "nothing"}),
        (total_cost(case, "rule", *rule_costs), rule),
    ]
    plans += [
        (total_cost(case, "model", *model_costs, every), {"choice": "model", "retrain_every": every})
        for every in (None, *range(1, case["months"]))  # months from one training to the next
    ]
    return min(plans, key=lambda plan: plan[0])[1]
