"""Rows to fold, by kind: plain ones, groups of every size and name, days of every density."""

import numpy as np

SEEDS = (0, 1, 2**31 - 1, 2**31, 2**32 - 1)
SIGNS = ("é", "e\u0301", "ß", "ss", "𝄞", "İ", "-", "\n")
LONG = "a very long name of somebody, who comes from a large family: number "


def seed(rng):
    """Return a seed, of all that there are."""
    return int(rng.integers(2**32))


def labels(rng, n, positives):
    """Return so many ones among n rows, in no order."""
    return (rng.permutation(n) < positives).astype(np.int64)


def plain(rng):
    """Return (y, k, None, None, 0, seed) of plain rows."""

    def of(y, k, number=None):
        return np.asarray(y, dtype=np.int64), k, None, None, 0, seed(rng) if number is None else number

    blocks = [np.arange(400) < positives for positives in (7, 11, 33, 389)]
    return {
        "a rare class that comes in one block": [of(y, 5) for y in (*blocks, *(y[::-1] for y in blocks))],
        "two to ten folds": [of(labels(rng, 101, 40), k) for k in range(2, 11)],
        "two rows a fold": [of(labels(rng, 2 * k, k), k) for k in range(2, 11)],
        "fewer rows of a class than folds": [of(labels(rng, 90, p), 8) for p in (1, 2, 5, 7, 83, 89)],
        "rows that no k divides": [of(labels(rng, n, int(rng.integers(11, n - 11))), 7) for n in range(41, 60)],
        "the classes by turns": [of(np.arange(n) % 2, 4) for n in (40, 41, 42, 43)],
        "every seed": [of(labels(rng, 60, 20), 3, number) for number in SEEDS],
        "20,000 rows": [of(labels(rng, 20_000, positives), 10) for positives in (13, 9000)],
    }


def sizes(rng, count, most, style):
    """Return sizes of groups, none larger than a part `most` of all their rows."""
    if style == "equal":
        found = np.full(count, rng.integers(1, 6))
    elif style == "a few large":
        found = np.where(np.arange(count) % 5, 1, rng.integers(20, 60, size=count))
    else:
        found = np.ceil(1 + rng.pareto(1.0, size=count)).astype(np.int64).clip(1, 500)
    while (cap := int(most * found.sum())) < found.max():
        found = np.minimum(found, cap) if cap else found + 1
    return found


def held(rng, rows, holders, style):
    """Return y of groups of so many rows each, in their order: which of their rows are positive."""
    y = []
    for rows_of, holds in zip(rows, holders, strict=True):
        ones = {"all": rows_of, "one": 1, "some": int(rng.integers(1, rows_of + 1))}[style] if holds else 0
        y += [1] * ones + [0] * (rows_of - ones)
    return np.array(y, dtype=np.int64)


def people(rng, k, style="of every size", positive="some", holders=None, who="any", turned=False):
    """Return (y, k, groups, None, 0, seed): each class in 2 k groups at least, none larger than n / (4 k)."""
    while True:
        count = int(rng.integers(4 * k + 4, 9 * k + 9))
        rows = sizes(rng, count, 1 / (4 * k), style)
        order = {"any": rng.permutation(count), "largest": np.argsort(-rows), "smallest": np.argsort(rows)}[who]
        chosen = np.isin(np.arange(count), order[: holders or 2 * k])
        y, groups = held(rng, rows, chosen, positive), np.repeat(rng.permutation(count), rows)
        y = 1 - y if turned else y
        if min(len(np.unique(groups[y == label])) for label in (0, 1)) >= 2 * k:
            mixed = rng.permutation(len(y))
            return y[mixed], k, groups[mixed], None, 0, seed(rng)


