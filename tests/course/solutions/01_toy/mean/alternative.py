"""The same in plain Python."""

from math import fsum


def mean(values, weights=None):
    """Return the weighted mean of a 1-d float array."""
    if len(values) == 0:
        raise ValueError("no values")
    weights = [1.0] * len(values) if weights is None else weights
    return fsum(float(v) * float(w) for v, w in zip(values, weights, strict=True)) / fsum(map(float, weights))
