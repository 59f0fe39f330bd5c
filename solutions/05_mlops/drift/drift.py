"""Alarm when a batch differs from the reference by more than noise, and by more than a trifle."""

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, norm

TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]  # the edges of the ten bins of a number column
LEAST = 1e-4  # an empty bin counts as this share, so that the logarithm stays finite
ALPHA = 0.002  # chance of any alarm in one quiet batch: well under the 5 % allowed, and little detection is lost
TRIFLE_PSI = 0.05  # between 0.01 (must stay quiet) and 0.10 (must be found)
TRIFLE_CORRELATION = 0.3  # of rank correlation: between 0.1 (must stay quiet) and 0.7 (must be found)


class Bins:
    """The bins of one column: fixed once, by the reference sample alone."""

    def __init__(self, reference):
        values = pd.Series(reference)
        known = values.dropna()
        self.numeric = pd.api.types.is_numeric_dtype(known)
        if self.numeric:
            self.edges = np.quantile(known, TENTHS)  # (9,): the outer bins stay open
        else:
            self.labels = pd.Index(known.unique())
        self.reference = self.count(values)

    def count(self, sample):
        """Return how many rows fall into each bin; the last bin holds the missing ones."""
        values = pd.Series(sample)
        if self.numeric:
            size = len(self.edges) + 1
            bins = np.searchsorted(self.edges, values, side="left")  # lower < value <= upper
        else:
            size = len(self.labels) + 1
            bins = self.labels.get_indexer(values)
            bins = np.where(bins == -1, size - 1, bins)  # categories that the reference lacks share one bin
        bins = np.where(values.isna(), size, bins)
        return np.bincount(bins, minlength=size + 1)


def stability_index(p_counts, q_counts):
    """Return the population stability index of two rows of counts: the sum of (q - p) ln(q / p)."""
    p = np.maximum(p_counts / p_counts.sum(), LEAST)
    q = np.maximum(q_counts / q_counts.sum(), LEAST)
    return float(np.sum((q - p) * np.log(q / p)))


def psi(reference, current):
    """Return the PSI of `current` against `reference`, in bins that `reference` alone decides."""
    bins = Bins(reference)
    return stability_index(bins.reference, bins.count(current))


class DriftMonitor:
    """Compare batches with a fixed reference sample; where there is a season, with the same part of it."""

    def __init__(self, reference, season=None):
        self.season = season
        if season is None:
            self.references = {None: Reference(reference)}
        else:
            parts = reference.groupby(season)
            self.references = {part: Reference(rows.drop(columns=season)) for part, rows in parts}

    def alarm(self, batch):
        """Return True when some column, or the relation of some pair of columns, has drifted."""
        part = None if self.season is None else batch[self.season].iloc[0]
        reference = self.references[part]
        return reference.any_column_drifted(batch) or reference.any_relation_drifted(batch)


class Reference:
    """What is kept of the reference rows that a batch is compared with."""

    def __init__(self, rows):
        self.rows = len(rows)
        self.bins = {name: Bins(rows[name]) for name in rows.columns}
        self.numbers = [name for name, bins in self.bins.items() if bins.numeric]
        self.correlation, self.known = rank_correlation(rows[self.numbers])

    def any_column_drifted(self, batch):
        """Return True when the counts of a column are unlike the reference's beyond chance, and the PSI is material."""
        alpha = ALPHA / 2 / len(self.bins)  # half for the columns, shared among them (Bonferroni)
        for name, bins in self.bins.items():
            table = np.stack([bins.reference, bins.count(batch[name])])  # (2, bins)
            table = table[:, table.sum(axis=0) > 0]
            by_chance = (table.shape[1] - 1) * (1 / len(batch) + 1 / self.rows)  # PSI's mean without drift (Yurdakul)
            material = stability_index(*table) - by_chance > TRIFLE_PSI
            if material and chi2_contingency(table).pvalue < alpha:
                return True
        return False

    def any_relation_drifted(self, batch):
        """Return True when the rank correlation of a pair has changed beyond chance, and materially."""
        correlation, known = rank_correlation(batch[self.numbers])  # (numbers, numbers)
        pairs = max(1, len(self.numbers) * (len(self.numbers) - 1) / 2)
        deviation = np.sqrt(1 / known + 1 / self.known)  # of the difference of two rank correlations, at most
        noise = norm.isf(ALPHA / 2 / pairs / 2) * deviation  # the other half of ALPHA, shared among pairs and two sides
        change = np.abs(correlation - self.correlation)
        return bool(np.any(change > np.maximum(noise, TRIFLE_CORRELATION)))  # nan (a constant column) is not greater


def rank_correlation(numbers):
    """Return the correlations of the columns' ranks, each where both are known, and in how many rows both are."""
    known = numbers.notna().to_numpy(dtype=float)
    return numbers.rank().corr().to_numpy(), np.maximum(known.T @ known, 1)
