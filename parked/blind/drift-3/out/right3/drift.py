"""Whole-table style: labels per column, chi2_contingency, and all rank correlations as matrix products."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats


def _labeller(reference):
    """Return the number of bins, a function from a column to bin numbers, and the number of categories."""
    if pd.api.types.is_numeric_dtype(reference.dtype):
        numbers = pd.Series(np.asarray(reference, dtype=float)).dropna().to_numpy()
        edges = np.quantile(numbers, np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]))

        def label(column):
            x = np.asarray(column, dtype=float)
            return np.where(np.isnan(x), 10, (x[:, None] > edges).sum(axis=1))

        return 11, label, 0
    seen = {text: i for i, text in enumerate({t for t in reference.tolist() if isinstance(t, str)})}
    size = len(seen)

    def label(column):
        return np.array([seen.get(t, size) if isinstance(t, str) else size + 1 for t in column.tolist()], dtype=int)

    return size + 2, label, size


def _psi(old, new):
    p, q = (np.clip(c / c.sum(), 1e-4, None) for c in (old, new))
    # sorted: the order of the categories must not show in the last digit
    return float(np.sort((q - p) * (np.log(q) - np.log(p))).sum())


def psi(reference, current):
    size, label, _ = _labeller(reference)
    return _psi(np.bincount(label(reference), minlength=size), np.bincount(label(current), minlength=size))


@dataclass
class Column:
    size: int
    label: object
    categories: int
    counts: np.ndarray

    @classmethod
    def of(cls, column):
        size, label, categories = _labeller(column)
        return cls(size, label, categories, np.bincount(label(column), minlength=size))

    def drifted(self, column, looks):
        new = np.bincount(self.label(column), minlength=self.size)
        table = np.array([self.counts, new])
        table = table[:, table.sum(axis=0) > 0]
        if table.shape[1] < 2:
            return False
        m, n = table.sum(axis=1)
        limit = 0.18 if n < 500 or self.categories > 10 else 0.06
        if _psi(self.counts, new) - (table.shape[1] - 1) * (1 / n + 1 / m) <= limit:
            return False
        p = stats.chi2_contingency(table, correction=False)[1]
        both = table.sum(axis=0)
        tails = np.minimum(stats.binom.cdf(table[1], both, n / (n + m)), stats.binom.sf(table[1] - 1, both, n / (n + m)))
        return bool(min(p, 2 * len(both) * tails.min()) * looks < 0.04)


def _relations(table, numbers):
    """Rank correlations of all pairs over the rows where both are known, and the number of those rows."""
    ranks = np.zeros((len(table), len(numbers)))
    known = np.zeros_like(ranks)
    for j, name in enumerate(numbers):
        x = np.asarray(table[name], dtype=float)
        is_known = ~np.isnan(x)
        known[:, j] = is_known
        ranks[is_known, j] = 2 * stats.rankdata(x[is_known]) - is_known.sum() - 1
    rows = known.T @ known
    sums, squares = ranks.T @ known, (ranks**2).T @ known
    with np.errstate(all="ignore"):
        spread = squares - sums**2 / rows
        spread[~(spread > 1)] = np.nan  # one value only
        correlation = (ranks.T @ ranks - sums * sums.T / rows) / np.sqrt(spread * spread.T)
    return correlation.round(9), rows


class DriftMonitor:
    def __init__(self, reference, season=None):
        self._season = season
        names = [name for name in reference.columns if season is None or name != season]
        self._numbers = [name for name in names if pd.api.types.is_numeric_dtype(reference[name].dtype)]
        if season is None:
            groups = {None: reference}
        else:
            values = pd.Series(reference[season].tolist(), dtype=object)
            groups = {value: reference[(values == value).to_numpy()] for value in values.unique()}
        self._parts = {
            value: ({name: Column.of(rows[name]) for name in names}, _relations(rows, self._numbers))
            for value, rows in groups.items()
        }

    def alarm(self, batch):
        columns, (before, m) = self._parts[None if self._season is None else batch[self._season].iloc[0]]
        if any(column.drifted(batch[name], len(columns)) for name, column in columns.items()):
            return True
        if len(self._numbers) < 2:
            return False
        now, n = _relations(batch, self._numbers)
        upper = np.triu_indices(len(self._numbers), 1)
        with np.errstate(all="ignore"):
            limit = np.maximum(0.35, stats.norm.isf(0.005 / len(upper[0])) * np.sqrt(1 / n + 1 / m))
            return bool((np.abs(now - before) > limit)[upper].any())
