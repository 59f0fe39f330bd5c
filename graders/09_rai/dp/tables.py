"""Private records that are harder than those of the generator, and pairs of data sets that differ in some classes."""

from dataclasses import replace

import numpy as np


def scales(ranges):
    """Return the middle of each range, and half its width."""
    low, high = ranges.T
    return (low + high) / 2, (high - low) / 2


def at_the_border(rng, records, group):
    """Return a pair of data sets: a group for each column is at its border, in the class of that side or the other.

    All else is as in the records: whoever looks at one of them alone sees nothing odd.
    """
    middle, half = scales(records.ranges)
    n, d = records.X.shape
    rows, column = rng.permutation(n)[: group * d], np.arange(group * d) % d
    side = rng.choice([-1.0, 1.0], group * d)
    X = records.X.copy()
    X[rows, column] = middle[column] + side * half[column]
    return *turned(replace(records, X=X), rows, side > 0), group


def all_else_in_the_middle(rng, records, group):
    """Return the same pair with every other value in the middle of its range: nothing hides the groups but noise."""
    middle, _ = scales(records.ranges)
    return at_the_border(rng, replace(records, X=np.tile(middle, (len(records.X), 1))), group)


def of_one_kind(rng, records, group):
    """Return a pair of data sets of records in the middle of all ranges: one group is of class 1, or of class 0."""
    middle, _ = scales(records.ranges)
    rows = rng.permutation(len(records.X))[:group]
    same = replace(records, X=np.tile(middle, (len(records.X), 1)))
    return *turned(same, rows, np.ones(group, dtype=bool)), group


def turned(records, rows, classes):
    """Return the records twice: with classes of some rows as given, and the other way round."""
    one, other = records.y.copy(), records.y.copy()
    one[rows], other[rows] = classes, ~classes
    return replace(records, y=one), replace(records, y=other)


def of_the_same_size(rng, records):
    """Return other records of the same size and ranges, by kind: a plan must not tell them apart."""
    n, d = records.X.shape
    middle, half = scales(records.ranges)
    return {
        "other classes": replace(records, y=rng.permutation(records.y)),
        "one class alone": replace(records, y=np.ones(n, dtype=np.int64)),
        "records that are all the same": replace(records, X=np.tile(middle, (n, 1)), y=np.zeros(n, dtype=np.int64)),
        "records at the border": replace(records, X=middle + half * rng.choice([-1.0, 1.0], (n, d))),
    }


def closer(records, factor):
    """Return the records moved to the middle of their ranges, to that share of their distance."""
    middle, _ = scales(records.ranges)
    return replace(records, X=middle + (records.X - middle) * factor)


def closer_ranges(ranges, factor):
    """Return ranges with the same middles and that share of their width."""
    middle, half = scales(ranges)
    return np.column_stack([middle - factor * half, middle + factor * half])


def with_one_far_out(rng, records):
    """Return the records and one more of class 1, a thousand to a billion half ranges out in the first column."""
    middle, half = scales(records.ranges)
    odd = middle.copy()
    odd[0] += 10 ** rng.uniform(3, 9) * half[0]
    return replace(records, X=np.concatenate([records.X, [odd]]), y=np.append(records.y, 1))


def strangers(rng, records):
    """Return rows to predict: usual ones, rows at and beyond the border, twins, and rows far out."""
    middle, half = scales(records.ranges)
    corner = np.array([middle - half, middle + half, middle])
    out = middle + half * rng.choice([-1.0, 1.0], (4, len(half))) * np.array([[1.5], [30.0], [1e4], [1e9]])
    usual = records.X_other[:20]
    return np.concatenate([usual, corner, out, usual[:3], corner])
