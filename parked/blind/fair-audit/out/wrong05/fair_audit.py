# Statement: "Row i of every argument is the same person; index labels mean nothing, may repeat, and may differ between arguments"
# Wrong: group and stratum go into one DataFrame, which aligns them by their labels.
"""Audit a classifier for unequal treatment: integer codes and numpy counts throughout."""

import numpy as np
import pandas as pd
from scipy.special import gammaln, logsumexp

RESTS_ON = {"selection_rate": "n", "accuracy": "n", "tpr": "n_pos", "fpr": "n_neg"}


def encode(values):
    """Return each cell's code, and the distinct values in order of appearance; None stands for missing."""
    known = {}
    codes = np.empty(len(values), dtype=np.int64)
    for i, value in enumerate(values):
        key = value if isinstance(value, str) else None
        codes[i] = known.setdefault(key, len(known))
    return codes, list(known)


def encode_columns(frame):
    """Return codes and values of every column."""
    return [encode(frame.iloc[:, j].tolist()) for j in range(frame.shape[1])]


def combine(columns):
    """Return a code for each row's combination of codes, and the first row of each combination."""
    code = np.zeros(len(columns[0][0]), dtype=np.int64)
    for codes, values in columns:
        _, code = np.unique(code * len(values) + codes, return_inverse=True)
    _, first, code = np.unique(code, return_index=True, return_inverse=True)
    return code, first


def weights_of(sample_weight, rows):
    """Return the weights as a float array; 1 for each row without any."""
    if sample_weight is None:
        return np.ones(rows)
    return np.asarray(sample_weight, dtype=np.float64)


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Return one row of counts and rates for every combination of values that occurs in `groups`."""
    columns = encode_columns(groups)
    which, first = combine(columns)
    count = len(first)
    positive, chosen = np.asarray(y_true) == 1, np.asarray(y_pred) == 1
    weight = weights_of(sample_weight, len(which))

    def rate(hit, base):
        below = np.bincount(which[base], weights=weight[base], minlength=count)
        above = np.bincount(which[base & hit], weights=weight[base & hit], minlength=count)
        return np.divide(above, below, out=np.full(count, np.nan), where=below > 0)

    everyone = np.ones(len(which), dtype=bool)
    table = {}
    for name, (codes, values) in zip(groups.columns, columns, strict=True):
        table[name] = pd.Series([values[code] for code in codes[first]], dtype=object)
    table["n"] = np.bincount(which, minlength=count)
    table["n_pos"] = np.bincount(which[positive], minlength=count)
    table["n_neg"] = np.bincount(which[~positive], minlength=count)
    table["selection_rate"] = rate(chosen, everyone)
    table["tpr"] = rate(chosen, positive)
    table["fpr"] = rate(chosen, ~positive)
    table["accuracy"] = rate(chosen == positive, everyone)
    return pd.DataFrame(table)


def disparity(table, metric, min_n=30):
    """Compare the largest and the smallest rate among the groups that have one that rests on enough rows."""
    rates = np.asarray(table[metric], dtype=float)
    rows = np.asarray(table[RESTS_ON[metric]])
    kept = rates[~np.isnan(rates) & (rows >= min_n)]
    excluded = len(rates) - len(kept)
    if len(kept) < 2:
        return {"difference": float("nan"), "ratio": float("nan"), "excluded": excluded}
    low, high = float(kept.min()), float(kept.max())
    return {"difference": high - low, "ratio": low / high if high > 0 else float("nan"), "excluded": excluded}


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Return the selection rate of every group: crude, and as if all groups had the same mix of strata."""
    people = pd.DataFrame({"group": group, "stratum": stratum})
    group_code, groups = encode(people["group"].tolist())
    stratum_code, strata = encode(people["stratum"].tolist())
    weight = weights_of(sample_weight, len(group_code))
    chosen = np.where(np.asarray(y_pred) == 1, weight, 0.0)

    crude = np.bincount(group_code, weights=chosen) / np.bincount(group_code, weights=weight)
    cells, cell = np.unique(group_code * len(strata) + stratum_code, return_inverse=True)
    cell_weight, cell_chosen = np.bincount(cell, weights=weight), np.bincount(cell, weights=chosen)
    cell_group, cell_stratum = cells // len(strata), cells % len(strata)

    present = np.bincount(cell_stratum[cell_weight > 0], minlength=len(strata))
    shared = present == len(groups)
    stratum_weight = np.bincount(stratum_code, weights=weight, minlength=len(strata))
    adjusted = np.full(len(groups), np.nan)
    if shared.any():
        share = stratum_weight / stratum_weight[shared].sum()
        used = shared[cell_stratum]
        rates = cell_chosen[used] / cell_weight[used]
        adjusted = np.bincount(cell_group[used], weights=share[cell_stratum[used]] * rates, minlength=len(groups))
    return pd.DataFrame({"group": pd.Series(groups, dtype=object), "crude": crude, "adjusted": adjusted})


def chance_of(wrong, size, all_wrong, rows):
    """Return Fisher's one-sided p-value: `wrong` errors or more among `size` of `rows` rows with `all_wrong` errors."""
    k = np.arange(wrong, min(size, all_wrong) + 1)
    log = gammaln(all_wrong + 1) - gammaln(k + 1) - gammaln(all_wrong - k + 1)
    log += gammaln(rows - all_wrong + 1) - gammaln(size - k + 1) - gammaln(rows - all_wrong - size + k + 1)
    log -= gammaln(rows + 1) - gammaln(size + 1) - gammaln(rows - size + 1)
    return min(1.0, float(np.exp(logsumexp(log))))


def list_candidates(attributes, min_n):
    """Return slices that are large enough, as (description, rows), those of one column first; none twice."""
    names, columns = list(attributes.columns), encode_columns(attributes)
    rows = len(attributes)
    found = {}

    def add(code, describe):
        order = np.argsort(code, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(code[order]) != 0])
        for start, end in zip(starts, np.r_[starts[1:], rows], strict=True):
            if end - start >= min_n and rows - (end - start) >= min_n:
                members = order[start:end]
                found.setdefault(members.tobytes(), (describe(members[0]), members))

    for name, (codes, values) in zip(names, columns, strict=True):
        add(codes, lambda row: {name: values[codes[row]]})
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            (a, a_values), (b, b_values) = columns[i], columns[j]
            add(a * len(b_values) + b, lambda row: {names[i]: a_values[a[row]], names[j]: b_values[b[row]]})
    return list(found.values())


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """Return the slices, each as {column: value, …}, that err more often than the rows outside."""
    wrong = (np.asarray(errors) == 1).astype(np.int64)
    candidates = list_candidates(attributes, min_n)
    tests = len(candidates)
    left = np.ones(len(wrong), dtype=bool)
    report = []
    while tests:
        rows, all_wrong = int(left.sum()), int(wrong[left].sum())
        best = None
        for described, members in candidates:
            still = members[left[members]]
            size, inside = len(still), int(wrong[still].sum())
            if size < min_n or rows - size < min_n:
                continue
            gap = inside / size - (all_wrong - inside) / (rows - size)
            if gap < min_gap:
                continue
            p = chance_of(inside, size, all_wrong, rows)
            if p <= alpha / tests and (best is None or p < best[0]):
                best = (p, described, members)
        if best is None:
            break
        report.append(best[1])
        left[best[2]] = False
    return report
