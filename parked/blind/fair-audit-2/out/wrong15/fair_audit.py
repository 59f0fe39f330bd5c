# BREAKS: "with the rows of the slices reported so far taken out, conditions 1 to 3 must still hold (1: it has at least `min_n` rows, and so have the rows outside it)"
# WHY: once a slice is out, only the rows inside a candidate are counted again, those outside are not
"""Audit a classifier for unequal treatment: numpy counts, Fisher's exact test, Bonferroni."""

import itertools
import math

import numpy as np
import pandas as pd
from scipy.special import gammaln, logsumexp

ROWS_UNDER = {"selection_rate": "n", "accuracy": "n", "tpr": "n_pos", "fpr": "n_neg"}


def _texts(column):
    """Return the cells of a column by position; a missing cell is None."""
    return [cell if isinstance(cell, str) else None for cell in column.tolist()]


def _encode(cells):
    """Return a number for every cell, and the values in order of appearance."""
    seen = {}
    codes = np.fromiter((seen.setdefault(cell, len(seen)) for cell in cells), dtype=np.int64, count=len(cells))
    return codes, list(seen)


def _weights(sample_weight, rows):
    if sample_weight is None:
        return np.ones(rows)
    return np.array(sample_weight, dtype=np.float64)


def _share(part, whole):
    """Divide; nan where there is nothing to divide by."""
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Return one row of counts and rates for every combination of values that occurs in `groups`."""
    columns = [_texts(groups.iloc[:, at]) for at in range(groups.shape[1])]
    codes, combinations = _encode(list(zip(*columns, strict=True)))
    size = len(combinations)
    actual = np.asarray(y_true) == 1
    chosen = np.asarray(y_pred) == 1
    weight = _weights(sample_weight, len(actual))

    def total(rows):
        return np.bincount(codes[rows], weights=weight[rows], minlength=size)

    def count(rows):
        return np.bincount(codes[rows], minlength=size)

    everyone = np.ones(len(actual), dtype=bool)
    result = {
        name: pd.Series(list(cells), dtype=object)
        for name, cells in zip(groups.columns.tolist(), zip(*combinations, strict=True), strict=True)
    }
    result["n"] = count(everyone)
    result["n_pos"] = count(actual)
    result["n_neg"] = count(~actual)
    result["selection_rate"] = _share(total(chosen), total(everyone))
    result["tpr"] = _share(total(chosen & actual), total(actual))
    result["fpr"] = _share(total(chosen & ~actual), total(~actual))
    result["accuracy"] = _share(total(chosen == actual), total(everyone))
    return pd.DataFrame(result)


def disparity(table, metric, min_n=30):
    """Return {"difference": …, "ratio": …, "excluded": …} of one metric over the rows of `group_metrics`."""
    rates = pd.to_numeric(table[metric]).to_numpy(dtype=float, na_value=np.nan)
    rows = pd.to_numeric(table[ROWS_UNDER[metric]]).to_numpy(dtype=float, na_value=np.nan)
    kept = rates[~np.isnan(rates) & (rows >= min_n)]
    report = {"difference": math.nan, "ratio": math.nan, "excluded": int(len(rates) - len(kept))}
    if len(kept) >= 2:
        low, high = float(kept.min()), float(kept.max())
        report["difference"] = high - low
        report["ratio"] = low / high if high != 0 else math.nan
    return report


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Return the selection rate of every group: crude, and as if all groups had the same mix of strata."""
    chosen = np.asarray(y_pred) == 1
    weight = _weights(sample_weight, len(chosen))
    group_of, groups = _encode(_texts(group))
    stratum_of, strata = _encode(_texts(stratum))

    cells, cell_of = np.unique(group_of * len(strata) + stratum_of, return_inverse=True)
    cell_of = cell_of.reshape(-1)
    cell_group, cell_stratum = np.divmod(cells, len(strata))
    cell_weight = np.bincount(cell_of, weights=weight, minlength=len(cells))
    cell_chosen = np.bincount(cell_of[chosen], weights=weight[chosen], minlength=len(cells))
    alive = cell_weight > 0

    shared = np.bincount(cell_stratum[alive], minlength=len(strata)) == len(groups)
    stratum_weight = np.bincount(stratum_of, weights=weight, minlength=len(strata))
    crude = _share(
        np.bincount(group_of[chosen], weights=weight[chosen], minlength=len(groups)),
        np.bincount(group_of, weights=weight, minlength=len(groups)),
    )
    adjusted = np.full(len(groups), np.nan)
    if shared.any():
        share = np.where(shared, stratum_weight, 0.0)
        share = share / share.sum()
        used = shared[cell_stratum]
        part = share[cell_stratum[used]] * (cell_chosen[used] / cell_weight[used])
        adjusted = np.bincount(cell_group[used], weights=part, minlength=len(groups))
    return pd.DataFrame({"group": pd.Series(groups, dtype=object), "crude": crude, "adjusted": adjusted})


