"""Audits that are counted, the calls of `find_slices` that they make, and how to count one on a grid of values."""

import math
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from tenfold.datasets import module

evidence, people, judged = (module(Path(__file__).with_name(f"{name}.py")) for name in ("evidence", "people", "judged"))

NAMES = ("sex", "age band", "region", "channel", "language", "device", "branch", "plan")
DEFAULTS = {"alpha": 0.05, "min_gap": 0.10, "min_n": 30}
TRIES = 200


@dataclass
class Audit:
    """An audit, counted."""

    names: list
    cells: dict
    """{values: (rows, errors)}"""
    found: set
    """The slices to report."""
    limits: dict = field(default_factory=dict)
    form: dict = field(default_factory=dict)
    """How its rows are written: see `written`."""

    @property
    def is_exact(self):
        """Return whether everybody who follows the statement finds the same."""
        return evidence.answer(self.names, self.cells, **self.limits) == self.found


def calls(rng, kinds):
    """Return calls by kind, and the answers in their order; `kinds` has how many of each there are, and who makes them.

    A maker is called with a generator and the number of the audit.
    """
    draws, answers = {}, []
    for kind, (number, make) in kinds.items():
        draws[kind] = []
        for i in range(number):
            audit = next((made for _ in range(TRIES) if (made := make(rng, i)).is_exact), None)
            if audit is None:
                raise RuntimeError(f"no audit of this kind is exact: {kind}")
            limits = list((DEFAULTS | audit.limits).values()) if audit.limits else []
            draws[kind].append((*written(rng, audit.names, audit.cells, **audit.form), *limits))
            answers.append(audit.found)
    return draws, answers


def written(rng, names, cells, kind="int64", text=object, missing=(None, math.nan), index="shuffled", shuffled=True):
    """Return the rows of a counted audit: a table of attributes, and errors of a type."""
    rows = [(key, int(i < bad)) for key, (n, bad) in cells.items() for i in range(n)]
    order = rng.permutation(len(rows)) if shuffled else range(len(rows))
    keys, errors = zip(*[rows[i] for i in order], strict=True)
    columns = (pd.Series(column, dtype=object) for column in zip(*keys, strict=True))
    spelt = [people.spelt(rng, column, missing) for column in columns]
    labels = people.labels(rng, len(rows)).get(f"labels {index}", range(len(rows)))
    attributes = pd.DataFrame(dict(zip(names, spelt, strict=True)), dtype=object)
    return attributes.astype(text).set_axis(labels), np.array(errors, dtype=kind)


# --- how audits are counted


def columns(rng, *widths):
    """Return columns with so many values each: {name: [value, …]}."""
    names = rng.permutation(NAMES)[: len(widths)].tolist()
    return {name: [f"{name[0]}{i}" for i in rng.permutation(width)] for name, width in zip(names, widths, strict=True)}


def place(levels, **values):
    """Return a slice: of column a (the first), b, c, … the value at that place."""
    names = list(levels)
    return frozenset((names["abcdefgh".index(c)], levels[names["abcdefgh".index(c)]][k]) for c, k in values.items())


def grid(levels, raised, rows=60, base=0.1):
    """Return every combination of values with so many rows and exact errors; `raised` has the rate of some slices."""
    cells = {}
    for key in product(*levels.values()):
        here = set(zip(levels, key, strict=True))
        n = rows(*key) if callable(rows) else rows
        rate = next((high for some, high in raised.items() if some <= here), base)
        cells[key] = (n, round(rate * n))
    return {key: counts for key, counts in cells.items() if counts[0]}


def on_grid(levels, raised, found=None, limits=None, form=None, **how):
    """Return an audit on a grid; without `found`, what is raised is to be found."""
    found = set(raised if found is None else found)
    return Audit(list(levels), grid(levels, raised, **how), found, limits or {}, form or {})


def two(rng, rows, found, sizes=(3, 3), **limits):
    """Return an audit of two columns from its counts, row by row; `found` are slices by the places of their values.

    None stands for a column that a slice does not name.
    """
    levels = columns(rng, *sizes)
    places = [
        [(name, levels[name][k]) for name, k in zip(levels, some, strict=True) if k is not None] for some in found
    ]
    return Audit(
        list(levels), dict(zip(product(*levels.values()), rows, strict=True)), set(map(frozenset, places)), limits
    )


def near(rng, rate):
    """Return a rate a little above or below."""
    return rate * rng.uniform(0.9, 1.1)


def loud(rng, hidden, find, fair, planted):
    """Yield audits under limits that raise alarms easily, and what is found: fair and planted ones in any order."""
    for k in rng.permutation(fair + planted).tolist():
        kind = (
            {"planted": 0, "base": rng.uniform(0.20, 0.38)}
            if k < fair
            else {"planted": 1, "base": rng.uniform(0.18, 0.30)}
        )
        audit = hidden("audit", draw=k, **kind)
        yield audit, judged.slices_of(find(audit.attributes, audit.errors, alpha=0.4, min_gap=0.02, min_n=60))
