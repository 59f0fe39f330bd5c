# Breaks: "What differs between the parts in the reference is no drift."
# Why: columns are compared within the part of the season, relations with the whole reference.
"""Detect drift that matters: counts in the reference's bins, PSI without its noise, and two tests of chance."""

from collections import Counter

import numpy as np
import pandas as pd
from scipy import stats

FLOOR = 1e-4
CHANCE = 0.002  # false alarms that each kind of test may give to a batch
TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


def is_number(column):
    """Return whether a column holds numbers."""
    return getattr(column.dtype, "kind", "O") in "iuf"


class Bins:
    """The bins of one column of the reference, and how many of its rows each of them holds."""

    def __init__(self, column):
        self.numeric = is_number(column)
        if self.numeric:
            values = np.array(column, dtype=np.float64)
            self.edges = np.quantile(values[~np.isnan(values)], TENTHS)
        else:
            known = sorted({value for value in column.tolist() if isinstance(value, str)})
            self.places = {value: place for place, value in enumerate(known)}
        self.counts = self.count(column)

    @property
    def categories(self):
        """The number of categories, 0 for numbers."""
        return 0 if self.numeric else len(self.places)

    def count(self, column):
        """Return the rows of a column in each bin; the last two bins are for new categories and missing values."""
        if self.numeric:
            values = np.array(column, dtype=np.float64)
            missing = np.isnan(values)
            place = np.searchsorted(self.edges, values[~missing], side="left")
            counts = np.bincount(place, minlength=12)
            counts[11] = missing.sum()
            return counts
        new, missing = len(self.places), len(self.places) + 1
        counts = np.zeros(missing + 1, dtype=np.int64)
        for value, times in Counter(v if isinstance(v, str) else None for v in column.tolist()).items():
            counts[missing if value is None else self.places.get(value, new)] += times
        return counts


def index(reference, current):
    """Return the PSI of two rows of counts."""
    p = np.maximum(reference / reference.sum(), FLOOR)
    q = np.maximum(current / current.sum(), FLOOR)
    return float(np.sum((q - p) * np.log(q / p)))


def psi(reference, current):
    """Return the population stability index of `current` against `reference`, as a float."""
    bins = Bins(reference)
    return index(bins.counts, bins.count(current))


def deviance(a, b):
    """Return twice the log-likelihood ratio of two rows of counts (the same share in both, or not), for each bin."""
    n, m = a.sum(), b.sum()
    both = a + b
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.where(a > 0, a * np.log(a / (both * (n / (n + m)))), 0.0)
        two = np.where(b > 0, b * np.log(b / (both * (m / (n + m)))), 0.0)
    return 2 * (one + two)


def more_than_chance(a, b, columns):
    """Return whether two rows of counts differ by more than chance, one of this many columns."""
    used = (a + b) > 0
    a, b = a[used].astype(float), b[used].astype(float)
    if len(a) < 2:
        return False
    n, m = a.sum(), b.sum()
    limit = CHANCE / columns
    pearson = np.sum((a * np.sqrt(m / n) - b * np.sqrt(n / m)) ** 2 / (a + b))
    if stats.chi2.sf(pearson, len(a) - 1) < limit:
        return True
    single = deviance(a, b) + deviance_of_rest(a, b)
    return bool(stats.chi2.sf(single.max(), 1) < 2 * limit / len(a))


def deviance_of_rest(a, b):
    """Return the same for the rows outside each bin."""
    n, m = a.sum(), b.sum()
    c, d = n - a, m - b
    both = np.where(c + d > 0, c + d, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.where(c > 0, c * np.log(c / (both * (n / (n + m)))), 0.0)
        two = np.where(d > 0, d * np.log(d / (both * (m / (n + m)))), 0.0)
    return 2 * (one + two)


def relations(values):
    """Return Spearman's correlations of the columns of an array, and the rows that know both of each pair."""
    known = ~np.isnan(values)
    pairs = known.astype(float).T @ known.astype(float)
    found = pd.DataFrame(values).corr(method="spearman", min_periods=5).to_numpy()
    return found, pairs


class Part:
    """The rows of a reference that a batch is compared with."""

    def __init__(self, table, places):
        self.places = places
        self.bins = [Bins(table.iloc[:, place]) for place in places]
        self.numbers = [place for place, bins in zip(places, self.bins, strict=True) if bins.numeric]
        self.upper = np.triu_indices(len(self.numbers), 1)
        if len(self.numbers) > 1:
            self.spearman, self.pairs = relations(self.array(table))

    def array(self, table):
        """Return the number columns as an array."""
        return np.column_stack([np.array(table.iloc[:, place], dtype=np.float64) for place in self.numbers])

    def column_drifts(self, bins, column):
        """Return whether one column has drifted."""
        then, now = bins.counts, bins.count(column)
        n, m = then.sum(), now.sum()
        used = np.count_nonzero(then + now)
        noise = (used - 1) * (1 / n + 1 / m)
        limit = 0.055 if m >= 500 and bins.categories <= 10 else 0.15
        return index(then, now) - noise > limit and more_than_chance(then, now, len(self.places))

    def pair_drifts(self, table):
        """Return whether the relation of a pair has changed."""
        if len(self.numbers) < 2:
            return False
        found, pairs = relations(self.array(table))
        change = np.abs(found - self.spearman)[self.upper]
        n, m = self.pairs[self.upper], pairs[self.upper]
        z = stats.norm.isf(CHANCE / len(change) / 2)
        with np.errstate(divide="ignore"):
            limit = np.maximum(0.4, 0.1 + z * np.sqrt(1 / n + 1 / m))
        return bool(np.any(np.nan_to_num(change) > limit))

    def drifts(self, table):
        """Return whether anything has drifted."""
        for place, bins in zip(self.places, self.bins, strict=True):
            if self.column_drifts(bins, table.iloc[:, place]):
                return True
        return self.pair_drifts(table)


class DriftMonitor:
    """Watch batches for drift away from a fixed reference sample."""

    def __init__(self, reference, season=None):
        """Count the reference once; nothing of the table itself is kept."""
        names = reference.columns.tolist()
        self.season = None if season is None else names.index(season)
        places = [place for place in range(len(names)) if place != self.season]
        if self.season is None:
            self.parts = {None: Part(reference, places)}
        else:
            keys = np.array(reference.iloc[:, self.season].tolist(), dtype=object)
            self.parts = {key: Part(reference.iloc[np.flatnonzero(keys == key)], places) for key in set(keys)}
            whole = Part(reference, places)
            for part in self.parts.values():  # more rows, less noise
                if len(whole.numbers) > 1:
                    part.spearman, part.pairs = whole.spearman, whole.pairs

    def alarm(self, batch):
        """Return True when `batch`, a DataFrame with the columns of the reference, has drifted; else False."""
        key = None if self.season is None else batch.iloc[:, self.season].tolist()[0]
        return bool(self.parts[key].drifts(batch))
