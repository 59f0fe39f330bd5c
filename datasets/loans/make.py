"""Loan applications with interactions, a 30-level branch, missing values and weights."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

BRANCHES = [f"B{i:02d}" for i in range(30)]
THINNED = 0.25  # share of the repaid loans that a weighted sample keeps


@dataclass(frozen=True)
class Loans:
    """One draw: rows to train on, and fresh rows of the same population to judge on."""

    X: pd.DataFrame
    """(rows, 15), 14 numeric columns with NaN and `branch`, text with missing values."""
    y: np.ndarray
    """(rows,) int64, 1 = defaulted within 12 months."""
    weight: np.ndarray
    """(rows,) float64, how many applications of the population a row stands for."""
    X_fresh: pd.DataFrame
    """(fresh, 15), never thinned: each row counts once."""
    y_fresh: np.ndarray
    """(fresh,) int64."""


def draw(
    rng: np.random.Generator,
    rows: int = 5000,
    fresh: int = 5000,
    weighted: bool = False,
    signal: bool = True,
    anonymous: bool = False,
) -> Loans:
    """Draw loans.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the branch effects and the applications.
    rows, fresh : int
        Number of rows to train on and to judge on.
    weighted : bool
        True: of the repaid loans only every fourth was kept for training, and `weight` (1 or 4) makes up for
        it. False: every weight is 1.
    signal : bool
        False: every label is the toss of a coin, so that nothing can be learned and the true AUC is 0.5.
    anonymous : bool
        True: the numeric columns have changed their names among each other, and each is multiplied by a factor
        of its own, from 0.1 to 10 or from -10 to -0.1; the same in training and fresh rows.

    Returns
    -------
    Loans
    """
    effect = rng.normal(0.0, 0.6, len(BRANCHES))
    many = int(rows / 0.35) + 1000 if weighted else rows
    X, y = _applications(rng, many + fresh, effect)
    if not signal:
        y = rng.integers(0, 2, len(y))
    X_fresh, y_fresh = X.iloc[many:].reset_index(drop=True), y[many:]
    X, y = X.iloc[:many], y[:many]
    kept = np.flatnonzero((y == 1) | (rng.random(many) < THINNED))[:rows] if weighted else np.arange(rows)
    X, y = X.iloc[kept].reset_index(drop=True), y[kept]
    weight = np.where(y == 1, 1.0, 1 / THINNED) if weighted else np.ones(rows)
    if anonymous:
        numeric = X.columns.drop("branch")
        source = rng.permutation(numeric)
        factor = rng.choice([-1.0, 1.0], len(numeric)) * 10 ** rng.uniform(-1.0, 1.0, len(numeric))
        X[numeric], X_fresh[numeric] = (part[source].to_numpy() * factor for part in (X, X_fresh))
    return Loans(X, y, weight, X_fresh, y_fresh)


def _applications(rng: np.random.Generator, n: int, effect: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Return n applications and whether each defaulted; `effect` is each branch's log-odds."""
    age = rng.uniform(21, 72, n)
    income = np.exp(rng.normal(3.5, 0.45, n))  # thousand euros a year
    employed = rng.exponential(60, n) * (age - 18) / 30  # months
    amount = np.exp(rng.normal(2.3, 0.7, n))  # thousand euros
    term = rng.choice([12, 24, 36, 48, 60, 84], n).astype(float)  # months
    used = rng.beta(1.6, 2.4, n)  # share of the credit line
    debt = rng.gamma(3.0, 0.12, n)  # instalments over income
    late = rng.poisson(0.7, n).astype(float)  # payments, last 24 months
    asked = rng.poisson(1.5, n).astype(float)  # credit inquiries, last 6 months
    savings = np.exp(rng.normal(1.5, 1.0, n))  # thousand euros
    score = 620 + 70 * rng.standard_normal(n) - 18 * late
    day, seconds, device = rng.integers(1, 29, n), rng.gamma(2.0, 150.0, n), rng.integers(1, 7, n)
    branch = rng.choice(len(BRANCHES), n, p=_shares())
    thin = rng.random(n) < np.where(age < 30, 0.30, 0.08)  # no file at the credit bureau

    burden = np.log(amount / income) + 1.2  # about 0 on average
    logit = (
        -1.9
        + 1.5 * burden * (term > 40)
        + 4.0 * (used - 0.4) * (debt > 0.35)
        + 0.6 * np.minimum(late, 3) * (asked >= 2)
        - 0.010 * (score - 610) * (age > 35)
        - 0.4 * np.log1p(employed / 24)
        - 0.5 * (np.log(savings) - 1.5) * (burden > 0)
        + 1.2 * thin
        + effect[branch]
    )
    y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(np.int64)

    X = pd.DataFrame(
        {
            "age": age,
            "income": income,
            "employed": employed,
            "amount": amount,
            "term": term,
            "used": used,
            "debt": debt,
            "late": late,
            "asked": asked,
            "savings": savings,
            "score": np.where(thin, np.nan, score),
            "day": day.astype(float),
            "seconds": seconds,
            "device": device.astype(float),
        }
    )
    X = X.mask(rng.random(X.shape) < 0.05)  # one cell in twenty was lost
    X["branch"] = [None if lost else BRANCHES[b] for b, lost in zip(branch, rng.random(n) < 0.05, strict=True)]
    return X, y


def _shares() -> np.ndarray:
    """Return each branch's share of the applications: large ones first, the last a tenth of the first."""
    size = np.geomspace(1.0, 0.1, len(BRANCHES))
    return size / size.sum()