NAMES = {
    "small numbers": lambda i: i,
    "negative numbers": lambda i: -1 - i,
    "numbers above 2**53": lambda i: 2**60 + i,
    "the lowest and highest numbers": lambda i: i // 2 - 2**63 if i % 2 else 2**63 - 1 - i // 2,
    "digits, with zeros before": lambda i: "0" * (i % 4) + str(1 + i // 4),
    "small and capital letters": lambda i: "".join(c.upper() if i >> b & 1 else c for b, c in enumerate("abcdefghijk")),
    "spaces": lambda i: " " * (i % 3) + f"p {i // 9}" + " " * (i // 3 % 3),
    "numbers as text": lambda i: ("{}", "{}.0", "{}e0", "+{}")[i % 4].format(i // 4),
    "long text": lambda i: LONG + str(i),
    "letters and signs of any kind": lambda i: "".join(SIGNS[int(digit)] for digit in f"{i:o}"),
    "the empty text, and one letter more each": lambda i: "x" * i,
}


def named(call, name):
    """Return a call whose groups have these names."""
    y, k, groups, *rest = call
    names = np.array([name(i) for i in range(int(groups.max()) + 1)])
    assert len(np.unique(names)) == len(names)
    return y, k, names[groups], *rest


def names(rng):
    """Return calls with groups of every name."""
    return {kind: [named(people(rng, k), name) for k in (2, 5)] for kind, name in NAMES.items()}


def groups(rng):
    """Return calls with groups of every size, and a class in as few of them as may be."""
    found = {}
    for style in ("equal", "a few large", "of every size"):
        for positive in ("all", "one", "some"):
            calls = [people(rng, k, style, positive, turned=bool(k % 2)) for k in (2, 3, 5, 8)]
            found[f"groups {style}, {positive} of the rows of 2 k groups in a class"] = calls
    for who in ("largest", "smallest"):
        found[f"a class in the {who} groups"] = [
            people(rng, k, positive=positive, who=who) for k in (3, 5) for positive in ("all", "one", "some")
        ]
    found["ten groups of a class, five folds"] = [people(rng, 5, "a few large", "one") for _ in range(12)]
    found["a class in more groups"] = [people(rng, k, holders=3 * k) for k in (2, 4, 10)]
    rows = rng.integers(5, 12, size=1500)
    y, of = held(rng, rows, np.arange(1500) < 40, "all"), np.repeat(rng.permutation(1500), rows)
    found["12,000 rows"] = [(y, 5, of, None, 0, seed(rng))]
    return found


def kept(rng):
    """Return calls of one form, for what may be kept between them: plain rows, groups of text, days."""
    plain_rows = (labels(rng, 60, 25), 3, None, None, 0, seed(rng))
    return [plain_rows, named(people(rng, 3), "person {}".format), (*plain_rows[:3], rng.permutation(60), 2, seed(rng))]


def days(rng):
    """Return (y, k, None, time, horizon, seed) of days of every density, rows in no order."""

    def of(time, k, horizon, y=None):
        time = rng.permutation(np.asarray(time, dtype=np.int64))
        y = labels(rng, len(time), len(time) // 3) if y is None else y
        return y, k, None, time, horizon, seed(rng)

    def busy(n, start=1000):
        return start + np.cumsum(rng.choice([0, 0, 1, 3], size=n))

    apart = np.cumsum([*([0, 0, 0, 1] * 50), *rng.choice([1, 9], size=200)])
    return {
        "one row a day": [of(np.arange(60), k, h) for k in (2, 3, 4, 5) for h in (0, 1, 7)],
        "several rows a day": [of(busy(100), k, h) for k in (2, 5, 9) for h in (0, 1, 4, 9)],
        "busy days, then quiet ones": [of(apart, 5, h) for h in (0, 1, 9)],
        "rows that k + 1 does not divide": [of(busy(n), 4, 2) for n in range(41, 51)],
        "days before day 0": [of(busy(80, -60), 3, h) for h in (0, 5)],
        "a horizon longer than all days": [of(busy(50), 3, h) for h in (200, 10**6)],
        "days far apart": [of(rng.integers(-(10**6), 10**6 + 1, size=70), 4, h) for h in (0, 300_000)],
        "few days": [of(rng.integers(0, d, size=60), 4, h) for d in (1, 2, 3, 5, 8) for h in (0, 1)],
        "few rows": [of(busy(n), k, 1) for n in (2, 3, 5, 8) for k in (2, 5)],
        "a day with half of all rows": [of([*[5] * 40, *range(40)], 4, h) for h in (0, 2)],
        "rows of one class": [of(busy(60), 4, 1, np.full(60, label)) for label in (0, 1)],
        "no horizon given": [of(busy(60), 4, 0)[:4] for _ in range(3)],
        "20,000 rows": [of(busy(20_000), 7, h) for h in (0, 30)],
    }
