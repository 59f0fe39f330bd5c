"""A wrong idea: a column has drifted when its mean differs significantly."""

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, ttest_ind


def psi(reference, current):
    """Correct, but the monitor does not use it."""
    p, q = counts(pd.Series(reference), pd.Series(current))
    p, q = np.maximum(p / p.sum(), 1e-4), np.maximum(q / q.sum(), 1e-4)
    return float(np.sum((q - p) * np.log(q / p)))


def counts(reference, current):
    """Return the counts of both samples in the reference's bins."""
    if pd.api.types.is_numeric_dtype(reference):
        edges = np.quantile(reference.dropna(), np.arange(1, 10) / 10)
        codes = [np.where(s.isna(), 10, np.searchsorted(edges, s)) for s in (reference, current)]
    else:
        labels = pd.Index(reference.dropna().unique())
        codes = [np.where(s.isna(), len(labels) + 1, labels.get_indexer(s)) for s in (reference, current)]
        codes = [np.where(c < 0, len(labels), c) for c in codes]
    size = max(c.max() for c in codes) + 1
    return [np.bincount(c, minlength=size) for c in codes]


class DriftMonitor:
    """Test the mean of each number column, and the counts of each text column, with a corrected p-value."""

    def __init__(self, reference, season=None):
        self.reference, self.season = reference, season

    def alarm(self, batch):
        """Return True when any p-value is below 0.005 shared among the columns."""
        reference = self.reference
        if self.season:
            reference = reference[reference[self.season] == batch[self.season].iloc[0]]
        names = [name for name in batch if name != self.season]
        return bool(any(p_value(reference[n], batch[n]) < 0.005 / len(names) for n in names))


def p_value(reference, current):
    """Welch's t-test for numbers, chi-square for text."""
    if pd.api.types.is_numeric_dtype(reference):
        return ttest_ind(reference, current, equal_var=False, nan_policy="omit").pvalue
    table = np.stack(counts(reference, current))
    return chi2_contingency(table[:, table.sum(axis=0) > 0]).pvalue
