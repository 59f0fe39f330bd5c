"""Audits of a classifier whose errors are unequal in planted slices, or in none."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

COLUMNS: dict[str, list[str | None]] = {
    "sex": ["female", "male"],
    "age_band": ["18-29", "30-44", "45-59", "60+"],
    "region": ["north", "south", "east", "west", None],  # None: no address on file
    "language": ["first", "second", None],  # None: never asked
}
SMALLEST = 100  # rows of the smallest planted slice
LARGEST = 0.25  # share of the rows in the largest planted slice


@dataclass(frozen=True)
class SliceAudit:
    """One audit; row i of every field is the same person."""

    attributes: pd.DataFrame
    """Text columns; missing cells are None. Index labels are shuffled."""
    errors: np.ndarray
    """int64 (rows,): 1 where the classifier was wrong."""
    planted: list[dict[str, str | None]]
    """The slices with a raised error rate, each as {column: value}; empty for a null audit."""


def _members(attributes: pd.DataFrame, where: dict[str, str | None]) -> np.ndarray:
    inside = np.ones(len(attributes), dtype=bool)
    for column, value in where.items():
        cells = attributes[column]
        inside &= (cells.isna() if value is None else cells == value).to_numpy(bool)
    return inside


def draw(
    rng: np.random.Generator, *, rows: int = 2000, planted: int | None = None, base: float = 0.15, lift: float = 0.32
) -> SliceAudit:
    """Draw an audit.

    Parameters
    ----------
    rng : numpy.random.Generator
    rows : int
    planted : int, optional
        How many slices get more errors: 0 (a null audit), 1 or 2; by chance 1 or 2 when left out.
    base : float
        Error rate outside every planted slice.
    lift : float
        Error rate of a planted slice above that of the rest.
    """
    attributes = pd.DataFrame(
        {
            name: rng.choice(np.array(values, dtype=object), size=rows, p=rng.dirichlet([12.0] * len(values)))
            for name, values in COLUMNS.items()
        },
        index=rng.permutation(rows),
        dtype=object,
    )
    wanted = int(rng.integers(1, 3)) if planted is None else planted
    slices: list[dict[str, str | None]] = []
    raised = np.zeros(rows, dtype=bool)
    while len(slices) < wanted:
        width = int(rng.choice([1, 2], p=[0.5, 0.5]))
        where = {
            str(name): COLUMNS[str(name)][rng.integers(len(COLUMNS[str(name)]))]
            for name in rng.choice(list(COLUMNS), size=width, replace=False)
        }
        inside = _members(attributes, where)
        if not SMALLEST <= inside.sum() <= LARGEST * rows or (inside & raised).any():
            continue
        if any(where.items() & other.items() for other in slices):  # together they would look like one wider slice
            continue
        slices.append(where)
        raised |= inside

    errors = (rng.random(rows) < base + lift * raised).astype(np.int64)
    return SliceAudit(attributes=attributes, errors=errors, planted=slices)
