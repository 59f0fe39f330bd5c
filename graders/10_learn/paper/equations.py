"""What the small functions are asked: arguments by kind, at the edges of what the statement allows."""

import itertools

import numpy as np

SIGNS = (1, -1)
BARELY = 1e-10  # within the 1e-9 by which a row must be beyond the gap
BEYOND = 1e-8
SMALL = (1.5e-12, -1.5e-12, 1e-10, 1e-8, -1e-5)  # a score of this size is no tie


def labels(rng, n, share=0.5):
    """Return n labels of -1 and 1, both there."""
    y = np.where(rng.random(n) < share, 1, -1)
    y[rng.permutation(n)[:2]] = 1, -1
    return y


def heard(rng, n, share=0.6):
    """Return votes of which some are cast."""
    h = rng.choice([-1.0, 1.0], size=n) * (rng.random(n) < share)
    h[rng.integers(n)] = 1.0
    return h


def starts(rng):
    """Return labels for equation 1."""

    def of(ones, others):
        return (rng.permutation([1] * ones + [-1] * others),)

    return {
        "two rows": [(np.array(y),) for y in ([1, -1], [-1, 1])],
        "a class of one row": [of(1, 5), of(6, 1), of(1, 90)],
        "classes of one size": [of(k, k) for k in (2, 5, 40)],
        "a rarer class 1": [of(k, 3 * k + 1) for k in (2, 5, 40)],
        "a rarer class -1": [of(3 * k + 1, k) for k in (2, 5, 40)],
        "class sizes of the call before, rows in another order": [of(3, 9) for _ in range(6)],
        "2,000 rows": [of(1, 1999), of(1300, 700)],
    }


def columns(rng):
    """Return a column and a stump for equation 2, turned both ways."""

    def about(threshold, gap, far):
        x = threshold + rng.permutation(np.repeat(SIGNS, len(far)) * np.tile(np.asarray(far, dtype=float), 2))
        return [(x, float(threshold), direction, float(gap)) for direction in SIGNS]

    def any_gap(far, scale=1.0):
        stumps = ((scale * rng.normal(), scale * g) for g in (*rng.uniform(0.1, 2, size=4), 1.0))
        return [args for t, g in stumps for args in about(t, g, g + np.asarray(far))]

    def with_nan(x):
        return np.where(rng.random(len(x)) < 0.4, np.nan, x)

    some = [args for _ in range(4) for args in about(rng.normal(), rng.uniform(0, 1), np.abs(rng.normal(size=20)))]
    return {
        "rows on both sides and inside the gap": some,
        "a row on the border of the gap": any_gap([0.0, 0.0, 0.5]),
        "a row 1e-10 beyond the border": any_gap([BARELY, -BARELY]),
        "a row 9e-10 or 1.5e-9 beyond the border": any_gap([9e-10, 1.5e-9]),
        "a row 1e-8 beyond the border": any_gap([BEYOND, BEYOND]),
        "a row 1e-8 within the border": any_gap([-BEYOND, 1.0]),
        "a gap of 0": [a for t in (0.0, -2.5, 7.0) for a in about(t, 0.0, [0, 0, BARELY, BEYOND, 1])],
        "missing values": [(with_nan(x), *stump) for x, *stump in some],
        "missing values alone": [(np.full(k, np.nan), 0.5, s, 0.0) for k in (1, 4) for s in SIGNS],
        "one row": [(np.array([v]), 0.5, s, 0.25) for v in (-3.0, 0.5, 0.6, 4.0) for s in SIGNS],
        "whole numbers": [(rng.integers(-3, 4, size=30) * 1.0, t, s, 1.0) for t in (0.0, 1.0, -2.0) for s in SIGNS],
        "values up to 1,000": any_gap([0.0, BEYOND, -BEYOND, 2.0], scale=150.0),
        "2,000 rows": [(rng.normal(size=2000), 0.1, s, 0.3) for s in SIGNS],
    }


