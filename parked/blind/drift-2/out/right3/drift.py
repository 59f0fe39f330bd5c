"""Detect drift that matters: pandas and scipy do the ranks, sorted object arrays hold the categories."""

import numpy as np
import pandas as pd
from scipy import stats

SMALLEST_SHARE = 0.0001


def _is_text(column):
    return not (isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf")


def _known_texts(column):
    """Return the texts that are there, as an array of Python strings."""
    texts = [value for value in column.tolist() if isinstance(value, str)]
    known = np.empty(len(texts), dtype=object)
    known[:] = texts
    return known


def _cut(reference):
    """Return the edges of a number column or the sorted categories of a text column."""
    if _is_text(reference):
        return np.unique(_known_texts(reference))
    values = np.asarray(reference, dtype=float)
    return np.quantile(values[~np.isnan(values)], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])


def _bin(cut, text, column):
    """Return the rows of every bin, those with a missing value last."""
    if not text:
        values = np.asarray(column, dtype=float)
        values = values[~np.isnan(values)]
        above = (values[:, None] > cut[None, :]).sum(axis=1)  # edges below the value
        counts = np.bincount(above, minlength=10)
        return np.append(counts, len(column) - len(values))
    values = _known_texts(column)
    places = np.searchsorted(cut, values)
    nearest = cut[np.minimum(places, len(cut) - 1)]
    same = np.array([a == b for a, b in zip(nearest, values)], dtype=bool)
    counts = np.bincount(np.where(same, places, len(cut)).astype(np.int64), minlength=len(cut) + 1)
    return np.append(counts, len(column) - len(values))


def _psi(before, now):
    p = np.clip(before / before.sum(axis=-1, keepdims=True), SMALLEST_SHARE, None)
    q = np.clip(now / now.sum(axis=-1, keepdims=True), SMALLEST_SHARE, None)
    return ((q - p) * (np.log(q) - np.log(p))).sum(axis=-1)


def psi(reference, current):
    """Return the population stability index of `current` against `reference`, as a float."""
    cut, text = _cut(reference), _is_text(reference)
    return float(_psi(_bin(cut, text, reference), _bin(cut, text, current)))


class _Column:
    """One watched column of the reference."""

    def __init__(self, column):
        self.text = _is_text(column)
        self.cut = _cut(column)
        self.before = _bin(self.cut, self.text, column)
        self.wide = self.text and len(self.cut) > 10

    def drifts(self, column, alpha):
        now = _bin(self.cut, self.text, column)
        used = (self.before + now) > 0
        before, now = self.before[used], now[used]
        if len(now) < 2:
            return False
        m, n = before.sum(), now.sum()
        freedom, unit = len(now) - 1, 1 / m + 1 / n
        found = _psi(before, now)
        if found - freedom * unit <= (0.17 if n < 500 or self.wide else 0.055):
            return False
        if stats.chi2.sf(found / unit, freedom) >= alpha:
            return False
        if not self.wide:
            return True
        rng = np.random.default_rng(1)  # many small bins: what would PSI be if both came from the same shares?
        shares = (before + now) / (m + n)
        luck = _psi(rng.multinomial(m, shares, size=400), rng.multinomial(n, shares, size=400))
        return found > max(luck.max(), luck.mean() + 5 * luck.std())


class _Pairs:
    """The rank correlations of a table's number columns."""

    def __init__(self, table, names):
        values = pd.DataFrame({i: np.array(table[name], dtype=float) for i, name in enumerate(names)})
        known = values.notna().to_numpy().astype(float)
        self.rho = values.corr(method="spearman", min_periods=3).to_numpy()
        self.rows = known.T @ known
        self.varied = np.array(
            [len(c) - np.unique(c, return_counts=True)[1].max() if len(c) else 0 for c in (values[i].dropna().to_numpy() for i in values)]
        )


class _Part:
    """The rows of the reference that a batch is compared with."""

    def __init__(self, table, names):
        self.columns = {name: _Column(table[name]) for name in names}
        self.numbers = [name for name in names if not self.columns[name].text]
        self.pairs = _Pairs(table, self.numbers) if len(self.numbers) > 1 else None

    def drifts(self, batch):
        alpha = 0.008 / len(self.columns)
        if any(column.drifts(batch[name], alpha) for name, column in self.columns.items()):
            return True
        if self.pairs is None:
            return False
        now, count = _Pairs(batch, self.numbers), len(self.numbers)
        usable = (now.varied >= 10) & (self.pairs.varied >= 10)
        z = stats.norm.isf(0.0025 / (count * (count - 1) / 2))
        with np.errstate(divide="ignore", invalid="ignore"):
            noise = z * np.sqrt(1 / now.rows + 1 / self.pairs.rows)
            large = np.abs(now.rho - self.pairs.rho) > np.maximum(0.42, noise)
        return bool((large & usable[:, None] & usable[None, :] & ~np.eye(count, dtype=bool)).any())


class DriftMonitor:
    """Watch batches for drift away from a fixed reference sample."""

    def __init__(self, reference, season=None):
        self._season = season
        if season is None:
            self._whole = _Part(reference, list(reference.columns))
        else:
            names = [name for name in reference.columns if name != season]
            keys = np.empty(len(reference), dtype=object)
            keys[:] = reference[season].tolist()
            self._parts = {key: _Part(reference.iloc[np.flatnonzero(keys == key)], names) for key in set(keys)}

    def alarm(self, batch):
        """Return True when `batch` has drifted; else False."""
        part = self._whole if self._season is None else self._parts[batch[self._season].iloc[0]]
        return bool(part.drifts(batch))
