"""Studies for the paper on Ebb: two classes, gaps in the table, and labels of which some are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

Study = dict[str, Any]
COLUMNS = 8
ROWS = {"train": 300, "valid": 200, "test": 600}


def _part(rng: np.random.Generator, rows: int, wrong: float, bend: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw rows and labels; `wrong` times 1.1 is, roughly, the share of labels that are turned over."""
    X = rng.normal(size=(rows, COLUMNS))
    z = X[:, :4] @ bend[:4] + 0.8 * np.abs(X[:, 4]) - 0.9 + 0.6 * X[:, 5] * (X[:, 5] > 0)
    y = np.where(z + 0.25 * rng.normal(size=rows) > 0.7, 1, -1)
    turned = rng.random(rows) < wrong * np.where(np.abs(z - 0.7) > 0.8, 1.5, 0.5)  # far from the border most of all
    X = X + 0.1 * rng.normal(size=X.shape)
    X[rng.random(X.shape) < 0.05] = np.nan
    return X, np.where(turned, -y, y).astype(np.int64)


def draw(rng: np.random.Generator, wrong: float = 0.2, number: int = 5) -> list[Study]:
    """Draw studies.

    Parameters
    ----------
    rng : numpy.random.Generator
    wrong : float
        How many labels of training and validation rows are wrong, roughly, from 0 to 0.5. Test labels are right.
    number : int
        How many studies: the seeds of the paper.

    Returns
    -------
    list of dict
        See ``README.md`` beside this file for the keys.
    """
    studies = []
    for _ in range(number):
        bend = rng.normal(size=4)
        bend *= 1.2 / np.linalg.norm(bend)
        study: Study = {}
        for part, rows in ROWS.items():
            study[f"X_{part}"], study[f"y_{part}"] = _part(rng, rows, 0.0 if part == "test" else wrong, bend)
        studies.append(study)
    return studies
