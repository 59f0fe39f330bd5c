"""What `fit` is asked: tables by kind, with the arguments of a setting behind them."""

import numpy as np

NEVER = 1e9  # a cap that no regret reaches
LOW = 0.02  # a cap that a single mistake exceeds


def setting(rounds=1, band=0.3, leak=1.0, cap=NEVER, fall=0.0):
    """Return the arguments of `fit` behind X and y, in its order."""
    return rounds, band, leak, cap, fall


def noisy(rng, x, turned=0.15):
    """Return labels that follow a column, some of them turned over; both are there."""
    y = np.where((x > np.median(x)) ^ (rng.random(len(x)) < turned), 1, -1)
    y[[np.argmin(x), np.argmax(x)]] = -1, 1
    return y


def table(rng, n=80, d=4, turned=0.25, missing=0.0):
    """Return rows and labels: all columns tell a little."""
    X = rng.normal(size=(n, d))
    y = noisy(rng, X @ np.linspace(1.0, 0.4, d), turned)
    X[rng.random(X.shape) < missing] = np.nan
    return X, y


def alone(rng, x, turned=0.15):
    """Return a table of one column, and labels that follow it."""
    return x[:, None].astype(float), noisy(rng, x, turned)


def few_values(rng, n):
    """Return a column of which more than half of the values are equal."""
    return rng.permutation(np.r_[np.zeros(n // 2 + 5), rng.normal(size=n - n // 2 - 5)])


def shifted(rng, n, d):
    """Return a long table of which the second half is another one."""
    X = rng.normal(size=(n, d))
    X[n // 2 :] = 3.0 + 5.0 * X[n // 2 :]
    return X, noisy(rng, X[:, -1] + X[:, 0], 0.2)


def first_stumps(rng):
    """Return tables of one column: threshold and gap follow from it."""

    def of(xs, band=0.3):
        return [(*alone(rng, x), *setting(band=band)) for x in xs]

    skewed = [np.exp(s * rng.normal(size=n)) for s in (0.3, 1.0, 1.5) for n in (30, 61, 90)]
    return {
        "a skewed column": of(skewed),
        "a column of both signs": of([rng.normal(size=n) for n in (20, 41, 75)]),
        "a column of whole numbers": of([rng.integers(0, 9, size=n) for n in (30, 50, 80)]),
        "a column of which more than half is equal": of([few_values(rng, n) for n in (40, 60, 90, 150)]),
        "a column near 1,000": of([rng.uniform(990, 1000, size=n) for n in (30, 51)]),
        "a column of tiny values": of([1e-4 * rng.normal(size=n) for n in (30, 51)]),
        "a band of 0": of(skewed[:4], 0.0),
        "a band of 1 or 2": of(skewed[:4], 1.0) + of(skewed[4:], 2.0),
        "5 to 12 rows": of([rng.normal(size=n) for n in (5, 6, 8, 9, 11, 12) for _ in range(3)]),
        "2,000 rows, the second half apart": [
            (*alone(rng, np.r_[rng.normal(size=1000), 3 + 5 * rng.normal(size=1000)]), *setting()) for _ in range(2)
        ],
    }


def parted(rng, n, share):
    """Return labels, and a column that parts so much of each class."""
    y = noisy(rng, rng.normal(size=n), 0.3)
    return y, np.where(rng.random(n) < share, y, -y) + 0.1 * rng.random(n)


def reordered(rng, y, base, d):
    """Return columns that part each class alike, each by other rows: their merits are equal but for rounding."""
    X = np.zeros((len(y), d))
    for label in (-1, 1):
        X[y == label] = np.column_stack([rng.permutation(base[y == label]) for _ in range(d)])
    return X


ROWS = (120, 277)
NEAR = (
    ((149, 101, 88), (116, 108, 88)),  # 5.8e-11
    ((114, 109, 90), (97, 100, 83)),  # 1.2e-10
    ((111, 80, 68), (97, 81, 67)),  # 1.6e-10
)
"""For `close_pair`: two columns with merits that differ by so much, the lower one first. Found by trying all."""


def close_pair(rng, configs):
    """Return a table whose columns have these merits at their middle threshold, and labels.

    Parameters
    ----------
    configs : sequence of (int, int, int)
        Of each column: half the number of its values, how many of these rows are of class 1, and how many of those
        are on its upper side.
    """
    ones, others = ROWS
    y = rng.permutation(np.r_[np.ones(ones, dtype=np.int64), -np.ones(others, dtype=np.int64)])
    X = np.full((len(y), len(configs)), np.nan)
    for j, (half, of_one, right) in enumerate(configs):
        first = rng.permutation(np.flatnonzero(y == 1))[:of_one]
        second = rng.permutation(np.flatnonzero(y == -1))[: 2 * half - of_one]
        up = np.r_[first[:right], second[: half - right]]
        down = np.r_[first[right:], second[half - right :]]
        X[up, j], X[down, j] = 1 + rng.random(half), -1 - rng.random(half)
    return X, y


def few_there(rng, n, count):
    """Return a table of which each column has so few values."""
    X, y = table(rng, n, turned=0.1)
    rank = np.argsort(np.argsort(rng.random(X.shape), axis=0), axis=0)
    return np.where(rank < count, X, np.nan), y


def equals(rng):
    """Return tables of which several stumps have the largest merit."""
    copies, mirrors, alike, reordering = [], [], [], []
    for _ in range(4):
        good = np.sort(rng.normal(size=5))
        y = np.array([-1, -1, 1, 1, 1]) * rng.choice([-1, 1])
        order = rng.permutation(5)
        X = np.column_stack([np.ones(5), good, good, good])[order]
        copies.append((X, y[order], *setting(band=0.0)))
        mirrors.append((X * [1, -1, 1, -1], y[order], *setting(band=0.0)))
        alike.append((X[:, 1:2], y[order], *setting(band=0.0)))
    for _ in range(12):
        y, base = parted(rng, 120, 0.7)
        reordering.append((reordered(rng, y, base, 12), y, *setting(band=0.0)))
    few = [(*alone(rng, rng.normal(size=n)), *setting(band=b)) for n in (2, 3, 4, 6, 11) for b in (0.0, 0.5)]
    sparse = [few_there(rng, n, count) for n, count in ((90, 3), (120, 3), (150, 4), (160, 5))]
    near = [(*close_pair(rng, pair), *setting(band=0.0)) for pair in NEAR for _ in range(2)]
    return {
        "copies of a column": copies,
        "mirror images of a column": mirrors,
        "thresholds that part the rows alike": alike,
        "2 to 11 rows": few,
        "3 to 5 values in a column": [(X, y, *setting(band=0.2)) for X, y in sparse],
        "merits that are equal but for rounding": reordering,
        "merits that differ by 1e-10": near,
    }


def with_missing(rng):
    """Return tables in which much is missing."""

    def of(missing, n=150, d=4, band=0.2):
        X, y = table(rng, n, d, 0.1)
        return np.where(missing(X, y), np.nan, X), y, *setting(band=band)

    def columns(*gone):
        return lambda X, y: np.isin(np.arange(X.shape[1]), gone) | np.zeros(X.shape, dtype=bool)

    return {
        "some values missing": [of(lambda X, y: rng.random(X.shape) < 0.1) for _ in range(3)],
        "half of a column missing": [of(lambda X, y: rng.random(X.shape) < [0.5, 0.1, 0.6, 0.0]) for _ in range(3)],
        "a column without values": [of(columns(j)) for j in range(4)],
        "all columns but one without values": [of(columns(*({0, 1, 2, 3} - {j}))) for j in range(4)],
        "rows without values": [of(lambda X, y: rng.random((len(X), 1)) < 0.3, n) for n in (140, 160)],
        "missing in one class alone": [
            of(lambda X, y, c=c: (y[:, None] == c) & (rng.random(X.shape) < 0.6)) for c in (-1, 1)
        ],
        "missing where values are large": [of(lambda X, y: X > 0.8), of(lambda X, y: X < -0.5)],
        "a wide gap": [of(lambda X, y: rng.random(X.shape) < 0.3, band=b) for b in (1.0, 2.0)],
    }


def useless_at_first(rng, half):
    """Return a table whose second column has a merit of 0 under the start weights, and much behind the first round."""
    y = np.repeat([1, -1], half)
    place = np.tile(np.arange(half), 2)  # of a row in its class
    first = np.where(place < half // 4, -y, y)
    second = np.where(place < half // 2, y, -y)
    order = rng.permutation(2 * half)
    return np.column_stack([first, second])[order].astype(float), y[order]


def almost_right(rng, wrong):
    """Return a table whose first column is right about all rows but some."""
    X = rng.normal(size=(300, 3))
    y = np.where(X[:, 0] > np.median(X[:, 0]), 1, -1)
    y[rng.permutation(300)[:wrong]] *= -1
    return X, y


def later_rounds(rng):
    """Return tables for several rounds in which nothing is forgiven."""

    def of(rounds=6, leak=1.0, band=0.3, **options):
        return (*table(rng, **options), *setting(rounds, band, leak))

    return {
        "two rounds": [of(2) for _ in range(3)],
        "a leak of 1": [of() for _ in range(3)],
        "a leak below 1": [of(leak=k) for k in (0.7, 0.9, 0.97)],
        "a leak near 0": [of(leak=k) for k in (0.01, 0.2)],
        "a column that is useless at first": [(*useless_at_first(rng, k), *setting(4, 0.0)) for k in (100, 60)],
        "a stump that is nearly always right": [(*almost_right(rng, k), *setting(4, 0.0)) for k in (3, 4)],
        "a stump that is always right": [
            (*almost_right(rng, 0), *setting(r, 0.0, k)) for r, k in ((3, 0.8), (60, 1.0))
        ],
        "nothing left behind two rounds": [(*two_sided(k), *setting(5, 0.0)) for k in (40, 80)],
        "missing values": [of(missing=0.2, leak=k) for k in (1.0, 0.8)],
        "one column": [of(d=1, band=0.0), of(d=1, turned=0.3)],
        "2 to 12 rows": [of(4, n=n, d=2) for n in (2, 3, 5, 8, 10, 12)],
        "60 rounds": [of(60, leak=0.9)],
    }


def forgiving(rng):
    """Return tables for rounds under a cap."""

    def of(rounds, cap=LOW, fall=2.0, leak=1.0, band=0.1):
        return (*table(rng), *setting(rounds, band, leak, cap, fall))

    return {
        "one round": [of(1) for _ in range(2)],
        "R that four divides": [of(r) for r in (4, 8, 12, 16)],
        "R that four does not divide": [of(r) for r in (2, 3, 5, 6, 7, 9, 10, 11)],
        "a cap of 0": [of(r, cap=0.0) for r in (6, 9)],
        "a cap that is reached late": [of(20, cap=c) for c in (0.5, 1.0)],
        "a cap that is never reached": [of(9, cap=NEVER, fall=f) for f in (0.0, 10.0)],
        "a fall of 0": [of(r, fall=0.0) for r in (6, 9)],
        "a fall of 10": [of(r, fall=10.0) for r in (6, 9)],
        "a leak below 1": [of(10, leak=k) for k in (0.6, 0.9)],
        "60 rounds": [of(60, cap=0.5, leak=0.9)],
    }


def two_sided(turned):
    """Return 400 rows of one column with two values, each with both classes; the more are turned, the more it tells."""
    y = np.where(np.arange(400) % 2, 1, -1)
    y[400 - 2 * turned :] = 1
    return np.repeat([-1.0, 1.0], 200)[:, None], y


def rarely_there(n=2000):
    """Return a column with an edge of 0.04 and a merit of 0.006: one row in twenty has a value."""
    x, y = np.full((n, 1), np.nan), np.where(np.arange(n) % 2, 1, -1)
    x[:100, 0] = np.repeat([-1.0, 1.0], 50)
    y[98] = 1
    return x, y


def ends(rng):
    """Return tables with little to learn."""

    def labels(n):
        return noisy(rng, rng.normal(size=n))

    def of(X, y):
        return X, y, *setting(1, 0.0)

    constant = [np.full((n, d), v) for n, d, v in ((40, 2, 1.0), (2, 1, 0.0), (30, 5, -7.5))]
    single = np.r_[0.5, np.full(29, np.nan)][:, None]
    return {
        "constant columns": [of(X, labels(len(X))) for X in constant],
        "columns without values": [of(np.full((n, d), np.nan), labels(n)) for n, d in ((40, 2), (2, 1))],
        "columns of one value": [of(np.tile(single, (1, d)), labels(30)) for d in (1, 3)],
        "a merit of 0": [of(*two_sided(0))],
        "a merit of 0.005": [of(*two_sided(1))],
        "a merit of 0.015 or 0.02": [of(*two_sided(k)) for k in (3, 4)],
        "an edge of 0.04 and a merit of 0.006": [of(*rarely_there())],
        "a column that tells much": [of(*two_sided(40)), of(*table(rng))],
    }


def inside(rng):
    """Return tables one behind the other that differ in rows inside, in labels or in one argument alone."""
    (X, y), (other, _) = table(rng, 40, 3), table(rng, 40, 3)
    mixed = X.copy()
    mixed[1:-1] = other[1:-1]
    swapped = y.copy()
    swapped[np.flatnonzero(y == 1)[:3]], swapped[np.flatnonzero(y == -1)[:3]] = -1, 1
    base = {"rounds": 8, "band": 0.3, "leak": 0.9, "cap": 0.3, "fall": 1.0}
    others = {"rounds": 5, "band": 0.1, "leak": 0.7, "cap": 0.1, "fall": 3.0}
    behind = [(X, y, base), (mixed, y, base), (X, swapped, base)]
    behind += [(X, y, {**base, key: value}) for key, value in others.items()]
    return [(rows, marks, *setting(**options)) for rows, marks, options in [*behind, (X, y, base)]]


def whole(rng, studies, settings):
    """Return whole trainings: redrawn studies under settings, and tables of other sizes."""

    def of(X, y, rounds=15, band=0.3, leak=0.9, cap=0.4, fall=1.5):
        return X, y, *setting(rounds, band, leak, cap, fall)

    numbers = [rng.integers(-2, 3, size=(60, 5)) * 1.0 for _ in range(3)]
    return {
        "a redrawn study": [(s["X_train"], s["y_train"], *setting(**o)) for s in studies for o in settings],
        "whole numbers": [of(X, noisy(rng, X.sum(axis=1) + 0.1 * rng.random(60), 0.2)) for X in numbers],
        "20 columns": [of(*table(rng, 60, 20, missing=0.1))],
        "2 to 12 rows": [of(*table(rng, n, 3)) for n in (2, 3, 4, 6, 9, 12)],
        "60 rounds": [of(*table(rng, 60, 3), rounds=60)],
        "2,000 rows, the second half apart": [of(*shifted(rng, 2000, 3), rounds=6)],
        "values up to 1,000": [of(300 * X.clip(-3.3, 3.3), y) for X, y in (table(rng), table(rng, missing=0.2))],
        "a call that differs from the one before in one argument": inside(rng),
    }


def classes(rng):
    """Return tables with classes of every size."""

    def of(ones, others, d=2):
        y = rng.permutation([1] * ones + [-1] * others)
        return rng.normal(size=(len(y), d)), y, *setting(3)

    return {
        "class 1 rarer": [of(1, 9), of(20, 21), of(10, 40)],
        "class -1 rarer": [of(9, 1), of(21, 20), of(40, 10)],
        "classes of one size": [of(1, 1), of(20, 20), of(25, 25)],
        "no stump at all": [(np.full(X.shape, np.nan), y, *rest) for X, y, *rest in (of(4, 9), of(9, 4), of(5, 5))],
    }
