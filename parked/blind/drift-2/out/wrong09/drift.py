# Statement: "one bin for all categories that the reference lacks" and "*Missing values* ... have one more bin."
# Wrong: where the reference has no gaps, missing texts are counted among the new categories: two bins become one as soon as `current` has both.
"""Detect drift that matters: counts in bins, a simulated null for PSI, and exact rank correlations for pairs."""

import math
from collections import Counter
from itertools import combinations

import numpy as np
from scipy import stats

TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
FLOOR = 1e-4
COLUMN_ALPHA = 0.01  # chance of a false alarm in any column
PAIR_ALPHA = 0.005  # and in any pair
DRAWS = 300
LIMIT = 0.055  # PSI beyond noise that matters
COARSE_LIMIT = 0.15  # the same in small batches and in text columns with many categories
PAIR_LIMIT = 0.4
SMALL = 500
MANY = 10
FEWEST = 8  # rows that must differ from a column's commonest value before its correlation says anything


def is_number(column):
    """Return whether a column holds numbers."""
    return isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf"


def numbers_of(column):
    """Return a column of numbers as float64, missing as nan."""
    return np.asarray(column, dtype=np.float64)


class NumberBins:
    """Ten bins between the tenths of the reference, and one for missing values."""

    many = False

    def __init__(self, column):
        values = numbers_of(column)
        known = values[~np.isnan(values)]
        self.edges = np.quantile(known, TENTHS)

    def counts(self, column):
        """Return the rows of each bin."""
        values = numbers_of(column)
        missing = np.isnan(values)
        places = np.searchsorted(self.edges, values[~missing], side="left")
        return np.append(np.bincount(places, minlength=10), missing.sum())


class TextBins:
    """One bin for each category of the reference, one for all others, one for missing values."""

    def __init__(self, column):
        texts = sorted({value for value in column.tolist() if isinstance(value, str)})
        self.places = {text: place for place, text in enumerate(texts)}
        self.many = len(texts) > MANY
        self.gaps = any(not isinstance(value, str) for value in column.tolist())

    def counts(self, column):
        """Return the rows of each bin."""
        other = len(self.places)
        found = np.zeros(other + 2, dtype=np.int64)
        for value, rows in Counter(column.tolist()).items():
            if isinstance(value, str) or not self.gaps:  # no bin for gaps where the reference has none
                found[self.places.get(value, other)] += rows
            else:
                found[other + 1] += rows
        return found


def bins_of(column):
    """Return the bins that a column of the reference makes."""
    return NumberBins(column) if is_number(column) else TextBins(column)


def psi_of_counts(before, now):
    """Return PSI of counts; `now` may have several rows of counts."""
    p = np.maximum(before / before.sum(axis=-1, keepdims=True), FLOOR)
    q = np.maximum(now / now.sum(axis=-1, keepdims=True), FLOOR)
    return np.sum((q - p) * np.log(q / p), axis=-1)


def psi(reference, current):
    """Return the population stability index of `current` against `reference`, as a float."""
    bins = bins_of(reference)
    return float(psi_of_counts(bins.counts(reference), bins.counts(current)))


def chance(before, now, value):
    """Return how likely a PSI of `value` is when both samples come from one population."""
    pool = (before + now).astype(np.int64)
    rng = np.random.default_rng(20240)
    drawn = rng.multivariate_hypergeometric(pool, int(now.sum()), size=DRAWS, method="marginals")
    values = psi_of_counts(pool - drawn, drawn)
    mean, variance = values.mean(), values.var()
    if variance <= 0:
        return 1.0
    return float(stats.gamma.sf(value, mean * mean / variance, scale=variance / mean))


def counts_differ(before, now, limit, alpha):
    """Return whether counts differ by more than `limit` and by more than chance."""
    used = (before + now) > 0
    before, now = before[used], now[used]
    freedom = len(before) - 1
    if freedom < 1:
        return False
    unit = 1 / before.sum() + 1 / now.sum()
    value = float(psi_of_counts(before, now))
    if value - freedom * unit <= limit or stats.chi2.sf(value / unit, freedom) >= alpha:
        return False
    return chance(before, now, value) < alpha


