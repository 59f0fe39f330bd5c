"""Plain loops: every column becomes a list of bin numbers; pandas gives the rank correlations."""

from bisect import bisect_left
from math import log, sqrt

import numpy as np
import pandas as pd
from scipy.stats import binom, chi2, norm, rankdata

LOWEST = 1e-4


def is_number(column):
    return pd.api.types.is_numeric_dtype(column.dtype)


def bins_of_numbers(reference):
    known = np.array([float(v) for v in reference.tolist() if v == v])
    edges = np.quantile(known, [k / 10 for k in range(1, 10)]).tolist()

    def count(column):
        counts = [0] * 11
        for value in column.tolist():
            counts[bisect_left(edges, value) if value == value else 10] += 1
        return counts

    return count


def bins_of_text(reference):
    place = {}
    for value in reference.tolist():
        if isinstance(value, str):
            place.setdefault(value, len(place))
    unknown, missing = len(place), len(place) + 1

    def count(column):
        counts = [0] * (missing + 1)
        for value in column.tolist():
            counts[place.get(value, unknown) if isinstance(value, str) else missing] += 1
        return counts

    return count


def counter(reference):
    return bins_of_numbers(reference) if is_number(reference) else bins_of_text(reference)


def psi_of_counts(old, new):
    m, n = sum(old), sum(new)
    total = 0.0
    for a, b in zip(old, new):
        p, q = max(a / m, LOWEST), max(b / n, LOWEST)
        total += (q - p) * log(q / p)
    return total


def psi(reference, current):
    count = counter(reference)
    return float(psi_of_counts(count(reference), count(current)))


def drifted(old, new, categories, looks):
    m, n = sum(old), sum(new)
    used = [(a, b) for a, b in zip(old, new) if a + b]
    limit = 0.18 if n < 500 or categories > 10 else 0.06
    if psi_of_counts(old, new) - (len(used) - 1) * (1 / n + 1 / m) <= limit:
        return False
    statistic, strangest = 0.0, 1.0
    for a, b in used:
        wanted_a, wanted_b = (a + b) * m / (n + m), (a + b) * n / (n + m)
        statistic += (a - wanted_a) ** 2 / wanted_a + (b - wanted_b) ** 2 / wanted_b
        tail = min(binom.cdf(b, a + b, n / (n + m)), binom.sf(b - 1, a + b, n / (n + m)))
        strangest = min(strangest, 2 * len(used) * tail)
    return bool(min(chi2.sf(statistic, len(used) - 1), strangest) < 0.04 / looks)


def correlations(table, names):
    ranks = {}
    for place, name in enumerate(names):
        values = np.array(table[name], dtype=float)
        known = ~np.isnan(values)
        values[known] = rankdata(values[known])
        ranks[place] = values
    frame = pd.DataFrame(ranks)
    known = frame.notna().to_numpy().astype(float)
    return frame.corr(method="spearman").to_numpy().round(9), known.T @ known


class DriftMonitor:
    def __init__(self, reference, season=None):
        self.season = season
        self.columns = [c for c in reference.columns if season is None or c != season]
        self.numbers = [c for c in self.columns if is_number(reference[c])]
        if season is None:
            self.known = {"": self.describe(reference)}
        else:
            values = np.array(reference[season].tolist(), dtype=object)
            self.known = {v: self.describe(reference.iloc[np.flatnonzero(values == v)]) for v in set(values)}

    def describe(self, table):
        columns = []
        for name in self.columns:
            count = counter(table[name])
            old = count(table[name])
            columns.append((name, count, old, 0 if is_number(table[name]) else len(old) - 2))
        return columns, correlations(table, self.numbers) if len(self.numbers) > 1 else None

    def alarm(self, batch):
        columns, relation = self.known["" if self.season is None else batch[self.season].iloc[0]]
        for name, count, old, categories in columns:
            if drifted(old, count(batch[name]), categories, len(columns)):
                return True
        if relation is None:
            return False
        (before, m), (now, n) = relation, correlations(batch, self.numbers)
        k = len(self.numbers)
        z = norm.isf(0.01 / (k * (k - 1)))
        for i in range(k):
            for j in range(i):
                change = abs(now[i, j] - before[i, j])
                if change == change and change > max(0.35, z * sqrt(1 / n[i, j] + 1 / m[i, j])):
                    return True
        return False
