"""What folds must be, by the statement: judges of plain rows and of groups, and the folds of days themselves."""

import numpy as np

from tenfold.expect import Unexpected, array, sequence


def part(rows, n):
    """Return row numbers, looked at: a rising 1-D integer array of numbers from 0 to n - 1."""
    if not isinstance(rows, np.ndarray):
        raise Unexpected("a part of a fold is no NumPy array")
    rows = array(rows, shape=(None,), kind="iu").astype(np.int64)
    if len(rows) and not (rows[0] >= 0 and rows[-1] < n and (np.diff(rows) > 0).all()):
        raise Unexpected("a part of a fold is no rising row numbers from 0 to n - 1")
    return rows


def pairs(found, k, n):
    """Return folds, looked at: k pairs of parts, no row on both sides."""
    folds = [tuple(part(rows, n) for rows in sequence(pair, length=2)) for pair in sequence(found, length=k)]
    if any(len(np.intersect1d(*fold, assume_unique=True)) for fold in folds):
        raise Unexpected("a row is in training and in test")
    return folds


def both(y, *parts):
    """Return whether each part holds both classes."""
    return all(0 < y[rows].sum() < len(rows) for rows in parts)


def cover(folds, n):
    """Fail unless each row is tested once, and trains in every other fold."""
    tested = np.concatenate([test for _, test in folds])
    if not (len(tested) == n == len(np.unique(tested)) and all(len(a) + len(b) == n for a, b in folds)):
        raise Unexpected("a row is not tested once, or does not train in every other fold")


def spread(found, args):
    """Return whether folds of plain rows cover all rows, and share out each class evenly."""
    y, k = args[:2]
    folds = pairs(found, k, len(y))
    cover(folds, len(y))
    for label in (0, 1):
        counts = [int((y[test] == label).sum()) for _, test in folds]
        if max(counts) - min(counts) > 1:
            raise Unexpected("the test folds' counts of a class differ by more than one")
    return True


def whole(found, args):
    """Return whether folds keep every group on one side, and cover all rows."""
    y, k, groups = args[:3]
    folds = pairs(found, k, len(y))
    for train, test in folds:
        if len(np.intersect1d(groups[train], groups[test])):
            raise Unexpected("a group is in training and in test")
    cover(folds, len(y))
    return True


def shared_out(found, args):
    """Return whether each test fold of groups holds both classes, and its share of the rows."""
    y, k = args[:2]
    for _, test in pairs(found, k, len(y)):
        if not both(y, test):
            raise Unexpected("a test fold lacks a class")
        if not 0.5 * len(y) <= k * len(test) <= 1.5 * len(y):
            raise Unexpected("a test fold has less than half or more than one and a half of its share of rows")
    return True


def of_days(y, k, groups, time, horizon=0, seed=0):
    """Return the folds of days: block i begins with the day of the row at place i * n // (k + 1) in order of time."""
    n, order = len(time), np.sort(time)
    first = [int(order[i * n // (k + 1)]) for i in range(1, k + 1)]
    end = [*first[1:], int(order[-1]) + 1]
    return [
        (np.flatnonzero(time + horizon < day), np.flatnonzero((time >= day) & (time < last)))
        for day, last in zip(first, end, strict=True)
    ]


def past(found, args):
    """Return whether folds of days are the ones that the statement describes."""
    for (train, test), (known, block) in zip(pairs(found, args[1], len(args[0])), of_days(*args), strict=True):
        if not np.array_equal(test, block):
            raise Unexpected("a test part is not its block of days")
        if len(np.setdiff1d(train, known)):
            raise Unexpected("a training row's label is not known in time")
        if len(train) < len(known):
            raise Unexpected("a row whose label was known in time does not train")
    return True


def partition(folds):
    """Return which rows are tested together, in whatever order."""
    return frozenset(test.tobytes() for _, test in folds)
