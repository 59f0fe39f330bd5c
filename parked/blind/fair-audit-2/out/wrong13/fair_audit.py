# BREAKS: "The sum runs over the shared strata: those in which every group has a weight above 0."
# WHY: a stratum counts as shared where every group has a row, even rows of weight 0; the rate there counts as 0
"""Audit a classifier for unequal treatment: pandas for the tables, scipy's hypergeometric tail, Holm's correction."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import hypergeom


def _clean(column):
    """Return a column with labels 0, 1, 2, …, of objects, in which every missing cell is None."""
    cells = pd.Series(column.tolist(), dtype=object)
    return cells.where(cells.notna(), None)


def _factor(column):
    """Return the code of every row (never -1) and the values, in order of appearance."""
    cells = _clean(column)
    missing = cells.isna().to_numpy()
    codes, values = pd.factorize(cells.to_numpy())
    values = list(values)
    if missing.any():
        codes = np.where(missing, len(values), codes)
        values.append(None)
    return codes.astype(np.int64), values


def _rate(part, whole):
    return (part / whole.where(whole > 0)).to_numpy()


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Return one row of counts and rates for every combination of values that occurs in `groups`."""
    names = list(groups.columns)
    factors = [_factor(groups.iloc[:, at]) for at in range(len(names))]
    codes = pd.DataFrame({at: factor[0] for at, factor in enumerate(factors)})
    true = (np.asarray(y_true) == 1).astype(float)
    pred = (np.asarray(y_pred) == 1).astype(float)
    weight = np.ones(len(true)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    numbers = pd.DataFrame(
        {
            "n": np.ones(len(true), dtype=np.int64),
            "n_pos": true.astype(np.int64),
            "n_neg": (1 - true).astype(np.int64),
            "all": weight,
            "positive": weight * true,
            "negative": weight * (1 - true),
            "selected": weight * pred,
            "hit": weight * true * pred,
            "alarm": weight * (1 - true) * pred,
            "right": weight * (true == pred),
        }
    )
    sums = numbers.groupby([codes[at] for at in codes], sort=True).sum()
    levels = [sums.index.get_level_values(at).to_numpy() for at in range(len(names))]
    table = {
        name: pd.Series([values[code] for code in level], dtype=object)
        for name, (_, values), level in zip(names, factors, levels, strict=True)
    }
    for name in ("n", "n_pos", "n_neg"):
        table[name] = sums[name].to_numpy()
    table["selection_rate"] = _rate(sums["selected"], sums["all"])
    table["tpr"] = _rate(sums["hit"], sums["positive"])
    table["fpr"] = _rate(sums["alarm"], sums["negative"])
    table["accuracy"] = _rate(sums["right"], sums["all"])
    return pd.DataFrame(table)


def disparity(table, metric, min_n=30):
    """Return {"difference": …, "ratio": …, "excluded": …} of one metric over the rows of `group_metrics`."""
    under = {"tpr": "n_pos", "fpr": "n_neg"}.get(metric, "n")
    rates = [
        float(rate)
        for rate, rows in zip(table[metric].tolist(), table[under].tolist(), strict=True)
        if not pd.isna(rate) and rows >= min_n
    ]
    difference = ratio = float("nan")
    if len(rates) > 1:
        difference = max(rates) - min(rates)
        if max(rates) > 0:
            ratio = min(rates) / max(rates)
    return {"difference": difference, "ratio": ratio, "excluded": len(table) - len(rates)}


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Return the selection rate of every group: crude, and as if all groups had the same mix of strata."""
    codes, groups = _factor(group)
    strata, _ = _factor(stratum)
    pred = (np.asarray(y_pred) == 1).astype(float)
    weight = np.ones(len(pred)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    people = pd.DataFrame({"g": codes, "s": strata, "w": weight, "chosen": weight * pred})

    total = people.groupby("g")[["w", "chosen"]].sum()
    cells = people.groupby(["g", "s"], as_index=False)[["w", "chosen"]].sum()
    shared = cells.groupby("s")["g"].transform("size") == len(groups)
    cells = cells[shared]
    adjusted = pd.Series(np.nan, index=total.index)
    if len(cells):
        mix = cells.groupby("s")["w"].sum()
        mix = mix / mix.sum()
        part = cells["s"].map(mix) * (cells["chosen"] / cells["w"].where(cells["w"] > 0)).fillna(0.0)
        adjusted = part.groupby(cells["g"]).sum().reindex(total.index)
    return pd.DataFrame(
        {
            "group": pd.Series([groups[code] for code in total.index], dtype=object),
            "crude": _rate(total["chosen"], total["w"]),
            "adjusted": adjusted.to_numpy(),
        }
    )


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """Return the slices, each as {column: value, …}, that err more often than the rows outside."""
    names = list(attributes.columns)
    wrong = (np.asarray(errors) == 1).astype(np.int64)
    rows = len(wrong)
    factors = [_factor(attributes.iloc[:, at]) for at in range(len(names))]

    wheres, members = [], []
    for at, (codes, values) in enumerate(factors):
        for code, count in enumerate(np.bincount(codes, minlength=len(values)).tolist()):
            if min_n <= count <= rows - min_n:
                wheres.append({names[at]: values[code]})
                members.append(np.flatnonzero(codes == code))
    for (i, (a, a_values)), (j, (b, b_values)) in combinations(enumerate(factors), 2):
        both = a * len(b_values) + b
        order = np.argsort(both, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(both[order]) != 0])
        for chunk in np.split(order, starts[1:]):
            if min_n <= len(chunk) <= rows - min_n:
                wheres.append({names[i]: a_values[a[chunk[0]]], names[j]: b_values[b[chunk[0]]]})
                members.append(chunk)
    if not members:
        return []

    tests = len(members)
    owner = np.repeat(np.arange(tests), [len(chunk) for chunk in members])
    flat = np.concatenate(members)
    columns = np.array([len(where) for where in wheres])

    def evidence(left):
        """Return the p-value of every slice among the rows left; 2 where conditions 1 or 2 fail."""
        alive = left[flat]
        n = np.bincount(owner[alive], minlength=tests)
        k = np.bincount(owner[alive & (wrong[flat] == 1)], minlength=tests)
        size, bad = int(left.sum()), int(wrong[left].sum())
        p = np.full(tests, 2.0)
        fit = np.flatnonzero((n >= min_n) & (size - n >= min_n))
        gap = k[fit] / n[fit] - (bad - k[fit]) / (size - n[fit])
        fit = fit[gap >= min_gap]
        if len(fit):
            p[fit] = hypergeom.sf(k[fit] - 1, size, bad, n[fit])
        return p

    left = np.ones(rows, dtype=bool)
    first = evidence(left)
    candidate = first <= alpha  # conditions 1 and 2 hold among all rows, and p could pass
    now = first
    found = []
    while True:
        ranked = np.lexsort((columns, np.where(candidate, now, 3.0)))
        best = int(ranked[0])
        if not candidate[best] or now[best] > alpha / max(1, tests - len(found)):
            return found
        found.append(dict(wheres[best]))
        candidate[best] = False
        left[members[best]] = False
        now = evidence(left)
