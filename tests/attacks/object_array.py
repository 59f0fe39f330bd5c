"""Return arrays of objects, a structured array and a column of them.

outcome: not_yet
says: got an object of type ndarray
class: lies
"""

import numpy as np


def mean(values, weights=None):
    return np.array([print, open], dtype=object)