def _log_p(k, n, errors, rows):
    """Return the log of the chance of k or more errors among n rows drawn from `rows` with `errors` errors."""
    at = np.arange(k, min(n, errors) + 1)
    good, bad = errors, rows - errors
    ways = (
        gammaln(good + 1) - gammaln(at + 1) - gammaln(good - at + 1)
        + gammaln(bad + 1) - gammaln(n - at + 1) - gammaln(bad - n + at + 1)
    )
    whole = gammaln(rows + 1) - gammaln(n + 1) - gammaln(rows - n + 1)
    return min(0.0, float(logsumexp(ways) - whole))


def _tables(attributes, min_n):
    """Return for every column and pair of columns: where each row belongs (0: to no candidate), and the slices."""
    rows = len(attributes)
    names = attributes.columns.tolist()
    encoded = [_encode(_texts(attributes.iloc[:, at])) for at in range(len(names))]
    tables = []
    for size in (1, 2):
        for chosen in itertools.combinations(range(len(names)), size):
            key = encoded[chosen[0]][0]
            if size == 2:
                key = key * len(encoded[chosen[1]][1]) + encoded[chosen[1]][0]
            _, first, inverse, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
            large = (count >= min_n) & (rows - count >= min_n)
            if not large.any():
                continue
            number = np.where(large, np.cumsum(large), 0)
            slices = [
                {names[at]: encoded[at][1][encoded[at][0][row]] for at in chosen} for row in first[large].tolist()
            ]
            tables.append((number[inverse.reshape(-1)], slices))
    return tables


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """Return the slices, each as {column: value, …}, that err more often than the rows outside."""
    wrong = np.asarray(errors) == 1
    tables = _tables(attributes, min_n)
    tests = sum(len(slices) for _, slices in tables)
    left = np.ones(len(wrong), dtype=bool)
    found = []
    while tests:
        rows, bad = int(left.sum()), int((left & wrong).sum())
        best = None
        for at, (number, slices) in enumerate(tables):
            n = np.bincount(number[left], minlength=len(slices) + 1)[1:]
            k = np.bincount(number[left & wrong], minlength=len(slices) + 1)[1:]
            fits = n >= min_n  # large slices only; _tables has seen to the rows outside
            inside = k / np.maximum(n, 1)
            outside = (bad - k) / np.maximum(rows - n, 1)
            for i in np.flatnonzero(fits & (inside - outside >= min_gap)).tolist():
                # tables of one column come first, so a tie goes to the slice with fewer columns
                log_p = _log_p(int(k[i]), int(n[i]), bad, rows)
                if best is None or log_p < best[0]:
                    best = (log_p, at, i)
        if best is None or best[0] > math.log(alpha / tests):
            break
        _, at, i = best
        number, slices = tables[at]
        found.append(dict(slices[i]))
        left &= number != i + 1
    return found
