"""Audits of a points sheet on real re-arrest records (Rossi, Berk and Lenihan 1980)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

RECORDS = Path(__file__).with_name("rossi.csv")


@dataclass(frozen=True)
class RossiAudit:
    """One audit; row i of every field is the same person."""

    groups: pd.DataFrame
    """Text columns `race`, `married`, `age_band`; missing cells are None. Index labels repeat."""
    y_true: np.ndarray
    """int64 (rows,): 1 where the person was arrested again within a year."""
    y_pred: np.ndarray
    """int64 (rows,): 1 where the points sheet flags the person as high risk."""
    sample_weight: np.ndarray
    """float64 (rows,): how many released people the row stands for."""


def draw(
    rng: np.random.Generator, *, rows: int | None = None, missing: float = 0.1, resample: bool = True
) -> RossiAudit:
    """Draw an audit: people, a threshold of the points sheet, weights and missing entries.

    Parameters
    ----------
    rng : numpy.random.Generator
    rows : int, optional
        How many people; all 432 when left out.
    missing : float
        Share of `race` and of `married` entries that are taken out, at random.
    resample : bool
        Draw people with replacement; without, each person occurs at most once.
    """
    people = pd.read_csv(RECORDS)
    people = people.iloc[rng.choice(len(people), size=rows or len(people), replace=resample)]

    points = people["prio"] + 3 * (people["age"] < 21) + 2 * (people["wexp"] == 0) + (people["mar"] == 0)
    threshold = rng.integers(5, 8)

    groups = pd.DataFrame(
        {
            "race": np.where(people["race"] == 1, "black", "other"),
            "married": np.where(people["mar"] == 1, "yes", "no"),
            "age_band": np.select([people["age"] < 21, people["age"] <= 25], ["under 21", "21-25"], "over 25"),
        },
        index=people.index,
        dtype=object,
    )
    for column in ("race", "married"):
        groups.loc[rng.random(len(groups)) < missing, column] = None

    return RossiAudit(
        groups=groups,
        y_true=people["arrest"].to_numpy(np.int64),
        y_pred=(points >= threshold).to_numpy().astype(np.int64),
        sample_weight=np.round(rng.uniform(0.5, 8.0, len(people)), 2),
    )
