"""Detect drift that matters, in plain Python where that is clear: dicts of counts, scipy for the tests."""

import bisect
import math

import numpy as np
from scipy.stats import chi2, chi2_contingency, norm, rankdata

MISSING, NEW = ("missing",), ("new",)  # tuples: no text is equal to them


def cells(column):
    """Return the values of a column as a list of float or str, None where missing, and whether it holds numbers."""
    if column.dtype.kind in "iuf":
        return [None if value != value else float(value) for value in column.tolist()], True
    return [value if isinstance(value, str) else None for value in column.tolist()], False


def binning(values, numbers):
    """Return a function from a value to the name of its bin."""
    if numbers:
        known = np.array([value for value in values if value is not None])
        edges = np.quantile(known, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]).tolist()
        return lambda value: MISSING if value is None else bisect.bisect_left(edges, value)
    known = {value for value in values if value is not None}
    return lambda value: MISSING if value is None else (value if value in known else NEW)


def tally(values, place):
    """Return how often each bin occurs."""
    counts = {}
    for value in values:
        name = place(value)
        counts[name] = counts.get(name, 0) + 1
    return counts


def index(before, after):
    """Return the PSI of two dicts of counts."""
    n, m = sum(before.values()), sum(after.values())
    total = []
    for name in before.keys() | after.keys():
        p = max(before.get(name, 0) / n, 1e-4)
        q = max(after.get(name, 0) / m, 1e-4)
        total.append((q - p) * math.log(q / p))
    return math.fsum(total)  # the order of a set of texts does not matter to fsum


def psi(reference, current):
    """Return the population stability index of `current` against `reference`, as a float."""
    values, numbers = cells(reference)
    place = binning(values, numbers)
    return float(index(tally(values, place), tally(cells(current)[0], place)))


class Column:
    """One watched column of the reference."""

    def __init__(self, column):
        values, self.numbers = cells(column)
        self.place = binning(values, self.numbers)
        self.counts = tally(values, self.place)
        self.wide = not self.numbers and len(self.counts.keys() - {MISSING}) > 10

    def drifted(self, column, allowed):
        """Return whether the column in a batch differs from the reference, and by enough to matter."""
        counts = tally(cells(column)[0], self.place)
        n, m = sum(self.counts.values()), sum(counts.values())
        names = sorted(self.counts.keys() | counts.keys(), key=repr)
        if len(names) < 2:
            return False
        excess = index(self.counts, counts) - (len(names) - 1) * (1 / n + 1 / m)
        if excess <= (0.15 if m < 500 or self.wide else 0.055):
            return False
        table = np.array([[self.counts.get(name, 0) for name in names], [counts.get(name, 0) for name in names]])
        if chi2_contingency(table, correction=False).pvalue < allowed:
            return True
        for i in range(len(names)):  # one bin against all others sees what an overall test waters down
            rest = table.sum(axis=1) - table[:, i]
            if rest.sum() == 0:
                continue
            two = np.column_stack([table[:, i], rest])
            g = chi2_contingency(two, correction=False, lambda_="log-likelihood").statistic
            if chi2.sf(g, 1) < 2 * allowed / len(names):
                return True
        return False


def spearman(x, y):
    """Return the rank correlation of the rows that know both, and their number; None where it is undefined."""
    both = ~(np.isnan(x) | np.isnan(y))
    rows = int(both.sum())
    if rows < 10:
        return None, rows
    a, b = rankdata(x[both]), rankdata(y[both])
    a, b = a - a.mean(), b - b.mean()
    scale = math.sqrt((a @ a) * (b @ b))
    return (float(a @ b) / scale if scale > 0 else None), rows


def relations(arrays):
    """Return correlation and rows for each pair of arrays; ranks of complete columns are taken only once."""
    complete = [not np.isnan(a).any() for a in arrays]
    ranks = []
    for a, whole in zip(arrays, complete, strict=True):
        r = rankdata(a) if whole else a
        ranks.append(r - r.mean() if whole else a)
    found = {}
    for i in range(len(arrays)):
        for j in range(i):
            if complete[i] and complete[j]:
                scale = math.sqrt((ranks[i] @ ranks[i]) * (ranks[j] @ ranks[j]))
                found[i, j] = (float(ranks[i] @ ranks[j]) / scale if scale > 0 else None), len(arrays[i])
            else:
                found[i, j] = spearman(arrays[i], arrays[j])
    return found


class Snapshot:
    """What is known of the reference, or of one part of it."""

    def __init__(self, columns):
        self.columns = [Column(column) for column in columns]
        self.relations = relations(self.arrays(columns))

    def arrays(self, columns):
        """Return the number columns as arrays of their own."""
        pairs = zip(self.columns, columns, strict=True)
        return [np.array(column, dtype=float) for watched, column in pairs if watched.numbers]

    def differs(self, columns):
        """Return whether any column or pair has drifted."""
        allowed = 0.002 / len(self.columns)
        for watched, column in zip(self.columns, columns, strict=True):
            if watched.drifted(column, allowed):
                return True
        if not self.relations:
            return False
        z = norm.isf(0.001 / len(self.relations))
        for pair, (now, m) in relations(self.arrays(columns)).items():
            then, n = self.relations[pair]
            if now is None or then is None:
                continue
            if abs(now - then) > max(0.4, 0.1 + z * math.sqrt(1 / n + 1 / m)):
                return True
        return False


class DriftMonitor:
    """Watch batches for drift away from a fixed reference sample."""

    def __init__(self, reference, season=None):
        """Take snapshots of the reference, one for each part of the season."""
        names = list(reference.columns)
        self.at = names.index(season) if season is not None else None
        groups = {}
        for row, key in enumerate(self.keys(reference)):
            groups.setdefault(key, []).append(row)
        self.snapshots = {
            key: Snapshot([column.iloc[rows] for column in self.watched(reference)]) for key, rows in groups.items()
        }

    def keys(self, table):
        """Return the part of the season of each row."""
        return [None] * len(table) if self.at is None else table.iloc[:, self.at].tolist()

    def watched(self, table):
        """Return all columns but that of the season."""
        return [table.iloc[:, i] for i in range(table.shape[1]) if i != self.at]

    def alarm(self, batch):
        """Return True when `batch`, a DataFrame with the columns of the reference, has drifted; else False."""
        return bool(self.snapshots[self.keys(batch)[0]].differs(self.watched(batch)))
