"""Departures from New York City in 2013: a November reference, November batches (quiet), July batches (drifted)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

PARTS = ["morning", "midday", "evening"]


@dataclass(frozen=True)
class Flights:
    """A reference sample, and the batches that follow it. All rows of a batch have the same `part` of the day."""

    reference: pd.DataFrame
    batches: list[pd.DataFrame]
    drifted: list[bool]  # one for each batch: False for November, True for July
    season: str  # the column that tells the part of the day


def draw(rng, rows=500, reference_rows=5000, quiet=6, drifted=6):
    """Draw without replacement: no row of a batch is in the reference or in another batch."""
    table = pd.read_csv(Path(__file__).with_name("flights.csv"))
    hour = table.pop("hour")
    table.insert(0, "part", np.select([hour < 10, hour < 16], PARTS[:2], default=PARTS[2]))
    table.insert(1, "departs", 60 * hour + table.pop("minute"))
    table = table.iloc[rng.permutation(len(table))]
    month = table.pop("month")
    november, july = table[month == 11], table[month == 7]
    reference, rest = november.iloc[:reference_rows], november.iloc[reference_rows:]
    batches = [_batch(rest, i, rows) for i in range(quiet)] + [_batch(july, i, rows) for i in range(drifted)]
    return Flights(reference.reset_index(drop=True), batches, [False] * quiet + [True] * drifted, "part")


def _batch(flights, i, rows):
    """Return the i-th batch: the parts of the day take turns."""
    part = flights[flights["part"] == PARTS[i % 3]]
    start = rows * (i // 3)
    if start + rows > len(part):
        raise ValueError(f"the sample holds too few flights for batch {i} of {rows} rows")
    return part.iloc[start : start + rows].reset_index(drop=True)
