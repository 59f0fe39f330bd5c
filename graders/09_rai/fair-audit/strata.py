"""Groups and strata by kind, at the edges of what the statement allows: input of `standardised_rates`."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from tenfold.datasets import module

people = module(Path(__file__).with_name("people.py"))


def in_strata(rng, group, stratum, weight=None, kind="int64", share=None):
    """Return arguments of `standardised_rates`."""
    args = people.flags(rng, len(group), kind, share), group, stratum
    return args if weight is None else (*args, weight)


def full(rng, groups, strata, rows):
    """Return columns of groups and strata in which each pair comes, and then some."""
    pairs = people.all_of(rng, list(product(people.letters(groups), [f"s{i}" for i in range(strata)])), rows).tolist()
    return tuple(pd.Series(column, dtype=object) for column in zip(*pairs, strict=True))


def mixed(rng, shares):
    """Return a call in which each group has a mix of its own: {(group, stratum): (rows, share selected)}."""
    cells = [(int(i < share * n), g, s) for (g, s), (n, share) in shares.items() for i in range(n)]
    selected, group, stratum = zip(*[cells[i] for i in rng.permutation(len(cells))], strict=True)
    return np.array(selected), pd.Series(group, dtype=object), pd.Series(stratum, dtype=object)


def like_with_like(rng):
    """Return groups whose strata are all shared, by kind."""
    sizes = [int(n) for n in rng.integers(4, 9, size=3) * 10]
    alike = {("x", "e"): (9, 0.6), ("x", "h"): (1, 0.1), ("y", "e"): (2, 0.6), ("y", "h"): (6, 0.1)}
    unlike = {("x", "e"): (8, 0.5), ("x", "h"): (2, 0.1), ("y", "e"): (2, 0.9), ("y", "h"): (8, 0.3)}

    def times(shares, k):
        return {cell: (k * n, share) for cell, (n, share) in shares.items()}

    return {
        "treated alike, mixed unlike": [mixed(rng, times(alike, k)) for k in sizes],
        "treated unlike": [mixed(rng, times(unlike, k)) for k in sizes],
        "two or three groups": [in_strata(rng, *full(rng, g, s, 60)) for g in (2, 3) for s in (2, 3, 5)],
        "many groups and strata": [in_strata(rng, *full(rng, 9, 20, 400))],
        "one group": [in_strata(rng, *full(rng, 1, s, 20)) for s in (1, 2, 4)],
        "one stratum": [in_strata(rng, *full(rng, g, 1, 20)) for g in (1, 2, 4)],
        "one row": [in_strata(rng, *full(rng, 1, 1, 0)) for _ in range(3)],
        "nobody selected, or everybody": [in_strata(rng, *full(rng, 2, 3, 20), share=x) for x in (0, 1)],
        "0 and 1 of every type": [in_strata(rng, *full(rng, 2, 3, 400), kind=kind) for kind in people.INTEGERS],
        "20,000 rows": [in_strata(rng, *full(rng, 2, 3, 20_000), kind="int8")],
    }


def not_shared(rng):
    """Return groups some of whose strata are not shared, by kind; each group has some weight."""

    def thin(groups, strata, rows, weight=None):
        group, stratum = (
            people.some(rng, people.letters(groups), rows),
            people.some(rng, [f"s{i}" for i in range(strata)], rows),
        )
        return in_strata(rng, group, stratum, weight)

    def zeros(n):
        return np.where(rng.random(n) < 0.5, 0.0, rng.uniform(0.1, 8, size=n))

    names = pd.Series(people.letters(3) * 4, dtype=object)
    return {
        "strata that lack a group": [thin(g, 6, 8 * g) for g in (2, 3, 4) for _ in range(4)],
        "no shared stratum": [in_strata(rng, names, names) for _ in range(3)],
        "strata that lack a group, with weights": [thin(3, 6, n, rng.uniform(0.5, 8, size=n)) for n in range(20, 28)],
        "texts that run together": [run_on(rng) for _ in range(3)],
        "strata in which a group weighs 0": [args for n in range(24, 40) if heavy(args := thin(2, 5, n, zeros(n)))],
    }


def run_on(rng):
    """Return a call whose texts of group and stratum, put together, are the same for unlike people."""
    texts = people.together(rng)
    return in_strata(rng, texts["one"].rename(None), texts["two"].rename(None))


def heavy(args):
    """Return whether every group has some weight."""
    return bool((pd.Series(args[3]).groupby(args[1].to_numpy(), dropna=False).sum() > 0).all())


def any_strata(rng):
    """Return weights, missing cells, texts, labels and names of groups and strata, by kind."""
    gone, rows = [*people.letters(2), None], 60

    def columns(texts):
        pairs = people.all_of(rng, list(product(texts, texts)), rows).tolist()
        return tuple(people.spelt(rng, pd.Series(column, dtype=object)) for column in zip(*pairs, strict=True))

    def weights(n):
        return {
            "weights from 0.5 to 8": rng.uniform(0.5, 8, size=n),
            "whole weights": rng.integers(1, 9, size=n).astype(float),
            "weights from 1e-6 to 1e6": 10.0 ** rng.uniform(-6, 6, size=n),
        }

    found = {}
    for _ in range(4):
        group, stratum = full(rng, 3, 3, rows)
        for kind, weight in weights(len(group)).items():
            found.setdefault(kind, []).append(in_strata(rng, group, stratum, weight))
        for kind, index in people.labels(rng, len(group)).items():
            args = in_strata(rng, group.set_axis(index), stratum.set_axis(rng.permutation(len(group))))
            found.setdefault(kind, []).append(args)
    return found | {
        "missing groups and strata": [in_strata(rng, *columns(gone)) for _ in range(6)],
        "missing cells of pandas' str": [
            in_strata(rng, *(column.astype("str") for column in columns(gone))) for _ in range(2)
        ],
        "texts that look missing": [in_strata(rng, *columns([*people.LOOK_MISSING, None])) for _ in range(2)],
        "texts that look alike": [in_strata(rng, *columns(people.LOOK_ALIKE)) for _ in range(2)],
        "names of the columns": [
            in_strata(rng, group.rename(one), stratum.rename(other))
            for one, other in (("x", "x"), ("stratum", "group"), ("weight", "y_pred"), ("crude", "adjusted"))
        ],
    }
