"""Audit a classifier: plain Python, one pass over the rows, exact sums (math.fsum) and tallies that are kept up to date."""

import math
from collections import defaultdict
from itertools import combinations

import pandas as pd

NAN = float("nan")


def cells(column):
    """Return a column's cells, in order; None where missing."""
    return [value if isinstance(value, str) else None for value in column.tolist()]


def records(frame):
    """Return one tuple of cells per row."""
    return list(zip(*(cells(frame.iloc[:, j]) for j in range(frame.shape[1])), strict=True))


def ones(array):
    """Return a list of bools."""
    return [int(value) == 1 for value in array]


def weights(sample_weight, rows):
    """Return one float per row."""
    return [1.0] * rows if sample_weight is None else [float(value) for value in sample_weight]


def share(pairs):
    """Return the weighted share of hits, for (weight, hit) pairs; nan where there is no weight."""
    total = math.fsum(weight for weight, _ in pairs)
    return math.fsum(weight for weight, hit in pairs if hit) / total if total > 0 else NAN


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Return one row for every combination of values that occurs."""
    members = defaultdict(list)
    people = zip(records(groups), ones(y_true), ones(y_pred), weights(sample_weight, len(groups)), strict=True)
    for key, truth, chosen, weight in people:
        members[key].append((truth, chosen, weight))

    table = {name: pd.Series([key[j] for key in members], dtype=object) for j, name in enumerate(groups.columns)}
    numbers = defaultdict(list)
    for rows in members.values():
        positive = sum(truth for truth, _, _ in rows)
        numbers["n"].append(len(rows))
        numbers["n_pos"].append(positive)
        numbers["n_neg"].append(len(rows) - positive)
        numbers["selection_rate"].append(share([(w, c) for _, c, w in rows]))
        numbers["tpr"].append(share([(w, c) for t, c, w in rows if t]))
        numbers["fpr"].append(share([(w, c) for t, c, w in rows if not t]))
        numbers["accuracy"].append(share([(w, t == c) for t, c, w in rows]))
    return pd.DataFrame({**table, **numbers})


def disparity(table, metric, min_n=30):
    """Return difference and ratio of the extreme groups, and how many groups were left out."""
    base = {"tpr": "n_pos", "fpr": "n_neg"}.get(metric, "n")
    kept, excluded = [], 0
    for rate, rows in zip(table[metric].tolist(), table[base].tolist(), strict=True):
        rate = NAN if rate is None else float(rate)
        if math.isnan(rate) or rows < min_n:
            excluded += 1
        else:
            kept.append(rate)
    difference = ratio = NAN
    if len(kept) >= 2:
        difference = max(kept) - min(kept)
        if max(kept) > 0:
            ratio = min(kept) / max(kept)
    return {"difference": difference, "ratio": ratio, "excluded": excluded}


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Return crude and directly standardised selection rates."""
    of_group, of_cell, of_stratum = defaultdict(list), defaultdict(list), defaultdict(list)
    people = zip(cells(group), cells(stratum), ones(y_pred), weights(sample_weight, len(group)), strict=True)
    for g, s, chosen, weight in people:
        of_group[g].append((weight, chosen))
        of_cell[g, s].append((weight, chosen))
        of_stratum[s].append(weight)

    heavy = defaultdict(int)
    for (_, s), pairs in of_cell.items():
        heavy[s] += any(weight > 0 for weight, _ in pairs)
    shared = {s: math.fsum(of_stratum[s]) for s, count in heavy.items() if count == len(of_group)}
    whole = math.fsum(shared.values())
    rows = []
    for g, pairs in of_group.items():
        adjusted = NAN
        if shared:
            adjusted = math.fsum(weight / whole * share(of_cell[g, s]) for s, weight in shared.items())
        rows.append((g, share(pairs), adjusted))
    names, crude, adjusted = zip(*rows, strict=True)
    return pd.DataFrame({"group": pd.Series(names, dtype=object), "crude": crude, "adjusted": adjusted})


class Fisher:
    """One-sided exact test with a table of log factorials."""

    def __init__(self, rows):
        self.log = [0.0]
        for i in range(1, rows + 1):
            self.log.append(math.lgamma(i + 1))

    def choose(self, n, k):
        return self.log[n] - self.log[k] - self.log[n - k]

    def p(self, k, size, wrong, rows):
        """Return the chance of k errors or more in the slice."""
        start = self.choose(wrong, k) + self.choose(rows - wrong, size - k) - self.choose(rows, size)
        total = term = 1.0
        for i in range(k, min(size, wrong)):
            term *= (wrong - i) * (size - i) / ((i + 1) * (rows - wrong - size + i + 1))
            total += term
            if term < 1e-18 * total:
                break
        return min(1.0, math.exp(min(0.0, start + math.log(total))))


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """Report the slice with the smallest p-value, take its rows out of every tally, and look again."""
    wrong = ones(errors)
    rows = len(wrong)
    names = list(attributes.columns)
    columns = [cells(attributes.iloc[:, j]) for j in range(len(names))]

    rows_of = {}
    for picked in [*combinations(range(len(names)), 1), *combinations(range(len(names)), 2)]:
        here = defaultdict(list)
        for row, values in enumerate(zip(*(columns[j] for j in picked), strict=True)):
            here[values].append(row)
        for values, inside in here.items():
            if min_n <= len(inside) <= rows - min_n:
                rows_of.setdefault(tuple(inside), tuple(zip(picked, values, strict=True)))
    slices = [(key, inside) for inside, key in rows_of.items()]
    if not slices:
        return []

    fisher = Fisher(rows)
    bar = alpha / len(slices)
    part_of = defaultdict(list)
    size, bad = [], []
    for index, (_, inside) in enumerate(slices):
        size.append(len(inside))
        bad.append(sum(wrong[row] for row in inside))
        for row in inside:
            part_of[row].append(index)

    left, rows_left, wrong_left, report = [True] * rows, rows, sum(wrong), []
    while True:
        smallest, chosen = None, None
        for index in range(len(slices)):
            n, k = size[index], bad[index]
            if n < min_n or rows_left - n < min_n:
                continue
            if k / n - (wrong_left - k) / (rows_left - n) < min_gap:
                continue
            p = fisher.p(k, n, wrong_left, rows_left)
            if p <= bar and (smallest is None or p < smallest):
                smallest, chosen = p, index
        if chosen is None:
            return report
        key, inside = slices[chosen]
        report.append({names[j]: value for j, value in key})
        for row in inside:
            if left[row]:
                left[row] = False
                rows_left -= 1
                wrong_left -= wrong[row]
                for index in part_of[row]:
                    size[index] -= 1
                    bad[index] -= wrong[row]
