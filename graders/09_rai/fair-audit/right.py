"""The statement's definitions of the tables, row by row."""

import math

import pandas as pd

COUNTS = ("n", "n_pos", "n_neg")
RATES = ("selection_rate", "tpr", "fpr", "accuracy")
RESTS_ON = {"selection_rate": "n", "accuracy": "n", "tpr": "n_pos", "fpr": "n_neg"}


def values(column):
    """Return the texts of a column; what is no text is missing."""
    return [cell if isinstance(cell, str) else None for cell in column.tolist()]


def counted(sample_weight, rows):
    """Return how many people each row stands for."""
    return [1.0] * rows if sample_weight is None else sample_weight.tolist()


def share(people):
    """Return the weighted share of those whom something is true of, from pairs (true, weight); nan of nobody."""
    total = math.fsum(weight for _, weight in people)
    return math.fsum(weight for true, weight in people if true) / total if total > 0 else math.nan


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Return the columns of `groups`, and counts and rates of every combination: {values: {column: number}}."""
    weights, members = counted(sample_weight, len(y_true)), {}
    keys = zip(*(values(groups[name]) for name in groups.columns), strict=True)
    for key, *person in zip(keys, y_true.tolist(), y_pred.tolist(), weights, strict=True):
        members.setdefault(key, []).append(person)
    return list(groups.columns), {key: metrics(people) for key, people in members.items()}


def metrics(people):
    """Return counts and rates of some people, each (truth, prediction, weight)."""
    positive = [(p, w) for t, p, w in people if t]
    negative = [(p, w) for t, p, w in people if not t]
    return {
        "n": len(people),
        "n_pos": len(positive),
        "n_neg": len(negative),
        "selection_rate": share([(p, w) for _, p, w in people]),
        "tpr": share(positive),
        "fpr": share(negative),
        "accuracy": share([(t == p, w) for t, p, w in people]),
    }


def as_table(columns, rows):
    """Return what `group_metrics` returns as a table."""
    return pd.DataFrame([{**dict(zip(columns, key, strict=True)), **row} for key, row in rows.items()])


def disparity(table, metric, min_n=30):
    """Return difference, ratio and how many groups were left out."""
    pairs = zip(table[metric].tolist(), table[RESTS_ON[metric]].tolist(), strict=True)
    rates = [rate for rate, rows in pairs if rows >= min_n and not math.isnan(rate)]
    low, high = (min(rates), max(rates)) if len(rates) > 1 else (math.nan, math.nan)
    ratio = low / high if high > 0 else math.nan
    return {"difference": high - low, "ratio": ratio, "excluded": len(table) - len(rates)}


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Return {group: (crude, adjusted)}."""
    cells = {}
    weights = counted(sample_weight, len(y_pred))
    for g, s, *person in zip(values(group), values(stratum), y_pred.tolist(), weights, strict=True):
        cells.setdefault(g, {}).setdefault(s, []).append(person)
    size = {g: {s: math.fsum(w for _, w in people) for s, people in strata.items()} for g, strata in cells.items()}
    strata = {s: None for own in size.values() for s in own}
    shared = [s for s in strata if all(own.get(s, 0.0) > 0 for own in size.values())]
    mix = {s: math.fsum(own[s] for own in size.values()) for s in shared}
    whole = math.fsum(mix.values())

    def adjusted(g):
        return math.fsum(mix[s] / whole * share(cells[g][s]) for s in shared) if shared else math.nan

    crude = {g: share([person for people in own.values() for person in people]) for g, own in cells.items()}
    return {g: (crude[g], adjusted(g)) for g in cells}
