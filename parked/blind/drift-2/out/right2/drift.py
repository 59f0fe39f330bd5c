"""Detect drift that matters: plain functions, dictionaries and loops; flagged pairs are checked by resampling."""

import math

import numpy as np
from scipy.stats import chi2, norm, rankdata

QUANTILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
TRIES = 200


def _values(column):
    """Return ("number", floats) or ("text", list)."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        return "number", np.array(column, dtype=np.float64)
    return "text", list(column.tolist())


def _plan(column):
    """Return how to count a column: its kind, with the edges or with the known categories."""
    kind, values = _values(column)
    if kind == "number":
        return kind, np.quantile(values[~np.isnan(values)], QUANTILES)
    categories = {}
    for value in values:
        if isinstance(value, str) and value not in categories:
            categories[value] = len(categories)
    return kind, categories


def _count(plan, column):
    """Return a list of the rows in every bin; the last is for missing values."""
    kind, bins = plan
    if kind == "number":
        values = np.array(column, dtype=np.float64)
        known = np.sort(values[~np.isnan(values)])
        up_to = [int(c) for c in np.searchsorted(known, bins, side="right")]  # rows not above each edge
        counts, last = [], 0
        for reached in [*up_to, len(known)]:
            counts.append(reached - last)
            last = reached
        counts.append(len(values) - len(known))
        return counts
    counts = [0] * (len(bins) + 2)
    other, missing = len(bins), len(bins) + 1
    for value in column.tolist():
        if isinstance(value, str):
            counts[bins.get(value, other)] += 1
        else:
            counts[missing] += 1
    return counts


def _index(before, now):
    """Return PSI of two lists of counts."""
    m, n = sum(before), sum(now)
    total = 0.0
    for r, c in zip(before, now, strict=True):
        p, q = max(r / m, 0.0001), max(c / n, 0.0001)
        total += (q - p) * math.log(q / p)
    return total


def psi(reference, current):
    """Return the population stability index of `current` against `reference`, as a float."""
    plan = _plan(reference)
    return _index(_count(plan, reference), _count(plan, current))


def _pearson_chi2(before, now):
    """Return the chi-square statistic of the two rows of counts."""
    m, n = sum(before), sum(now)
    total = 0.0
    for r, c in zip(before, now, strict=True):
        expected_r, expected_c = (r + c) * m / (m + n), (r + c) * n / (m + n)
        total += (r - expected_r) ** 2 / expected_r + (c - expected_c) ** 2 / expected_c
    return total


def _column_drifts(plan, before, now, alpha):
    """Return whether one column differs by more than noise, and by enough to matter."""
    n, m = sum(now), sum(before)
    wide = plan[0] == "text" and len(plan[1]) > 10
    kept = [(r, c) for r, c in zip(before, now, strict=True) if r + c > 0]
    if len(kept) < 2:
        return False
    before, now = [r for r, _ in kept], [c for _, c in kept]
    unit = 1 / n + 1 / m
    degrees = len(kept) - 1
    value = _index(before, now)
    limit = 0.16 if n < 500 or wide else 0.06
    if value - degrees * unit <= limit:
        return False
    if chi2.sf(value / unit, degrees) >= alpha:
        return False
    return not wide or chi2.sf(_pearson_chi2(before, now), degrees) < alpha


def _centre(values):
    """Return the centred ranks of values."""
    return rankdata(values) - (len(values) + 1) / 2


def _rho(a, b):
    """Return the correlation of centred ranks; nan where one of them does not vary."""
    size = math.sqrt(float(a @ a) * float(b @ b)) if len(a) else 0.0
    return float(a @ b) / size if size > 0 else math.nan


def _off_mode(values):
    """Return how many rows differ from the commonest value."""
    return len(values) - int(np.unique(values, return_counts=True)[1].max()) if len(values) else 0


class _Numbers:
    """The number columns of a table, for its pairs."""

    def __init__(self, table, names):
        self.columns = [np.array(table[name], dtype=np.float64) for name in names]
        self.known = [~np.isnan(column) for column in self.columns]
        self.ranks = [_centre(c) if k.all() else None for c, k in zip(self.columns, self.known, strict=True)]

    def both(self, i, j):
        """Return the values of the rows where both columns are known."""
        rows = self.known[i] & self.known[j]
        return self.columns[i][rows], self.columns[j][rows]

    def relation(self, i, j):
        """Return the rank correlation of two columns and its rows."""
        if self.ranks[i] is not None and self.ranks[j] is not None:
            return _rho(self.ranks[i], self.ranks[j]), len(self.ranks[i])
        x, y = self.both(i, j)
        return _rho(_centre(x), _centre(y)), len(x)


def _by_luck(x, y, rho, rows, change):
    """Return whether samples of the reference itself change as much."""
    rng = np.random.default_rng(7)
    for _ in range(TRIES):
        drawn = rng.integers(0, len(x), size=min(rows, 2000))
        if abs(_rho(_centre(x[drawn]), _centre(y[drawn])) - rho) >= change:
            return True
    return False


class DriftMonitor:
    """Watch batches for drift away from a fixed reference sample."""

    def __init__(self, reference, season=None):
        self._season = season
        self._names = [name for name in reference.columns if season is None or name != season]
        keys = [None] * len(reference) if season is None else reference[season].tolist()
        self._parts = {}
        for key in dict.fromkeys(keys):
            rows = np.array([other == key for other in keys])
            self._parts[key] = self._learn(reference.iloc[np.flatnonzero(rows)])

    def _learn(self, table):
        plans = {name: _plan(table[name]) for name in self._names}
        counts = {name: _count(plans[name], table[name]) for name in self._names}
        names = [name for name in self._names if plans[name][0] == "number"]
        numbers = _Numbers(table, names)
        pairs = [(i, j) for i in range(len(names)) for j in range(i)]
        return plans, counts, names, numbers, {pair: numbers.relation(*pair) for pair in pairs}

    def alarm(self, batch):
        """Return True when `batch` has drifted; else False."""
        key = None if self._season is None else batch[self._season].tolist()[0]
        plans, counts, names, numbers, pairs = self._parts[key]
        for name in self._names:
            now = _count(plans[name], batch[name])
            if _column_drifts(plans[name], counts[name], now, 0.008 / len(self._names)):
                return True
        if not pairs:
            return False
        present = _Numbers(batch, names)
        z = float(norm.isf(0.0025 / len(pairs)))
        for (i, j), (rho, m) in pairs.items():
            now, n = present.relation(i, j)
            if math.isnan(now) or math.isnan(rho):
                continue
            change = abs(now - rho)
            if change <= max(0.4, z * math.sqrt(1 / n + 1 / m)):
                continue
            if min(_off_mode(column) for column in present.both(i, j)) < 6:
                continue
            if not _by_luck(*numbers.both(i, j), rho, n, change):
                return True
        return False
