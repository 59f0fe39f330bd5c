"""The same audit with plain dictionaries, z-tests, Holm's step-down and one pass to drop shadows."""

import math
from collections import defaultdict
from itertools import combinations, product

import numpy as np
import pandas as pd

NAN = float("nan")


def _cells(column):
    return [None if pd.isna(value) else value for value in column.tolist()]


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Return counts and rates of every combination of group values."""
    weights = [1.0] * len(y_true) if sample_weight is None else [float(w) for w in sample_weight]
    rows = zip(*(_cells(groups[name]) for name in groups.columns), strict=True)
    people = defaultdict(list)
    for key, truth, guess, weight in zip(rows, y_true, y_pred, weights, strict=True):
        people[key].append((int(truth), int(guess), weight))

    def rate(members, event, given):
        below = sum(w for t, p, w in members if given(t, p))
        above = sum(w for t, p, w in members if given(t, p) and event(t, p))
        return above / below if below else NAN

    table = []
    for key, members in people.items():
        positive = sum(t for t, _, _ in members)
        table.append(
            {
                **dict(zip(groups.columns, key, strict=True)),
                "n": len(members),
                "n_pos": positive,
                "n_neg": len(members) - positive,
                "selection_rate": rate(members, lambda t, p: p == 1, lambda t, p: True),
                "tpr": rate(members, lambda t, p: p == 1, lambda t, p: t == 1),
                "fpr": rate(members, lambda t, p: p == 1, lambda t, p: t == 0),
                "accuracy": rate(members, lambda t, p: t == p, lambda t, p: True),
            }
        )
    return pd.DataFrame(table)


def disparity(table, metric, min_n=30):
    """Compare the largest and the smallest rate."""
    rests_on = {"tpr": "n_pos", "fpr": "n_neg"}.get(metric, "n")
    rates = [
        rate
        for rate, rows in zip(table[metric].tolist(), table[rests_on].tolist(), strict=True)
        if rows >= min_n and not math.isnan(rate)
    ]
    excluded = len(table) - len(rates)
    if len(rates) < 2:
        return {"difference": NAN, "ratio": NAN, "excluded": excluded}
    low, high = min(rates), max(rates)
    return {"difference": high - low, "ratio": low / high if high else NAN, "excluded": excluded}


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Return the crude and the directly standardised selection rate of every group."""
    weights = np.ones(len(y_pred)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    size, flagged = defaultdict(float), defaultdict(float)
    groups, strata = _cells(group), _cells(stratum)
    for g, s, p, w in zip(groups, strata, y_pred, weights, strict=True):
        size[g, s] += w
        flagged[g, s] += w * p
    names, levels = list(dict.fromkeys(groups)), list(dict.fromkeys(strata))
    shared = [s for s in levels if all(size.get((g, s), 0) > 0 for g in names)]
    total = sum(size[g, s] for g, s in product(names, shared))
    table = []
    for g in names:
        mine = sum(size.get((g, s), 0) for s in levels)
        crude = sum(flagged.get((g, s), 0) for s in levels) / mine if mine else NAN
        adjusted = 0.0 if shared else NAN
        for s in shared:
            adjusted += sum(size[h, s] for h in names) / total * flagged[g, s] / size[g, s]
        table.append({"group": g, "crude": crude, "adjusted": adjusted})
    return pd.DataFrame(table)


def _evidence(inside, outside, wrong):
    """Error gap and one-sided p-value of a pooled two-proportion z-test."""
    a, b = inside.sum(), outside.sum()
    gap = wrong[inside].mean() - wrong[outside].mean()
    pooled = wrong[inside | outside].mean()
    spread = math.sqrt(pooled * (1 - pooled) * (1 / a + 1 / b))
    return gap, 0.5 * math.erfc(gap / spread / math.sqrt(2)) if spread else 1.0


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """Report slices with more errors than elsewhere."""
    wrong = np.asarray(errors, dtype=float)
    masks = {}
    for column in attributes.columns:
        values = np.array(_cells(attributes[column]), dtype=object)
        for value in dict.fromkeys(values.tolist()):
            masks[(column, value),] = values == value if value is not None else np.equal(values, None)
    for a, b in combinations(list(masks), 2):
        if a[0][0] != b[0][0]:
            masks[a + b] = masks[a] & masks[b]

    tested = []
    for where, mask in masks.items():
        mask = mask.astype(bool)
        if min(mask.sum(), (~mask).sum()) >= min_n:
            gap, p = _evidence(mask, ~mask, wrong)
            tested.append((p, -gap, where, mask))
    tested.sort(key=lambda entry: entry[:2])

    found, left = [], np.ones(len(wrong), dtype=bool)
    for rank, (p, negative_gap, where, mask) in enumerate(tested):
        level = alpha / (len(tested) - rank)  # Holm: the first that fails ends the list
        if p > level:
            break
        inside, outside = mask & left, ~mask & left
        if -negative_gap < min_gap or min(inside.sum(), outside.sum()) < min_n:
            continue
        gap, p = _evidence(inside, outside, wrong)
        if gap >= min_gap and p <= level:
            found.append(dict(where))
            left &= ~mask
    return found
