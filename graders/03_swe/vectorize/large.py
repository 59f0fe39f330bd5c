"""Large inputs, each round of another kind, so that a short cut for many rows must be right too."""

from pathlib import Path

import numpy as np

from tenfold.datasets import module

pairs = module(Path(__file__).with_name("pairs.py"))


def distances(rng, n, m, d):
    """Return what makes (a, b) for a round: small numbers, far coordinates with near rows, and mixed types."""

    def inputs(i):
        a, b = rng.normal(size=(n, d)), rng.normal(size=(m, d))
        if i % 3 == 1:
            b[: m // 4] = a[: m // 4] + 1e-8 * b[: m // 4]
            b[m // 4 : m // 2] = a[m // 4 : m // 2]
            sign = np.where(np.arange(max(n, m)) % 2, 5e6, -5e6)[:, None]
            a, b = a + sign[:n], b + sign[:m]
        return (a.astype(np.float32), b) if i % 3 == 2 else (a, b)

    return inputs


def group_means(rng, n, d, n_groups):
    """Return what makes (values, group, n_groups) for a round: groups of one size, of very different size, float32."""

    def inputs(i):
        values, group = rng.normal(size=(n, d)), rng.integers(0, n_groups - 1, size=n)
        if i % 3 == 1:
            values *= 10.0 ** np.linspace(-3, 12, n_groups)[rng.permutation(n_groups)][group][:, None]
        if i % 3 == 2:
            return (values + 1000).astype(np.float32), group.astype(np.uint16), n_groups
        return values, group, n_groups

    return inputs


def ranks(rng, n):
    """Return what makes (x,) for a round: many ties, integers above 2**60, floats one step apart."""

    def inputs(i):
        if i % 3 == 1:
            return (rng.permutation([-1, 1] * (n // 2)) * (2**60 + rng.integers(0, n, size=n)),)
        if i % 3 == 2:
            return (1 + rng.integers(0, n, size=n) * np.finfo(float).eps,)
        return (np.round(1000 * rng.normal(size=n)) * rng.choice([-1.0, 1.0], size=n),)

    return inputs


def lookup(rng, n):
    """Return what makes (wanted, keys, values, default) for a round: up to 11, then 19 digits; some keys come twice."""

    def inputs(i):
        keys = rng.integers(0, 2 * n, size=n) * 1_000_003
        if i % 2:
            keys = rng.choice([-1, 1], size=n) * (2**62 + keys // 1_000_003 * 2)
        wanted = np.where(rng.random(n) < 0.5, rng.permutation(keys), keys + 1)
        return wanted, keys, rng.normal(size=n), np.nan if i % 2 else -1.0

    return inputs


def more_group_means(rng):
    """Return calls (values, group, n_groups) by kind: more rows."""
    most = rng.permutation(np.append(np.arange(2000), np.zeros(68_003, dtype=np.int64)))
    return {"70,003 rows, most of them in one of 2,000 groups": [(rng.normal(size=(70_003, 1)), most, 2000)]}


def more_ranks(rng):
    """Return calls (x,) by kind: more values."""
    return {"70,003 values": [(rng.permutation(70_003) // 2,)]}


def more_lookup(rng):
    """Return calls (wanted, keys, values, default) by kind: more keys."""
    keys = rng.permutation(70_003) * 3
    return {"70,003 keys": [(rng.permutation(keys) + rng.integers(0, 2, size=70_003), keys, keys / 7, -1.0)]}


def again(rng):
    """Return calls of each function by kind: the second differs from the first in one thing."""
    a, b, c = (rng.normal(size=(n, 12)) for n in (401, 397, 397))
    values, group = rng.normal(size=(20_011, 2)), rng.integers(0, 500, size=20_011)
    keys, x = rng.permutation(20_011) * 7, rng.normal(size=20_011)
    means, table = (values, group, 500), (keys, keys, x, -1.0)
    return {
        "distances": {
            "the same 401 rows beside others": [(a, b), (a, c)],
            "one row of 401 changed": [(a, b), pairs.changed((a, b), 0), pairs.changed((a, b), 1)],
        },
        "group_means": {
            "other values of the same 20,011 labels": [means, (values[::-1] + 1, group, 500)],
            "one value of 20,011 changed": [means, pairs.changed(means, 0)],
        },
        "ranks": {"one value of 20,011 changed": [(x,), pairs.changed((x,), 0)]},
        "lookup": {
            "other values of the same 20,011 keys": [table, (keys, keys, x[::-1], -1.0)],
            "one value of 20,011 changed": [table, pairs.changed(table, 2)],
        },
    }
