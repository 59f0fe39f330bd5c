"""A mean that survives."""


def mean(values, weights=None):
    """Return the weighted mean of a 1-d float array."""
    raise NotImplementedError("Sum values times weights, then divide by the sum of the weights.")
