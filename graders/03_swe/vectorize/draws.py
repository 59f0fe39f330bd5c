"""Small inputs by kind, at the edges of what the statement allows; `right` knows the answers."""

import numpy as np

INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
FLOATS = ("float16", "float32", "float64", "longdouble")
LOW, HIGH = -(2**63), 2**63 - 1
SPANS = [(9, span) for span in (60_000_000, 120_000_000, 400_000_000, 4_000_000_000, 2**40)]
"""Numbers far apart: a table with a place for each number between takes 480 MB as float64, as int32, as bytes."""


def distances(rng):
    """Return pairs (a, b) of every kind but far coordinates; hardly a shape comes twice."""
    shapes = iter(rng.permutation([(n, m) for n in range(2, 17) for m in range(2, 17)]).tolist())

    def pair(n, m, kinds=("float64", "float64"), d=None, scale=10.0):
        d = d or int(rng.integers(1, 6))
        return tuple((scale * rng.normal(size=(k, d))).astype(kind) for k, kind in zip((n, m), kinds, strict=True))

    def many(count, *options, **named):
        return [pair(*next(shapes), *options, **named) for _ in range(count)]

    def sized(low, high, kind):
        a, b = pair(*next(shapes))
        return tuple((np.sign(x) * rng.uniform(low, high, size=x.shape)).astype(kind) for x in (a, b))

    return {
        "random shapes": many(24),
        "one row, or one column": [pair(1, 7), pair(6, 1), pair(1, 1), *many(6, d=1)],
        "no rows": [pair(n, m, kinds) for n, m in ((0, 4), (5, 0), (0, 0)) for kinds in FLOAT_PAIRS],
        "2,000 columns": [pair(2, 17, d=2000)],
        "float32": many(12, ("float32", "float32")),
        "float32 beside float64": [*many(8, ("float32", "float64")), *many(8, ("float64", "float32"))],
        "hundreds of rows": [pair(n, m, d=2) for n, m in ((1009, 2), (3, 1013), (131, 37))],
        "rows of very different size": [_rows_apart(rng, *next(shapes)) for _ in range(8)],
        "columns of very different size": [
            pair(*next(shapes), d=4, scale=10.0 ** rng.integers(-6, 7, 4)) for _ in "12345678"
        ],
        "numbers near 1e100": [sized(0.1e100, 1e100, "float64") for _ in range(6)],
        "numbers near 1e-100": [sized(1e-100, 9e-100, "float64") for _ in range(6)],
        "float32 near its largest number": [sized(1e38, 3e38, "float32") for _ in range(6)],
    }


def _rows_apart(rng, n, m):
    """Return (a, b) whose rows have sizes from 1e-100 to 1e100."""
    return tuple(10.0 ** rng.uniform(-99, 99, size=(k, 1)) * rng.uniform(1, 9, size=(k, 3)) for k in (n, m))


FLOAT_PAIRS = [(x, y) for x in ("float32", "float64") for y in ("float32", "float64")]


def far_from_the_origin(rng):
    """Return pairs (a, b) by how small some of their distances are beside the coordinates, in two clouds."""
    rows, others = ([10 * rng.normal(size=(n, 3)) for n in lengths] for lengths in (range(2, 14), range(14, 22)))
    found = {
        "equal rows": [(x, x[::-1].copy()) for x in rows] + [(np.zeros((4, 2)), np.zeros((3, 2)))],
        "nearly equal rows": [(x, x + 10.0 ** -rng.integers(4, 13) * rng.normal(size=x.shape)) for x in others],
    }
    shapes = iter(rng.permutation([(n, more) for n in range(8, 15) for more in range(1, 8)]).tolist())
    for decade in range(1, 9):
        pairs = found[f"distances from 1e-{decade + 1} to 1e-{decade} of the coordinates"] = []
        for size in 10.0 ** rng.uniform(2, 12, size=6):
            n, more = next(shapes)
            sign = np.where(np.arange(n + more) % 2, -1, 1)[:, None]
            there = size * rng.uniform(0.5, 1, size=(n + more, 3)) * sign
            step = rng.normal(size=(n, 3)) * 10.0 ** -(decade + np.arange(n) / n)[:, None]
            near = there[:n] + 0.6 * size * step  # the length of a step is 1.7 on average
            pairs.append((there[:n], np.concatenate([near, there[n:]])))
    return found


