"""Rows to train on, made of drawn applications: which column says what is drawn anew each time."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

DISTINCT = ("age", "income", "amount", "used", "debt", "savings", "seconds")
"""Columns whose values are all different."""
RISKY, SAFE = 0.9, 0.1
"""Shares of defaults."""
NAMES = {
    **dict.fromkeys(("missing", "nan", "None", "unknown", "other", ""), RISKY),  # often written where there is none
    **{"B1": SAFE, "B01": RISKY, "b01": SAFE, " B01": SAFE, "B01 ": SAFE, "1": SAFE, "01": RISKY, "1.0": RISKY},
    **{"Zürich": RISKY, "Zu\u0308rich": SAFE, "O": RISKY, "0": SAFE, "-1": SAFE, "-1.0": RISKY},
}
"""Names of branches that look alike, or like none, each with the share of its defaults."""
EFFECT, RARE_EFFECT = 1.5, 4.0
"""Log-odds that a missing value adds, and one of a column that has few values."""
NOISE = 0.1
"""Share of the smaller side of a plain rule that does as the other side: an AUC of about 0.93."""


@dataclass(frozen=True)
class Rows:
    """What `train` is given, and fresh rows of the same population."""

    X: pd.DataFrame
    y: np.ndarray
    weight: np.ndarray | None
    X_fresh: pd.DataFrame
    y_fresh: np.ndarray

    @property
    def training(self):
        """The arguments of `train`."""
        return self.X, self.y, self.weight


def as_drawn(loans):
    """Return drawn applications as they are, each counting once."""
    return Rows(loans.X, loans.y, None, loans.X_fresh, loans.y_fresh)


def tossed(rng, share):
    """Return 0 and 1, each 1 with its share."""
    return (rng.random(len(share)) < share).astype(np.int64)


def chance(score):
    """Return the probability that belongs to log-odds."""
    return 1 / (1 + np.exp(-score))


def filled(rng, X):
    """Return rows without a gap: other values of the same column stand there."""
    drawn = {name: pd.Series(rng.choice(X[name].dropna().to_numpy(), len(X)), X.index, X[name].dtype) for name in X}
    return X.assign(**{name: X[name].where(X[name].notna(), drawn[name]) for name in X})


def emptied(rng, X, lost):
    """Return rows with a share of the values lost, one for all columns or one for each, and where they are."""
    gone = rng.random(X.shape) < lost
    return X.assign(**{name: X[name].mask(gone[:, place]) for place, name in enumerate(X)}), gone


def mixed(rng, loans):
    """Return rows of which each column says something: a number by its side of the median, a branch by its name."""
    numeric = loans.X.columns.drop("branch")
    sign, middle = pd.Series(rng.choice([-0.7, 0.7], len(numeric)), numeric), loans.X[numeric].median()
    branches = {f"B{i:02d}": rng.choice([-1.0, 1.0]) for i in range(30)}

    def labels(X):
        score = (sign * np.sign(X[numeric] - middle)).fillna(0.0).sum(axis=1) + X["branch"].map(branches).fillna(0.0)
        return tossed(rng, chance(score.to_numpy(dtype=float)))

    return Rows(loans.X, labels(loans.X), None, loans.X_fresh, labels(loans.X_fresh))


def told_by_gaps(rng, loans):
    """Return rows of which nothing matters but where a number is missing, and which way it does for each column.

    Half of the numbers are missing, of three columns nearly all.
    """
    names = loans.X.columns.drop("branch")
    rare = np.isin(names, rng.choice(names, 3, replace=False))
    lost, sign = np.where(rare, 0.94, 0.5), rng.choice([-1.0, 1.0], len(names))
    effect = sign * np.where(rare, RARE_EFFECT, EFFECT)

    def lose(X):
        numbers, gone = emptied(rng, filled(rng, X[names]), lost)
        return numbers.assign(branch=X["branch"]), tossed(rng, chance(((gone - lost) * effect).sum(axis=1)))

    (X, y), (X_fresh, y_fresh) = lose(loans.X), lose(loans.X_fresh)
    return Rows(X, y, None, X_fresh, y_fresh), dict(zip(names, sign, strict=True))


def told_by_names(rng, loans):
    """Return rows of which nothing matters but the name of the branch; without a name they are safe."""

    def renamed(X):
        named, known = pd.Series(rng.choice([*NAMES], len(X)), X.index, X["branch"].dtype), rng.random(len(X)) >= 0.15
        return X.assign(branch=named.where(known)), tossed(rng, named.map(NAMES).where(known, SAFE).to_numpy(float))

    return Rows(*renamed(loans.X), None, *renamed(loans.X_fresh))


def with_closed_branches(rng, loans, closed, gaps=True):
    """Return rows of which the branch matters most, none of those closed among them; or none that lacks one either."""
    kept = ~loans.X["branch"].isin(closed) & (gaps | loans.X["branch"].notna())
    X = loans.X[kept].reset_index(drop=True)
    even = X["branch"].str[1:].astype(float) % 2 == 0
    share = np.where(X["branch"].isna(), 0.5, np.where(even, RISKY, SAFE))
    return Rows(X, tossed(rng, share), None, loans.X_fresh, loans.y_fresh)


def ruled(rng, loans, share=0.25, weight=None):
    """Return rows with a plain rule: a share of them, those highest or lowest in one column, default, but for a few."""
    name, sign = rng.choice(DISTINCT), rng.choice([-1.0, 1.0])
    X, X_fresh = (each.assign(**{name: filled(rng, each)[name]}) for each in (loans.X, loans.X_fresh))
    value, many = sign * X[name].to_numpy(), round(share * len(X))
    order = np.argsort(-value)
    few = round(NOISE * min(many, len(X) - many))
    y = np.isin(np.arange(len(X)), order[:many]).astype(np.int64)
    y[rng.choice(order[:many], few, replace=False)], y[rng.choice(order[many:], few, replace=False)] = 0, 1
    high = sign * X_fresh[name].to_numpy() >= value[order[many - 1]]
    y_fresh = tossed(rng, np.where(high, 1 - few / many, few / (len(X) - many)))
    return Rows(X, y, weight, X_fresh, y_fresh)


def kinds(rng, draw):
    """Return rows with a plain rule of every kind that there may be; `draw(n)` draws n applications."""

    def rule(n=300, share=0.25, weight=None):
        return ruled(rng, draw(n), share, weight)

    def others(rows, change):
        """Change the columns in which the rule is not, which have gaps."""
        names = [name for name in rows.X if rows.X[name].isna().any()]
        X, X_fresh = (each.assign(**change(each[names])) for each in (rows.X, rows.X_fresh))
        return replace(rows, X=X, X_fresh=X_fresh)

    def mostly_gaps(X):
        return dict(emptied(rng, X, 0.67)[0].items())

    def nearly_empty(X):
        one = X.notna().cumsum().eq(1) & X.notna()
        return {name: X[name].where(one[name]) for name in X.columns[:3]}

    whole, many = rule(303, share=0.85), rule()
    alone, empty = rule(), rule(weight=10 ** rng.uniform(0.0, 3.0, 300))
    names = {f"B{i:02d}": f"{i % 3}/{i}" for i in range(30)}
    branch = {c: getattr(many, c)["branch"].map(names) for c in ("X", "X_fresh")}
    further = pd.Series([f"new {i % 12}" for i in range(300)], dtype=branch["X"].dtype)
    branch["X"] = branch["X"].where(np.arange(300) % 4 > 0, further)
    return {
        "15 % defaults": rule(share=0.15),
        "303 rows with 85 % defaults, no value missing": replace(whole, X=filled(rng, whole.X)),
        "two thirds of the values missing, weights from 1 to 1,000": others(empty, mostly_gaps),
        "columns with one value each": others(alone, nearly_empty),
        "40 branches": replace(many, **{c: getattr(many, c).assign(branch=branch[c]) for c in branch}),
    }


def coins(rng, loans, weight=None):
    """Return rows of which a quarter defaults, by chance."""
    return Rows(loans.X, tossed(rng, np.full(len(loans.X), 0.25)), weight, loans.X_fresh, loans.y_fresh)


def sets(rng, draw, make, number, many):
    """Yield sets of 301, 302, … rows, every second of them with weights; `draw(draw=…, rows=…)` draws applications."""
    for n in range(301, 301 + many):
        weight = rng.choice([1.0, 4.0], n) if n % 2 else None
        yield make(rng, draw(draw=number + n, rows=n), weight=weight)


def turned(rows):
    """Return rows of which those that are kept for the report, the last quarter, have the other label."""
    kept = np.arange(len(rows.y)) >= len(rows.y) - len(rows.y) // 4
    return replace(rows, y=np.where(kept, 1 - rows.y, rows.y))


def kin(rng, loans):
    """Return rows by name, each of which differs in one thing from another: the same values stand elsewhere."""
    first = coins(rng, loans, rng.choice([1.0, 20.0], len(loans.X)))
    mixed_up = rng.permutation(len(loans.X))
    weighted = replace(first, weight=first.weight[mixed_up])
    return {
        "as they are": first,
        "other labels": replace(first, y=first.y[mixed_up]),
        "other weights": weighted,
        "no weights": replace(first, weight=None),
        "other rows": replace(weighted, X=first.X.iloc[mixed_up].reset_index(drop=True)),
    }
