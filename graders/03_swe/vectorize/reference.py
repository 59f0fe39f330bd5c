"""The loops of the statement, word for word: the specification, and what the timings are compared with."""

import math

import numpy as np


def distances(a, b):
    """Euclidean distance of every row of a to every row of b."""
    out = np.empty((len(a), len(b)))
    for i in range(len(a)):
        for j in range(len(b)):
            total = 0.0
            for k in range(a.shape[1]):
                total += (float(a[i, k]) - float(b[j, k])) ** 2
            out[i, j] = math.sqrt(total)
    return out


def group_means(values, group, n_groups):
    """Mean row of each group; nan for a group without rows."""
    total = np.zeros((n_groups, values.shape[1]))
    count = np.zeros(n_groups)
    for i in range(len(values)):
        count[group[i]] += 1
        for k in range(values.shape[1]):
            total[group[i], k] += float(values[i, k])
    with np.errstate(invalid="ignore"):
        return total / count[:, None]


def ranks(x):
    """Rank of every value, from 1; equal values share the mean of their ranks."""
    out = np.empty(len(x))
    for i in range(len(x)):
        below, equal = 0, 0
        for j in range(len(x)):
            if x[j] < x[i]:
                below += 1
            elif x[j] == x[i]:
                equal += 1
        out[i] = below + (equal + 1) / 2
    return out


def lookup(wanted, keys, values, default):
    """Value of the first key that equals each wanted one; default where there is none."""
    out = np.full(len(wanted), float(default))
    for i in range(len(wanted)):
        for j in range(len(keys)):
            if keys[j] == wanted[i]:
                out[i] = values[j]
                break
    return out
