"""Batches whose verdict is beyond doubt, by kind: drift that must be found, and small change that must not be.

A `World` has a reference, and batches with the verdict that each must get.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from tenfold.datasets import module

blocks = module(Path(__file__).with_name("blocks.py"))

CODES = (["card", "bank", "wallet", "cash", "voucher", "crypto"], [0.40, 0.25, 0.15, 0.10, 0.06, 0.04])
FLAGS = (["no", "yes"], [0.92, 0.08])
MAPS = ["plain numbers", "amounts, skewed", "shares from 0 to 1"] * 2
SIZES = [(200, 10, 1), (500, 4, 1), (2000, 1, 1), (5000, 1, 4)]
"""Rows of a block, how often it stands in the reference and how often in a batch."""
ALL = [(a, b) for b in range(6) for a in range(b)]
"""The pairs of six columns."""


@dataclass
class World:
    """A reference, the name of its season, and batches by kind, each with whether it must alarm."""

    reference: pd.DataFrame
    season: str | None = None
    batches: dict = field(default_factory=dict)

    def add(self, kind, batch, alarm):
        """Add a batch, given as a block or a table."""
        frame = batch if isinstance(batch, pd.DataFrame) else batch.frame()
        self.batches.setdefault(kind, []).append((frame, alarm))


def ordinary(rng, rows, gaps=0.0):
    """Return a block like the payments: six numbers, two texts."""
    return blocks.block(rng, rows, MAPS, [CODES, FLAGS], gaps)


def stated(rows, reference_rows, bins):
    """Return the PSI that a batch shows on average when endless rows have a little more than what must be found."""
    return (0.33 if rows < 500 else 0.125) + (bins - 1) * (1 / rows + 1 / reference_rows)


def sized(rng, gaps=0.0):
    """Yield worlds without drift of each size, with the block of a batch."""
    for rows, before, times in SIZES:
        some = ordinary(rng, rows, gaps)
        world, batch = World(some.times(before, rng).frame()), some.times(times, rng)
        world.add(f"no drift, {len(batch)} rows", batch, False)
        yield world, batch


def numbers(rng):
    """Return worlds in which one number column changes."""
    found = []
    for world, batch in sized(rng):
        found.append(world)
        size = stated(len(batch), len(world.reference), 10)
        for kind, column in zip(blocks.CHANGES, rng.permutation(6).tolist(), strict=False):
            new = blocks.changed(kind, len(batch), size)
            world.add(f"a column {kind}, {len(batch)} rows", batch.moved(column, new), True)
    return found


def categories(rng):
    """Return worlds in which texts or gaps change."""
    found = []
    for world, batch in sized(rng):
        found.append(world)
        rows, before = len(batch), len(world.reference)

        def count(share, bins, rows=rows, before=before):
            return blocks.rows_for(share, rows, stated(rows, before, bins))

        column = int(rng.integers(6))
        world.add(f"another prior, {rows} rows", batch.relabelled(1, "yes", count(0.08, 2), rng, old=0), True)
        world.add(f"a new category, {rows} rows", batch.relabelled(0, "Card", count(0, 7), rng), True)
        world.add(f"new gaps in numbers, {rows} rows", batch.holed(column, count(0, 11), rng), True)
        world.add(f"new gaps in texts, {rows} rows", batch.relabelled(0, None, count(0, 7), rng), True)
    for rows, before, times in SIZES[1:3]:
        some = blocks.block(rng, rows, MAPS[:5], [([f"shop {k}" for k in range(10)], np.ones(10))])
        count = blocks.rows_for(0, rows, stated(rows, rows * before, 11))
        world = World(some.times(before, rng).frame())
        world.add("no drift, a text of ten categories", some.times(times, rng), False)
        world.add("a new category beside ten", some.relabelled(0, "shop 10", count, rng), True)
        world.add("new gaps in a text of ten categories", some.relabelled(0, None, count, rng), True)
        found.append(world)
    for rows, before, times in SIZES[:2]:
        some = ordinary(rng, rows, gaps=0.05).relabelled(0, None, round(0.05 * rows), rng)
        world = World(some.times(before, rng).frame())
        world.add("gaps as before", some.times(times, rng), False)
        more = round(0.05 * rows) + blocks.rows_for(0.05, rows, stated(rows, rows * before, 11))
        world.add("more gaps in numbers than before", some.holed(int(rng.integers(6)), more, rng), True)
        world.add("more gaps in texts than before", some.relabelled(0, None, more, rng), True)
        found.append(world)
    return found


def relations(rng):
    """Return worlds in which one pair of columns changes its correlation, and no column by itself."""
    found = []
    for rows, before, gaps in [(500, 4, 0.0), (200, 10, 0.0), (500, 4, 0.3)]:
        wild = ["numbers with wild tails", "plain numbers", "amounts, skewed", "numbers near 1e200"]
        some = blocks.block(rng, rows, [*wild, *MAPS[:2]], [FLAGS], gaps)
        world = World(some.times(before, rng).frame())
        said = f"{rows} rows{', of which 30 % are missing' if gaps else ''}"
        world.add(f"no drift, {said}", some.times(1, rng), False)
        for i, pair in enumerate(ALL):
            size = 0.85 * (-1) ** i if rows > 200 and not gaps else 0.92
            world.add(f"a correlation appears, {said}", some.paired(*pair, size, rng), True)
        found.append(world)
        tied = some
        for i in range(3):
            tied = tied.paired(2 * i, 2 * i + 1, 0.9, rng)
        world = World(tied.times(before, rng).frame())
        world.add(f"no drift, {said}", tied.times(1, rng), False)
        for i in range(3):
            world.add(f"a correlation vanishes, {said}", tied.paired(2 * i, 2 * i + 1, 0.0, rng), True)
            world.add(f"a correlation turns, {said}", tied.paired(2 * i, 2 * i + 1, -0.7, rng), True)
        found.append(world)
    return found


def small(rng):
    """Return worlds in which something changes too little to matter."""
    found = []
    for rows, before, times in [(500, 4, 1), (2000, 2, 1), (5000, 1, 4)]:
        some = ordinary(rng, rows).paired(0, 1, 0.65, rng).paired(2, 3, 0.98, rng)
        world, batch = World(some.times(before, rng).frame()), some.times(times, rng)
        found.append(world)
        n = len(batch)
        few = max(blocks.rows_for(0, n, 0.01) - 1, 1)
        world.add(f"a column moved far, {n} rows", batch.moved(0, blocks.grid(n) + 2), True)
        moved = batch
        for column, kind in enumerate(blocks.CHANGES):
            moved = moved.moved(column, blocks.changed(kind, n, 0.01, below=True))
        world.add(f"five columns of PSI 0.01, {n} rows", moved, False)
        prior = batch.relabelled(1, "yes", blocks.rows_for(0.08, n, 0.01) - 1, rng, old=0)
        world.add(f"a prior of PSI 0.01, {n} rows", prior, False)
        world.add(f"a new category in {few} of {n} rows", batch.relabelled(0, "Card", few, rng), False)
        world.add(f"something missing in {few} of {n} rows", batch.holed(5, few, rng), False)
        world.add(f"a text missing in {few} of {n} rows", batch.relabelled(0, None, few, rng), False)
        for value in (-999.0, 1e250):
            wild = batch.frame()
            wild.loc[rng.choice(n, few, replace=False), "num_03"] = value
            world.add(f"a wild value in {few} of {n} rows", wild, False)
        if rows > 500:
            world.add(f"a correlation of 0.63 becomes 0.55, {n} rows", batch.paired(0, 1, 0.56, rng), False)
            world.add(f"a correlation of 0.98 becomes 0.89, {n} rows", batch.paired(2, 3, 0.90, rng), False)
    return found


def mostly_zero(frame):
    """Return a table of which one number is zero in 19 rows of 20."""
    return frame.assign(num_03=np.ceil(np.maximum(frame["num_03"] - 1.65, 0)))


def orders(rng):
    """Return worlds whose batches stand in an order of their own, or drift in some of their rows alone."""
    found = []
    for rows, before, times in SIZES[1:]:
        some = ordinary(rng, rows)
        world, batch = World(some.times(before, rng).frame()), some.times(times, rng)
        found.append(world)
        n = len(batch)
        by_column = [np.argsort(batch.z[:, j], kind="stable") for j in (0, 3)]
        by_text = np.argsort(batch.codes[:, 0], kind="stable")
        zigzag = np.stack([by_column[0][: n // 2], by_column[0][n // 2 :]], axis=1).ravel()
        ways = {"sorted by a number": by_column[0], "largest first": by_column[1][::-1], "sorted by a text": by_text}
        for kind, order in {**ways, "small and large by turns": zigzag}.items():
            world.add(f"no drift, {n} rows {kind}", batch.rows(order), False)
        place = np.arange(n)
        parts = {"first": place < n // 3, "last": place >= n - n // 3, "odd": place % 2 == 1, "even": place % 2 == 0}
        parts |= {"middle": (place >= n // 3) & (place < n - n // 3)}
        for kind, there in parts.items():
            z = batch.z.copy()
            z[there, 1] += 3.0
            world.add(f"drift in the {kind} of {n} rows", blocks.replace(batch, z=z), True)
        tied = World(mostly_zero(world.reference))
        tied.add(
            f"no drift, {n} rows sorted by a number, another one nearly always zero",
            mostly_zero(batch.rows(by_column[0]).frame()),
            False,
        )
        found.append(tied)
    return found
