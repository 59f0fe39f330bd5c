"""Detect drift that matters. Begin with `psi`, then build the monitor on it. The statement is in README.md."""


def psi(reference, current):
    """Return the population stability index of `current` against `reference`, as a float.

    Both are one column: a numpy array or a pandas Series, of numbers (missing: nan) or of text (missing: None or nan).
    """
    raise NotImplementedError("find nine quantile edges of the reference, and count both samples in the ten bins")


class DriftMonitor:
    """Watch batches for drift away from a fixed reference sample."""

    def __init__(self, reference, season=None):
        """Keep what later batches are compared with.

        Parameters
        ----------
        reference
            DataFrame of number and text columns: what normal looks like.
        season
            Name of the column that tells the part of a cycle (the weekday, say), or None.
        """
        raise NotImplementedError("keep the reference rows; with a season, those of each of its values apart")

    def alarm(self, batch):
        """Return True when `batch`, a DataFrame with the columns of the reference, has drifted; else False."""
        raise NotImplementedError("compare every column with the reference: is it more than noise, does it matter?")
