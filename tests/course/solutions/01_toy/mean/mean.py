"""A mean that survives."""

import numpy as np


def mean(values, weights=None):
    """Return the weighted mean of a 1-d float array."""
    if len(values) == 0:
        raise ValueError("no values")
    values = np.asarray(values, dtype=float)
    weights = np.ones_like(values) if weights is None else np.asarray(weights, dtype=float)
    offset = values[0]
    return float(offset + ((values - offset) * weights).sum() / weights.sum())
