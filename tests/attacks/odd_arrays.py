"""Return what cannot be made plain: a view of one cell that says it is large, labels that are periods.

outcome: not_yet
says: got an object of type ndarray | got a Series
class: resources
"""

import numpy as np
import pandas as pd


def mean(values, weights=None):
    if weights is None:
        return np.broadcast_to(4.0, (10**9, 10**9))
    return pd.Series(values, index=pd.period_range("2026", periods=len(values), freq="Y").astype(object))