def dense_codes(values):
    """Return the place of each value among the distinct ones, -1 for missing."""
    known = ~np.isnan(values)
    codes = np.full(len(values), -1, dtype=np.int64)
    codes[known] = np.unique(values[known], return_inverse=True)[1].reshape(-1)
    return codes


def centred_ranks(codes):
    """Return twice the centred average ranks (whole numbers, so sums are exact), and the rows off the mode."""
    rows = len(codes)
    if rows == 0:
        return np.zeros(0), 0
    counts = np.bincount(codes)
    twice = 2 * np.cumsum(counts) - counts + 1
    return (twice - (rows + 1)).astype(np.float64)[codes], rows - int(counts.max())


def relation(first, second, spread):
    """Return rank correlation, rows, rows off the mode, and the spread of the correlation times sqrt(rows)."""
    (a, off_a), (b, off_b) = first, second
    rows, off = len(a), min(off_a, off_b)
    if off == 0:
        return math.nan, rows, off, 1.0
    aa, bb, ab = float(a @ a), float(b @ b), float(a @ b)
    rho = ab / math.sqrt(aa * bb)
    if not spread:
        return rho, rows, off, 1.0
    u, v = a / math.sqrt(aa / rows), b / math.sqrt(bb / rows)
    influence = u * v - rho * (u * u + v * v) / 2
    return rho, rows, off, max(1.0, math.sqrt(float(np.mean(influence**2))))


def relations(table, names, spread=False):
    """Return the relation of every pair of number columns, over the rows where both are known."""
    codes = [dense_codes(numbers_of(table[name])) for name in names]
    whole = [None if (code < 0).any() else centred_ranks(code) for code in codes]
    found = {}
    for i, j in combinations(range(len(names)), 2):
        if whole[i] is not None and whole[j] is not None:
            found[i, j] = relation(whole[i], whole[j], spread)
        else:
            both = (codes[i] >= 0) & (codes[j] >= 0)
            found[i, j] = relation(centred_ranks(codes[i][both]), centred_ranks(codes[j][both]), spread)
    return found


class Part:
    """What the rows of one part of the season look like."""

    def __init__(self, table):
        self.names = list(table.columns)
        self.bins = [bins_of(table[name]) for name in self.names]
        self.counts = [bins.counts(table[name]) for bins, name in zip(self.bins, self.names)]
        self.numbers = [name for bins, name in zip(self.bins, self.names) if isinstance(bins, NumberBins)]
        self.pairs = relations(table, self.numbers, spread=True)

    def differs(self, batch):
        """Return whether a batch has drifted."""
        rows = len(batch)
        alpha = COLUMN_ALPHA / max(1, len(self.names))
        for name, bins, before in zip(self.names, self.bins, self.counts):
            now = bins.counts(batch[name])
            limit = COARSE_LIMIT if rows < SMALL or bins.many else LIMIT
            if counts_differ(before, now, limit, alpha):
                return True
        return self.pairs_differ(batch, PAIR_ALPHA)

    def pairs_differ(self, batch, total_alpha):
        """Return whether a rank correlation has changed."""
        if not self.pairs:
            return False
        z = stats.norm.isf(total_alpha / 2 / len(self.pairs))
        for pair, (rho, rows, off, _) in relations(batch, self.numbers).items():
            rho_before, rows_before, off_before, spread = self.pairs[pair]
            if min(off, off_before) < FEWEST:
                continue
            noise = z * spread * math.sqrt(1 / rows + 1 / rows_before)
            if abs(rho - rho_before) > max(PAIR_LIMIT, noise):
                return True
        return False


class DriftMonitor:
    """Watch batches for drift away from a fixed reference sample."""

    def __init__(self, reference, season=None):
        self._season = season
        if season is None:
            self._parts = {None: Part(reference)}
            return
        watched = reference[[name for name in reference.columns if name != season]]
        places = {}
        for place, key in enumerate(reference[season].tolist()):
            places.setdefault(key, []).append(place)
        self._parts = {key: Part(watched.iloc[rows]) for key, rows in places.items()}

    def alarm(self, batch):
        """Return True when `batch` has drifted; else False."""
        key = None if self._season is None else batch[self._season].tolist()[0]
        return bool(self._parts[key].differs(batch))
