"""Audit a classifier for unequal treatment: rates by group, disparity, adjustment, hidden slices."""

from itertools import combinations

import numpy as np
from scipy.stats import hypergeom

DENOMINATOR = {"selection_rate": "n", "accuracy": "n", "tpr": "n_pos", "fpr": "n_neg"}


def _weights(sample_weight, rows):
    return np.ones(rows) if sample_weight is None else np.asarray(sample_weight, dtype=float)


def _codes(table):
    """Return the number of each row's distinct values, and the distinct values; missing is one of them."""
    table = table.reset_index(drop=True)
    code = table.groupby(list(table.columns), dropna=False, sort=False, observed=True).ngroup().to_numpy()
    _, first = np.unique(code, return_index=True)  # codes go by first appearance, so code k is row k
    return code, table.iloc[first].reset_index(drop=True)


def _divide(top, bottom):
    """Divide; nan where there is nothing to divide by."""
    return np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom > 0)


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Return the rates of every combination of group values that occurs, and the rows each rests on."""
    actual = np.asarray(y_true) == 1
    flagged = np.asarray(y_pred) == 1
    weight = _weights(sample_weight, len(actual))
    code, table = _codes(groups)

    def rate(event, given):
        weight_given = np.bincount(code, weights=weight * given)  # (groups,)
        return _divide(np.bincount(code, weights=weight * (given & event)), weight_given)

    everyone = np.ones(len(actual), dtype=bool)
    table["n"] = np.bincount(code)
    table["n_pos"] = np.bincount(code[actual], minlength=len(table))
    table["n_neg"] = table["n"] - table["n_pos"]
    table["selection_rate"] = rate(flagged, given=everyone)
    table["tpr"] = rate(flagged, given=actual)
    table["fpr"] = rate(flagged, given=~actual)
    table["accuracy"] = rate(flagged == actual, given=everyone)
    return table


def disparity(table, metric, min_n=30):
    """Compare the largest and the smallest rate among the groups with enough rows."""
    enough = table[DENOMINATOR[metric]] >= min_n
    rates = table.loc[enough & table[metric].notna(), metric].to_numpy(dtype=float)
    report = {"difference": float("nan"), "ratio": float("nan"), "excluded": len(table) - len(rates)}
    if len(rates) >= 2:
        report["difference"] = float(rates.max() - rates.min())
        if rates.max() > 0:
            report["ratio"] = float(rates.min() / rates.max())
    return report


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Return the selection rate of every group: crude, and as if all groups had the same mix of strata."""
    flagged = np.asarray(y_pred, dtype=float)
    weight = _weights(sample_weight, len(flagged))
    row, groups = _codes(group.to_frame("group"))
    column, strata = _codes(stratum.to_frame("stratum"))

    size = np.zeros((len(groups), len(strata)))  # total weight of each group in each stratum
    chosen = np.zeros_like(size)  # of that, the weight of the flagged rows
    np.add.at(size, (row, column), weight)
    np.add.at(chosen, (row, column), weight * flagged)

    shared = (size > 0).all(axis=0)  # strata in which every group can be compared
    mix = size[:, shared].sum(axis=0)  # (shared strata,): the same mix for every group
    adjusted = np.full(len(groups), np.nan)
    if shared.any():
        adjusted = chosen[:, shared] / size[:, shared] @ (mix / mix.sum())
    return groups.assign(crude=_divide(chosen.sum(axis=1), size.sum(axis=1)), adjusted=adjusted)


def _candidates(attributes):
    """List every value of one column and every pair of values of two columns, with its rows."""
    singles = []  # (where, rows)
    for column in attributes.columns:
        cells = attributes[column].reset_index(drop=True)
        singles += [({column: value}, (cells == value).to_numpy(bool)) for value in cells.dropna().unique()]
        if cells.isna().any():
            singles.append(({column: None}, cells.isna().to_numpy()))
    pairs = [
        (first | second, rows_1 & rows_2)
        for (first, rows_1), (second, rows_2) in combinations(singles, 2)
        if first.keys() != second.keys()
    ]
    return singles + pairs


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """Report slices of one or two columns in which errors are more frequent than elsewhere.

    Each candidate gets Fisher's exact test, one-sided, with Bonferroni's correction. The strongest one that
    passes is reported, and its rows are taken out before looking again: what was high only through them is
    then no longer high.
    """
    wrong = np.asarray(errors, dtype=bool)
    candidates = _candidates(attributes)
    rows_of = np.array([rows for _, rows in candidates])  # (candidates, rows)
    left = np.ones(len(wrong), dtype=bool)  # rows that no reported slice explains yet
    tests = ((rows_of.sum(axis=1) >= min_n) & ((~rows_of).sum(axis=1) >= min_n)).sum()

    found = []
    while True:
        members = rows_of[:, left]
        size, total = members.sum(axis=1), int(left.sum())
        bad, total_bad = members[:, wrong[left]].sum(axis=1), int(wrong[left].sum())

        gap = _divide(bad.astype(float), size) - _divide((total_bad - bad).astype(float), total - size)
        worth = np.flatnonzero((size >= min_n) & (total - size >= min_n) & (gap >= min_gap))
        p = hypergeom.sf(bad[worth] - 1, total, total_bad, size[worth])
        if not len(worth) or p.min() > alpha / tests:  # corrected for all that could have been reported
            return found
        best = worth[p.argmin()]
        found.append(candidates[best][0])
        left &= ~rows_of[best]
