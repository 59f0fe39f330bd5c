"""Detect drift that matters: the limit of each column comes from simulated quiet batches (same seed, always)."""

import numpy as np
import pandas as pd
from scipy.stats import gamma, norm

LEAST = 1e-4
DRAWS = 400
ALLOWED = 0.002
CUTS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


def numeric(column):
    """Return whether this column holds numbers; all else is text."""
    return column.dtype.kind in "iuf"


def floats(column):
    """Return a copy of a number column as float64."""
    return np.array(column, dtype="float64", copy=True)


def learn(column):
    """Return the bins of a reference column: edges of numbers, or numbers of categories."""
    if numeric(column):
        values = floats(column)
        return np.quantile(values[~np.isnan(values)], CUTS)
    known = dict.fromkeys(value for value in column.tolist() if isinstance(value, str))
    return {value: number for number, value in enumerate(sorted(known))}


def count(bins, column):
    """Return the counts of a column: the bins, then new categories, then missing values."""
    if isinstance(bins, dict):
        size = len(bins)
        codes = [bins.get(v, size) if isinstance(v, str) else size + 1 for v in column.tolist()]
        return np.bincount(np.array(codes), minlength=size + 2)
    values = floats(column)
    codes = (values[:, None] > bins[None, :]).sum(axis=1)  # a value equal to an edge is not above it
    codes = np.where(np.isnan(values), 11, codes)
    return np.bincount(codes, minlength=12)


def measure(p, q):
    """Return PSI of shares, along the last axis."""
    p, q = np.maximum(p, LEAST), np.maximum(q, LEAST)
    return ((q - p) * np.log(q / p)).sum(axis=-1)


def psi(reference, current):
    """Return the population stability index of `current` against `reference`, as a float."""
    bins = learn(reference)
    before, after = count(bins, reference), count(bins, current)
    return float(measure(before / before.sum(), after / after.sum()))


def rank_correlations(table):
    """Return Spearman's correlations of number columns, and the rows of each pair."""
    known = (~np.isnan(table)).astype(float)
    return pd.DataFrame(table).corr(method="spearman").to_numpy(), known.T @ known


class Watch:
    """One column: its bins, its counts, and what PSI does when nothing has changed."""

    def __init__(self, column):
        self.bins = learn(column)
        self.counts = count(self.bins, column)
        self.shares = self.counts / self.counts.sum()
        self.many = isinstance(self.bins, dict) and len(self.bins) > 10
        self.chance = {}  # rows of a batch -> mean and standard deviation: a pure function of the reference

    def quiet(self, rows):
        """Return mean and standard deviation of PSI for quiet batches of this many rows."""
        if rows not in self.chance:
            draw = np.random.default_rng(20240607)
            weights = self.counts.astype(float)
            if isinstance(self.bins, dict):  # a category not seen yet: about as likely as those seen only once
                weights[-2] = np.count_nonzero(self.counts == 1)
            weights = np.maximum(weights, 1e-3)
            truths = draw.gamma(weights, size=(DRAWS, len(weights)))
            truths /= truths.sum(axis=1, keepdims=True)
            batches = draw.multinomial(rows, truths) / rows
            found = measure(self.shares, batches)
            self.chance[rows] = float(found.mean()), float(found.std())
        return self.chance[rows]

    def drifted(self, column, allowed):
        """Return whether the column has drifted."""
        now = count(self.bins, column)
        rows = int(now.sum())
        mean, spread = self.quiet(rows)
        found = float(measure(self.shares, now / rows))
        matters = found - mean > (0.15 if rows < 500 or self.many else 0.055)
        if not matters:
            return False
        if spread == 0:
            return True
        shape = (mean / spread) ** 2
        return bool(found > gamma.isf(allowed, shape, scale=spread**2 / mean))


class View:
    """A reference, or the part of it that belongs to one value of the season."""

    def __init__(self, table):
        self.columns = [table.iloc[:, i] for i in range(table.shape[1])]
        self.watches = [Watch(column) for column in self.columns]
        self.numbers = [i for i, column in enumerate(self.columns) if numeric(column)]
        self.columns = None  # nothing of the caller's table stays here
        if len(self.numbers) > 1:
            self.correlations, self.rows = rank_correlations(self.matrix(table))

    def matrix(self, table):
        """Return the number columns side by side."""
        return np.stack([floats(table.iloc[:, i]) for i in self.numbers], axis=1)

    def drifted(self, table):
        """Return whether a column or a pair has drifted."""
        allowed = ALLOWED / len(self.watches)
        if any(watch.drifted(table.iloc[:, i], allowed) for i, watch in enumerate(self.watches)):
            return True
        k = len(self.numbers)
        if k < 2:
            return False
        now, rows = rank_correlations(self.matrix(table))
        z = norm.isf(ALLOWED / (k * (k - 1)))
        for i in range(k):
            for j in range(i + 1, k):
                if rows[i, j] < 10 or self.rows[i, j] < 10:
                    continue
                change = abs(now[i, j] - self.correlations[i, j])  # nan where a column has one value: not more than
                if change > max(0.4, 0.1 + z * np.sqrt(1 / self.rows[i, j] + 1 / rows[i, j])):
                    return True
        return False


class DriftMonitor:
    """Watch batches for drift away from a fixed reference sample."""

    def __init__(self, reference, season=None):
        """Keep counts, correlations and limits of the reference; with a season, those of each of its parts."""
        self.season = season
        if season is None:
            self.view = View(reference)
            return
        rest = reference.drop(columns=[season])
        values = reference[season].tolist()
        self.views = {}
        for value in dict.fromkeys(values):
            mine = np.array([each == value for each in values])
            self.views[value] = View(rest.loc[mine])

    def alarm(self, batch):
        """Return True when `batch`, a DataFrame with the columns of the reference, has drifted; else False."""
        if self.season is None:
            return bool(self.view.drifted(batch))
        view = self.views[batch[self.season].tolist()[0]]
        return bool(view.drifted(batch.drop(columns=[self.season])))