def group_means(rng):
    """Return (values, group, n_groups) of every kind but those that need many digits."""

    def some(n, n_groups, kind="float64", labels="int64", d=None, taken=None):
        taken = rng.integers(0, n_groups, size=max(1, n_groups // 2)) if taken is None else taken
        values = rng.normal(5, 1, size=(n, d or int(rng.integers(1, 5))))
        return values.astype(kind), rng.choice(taken, size=n).astype(labels), n_groups

    def sized(low, high, kind):
        values, group, n_groups = some(20, 6)
        return (np.sign(values - 5) * rng.uniform(low, high, size=values.shape)).astype(kind), group, n_groups

    lengths = [int(n) for n in rng.permutation(np.arange(2, 40))[:16]]
    found = {
        "random shapes": [some(n, int(rng.integers(2, 60))) for n in lengths],
        "float32": [some(n, int(rng.integers(2, 60)), "float32") for n in lengths],
        "no rows": [some(0, k, kind, labels) for k in (1, 5) for kind in ("float32", "float64") for labels in INTEGERS],
        "thousands of rows": [some(n, 30, d=1) for n in (2003, 5003)],
        "many columns": [some(7, 3, d=50)],
        "one row": [some(1, int(k)) for k in rng.integers(1, 9, size=6)],
        "one group": [some(n, 1) for n in (2, 3, 9)],
        "each row a group": [(rng.normal(size=(n, 2)), rng.permutation(n), n) for n in range(2, 10)],
        "empty groups at the end": [some(n, 30, taken=np.arange(4)) for n in lengths],
        "empty groups at the start": [some(n, 30, taken=np.arange(26, 30)) for n in lengths],
        "sorted labels": [(v, np.sort(g), k) for v, g, k in (some(n, 9) for n in lengths)],
        "numbers near 1e100": [sized(0.1e100, 1e100, "float64") for _ in range(4)],
        "numbers near 1e-100": [sized(1e-100, 9e-100, "float64") for _ in range(4)],
        "float32 near its largest number": [sized(1e38, 3e38, "float32") for _ in range(4)],
    }
    for labels in INTEGERS:
        most = min(int(np.iinfo(labels).max), 70_000)
        taken = np.append(rng.integers(0, most, size=60), most)
        calls = [some(200, most + 1, labels=labels, d=2, taken=taken) for _ in range(1 if most > 300 else 3)]
        found[f"labels of type {labels}, up to {most:,}"] = calls
    for labels, n_groups in (("int8", 1000), ("uint8", 1000), ("int16", 40_000), ("uint16", 70_000)):
        calls = [some(n, n_groups, labels=labels, d=1, taken=np.arange(128)) for n in (1, 60)]
        found[f"labels of type {labels}, and more groups than it holds"] = calls
    return found


def many_digits(rng):
    """Return (values, group, n_groups) that need every digit of float64."""
    found = {"40,000 rows of float32": [], "groups of very different size": [], "a small group behind large values": []}
    many = rng.normal(1000, 1, size=(40_000, 2)).astype(np.float32), rng.integers(0, 3, size=40_000), 3
    found["40,000 rows of float32"].append(many)
    for n_groups in (2, 3, 8, 12):
        scale = 10.0 ** rng.permutation(np.linspace(-3, 12, n_groups))
        group = rng.permutation(np.arange(30 * n_groups) % n_groups)
        values = scale[group][:, None] * rng.uniform(1, 2, size=(len(group), 2))
        found["groups of very different size"].append((values, group, n_groups))
        signs = np.where(np.arange(len(group)) % 2, 1.0, -1.0)[:, None]
        size = np.where(group == n_groups - 1, 1e-3, 1e12)[:, None]
        found["a small group behind large values"].append(
            (signs * size * rng.uniform(1, 2, values.shape), group, n_groups)
        )
    return found


def ranks(rng):
    """Return (x,) of every type and length, all values of one different."""
    lengths = [0, 1, 2, 3, *rng.permutation(np.arange(4, 40))[:6].tolist()]
    found = {}
    for kind in (*INTEGERS, *FLOATS):
        pool = _values(rng, kind, 100)
        found[kind] = [(rng.permutation(pool)[:n],) for n in lengths]
        info = np.iinfo(kind) if kind in INTEGERS else np.finfo(kind)
        ends = np.array([info.min, info.max, 1], dtype=kind)
        found[f"{kind}, from its lowest to its highest"] = [(rng.permutation(ends),) for _ in range(4)]
    for case, order in (("rising", 1), ("falling", -1)):
        found[f"{case} values"] = [(np.sort(rng.normal(size=n))[::order].copy(),) for n in (2, 9, 30)]
    found["hundreds of values"] = [(rng.permutation(n) / 4,) for n in (131, 521)]
    found["its own ranks"] = [(rng.permutation(n) + 1.0,) for n in (2, 9, 30)]
    return found


def _values(rng, kind, n):
    """Return at most n values of a type, all different."""
    if kind in INTEGERS:
        info = np.iinfo(kind)
        return np.unique(rng.integers(info.min, info.max, size=n, dtype=kind, endpoint=True))
    return np.unique((10 * rng.normal(size=n)).astype(kind))


def near_and_equal(rng):
    """Return (x,) with many equal values, and with values that differ as little as they can."""
    spread = [rng.integers(0, n, size=4 * n) for n in (3, 10, 20)]
    zeros = [0.0, -0.0, 1, -1]
    found = {
        "many ties": [(rng.integers(0, 7, size=n) / 7,) for n in (40, 300)],
        "all equal": [(np.full(n, rng.normal()),) for n in (2, 50)],
        "a few integers, millions apart": [(np.array([-3, *s, *s]),) for s in SPANS],
        "integers above 2**53": [(sign * (2**60 + s),) for s in spread for sign in (1, -1)],
        "integers above 2**63": [((2**63 - 5 + s.astype("uint64")),) for s in spread],
    }
    for kind in (*INTEGERS, *FLOATS):
        found[f"ties of {kind}"] = [(rng.choice(_values(rng, kind, 5), size=n),) for n in (6, 12, 30)]
    for kind in FLOATS:
        info, one = np.finfo(kind), np.ones(1, dtype=kind)
        least = np.array([-info.tiny, -info.smallest_subnormal, 0, info.smallest_subnormal, info.tiny], dtype=kind)
        found[f"{kind} one step apart"] = [(one + s.astype(kind) * info.eps,) for s in spread]
        found[f"{kind} near 0"] = [(rng.permutation(np.repeat(least, n)),) for n in (1, 4)]
        found[f"0.0 and -0.0 of {kind}"] = [
            (rng.permutation(np.repeat(np.array(zeros, dtype=kind), n)),) for n in (1, 9)
        ]
    return found


def lookup(rng):
    """Return (wanted, keys, values, default) with keys of two digits."""

    def table(n, m, low=-20, high=20):
        keys, values = rng.integers(low, high, size=m), rng.normal(size=m)
        return rng.integers(low - 10, high + 10, size=n), keys, values, float(rng.normal())

    shapes = rng.permutation([(n, m) for n in range(1, 30) for m in range(1, 30)])[:40].tolist()
    found = {
        "random keys": [table(n, m) for n, m in shapes],
        "no keys": [table(n, 0) for n in (1, 7)],
        "nothing wanted": [table(0, 5), table(0, 0)],
        "one key": [table(n, 1, 0, 2) for n in (1, 2, 3, 9)],
        "many keys, or many wanted": [table(3, 1009, -600, 600), table(1009, 3), table(131, 521, -300, 300)],
        "keys that are not there": [(w + 100, *rest) for w, *rest in (table(9, m) for m in range(2, 9))],
        "equal keys": [table(12, m, 0, 4) for m in range(2, 40, 3)],
        "rising keys": [(w, np.sort(k), v, x) for w, k, v, x in (table(12, m) for m in range(2, 20, 3))],
        "the keys themselves wanted": [(k, k, v, x) for _, k, v, x in (table(1, m) for m in range(2, 20, 3))],
        "a value of 0": [(w, k, np.where(v < 0, 0.0, v), 0.5) for w, k, v, _ in (table(20, 9, 0, 9) for _ in range(6))],
        "values near 1e308": [
            (w, k, 1e308 * np.sign(v), 1e308) for w, k, v, _ in (table(20, 9, 0, 9) for _ in range(6))
        ],
    }
    for default in (np.nan, np.inf, -np.inf):
        found[f"the default {default}"] = [(*table(12, m)[:3], float(default)) for m in (0, 1, 5, 12, 20)]
    return found


def extreme_keys(rng):
    """Return (wanted, keys, values, default) with keys from one end of int64 to the other."""

    def table(keys, wanted, default=0.5):
        return rng.permutation(wanted), keys, rng.normal(size=len(keys)), default

    def near(middle, n):
        keys = middle + rng.integers(0, 2 * n, size=n)
        return table(keys, np.append(keys, keys + 1))

    def ends(*keys):
        return table(np.array(keys), np.array([*keys, LOW + 9, -1, 0, 1, HIGH - 9]))

    both = [rng.choice([-1, 1], size=n) * (2**62 + rng.integers(0, n, size=n)) for n in (9, 60, 200)]
    few = rng.integers(0, 60, size=2000)
    return {
        "keys of 19 digits": [table(keys, np.append(keys, keys + 1)[:150]) for keys in both],
        "keys above 2**53": [near(sign * 2**54, n) for n in (2, 9, 40) for sign in (1, -1)],
        "the lowest and the highest keys": [ends(HIGH, LOW + n, HIGH - 2 * n, LOW) for n in (1, 2, 3)],
        "a few keys, millions apart": [table(np.array([0, *s]), np.array([0, 1, *s, s[-1] + 1])) for s in SPANS],
        "small keys, and wanted ones at both ends": [
            table(rng.permutation(n) - low, np.array([LOW, HIGH, -1, 0, 1, n - 1, n])) for n in (3, 9) for low in (0, 5)
        ],
        "keys at both ends, and none between": [ends(LOW, HIGH), ends(HIGH, LOW)],
        "negative keys": [near(-n, n) for n in (2, 9, 40)],
        "2,000 keys, 60 of them different": [table(few, rng.integers(0, 70, size=150))],
    }
