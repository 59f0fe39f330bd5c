"""Studies to estimate a model's AUC on: plain, grouped, in time, and pure noise, with fresh rows for the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

Settings = dict[str, Any]
KINDS = ("rare", "noise", "groups", "time")
GRID = [{"columns": columns, "neighbours": neighbours} for columns in (3, 10) for neighbours in (1, 15)]
FRESH = 3000


@dataclass(frozen=True)
class Study:
    """Rows to learn from, fresh rows to find the truth with, and a model with settings."""

    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray | None
    time: np.ndarray | None
    horizon: int
    X_fresh: np.ndarray
    y_fresh: np.ndarray
    grid: list[Settings]

    @property
    def scheme(self) -> dict[str, Any]:
        """What the rows depend on, as arguments of `make_folds` and `estimate`."""
        return {"groups": self.groups, "time": self.time, "horizon": self.horizon}

    def run(self, train: np.ndarray, test: np.ndarray, params: Settings) -> np.ndarray:
        """Fit nearest neighbours on the training rows alone, selection of columns included; return scores."""
        return _scores(self.X[train], self.y[train], self.X[test], **params)

    def true_auc(self, params: Settings) -> float:
        """Return the AUC on the fresh rows of the model that is fitted to all rows."""
        return float(roc_auc_score(self.y_fresh, _scores(self.X, self.y, self.X_fresh, **params)))


def _scores(X: np.ndarray, y: np.ndarray, X_test: np.ndarray, columns: int, neighbours: int) -> np.ndarray:
    """Standardise, keep the columns that go most with y, and let the nearest rows vote, near ones more."""
    mean, spread = X.mean(axis=0), X.std(axis=0) + 1e-12
    A, B = (X - mean) / spread, (X_test - mean) / spread
    keep = np.argsort(-np.abs(A.T @ (y - y.mean())), kind="stable")[:columns]
    A, B = A[:, keep], B[:, keep]
    far = np.maximum((A**2).sum(axis=1) - 2 * B @ A.T + (B**2).sum(axis=1)[:, None], 0.0)  # (test, train)
    q = min(neighbours, len(X))
    near = np.argpartition(far, q - 1, axis=1)[:, :q]
    weight = 1 / (np.take_along_axis(far, near, axis=1) + 0.05 * columns)
    prior = 0.05 / columns  # breaks the ties of a single neighbour
    return np.asarray((weight * y[near]).sum(axis=1) + prior * y.mean()) / (weight.sum(axis=1) + prior)


def _toss(rng: np.random.Generator, logit: np.ndarray) -> np.ndarray:
    return (rng.random(len(logit)) < 1 / (1 + np.exp(-logit))).astype(np.int64)


def _rare(rng: np.random.Generator, rows: int, signal: float) -> tuple[np.ndarray, np.ndarray]:
    X = rng.normal(size=(rows, 20))
    return X, _toss(rng, -3.2 + signal * (X[:, 0] + X[:, 1] + 0.7 * X[:, 2]))


def _noise(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(rows, 400)), rng.permutation(np.arange(rows) % 2)


def _grouped(rng: np.random.Generator, groups: int, signal: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw people of four rows each: their rows look alike, and nearly always share their label."""
    group = np.repeat(np.arange(groups), 4)
    centre = rng.normal(size=(groups, 12))
    label = _toss(rng, 1.5 * signal * (centre[:, 0] + centre[:, 1]))
    X = centre[group] + 0.3 * rng.normal(size=(len(group), 12))
    return X, np.where(rng.random(len(group)) < 0.03, 1 - label[group], label[group]), group


def _series(rng: np.random.Generator, days: np.ndarray, signal: float, memory: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw rows whose columns wander slowly, and a label that wanders too: days apart are alike, months are not."""
    last = int(days[-1]) + 1
    state = np.empty((last, 9))
    state[0] = rng.normal(size=9)
    steps = np.sqrt(1 - memory**2) * rng.normal(size=(last, 9))
    for day in range(1, last):
        state[day] = memory * state[day - 1] + steps[day]
    X = np.column_stack([state[days, :8], rng.normal(size=(len(days), 4))]) + 0.05 * rng.normal(size=(len(days), 12))
    return X, _toss(rng, 1.5 * signal * (X[:, 8] + X[:, 9]) + 3.0 * state[days, 8])


def _days(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Draw whole days in order; some hold several rows, some none."""
    return np.cumsum(rng.choice([0, 1, 2], size=rows, p=[0.4, 0.4, 0.2]))


def draw(rng: np.random.Generator, kind: str = "rare") -> Study:
    """Draw a study.

    Parameters
    ----------
    rng : numpy.random.Generator
    kind : str
        "rare", "noise", "groups" or "time".

    Returns
    -------
    Study
        See ``README.md`` beside this file for its fields.
    """
    signal = rng.uniform(0.4, 1.6)  # the true AUC is another in every study
    groups = time = None
    horizon = 0
    if kind == "rare":
        X, y = _rare(rng, 700, signal)
        X_fresh, y_fresh = _rare(rng, FRESH, signal)
    elif kind == "noise":
        X, y = _noise(rng, 300)
        X_fresh, y_fresh = _noise(rng, FRESH)
    elif kind == "groups":
        X, y, groups = _grouped(rng, 180, signal)
        X_fresh, y_fresh, _ = _grouped(rng, FRESH // 4, signal)
    elif kind == "time":
        days, fresh = _days(rng, 700), _days(rng, FRESH)
        horizon, memory = 10, 0.95
        X, y = _series(rng, days, signal, memory)
        X_fresh, y_fresh = _series(rng, fresh, signal, memory)
        time = days
    else:
        raise ValueError(f"kind must be one of {KINDS}, not {kind!r}")
    order = rng.permutation(len(y))  # rows come in no order
    groups, time = (None if of is None else of[order] for of in (groups, time))
    return Study(X[order], y[order], groups, time, horizon, X_fresh, y_fresh, GRID)
