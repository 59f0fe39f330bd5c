"""Returns the median."""

import numpy as np


def mean(values, weights=None):
    """Return the median."""
    return float(np.median(values))