def weighted(rng):
    """Return weights, labels and votes for equation 3."""

    def of(n, h=None, scale=1.0, share=0.5):
        y = labels(rng, n, share)
        return scale * rng.uniform(0.01, 1, size=n), y, heard(rng, n) if h is None else h(y)

    def without_weight(where):
        w, y, h = of(30)
        w[where(h)] = 0.0
        return w, y, h

    def cancelling(n):
        y = np.repeat(SIGNS, n)
        return np.full(2 * n, 0.3), y, np.tile(SIGNS, n).astype(float) * y

    def few(y):
        h = np.zeros(len(y))
        h[rng.integers(len(y))] = rng.choice(SIGNS)
        return h

    return {
        "some rows hear it": [of(n) for n in (5, 20, 60, 61)],
        "all rows hear it": [of(n, lambda y: rng.choice([-1.0, 1.0], size=len(y))) for n in (2, 9, 40)],
        "one row hears it": [of(n, few) for n in (2, 3, 30)],
        "no row hears it": [of(n, lambda y: np.zeros(len(y))) for n in (2, 30)],
        "a stump that is always right": [of(n, lambda y: 1.0 * y * (rng.random(len(y)) < 0.7)) for n in (20, 40)],
        "a stump that is always wrong": [of(n, lambda y: -1.0 * y * (rng.random(len(y)) < 0.7)) for n in (20, 40)],
        "votes that cancel": [cancelling(n) for n in (2, 8)],
        "weights of a large sum": [of(n, scale=1000.0) for n in (8, 50)],
        "weights of a small sum": [of(n, scale=s) for n in (8, 50) for s in (1e-6, 1e-13, 1e-60)],
        "some weights of 0": [without_weight(lambda h: rng.random(len(h)) < 0.3) for _ in range(4)],
        "weights of 0 on all rows that hear it": [without_weight(lambda h: h != 0) for _ in range(2)],
        "a rare class": [of(60, share=0.05) for _ in range(3)],
        "two rows": [of(2) for _ in range(6)],
        "2,000 rows": [of(2000)],
    }


def edges(rng):
    """Return edges and numbers of rows for equation 4."""

    def of(rs, ns):
        return [(float(s * r), int(n)) for r in rs for n in ns for s in SIGNS]

    return {
        "an edge from -0.9 to 0.9": of(rng.uniform(0.05, 0.9, size=6), (8, 30, 5000)),
        "no edge": of([0.0], (2, 50, 10**6)),
        "an edge near 0": of([1e-9, 1e-4], (2, 50, 10**6)),
        "2 to 9 rows": of((0.3, 0.8, 1.0), range(2, 10)),
        "an edge of 1 or -1": of([1.0], (2, 9, 10, 11, 300, 10**6)),
        "about where it is clipped": of((0.88, 0.89, 0.9, 0.905, 0.906, 0.91, 0.93, 0.99), (20, 60, 400, 10**6)),
        "a million rows": of((0.2, 0.6, 0.95), (10**6,)),
    }


def rounds_before(rng):
    """Return the arguments of equation 5."""

    def of(n=25, h=None, leak=0.9, alpha=None, size=2.0):
        y = labels(rng, n)
        m = np.clip(size * rng.normal(size=n), -90, 90)
        return (
            m,
            float(rng.uniform(0.1, 1.5) if alpha is None else alpha),
            y,
            heard(rng, n) if h is None else h(y),
            leak,
        )

    return {
        "some rows hear it": [of(n) for n in (3, 10, 40)],
        "all rows hear it": [of(h=lambda y: rng.choice([-1.0, 1.0], size=len(y))) for _ in range(3)],
        "no row hears it": [of(h=lambda y: np.zeros(len(y))) for _ in range(2)],
        "a leak of 1": [of(leak=1.0) for _ in range(3)],
        "a small leak": [of(leak=k) for k in (1e-3, 0.1, 0.5)],
        "a strength of 0": [of(alpha=0.0) for _ in range(2)],
        "a strength below 0": [of(alpha=a) for a in (-0.3, -1.5)],
        "the largest strength": [of(alpha=1.5) for _ in range(2)],
        "no regret yet": [of(size=0.0) for _ in range(2)],
        "regrets up to 90": [of(size=60.0) for _ in range(2)],
        "two rows": [of(2) for _ in range(5)],
        "2,000 rows": [of(2000)],
    }


