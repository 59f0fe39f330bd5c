"""Blocks of rows whose drift is known exactly, without any noise.

A reference is a block some times over, in random order. A batch that is the block again, or a multiple of it, has the
same correlations and a PSI of 0 in every column; a batch that is the block with one edit has the drift of that edit.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from tenfold.datasets import module

right = module(Path(__file__).with_name("right.py"))
EDGES = ndtri(np.arange(1, 10) / 10)

MAPS = {
    "plain numbers": lambda z: z,
    "amounts, skewed": lambda z: np.exp(3 + z),
    "shares from 0 to 1": ndtr,
    "whole numbers (int64)": lambda z: np.round(5000 * z).astype(np.int64),
    "counts, with many ties": lambda z: np.floor(np.exp(0.9 * z)),
    "numbers that differ in the tenth digit": lambda z: 1e9 + z,
    "numbers near 1e200": lambda z: -1e200 + 3e199 * z,
    "numbers near 1e-200": lambda z: 1e-200 * z,
    "numbers with wild tails": lambda z: z * 10.0 ** (2 * z * z),
}
"""Increasing maps of a standard normal."""


@dataclass(frozen=True)
class Block:
    """Rows as what lies beneath them: normals, gaps and places of texts, column by column.

    Attributes
    ----------
    z
        (rows, numbers), what `maps` turn into numbers.
    maps
        The kind of each number column.
    codes
        (rows, texts), places in `labels`.
    labels
        The texts of each text column; None is missing.
    gaps
        (rows, numbers), what is missing.
    names
        Of the columns, numbers first.
    order
        In which order the columns stand.
    """

    z: np.ndarray
    maps: list
    codes: np.ndarray
    labels: list
    gaps: np.ndarray
    names: list
    order: list

    def __len__(self):
        return len(self.z)

    def rows(self, places):
        """Return some of the rows, or some more than once."""
        return replace(self, z=self.z[places], codes=self.codes[places], gaps=self.gaps[places])

    def times(self, times, rng):
        """Return the block some times over, in random order."""
        return self.rows(rng.permutation(np.repeat(np.arange(len(self)), times)))

    def frame(self, dtype=object):
        """Return the table; texts are of this dtype."""
        columns = {}
        for place in self.order:
            if place < len(self.maps):
                values, gap = MAPS[self.maps[place]](self.z[:, place]), self.gaps[:, place]
                column = np.where(gap, np.nan, values) if gap.any() else values
            else:
                i = place - len(self.maps)
                column = pd.Series(np.array(self.labels[i], object)[self.codes[:, i]], dtype=dtype)
            columns[self.names[place]] = column
        return pd.DataFrame(columns)

    # --- edits: each returns another block

    def moved(self, column, new):
        """Return the block with other normals in a column, in the order of those that it has: no rank changes."""
        z = self.z.copy()
        z[np.argsort(z[:, column], kind="stable"), column] = np.sort(new)
        return replace(self, z=z)

    def paired(self, first, second, correlation, rng):
        """Return the block with a column rearranged so that its normals have this correlation with another one's."""
        z = self.z.copy()
        noise = grid(len(z))[rng.permutation(len(z))]
        wanted = correlation * z[:, first] + np.sqrt(1 - correlation**2) * noise
        z[np.argsort(wanted), second] = np.sort(z[:, second])
        gaps = self.gaps.copy()
        gaps[:, second] = gaps[rng.permutation(len(z)), second]
        return replace(self, z=z, gaps=gaps)

    def holed(self, column, count, rng):
        """Return the block with so many values of a number column missing, and no others."""
        gaps = self.gaps.copy()
        gaps[:, column] = np.isin(np.arange(len(self)), rng.choice(len(self), count, replace=False))
        return replace(self, gaps=gaps)

    def relabelled(self, text, new, count, rng, old=None):
        """Return the block with another label in so many rows of a text column, those of one place or any."""
        codes, labels = self.codes.copy(), [list(some) for some in self.labels]
        if new not in labels[text]:
            labels[text].append(new)
        there = np.flatnonzero(codes[:, text] == old) if old is not None else np.arange(len(self))
        codes[rng.choice(there, min(count, len(there)), replace=False), text] = labels[text].index(new)
        return replace(self, codes=codes, labels=labels)


def grid(rows):
    """Return normals that lie as evenly as they can."""
    return ndtri((np.arange(rows) + 0.5) / rows)


def block(rng, rows, maps, labels=(), gaps=0.0, names=None, mixed=False):
    """Return a block; `labels` gives the texts of each column and their shares, `gaps` the share missing in numbers."""
    z = np.stack([grid(rows)[rng.permutation(rows)] for _ in maps], axis=1) if maps else np.zeros((rows, 0))
    missing = np.zeros(z.shape, bool)
    for j in range(len(maps)):
        missing[rng.permutation(rows)[: round(gaps * rows)], j] = True
    codes = np.zeros((rows, len(labels)), int)
    for i, (_, shares) in enumerate(labels):
        counts = np.floor(np.asarray(shares) / np.sum(shares) * rows).astype(int)
        counts[0] += rows - counts.sum()
        codes[:, i] = rng.permutation(np.repeat(np.arange(len(shares)), counts))
    numbers, texts = (f"num_{j:02d}" for j in range(len(maps))), (f"text_{i}" for i in range(len(labels)))
    order = np.arange(len(maps) + len(labels))
    order = (rng.permutation(order) if mixed else order).tolist()
    return Block(z, list(maps), codes, [list(some) for some, _ in labels], missing, names or [*numbers, *texts], order)


# --- how large an edit is


def shares(z):
    """Return the shares of some normals in the standard normal's ten bins."""
    return np.bincount(np.searchsorted(EDGES, z), minlength=10) / len(z)


def hump(z, half):
    """Return normals in two humps, with the same mean and variance."""
    side = np.where(np.arange(len(z)) % 2, half, -half)
    return side + np.sqrt(1 - half**2) * np.repeat(z[::2], 2)[: len(z)]


CHANGES = {
    "moved up": lambda z, a: z + a,
    "moved down": lambda z, a: z - a,
    "wider": lambda z, a: z * (1 + a),
    "narrower": lambda z, a: z / (1 + a),
    "in two humps": lambda z, a: hump(z, min(a, 0.999)),
}


def changed(kind, rows, size, below=False):
    """Return normals changed in a way so that their PSI is at least `size`, and hardly more; or at most."""
    z, low, high = grid(rows), 0.0, 8.0
    for _ in range(24):
        middle = (low + high) / 2
        found = right.psi_of_counts(np.full(10, 0.1), shares(CHANGES[kind](z, middle)))
        low, high = (middle, high) if found < size else (low, middle)
    return CHANGES[kind](z, low if below else high)


def rows_for(share, rows, size):
    """Return how many rows must join a bin of this share, from all others alike, so that the PSI is at least `size`."""
    added = np.arange(1, int(rows * (1 - share)))
    q = (np.round(share * rows) + added) / rows
    p = max(share, right.LEAST)
    found = (q - p) * np.log(q / p) + (p - q) * np.log((1 - q) / (1 - share))
    return int(added[np.argmax(found >= size)])
