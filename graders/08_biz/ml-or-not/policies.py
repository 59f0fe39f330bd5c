"""The reference's policies: the cheapest clause, and a logistic regression; what each costs and saves in a world."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

INTERVALS = (None, 1, 2, 3, 4, 6, 9, 12, 18)
FREE = {"build": {"rule": 0.0, "model": 0.0}, "upkeep": {"rule": 0.0, "model": 0.0}}

_kept = {}


def rule_of(case):
    """Return the rule that costs least on the case's sample: feature, threshold, above."""
    x, y = case["x"], case["y"]
    best = (np.inf, None)
    for feature, column in enumerate(x.T):
        for above in (True, False):
            order = np.argsort(-column if above else column)
            values = column[order]
            flagged_first = np.where(y[order] == 1, -case["fn"], case["fp"])
            change = np.concatenate([[0.0], np.cumsum(flagged_first)])
            change[1:-1][values[1:] == values[:-1]] = np.inf  # equal values are flagged together
            i = int(np.argmin(change))
            edge = values[i - 1] if i else (np.inf if above else -np.inf)
            best = min(best, (float(change[i]), (feature, edge, above)), key=lambda found: found[0])
    return best[1]


def flagged_by_rule(case, rows):
    """Return what the reference's rule flags."""
    feature, edge, above = rule_of(case)
    return rows[:, feature] >= edge if above else rows[:, feature] <= edge


def fitted_chances(x, y, rows):
    """Return the model's chances of rows."""
    fitted = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, solver="newton-cholesky")).fit(x, y)
    return fitted.predict_proba(rows)[:, 1]


def chances(x, y, rows):
    """Return the model's chances of rows; they are kept, as twins differ in prices alone."""
    key = id(x), id(y), id(rows)
    if key not in _kept:  # what is kept beside the chances stays where it is, so that no id comes twice
        _kept[key] = fitted_chances(x, y, rows), x, y, rows
    return _kept[key][0]


def worth_flagging(case, chance):
    """Return which rows of such chances a model flags."""
    return chance * case["fn"] > (1 - chance) * case["fp"] + case["explain"]


def flagged(world, who):
    """Return what a rule or a model flags of a world's rows."""
    case = world.case
    if who == "rule":
        return flagged_by_rule(case, world.rows)
    return worth_flagging(case, chances(case["x"], case["y"], world.rows))


def saved_on_other_rows(case, who, folds=5, split=0, columns=slice(None)):
    """Return what a row saves by a rule or a model of some columns, in euro, by cross-validation."""
    x, y, fold = case["x"][:, columns], case["y"], np.random.default_rng(split).permutation(len(case["y"])) % folds
    found = np.zeros(len(y), dtype=bool)
    for i in range(folds):
        rest, rows = {**case, "x": x[fold != i], "y": y[fold != i]}, x[fold == i]
        if who == "rule":
            found[fold == i] = flagged_by_rule(rest, rows)
        else:
            found[fold == i] = worth_flagging(case, fitted_chances(rest["x"], rest["y"], rows))
    explain = case["explain"] if who == "model" else 0.0
    return (y * case["fn"] - np.where(found, (1 - y) * case["fp"] + explain, y * case["fn"])).mean()


def saved(world, who):
    """Return what a fresh row saves by a rule or a model, in euro."""
    fresh, _ = world.errors(flagged(world, who), world.case["explain"] if who == "model" else 0.0)
    return world.chance.mean() * world.case["fn"] - fresh


def costs_of(world):
    """Return what each kind of policy costs in euro; a model is trained once, or again as is best in hindsight."""
    case, once = world.case, flagged(world, "model")
    costs = {
        "nothing": world.bill_nothing(),
        "rule": world.bill("rule", [flagged(world, "rule")]),
        "once": world.bill("model", [once]),
    }
    if every := [e for e in INTERVALS if e is not None and e < case["months"]]:
        fits = [once, *(worth_flagging(case, chances(x, y, world.rows)) for x, y in world.fresh)]
        costs["retrained"] = min(world.bill("model", fits, e) for e in every)
    return costs


def savings_of(world):
    """Return what a rule and a model save until the horizon, in euro, where neither is paid for; labels are."""
    costs = costs_of(world.changed(**FREE))
    model = min(costs[kind] for kind in ("once", "retrained") if kind in costs)
    return costs["nothing"] - costs["rule"], costs["nothing"] - model
