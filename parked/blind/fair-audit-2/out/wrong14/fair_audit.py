# BREAKS: "A slice is one value of one column …, or one value of each of two columns … Report a slice when [1 to 4 hold]"
# WHY: beyond 10,000 rows a pair is looked at only if one of its two values alone has half the gap: pairs behind even margins are never tested
"""Audit a classifier for unequal treatment: plain Python; a set of rows is one long integer, a bit a row."""

import math
from collections import Counter, defaultdict
from itertools import combinations

import pandas as pd

NAN = float("nan")


def _cells(column):
    """Return the cells of a column by position; every missing cell is None."""
    return [str(cell) if isinstance(cell, str) else None for cell in column.tolist()]


def _bits(array):
    return [int(x) for x in array.tolist()]


def _weights(sample_weight, rows):
    return [1.0] * rows if sample_weight is None else [float(w) for w in sample_weight.tolist()]


def _rate(part, whole):
    below = math.fsum(whole)
    return math.fsum(part) / below if below > 0 else NAN


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Return one row of counts and rates for every combination of values that occurs in `groups`."""
    true, pred = _bits(y_true), _bits(y_pred)
    weight = _weights(sample_weight, len(true))
    members = defaultdict(list)
    for row, key in enumerate(zip(*(_cells(groups.iloc[:, at]) for at in range(groups.shape[1])), strict=True)):
        members[key].append(row)

    records = []
    for key, rows in members.items():
        positive = [i for i in rows if true[i] == 1]
        negative = [i for i in rows if true[i] == 0]

        def share(hits, of):
            return _rate([weight[i] for i in of if hits(i)], [weight[i] for i in of])

        def selected(i):
            return pred[i] == 1

        records.append(
            [
                *key,
                len(rows),
                len(positive),
                len(negative),
                share(selected, rows),
                share(selected, positive),
                share(selected, negative),
                share(lambda i: pred[i] == true[i], rows),
            ]
        )
    names = [*groups.columns.tolist(), "n", "n_pos", "n_neg", "selection_rate", "tpr", "fpr", "accuracy"]
    keys = groups.shape[1]
    return pd.DataFrame(
        {
            name: pd.Series(list(column), dtype=object if at < keys else None)
            for at, (name, column) in enumerate(zip(names, zip(*records, strict=True), strict=True))
        }
    )


def disparity(table, metric, min_n=30):
    """Return {"difference": …, "ratio": …, "excluded": …} of one metric over the rows of `group_metrics`."""
    base = "n_pos" if metric == "tpr" else "n_neg" if metric == "fpr" else "n"
    kept, excluded = [], 0
    for rate, rows in zip(table[metric].tolist(), table[base].tolist(), strict=True):
        if rate is None or math.isnan(rate) or rows < min_n:
            excluded += 1
        else:
            kept.append(rate)
    if len(kept) < 2:
        return {"difference": NAN, "ratio": NAN, "excluded": excluded}
    kept.sort()
    return {
        "difference": kept[-1] - kept[0],
        "ratio": kept[0] / kept[-1] if kept[-1] else NAN,
        "excluded": excluded,
    }


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Return the selection rate of every group: crude, and as if all groups had the same mix of strata."""
    pred = _bits(y_pred)
    weight = _weights(sample_weight, len(pred))
    inside = defaultdict(lambda: defaultdict(list))  # stratum -> group -> rows
    of_group = defaultdict(list)
    for row, (g, s) in enumerate(zip(_cells(group), _cells(stratum), strict=True)):
        inside[s][g].append(row)
        of_group[g].append(row)

    def rate(rows):
        return _rate([weight[i] for i in rows if pred[i]], [weight[i] for i in rows])

    shared = [
        s
        for s, cells in inside.items()
        if len(cells) == len(of_group) and all(any(weight[i] > 0 for i in rows) for rows in cells.values())
    ]
    mass = {s: math.fsum(weight[i] for rows in inside[s].values() for i in rows) for s in shared}
    whole = math.fsum(mass.values())
    groups = list(of_group)
    return pd.DataFrame(
        {
            "group": pd.Series(groups, dtype=object),
            "crude": [rate(of_group[g]) for g in groups],
            "adjusted": [
                math.fsum(mass[s] / whole * rate(inside[s][g]) for s in shared) if shared else NAN for g in groups
            ],
        }
    )


def _log_tail(k, n, bad, size):
    """Return log P(X >= k) for X the errors among n of `size` rows of which `bad` are errors; k above the mean."""

    def choose(a, b):
        return math.lgamma(a + 1) - math.lgamma(b + 1) - math.lgamma(a - b + 1)

    total = term = 1.0
    for j in range(k, min(n, bad)):
        term *= (bad - j) * (n - j) / ((j + 1) * (size - bad - n + j + 1))
        total += term
        if term < total * 1e-18:
            break
    return choose(bad, k) + choose(size - bad, n - k) - choose(size, n) + math.log(total)


def _masks(cells, wanted):
    """Return {value: integer with a bit for each of its rows} for the values wanted."""
    rows = {value: bytearray(len(cells) // 8 + 1) for value in wanted}
    for row, value in enumerate(cells):
        if value in rows:
            rows[value][row >> 3] |= 1 << (row & 7)
    return {value: int.from_bytes(found, "little") for value, found in rows.items()}


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """Return the slices, each as {column: value, …}, that err more often than the rows outside."""
    flags = _bits(errors)
    everyone = (1 << len(flags)) - 1
    wrong = _masks(flags, [1])[1]
    names = attributes.columns.tolist()
    columns = [_cells(attributes.iloc[:, at]) for at in range(len(names))]

    singles = []
    for cells in columns:
        large = [value for value, count in Counter(cells).items() if count >= min_n]
        singles.append(_masks(cells, large))
    slices = [({name: value}, mask) for name, masks in zip(names, singles, strict=True) for value, mask in masks.items()]
    average = sum(flags) / len(flags)

    def lifted(mask):
        return (mask & wrong).bit_count() / mask.bit_count() - average >= min_gap / 2

    many = len(flags) > 10_000  # there, extend promising values only
    for i, j in combinations(range(len(names)), 2):
        for (a, b), count in Counter(zip(columns[i], columns[j], strict=True)).items():
            if count >= min_n and (not many or lifted(singles[i][a]) or lifted(singles[j][b])):
                slices.append(({names[i]: a, names[j]: b}, singles[i][a] & singles[j][b]))
    slices = [(where, mask) for where, mask in slices if len(flags) - mask.bit_count() >= min_n]
    if not slices:
        return []
    limit = math.log(alpha / len(slices))

    def evidence(mask, left):
        """Return log p if conditions 1 to 3 hold among the rows left, else None."""
        mask &= left
        n, size = mask.bit_count(), left.bit_count()
        if n < min_n or size - n < min_n:
            return None
        k, bad = (mask & wrong).bit_count(), (left & wrong).bit_count()
        if k / n - (bad - k) / (size - n) < min_gap:
            return None
        log_p = _log_tail(k, n, bad, size)
        return log_p if log_p <= limit else None

    ranked = []
    for at, (where, mask) in enumerate(slices):
        log_p = evidence(mask, everyone)
        if log_p is not None:
            ranked.append((log_p, len(where), at))
    found, left = [], everyone
    for _, _, at in sorted(ranked):
        where, mask = slices[at]
        if evidence(mask, left) is not None:
            found.append(where)
            left &= ~mask
    return found