def tents(rng):
    """Return the arguments of equation 6."""

    def of(n=30, cap=0.5, fall=1.0, m=None):
        return rng.uniform(0.001, 0.1, size=n), 2 * rng.normal(size=n) if m is None else m, cap, fall

    def around(cap):
        return cap + np.array([-1.0, -0.1, -1e-7, 0.0, 0.0, 1e-7, 0.1, 1.0])

    return {
        "regrets on both sides of the cap": [of(cap=c, fall=f) for c in (0.2, 0.8, 1.5) for f in (0.5, 1.0, 3.0)],
        "regrets at the cap and next to it": [
            of(8, c, f, around(c)) for c in (0.0, 0.4, 2.0) for f in (0.0, 1.0, 10.0)
        ],
        "regrets below the cap": [of(cap=0.5, m=-rng.uniform(0, 3, size=30)) for _ in range(3)],
        "regrets beyond the cap": [of(cap=0.5, fall=f, m=rng.uniform(1, 3, size=30)) for f in (0.3, 1.0, 2.5)],
        "a cap of 0": [of(cap=0.0, fall=f) for f in (0.0, 0.4, 2.0)],
        "a cap of a billion": [of(cap=1e9, fall=f) for f in (0.0, 1.0, 10.0)],
        "a fall of 0": [of(cap=c, fall=0.0) for c in (0.0, 0.5, 1.5)],
        "a fall of 10": [of(cap=c, fall=10.0) for c in (0.0, 0.5, 1.5)],
        "regrets up to 90": [of(cap=c, m=rng.uniform(-90, 90, size=30)) for c in (0.5, 40.0, 1e9)],
        "no regret": [of(cap=c, m=np.zeros(30)) for c in (0.0, 0.5)],
        "two rows": [of(2) for _ in range(5)],
        "large start weights": [(1000.0 * s, *rest) for s, *rest in [of(), of(cap=0.1, fall=2.0)]],
        "2,000 rows": [of(2000)],
    }


KEYS = ("column", "threshold", "gap", "direction", "alpha")


def model(rng, columns, gap=None, alpha=None, tie=1):
    """Return a model whose stumps read these columns, its keys in the statement's order."""
    k = len(columns)
    return {
        "column": np.array(columns, dtype=np.int64),
        "threshold": rng.normal(size=k),
        "gap": rng.uniform(0, 0.8, size=k) if gap is None else np.full(k, gap),
        "direction": rng.choice(SIGNS, size=k).astype(np.int64),
        "alpha": rng.uniform(0.1, 1.5, size=k) if alpha is None else np.asarray(alpha, dtype=float),
        "tie": tie,
    }


def turned(rng, one):
    """Return a model with its keys in another order."""
    return {key: one[key] for key in rng.permutation(list(one)).tolist()}


def table(rng, n, d, missing=0.0):
    """Return rows of d columns."""
    X = rng.normal(size=(n, d))
    X[rng.random(X.shape) < missing] = np.nan
    return X


def on_the_border(rng, one, d):
    """Return rows of which each value that is read lies on the border of a gap, or next to it."""
    X = table(rng, 40, d)
    beyond = rng.choice([0.0, BARELY, BEYOND], size=(40, len(one["column"])))
    X[:, one["column"]] = one["threshold"] + (one["gap"] + beyond) * rng.choice(SIGNS, size=beyond.shape)
    return X


