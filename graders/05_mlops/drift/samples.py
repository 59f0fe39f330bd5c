"""Pairs of samples for `psi` by kind, at the edges of what the statement allows; `right` knows the answers."""

import numpy as np
import pandas as pd

HOSTILE = ["nan", "None", "NaN", "<NA>", "null", "", " ", "missing", "other", "unknown", "__new__", "-1", "0", "inf"]
ALIKE = ["card", "Card", "card ", " card", "CARD", "cárd", "ca\u0301rd", "card\n", "card\x00", "card\x00\x00", "сard"]
DIGITS = ["1", "01", "1.0", "+1", "1e0", " 1", "１", "10", "2", "02"]


def pair(rng, make, low=60, high=400):
    """Return two samples of lengths of their own."""
    return make(int(rng.integers(low, high))), make(int(rng.integers(low, high)))


def with_gaps(rng, x, share):
    """Return numbers of which some are missing, but not the first one."""
    out = np.asarray(x, dtype=float).copy()
    out[1:][rng.random(len(out) - 1) < share] = np.nan
    return out


def numbers(rng):
    """Return pairs of samples of numbers without missing values."""
    z = rng.standard_normal

    def wide(x, factor=1.7):
        return x[0], factor * x[1]

    grids = [np.arange(10.0 * k + 1) for k in range(1, 21)]  # every edge is one of the values
    return {
        "normal numbers": [wide(pair(rng, z), f) for f in (0.5, 1.0, 1.7, 3.0) for _ in range(8)],
        "skewed numbers": [tuple(np.exp(x) for x in wide(pair(rng, z))) for _ in range(8)],
        "one to nine rows": [(z(n), 2 * z(m)) for n in range(1, 10) for m in (1, 2, 5, 30)],
        "ties": [tuple(np.floor(np.abs(x)) for x in wide(pair(rng, z))) for _ in range(12)],
        "two values": [tuple(rng.integers(0, 2, n).astype(float) for n in (90, 40)) for _ in range(6)],
        "one value": [(np.full(50, v), np.repeat([v - 1, v, v + 1.5], [3, 20, 7])) for v in (0.0, -2.5, 1e9)],
        "values on the edges": [(x, np.repeat(x, rng.integers(0, 3, len(x)))) for x in grids],
        "values beside the edges": [(x, x[len(x) // 2 :] + d) for x in grids for d in (-0.01, 0.01)],
        "whole numbers (int64)": [tuple(map(whole, wide(pair(rng, z)))) for _ in range(8)],
        "int64 beside float64": [(whole(z(n)), np.round(12 * z(70))) for n in range(100, 108)],
        "float64 beside int64": [(np.round(9 * z(n)), whole(1.4 * z(70))) for n in range(100, 108)],
        "large int64": [tuple(2**40 + rng.integers(0, 60, n) for n in (300, 200)) for _ in range(4)],
        "numbers near 1e300": [tuple(x * 1e299 for x in wide(pair(rng, z))) for _ in range(4)],
        "numbers near 1e-290": [tuple(x * 1e-290 for x in wide(pair(rng, z))) for _ in range(4)],
        "numbers that differ in the tenth digit": [tuple(1e9 + x for x in wide(pair(rng, z))) for _ in range(4)],
        "a current sample far away": [(z(300), z(50) + shift) for shift in (-1e6, 1e6, 30.0)],
        "a constant column": [(np.zeros(500), np.repeat([0.0, 2.0], c)) for c in ([30, 10], [0, 5], [9, 0])],
        "many rows, sorted": [tuple(np.sort(x) for x in (z(5000), z(m) + 0.3)) for m in (3000, 60_000)],
        "many rows, largest first": [tuple(-np.sort(x) for x in (z(30_000), 1.2 * z(20_000)))],
        "Series of other labels": [series(rng, *pair(rng, z)) for _ in range(4)],
    }


def whole(x):
    """Return numbers as int64, of which some are equal."""
    return np.round(9 * x).astype(np.int64)


def series(rng, reference, current):
    """Return two samples as Series whose labels come more than once."""
    return tuple(pd.Series(x, index=rng.integers(0, 9, len(x)), name="x") for x in (reference, current))


def gaps(rng):
    """Return pairs of samples of numbers with missing values."""
    z = rng.standard_normal
    ways = {"in the reference": (0.3, 0.0), "in the current sample": (0.0, 0.3), "in both": (0.2, 0.4)}
    found = {
        f"numbers missing {where}": [
            tuple(with_gaps(rng, x, share) for x, share in zip(pair(rng, z), shares, strict=True)) for _ in range(8)
        ]
        for where, shares in ways.items()
    }
    found["int64 beside numbers with gaps"] = [
        (np.round(5 * z(200)).astype(np.int64), with_gaps(rng, np.round(5 * z(90)), 0.2)) for _ in range(4)
    ]
    found["Series with gaps"] = [series(rng, *(with_gaps(rng, x, 0.2) for x in pair(rng, z))) for _ in range(4)]
    return found


def text(labels, counts, rng, dtype=object, gap=None):
    """Return a Series of texts, so many of each in random order, None and nan for a label None."""
    values = rng.permutation(np.repeat(np.arange(len(labels)), counts))
    holes = [None, np.nan] if dtype is object else [None]
    found = [labels[i] if labels[i] is not None else holes[k % len(holes)] for k, i in enumerate(values)]
    return pd.Series(found, dtype=dtype, index=rng.permutation(len(found)))


def texts(rng):
    """Return pairs of samples of texts."""

    def counts(n, low=0):
        return rng.integers(low, 30, n)

    def both(labels, first, second, dtypes=(object, object)):
        return tuple(text(labels, c, rng, d) for c, d in zip((first, second), dtypes, strict=True))

    def all_of(labels, **options):
        return both(labels, counts(len(labels), 1), counts(len(labels)) + 1, **options)

    def some_new(labels):
        new = rng.random(len(labels)) < 0.4
        new[0] = False  # something is known
        return both(labels, np.where(new, 0, counts(len(labels), 1)), counts(len(labels)) + 1)

    names = [f"shop {k}" for k in range(12)]
    kinds = [(object, object), ("str", "str"), (object, "str"), ("str", object)]
    hidden = [(labels, i) for labels in (HOSTILE, ALIKE, DIGITS) for i in range(len(labels))]
    return {
        "a few categories": [all_of(names[:n]) for n in range(1, 13)],
        "new categories": [some_new(names) for _ in range(12)],
        "missing texts": [all_of([*names[:n], None]) for n in range(1, 9)],
        "missing texts and new categories": [some_new([*names, None]) for _ in range(8)],
        "missing texts in one sample": [
            both([*names[:3], None], [9, 20, 5, a], [12, 8, 5, b]) for a, b in [(0, 7), (7, 0)]
        ],
        "Series of dtype object or str": [all_of([*names[:4], None], dtypes=d) for d in kinds],
        "arrays of texts": [tuple(x.to_numpy().astype("U") for x in some_new(names)) for _ in range(4)],
        "an array beside a Series": [(x.to_numpy().astype("U"), y) for x, y in [some_new(names), all_of(names)]],
        "texts that look like something else": [all_of([*HOSTILE, None]) for _ in range(4)],
        "one such text that is new": [
            both([*labels, None], np.where(np.arange(len(labels) + 1) == i, 0, 9), np.arange(len(labels) + 1) + 3)
            for labels, i in hidden
        ],
        "texts that are nearly the same": [all_of([*ALIKE, *DIGITS]) for _ in range(4)],
        "long texts that differ at the end": [some_new(["x" * 900 + str(k) for k in range(10, 20)]) for _ in range(4)],
        "a thousand categories": [some_new([f"user {k}" for k in range(1000)]) for _ in range(2)],
    }


def thin(rng):
    """Return pairs of samples in which some share is 0, or below 0.0001."""
    x, rest = rng.permutation(500.0 * np.arange(500)), rng.standard_normal(20_000)  # no value on an edge

    def holes(n):
        return np.append(rest, np.full(n, np.nan))

    def of(labels, first, second):
        return tuple(text(labels, counts, rng).reset_index(drop=True) for counts in (first, second))

    return {
        "nothing known in the current sample": [(x, np.full(n, np.nan)) for n in (1, 40)],
        "a category that is gone": [of(["a", "b", "c"], [300, 200, n], [60, 50, 0]) for n in (1, 100)],
        "a new category": [of(["a", "b", "c"], [300, 200, 0], [60, 50, n]) for n in (1, 100)],
        "no category known": [of(["a", None], [300, n], [0, 50]) for n in (0, 5)],
        "only a new category": [of(["a", "b"], [30, 0], [0, 10])],
        "shares below 0.0001, of texts": [of(["a", "b"], [1, 19_999], c) for c in ([5, 95], [0, 95], [1, 29_999])],
        "shares below 0.0001 in the current sample": [of(["a", "b"], [30, 70], [1, 19_999])],
        "shares below 0.0001, of missing": [(holes(a), holes(b)) for a, b in [(1, 0), (0, 1), (1, 900), (900, 1)]],
        "the same sample": [(x, x), (x, x[::-1].copy()), (x, np.concatenate([x, x]))],
    }
