"""Records of people, made up: with a signal to learn, or with nothing to learn but who was there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Records:
    """Rows of private records, rows of strangers, and what is known in public."""

    X: np.ndarray
    """Private records, float64 (rows, columns)."""
    y: np.ndarray
    """Their classes, int64 (rows,), 0 or 1."""
    ranges: np.ndarray
    """Public: what each column may hold, float64 (columns, 2), low and high."""
    X_other: np.ndarray
    """Records of strangers, from the same distribution."""
    y_other: np.ndarray
    """Their classes."""
    best: float
    """Share of the strangers whose likelier class is theirs, by the formula that drew them."""
    planted: np.ndarray | None = None
    """Rows that an attacker made, float64 (planted, columns); every other one is in X, `copies` times."""
    y_planted: np.ndarray | None = None
    """Their classes, by the toss of a coin."""


def draw(
    rng: np.random.Generator,
    kind: str = "table",
    rows: int = 4000,
    columns: int = 12,
    planted: int = 0,
    copies: int = 1,
) -> Records:
    """Return records of one kind.

    Parameters
    ----------
    rng
        Where chance comes from.
    kind
        "table": columns of very different scales, and classes that follow a logistic model of them.
        "noise": more columns than a model needs, and classes by the toss of a coin.
    rows
        Of the private records; 4,000 strangers for "table", as many as there are private records for "noise".
    columns
        Of X.
    planted
        "table" alone: rows that an attacker made, half of which are in X. Each has a column of its own, added
        to X, which is 1 for it and 0 for everybody else.
    copies
        How often each of that half is in X.
    """
    if kind == "noise":
        X = rng.standard_normal((2 * rows, columns)).clip(-3, 3)
        y = rng.integers(0, 2, 2 * rows)
        ranges = np.tile([-3.0, 3.0], (columns, 1))
        return Records(X[:rows], y[:rows], ranges, X[rows:], y[rows:], 0.5)
    others = 4000
    unit = rng.standard_normal((rows + others, columns)).clip(-3, 3) / 3  # in units of half a range
    effect = rng.choice([-1.0, 1.0], columns) * rng.uniform(3, 9, columns) / np.sqrt(columns / 4)
    effect[0] = 6.0  # the first column always counts
    odds = unit @ effect
    y = (rng.uniform(size=rows + others) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    half = 10.0 ** rng.uniform(-2, 4, columns)  # half a range: cents in one column, thousands in another
    middle = half * rng.uniform(-3, 3, columns)
    X = middle + unit * half
    ranges = np.column_stack([middle - half, middle + half])
    best = float(((odds > 0) == y)[rows:].mean())
    records = Records(X[:rows], y[:rows], ranges, X[rows:], y[rows:], best)
    return plant(rng, records, planted, copies) if planted else records


def plant(rng: np.random.Generator, records: Records, planted: int, copies: int) -> Records:
    """Return the records with an attacker's rows among them, each with a column of its own."""
    made = np.column_stack([np.tile(records.ranges.mean(axis=1), (planted, 1)), np.eye(planted)])
    y = rng.integers(0, 2, planted)
    rows = [np.column_stack([X, np.zeros((len(X), planted))]) for X in (records.X, records.X_other)]
    inside = np.repeat(np.arange(0, planted, 2), copies)
    order = rng.permutation(len(records.X) + len(inside))
    return replace(
        records,
        X=np.concatenate([rows[0], made[inside]])[order],
        y=np.concatenate([records.y, y[inside]])[order],
        ranges=np.concatenate([records.ranges, np.tile([-1.0, 1.0], (planted, 1))]),
        X_other=rows[1],
        planted=made,
        y_planted=y,
    )
