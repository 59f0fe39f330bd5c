"""The statement's PSI, counted value by value: what is right for two samples of one column."""

from collections import Counter

import numpy as np
import pandas as pd

LEAST = 1e-4
TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
MISSING, UNKNOWN = object(), object()


def psi_of_counts(reference, current):
    """Return the PSI of two rows of counts."""
    p, q = (np.maximum(np.asarray(c) / np.sum(c), LEAST) for c in (reference, current))
    return float(np.sum((q - p) * np.log(q / p)))


def psi(reference, current):
    """Return the PSI of two samples of one column."""
    is_text = reference.dtype.kind == "U" or not pd.api.types.is_numeric_dtype(reference)
    return psi_of_counts(*(counts_of_texts if is_text else counts_of_numbers)(reference, current))


def counts_of_numbers(reference, current):
    """Return both rows of counts: ten bins between quantiles, each with its upper edge, and the missing."""
    reference, current = (np.asarray(x, dtype=float) for x in (reference, current))
    edges = np.quantile(reference[~np.isnan(reference)], TENTHS)

    def counts(x):
        known = np.sort(x[~np.isnan(x)])
        below = np.searchsorted(known, edges, side="right")  # how many are at most the edge
        return [*np.diff([0, *below, len(known)]), len(x) - len(known)]

    return counts(reference), counts(current)


def counts_of_texts(reference, current):
    """Return both rows of counts: a bin for each text of the reference, one for all others, and the missing."""
    known = {value for value in reference if isinstance(value, str)}

    def counts(x):
        found = Counter(value if value in known else UNKNOWN if isinstance(value, str) else MISSING for value in x)
        return [found[value] for value in (*sorted(known), UNKNOWN, MISSING)]

    return counts(reference), counts(current)


def close(found, wanted):
    """Return whether a PSI is right to a relative error of 1e-6; below 1e-3 to 1e-9."""
    return abs(found - wanted) <= max(1e-6 * abs(wanted), 1e-9)
