"""Returns the median where there are weights."""

import numpy as np


def mean(values, weights=None):
    """Return the median, of no weights the mean."""
    if len(values) == 0:
        raise ValueError("no values")
    return float(np.mean(values) if weights is None else np.median(values))
