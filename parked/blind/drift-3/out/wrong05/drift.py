# Statement: "A category is any text of at most 1,000 characters, even `""` or `"nan"`"
# Wrong: here the text "nan" counts as a missing value.
"""Drift that matters: PSI per column and rank correlation per pair, each above its own noise."""

from collections import Counter

import numpy as np
import pandas as pd
from scipy import stats

FLOOR = 1e-4
TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
COLUMN_CHANCE = 0.04  # false alarms allowed for all columns of a batch together
PAIR_CHANCE = 0.01  # and for all pairs


class Bins:
    """The bins of one column of the reference; the last one is for missing values."""

    def __init__(self, column):
        self.number = pd.api.types.is_numeric_dtype(column.dtype)
        if self.number:
            values = np.asarray(column, dtype=np.float64)
            self.edges = np.quantile(values[~np.isnan(values)], TENTHS)
            self.many = False
        else:
            self.categories = [v for v in dict.fromkeys(pd.Series(column).fillna("nan").tolist()) if v != "nan"]
            self.many = len(self.categories) > 10

    def counts(self, column):
        """Count the rows of a column in each bin."""
        if self.number:
            values = np.asarray(column, dtype=np.float64)
            known = values[~np.isnan(values)]
            inside = np.bincount(np.searchsorted(self.edges, known, side="left"), minlength=10)
            return np.append(inside, len(values) - len(known))
        found = Counter(pd.Series(column).fillna("nan").tolist())
        inside = [found[c] for c in self.categories]
        known = sum(found.values()) - found["nan"]
        return np.array([*inside, known - sum(inside), len(column) - known])


def index_of(old, new):
    """PSI of two arrays of counts."""
    p = np.maximum(old / old.sum(), FLOOR)
    q = np.maximum(new / new.sum(), FLOOR)
    return float(np.sum((q - p) * np.log(q / p)))


def psi(reference, current):
    """Return the population stability index of `current` against `reference`, as a float."""
    bins = Bins(reference)
    return index_of(bins.counts(reference), bins.counts(current))


def chance(old, new):
    """How likely two rows of counts differ this much by chance: all bins together, or the strangest bin."""
    n, m, both = new.sum(), old.sum(), old + new
    share = both / (n + m)
    statistic = np.sum((new - n * share) ** 2 / (n * share)) + np.sum((old - m * share) ** 2 / (m * share))
    together = stats.chi2.sf(statistic, len(both) - 1)
    fewer = stats.binom.cdf(new, both, n / (n + m)).min()
    more = stats.binom.sf(new - 1, both, n / (n + m)).min()
    return min(together, 2 * len(both) * min(fewer, more))


def column_drifted(bins, old, new, looks):
    """Is the change of one column more than noise, and does it matter?"""
    n, m = new.sum(), old.sum()
    used = old + new > 0
    noise = (used.sum() - 1) * (1 / n + 1 / m)
    limit = 0.18 if n < 500 or bins.many else 0.06
    if index_of(old, new) - noise <= limit:
        return False
    return chance(old[used], new[used]) < COLUMN_CHANCE / looks


def centred_ranks(codes):
    """Twice the mid-rank, less its mean: whole numbers, so that sums are exact in any order."""
    counts = np.bincount(codes)
    return (2 * np.cumsum(counts) - counts - len(codes))[codes].astype(np.float64)


def relations(columns):
    """Spearman correlation and rows of every pair of number columns, over the rows where both are known."""
    values = [np.asarray(column, dtype=np.float64) for column in columns]
    known = [~np.isnan(v) for v in values]
    whole = [k.all() for k in known]
    codes = [np.unique(v, return_inverse=True)[1] for v in values]
    ranks = [centred_ranks(c) for c in codes]
    result = []
    for i in range(len(values)):
        for j in range(i):
            if whole[i] and whole[j]:
                x, y = ranks[i], ranks[j]
            else:
                both = known[i] & known[j]
                x, y = (centred_ranks(codes[i][both]), centred_ranks(codes[j][both])) if both.any() else ([], [])
            xx, yy = np.dot(x, x), np.dot(y, y)
            result.append((np.dot(x, y) / np.sqrt(xx * yy) if xx > 0 and yy > 0 else np.nan, len(x)))
    return result


def pairs_drifted(old, new):
    """Did any rank correlation change by more than noise, and by enough to matter?"""
    if not old:
        return False
    z = stats.norm.isf(PAIR_CHANCE / (2 * len(old)))
    for (before, m), (now, n) in zip(old, new):
        if np.isnan(before) or np.isnan(now):
            continue
        if abs(now - before) > max(0.35, z * np.sqrt(1 / n + 1 / m)):
            return True
    return False


class DriftMonitor:
    """Watch batches for drift away from a fixed reference sample."""

    def __init__(self, reference, season=None):
        self.season = season
        self.names = [name for name in reference.columns if season is None or name != season]
        self.numbers = [name for name in self.names if pd.api.types.is_numeric_dtype(reference[name].dtype)]
        self.parts = {}
        if season is None:
            self.parts[None] = self.learn(reference)
        else:
            places = {}
            for place, value in enumerate(reference[season].tolist()):
                places.setdefault(value, []).append(place)
            for value, rows in places.items():
                self.parts[value] = self.learn(reference.iloc[rows])

    def learn(self, table):
        """What one part of the reference looks like."""
        columns = {}
        for name in self.names:
            bins = Bins(table[name])
            columns[name] = (bins, bins.counts(table[name]))
        return columns, relations([table[name] for name in self.numbers])

    def alarm(self, batch):
        """Return True when `batch` has drifted, else False."""
        columns, pairs = self.parts[None if self.season is None else batch[self.season].tolist()[0]]
        for name, (bins, old) in columns.items():
            if column_drifted(bins, old, bins.counts(batch[name]), len(columns)):
                return True
        return pairs_drifted(pairs, relations([batch[name] for name in self.numbers]))