def scored(rng):
    """Return models and rows for equation 7."""
    plain = [model(rng, [0, 2, 1]) for _ in range(4)]
    apart = [model(rng, [0, 2, 1, 3], gap=g) for g in (0.0, 0.4, 1.0)]
    long = model(rng, rng.integers(0, 4, size=60))
    uneven = [[1e-6, 1.5, 1e-3], [1e-9, 2e-9, 1e-9], [3e-14, 1e-13, 2e-13], [1e-100, 3e-100, 2e-100]]
    orders = itertools.chain([dict(reversed(plain[0].items()))], (turned(rng, one) for one in plain))
    return {
        "a model of some rounds": [(one, table(rng, 30, 3)) for one in plain],
        "keys in another order": [(one, table(rng, 30, 3)) for one in orders],
        "the rows of the call before, another model": [(one, same) for same in [table(rng, 30, 3)] for one in plain],
        "a model of one round": [(model(rng, [k]), table(rng, 30, 3)) for k in range(3)],
        "a model of no rounds": [(model(rng, []), table(rng, n, 3)) for n in (1, 20)],
        "a model of 60 rounds": [(long, table(rng, 50, 4, 0.2))],
        "one column in several rounds": [(model(rng, [1, 1, 0, 1]), table(rng, 30, 2)) for _ in range(3)],
        "strengths of any size": [(model(rng, [0, 1, 2], alpha=a), table(rng, 40, 3, 0.3)) for a in uneven],
        "missing values": [(one, table(rng, 40, 3, 0.4)) for one in plain],
        "rows that no stump votes on": [(one, table(rng, 12, 3, 1.0)) for one in plain[:2]],
        "a wide gap": [(model(rng, [0, 1, 2], gap=1.5), table(rng, 40, 3)) for _ in range(3)],
        "rows on the border of a gap": [(one, on_the_border(rng, one, 4)) for one in apart],
        "more columns than are read": [(model(rng, [k, 0]), table(rng, 20, 20, 0.1)) for k in (3, 19)],
        "one row": [(one, table(rng, 1, 3, 0.3)) for one in plain for _ in range(3)],
        "2,000 rows": [(plain[0], table(rng, 2000, 3, 0.1))],
    }


def near_zero(rng):
    """Return models and rows for ties: three stumps of which each reads a column of its own at 0, without a gap."""

    def of(alpha, tie, X):
        k = len(alpha)
        one = {**model(rng, range(k), gap=0.0, alpha=alpha, tie=tie), "threshold": np.zeros(k)}
        return turned(rng, {**one, "direction": np.ones(k, dtype=np.int64)}), np.asarray(X, dtype=float)

    def both(alpha, X):
        return [of(alpha, tie, X) for tie in SIGNS]

    signs = np.array(list(itertools.product(SIGNS, repeat=3)), dtype=float)
    tenths = [a for triple in ([1, 2, 3], [3, 6, 9], [2, 5, 7]) for a in itertools.permutations(triple)]
    return {
        "scores that are no tie": both([0.3, 0.5, 1.1], signs),
        "scores of exactly zero": both([0.5, 0.25, 0.25], signs),
        "scores of zero but for rounding": [args for a in tenths for args in both(np.array(a) / 10, signs)],
        "rows that no stump votes on": both([0.3, 0.5, 1.1], np.full((4, 3), np.nan)),
        "a model of no rounds": [of([], tie, table(rng, n, 2)) for tie in SIGNS for n in (1, 5)],
        "scores of less than 1e-12": [args for e in (3e-13, -9e-13) for args in both([0.5, 0.5 + e], signs[:, :2])],
        "scores of more than 1e-12": [args for e in SMALL for args in both([0.5, 0.5 + e], signs[:, :2])],
        "small strengths": [a for size in (1e-9, 1e-13, 1e-100) for a in both(size * np.array([1, 2, 4]), signs)],
        "one row": [of([0.5, 0.5], tie, [row]) for tie in SIGNS for row in ([1, -1], [1, 1], [-1, -1], [-1, np.nan])],
    }


def one_of_each(rng, studies):
    """Return a call of each of the ten functions, its name with its arguments."""

    def setting(rounds):
        names = ("rounds", "band", "leak", "cap", "fall")
        return dict(zip(names, (rounds, *rng.uniform(0.1, 0.5, size=4).tolist()), strict=True))

    X, y, h = table(rng, 40, 3, 0.1), labels(rng, 40), heard(rng, 40)
    m, start, one = rng.normal(size=40), rng.uniform(0.01, 0.1, size=40), turned(rng, model(rng, [0, 2, 1]))
    few = rng.uniform(0.1, 0.4, size=8).tolist()
    return [
        ("start_weights", (y,)),
        ("votes", (X[:, 0].copy(), few[0], int(rng.choice(SIGNS)), few[1])),
        ("edge", (start, y, h)),
        ("strength", (few[2], int(rng.integers(20, 90)))),
        ("regret", (m, few[3], y, h, 1 - few[4])),
        ("weights", (start, m, few[5], 1 + few[6])),
        ("score", (one, X)),
        ("predict", (one, X)),
        ("fit", (X, y, *setting(int(rng.integers(5, 9))).values())),
        ("report", (studies, [setting(2), setting(4)])),
    ]
