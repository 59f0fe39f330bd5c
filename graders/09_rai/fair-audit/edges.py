"""Kinds of audits at the edges: of min_n, min_gap and alpha, and of what a table may be; see `cases`."""

import math
from itertools import product
from pathlib import Path

from tenfold.datasets import module

audits, people = (module(Path(__file__).with_name(name)) for name in ("audits.py", "people.py"))
Audit, columns, near, on_grid, place, two = (
    getattr(audits, name) for name in ("Audit", "columns", "near", "on_grid", "place", "two")
)


# --- small slices


def few(rng, i):
    """Return an audit with a slice of as many rows as asked, or one fewer; every third one is a pair."""
    least = int(rng.integers(10, 20)) * 2
    size, found = least - i % 2, not i % 2
    pair = i % 3 == 0
    halves = [(n, n - 1) for n in (size // 2, size - size // 2)] + [(0, 0)]
    rows = [(size, size - 1)] + 2 * [(300, 30)] if pair else halves
    return two(rng, rows + 6 * [(300, 30)], [(0, 0 if pair else None)] if found else [], min_n=least)


def few_by_default(rng, i):
    """Return an audit with a slice of 30 rows or 29, and no limits given."""
    rows = [(n, n - 1) for n in ([15, 15], [15, 14])[i % 2]] + [(0, 0)]
    return two(rng, rows + 6 * [(300, 30)], [] if i % 2 else [(0, None)])


def nearly_all(rng, i):
    """Return an audit with a slice outside which there are as many rows as asked, or one fewer."""
    half = int(rng.integers(150, 200))
    cells = [(400, 240), (half, half // 10), (half - i % 2, half // 10)]
    return two(rng, cells, [] if i % 2 else [(0, None)], (3, 1), min_n=2 * half)


def few_left(rng, i):
    """Return an audit with a value of which, without its pair, as many rows are left as asked, or one fewer."""
    cells = [(300, 270), (75, 18), (75, 17), *6 * [(400, 40)]]
    return two(rng, cells, [(0, 0)] if i % 2 else [(0, 0), (0, None)], min_n=150 + i % 2)


SMALL = {
    "as few rows as min_n, or one fewer": (8, few),
    "30 rows or 29, without min_n": (4, few_by_default),
    "as few rows outside as min_n, or one fewer": (6, nearly_all),
    "as few rows left as min_n, or one fewer": (4, few_left),
    "fewer rows than min_n in all": (2, lambda rng, i: two(rng, [(4, 4), (5, 0), (6, 0), (7, 0)], [], (2, 2))),
}


# --- small gaps


def exact(rng, i):
    """Return an audit with a gap of exactly min_gap, or one error less; all rates are exact in binary."""
    k, found = 2 * int(rng.integers(2, 6)), not i % 2
    high, least = [(32, 0.25), (40, 0.375)][i // 2 % 2]
    cells = [(k * 32, k * high // 2 - i % 2), (k * 32, k * high // 2)] + 4 * [(k * 32, k * 8)]
    return two(rng, cells, [(0, None)] if found else [], (3, 2), min_gap=least)


def certain(rng, i):
    """Return an audit with a small gap among many rows: no finding, unless min_gap is as small."""
    levels = columns(rng, 3, 3, 3)
    limits = {"min_gap": 0.02} if i % 2 else {}
    slices = {place(levels, a=0): 0.15}
    return on_grid(levels, slices, slices if i % 2 else [], limits, rows=800)


def little_left(rng, i):
    """Return an audit with a value that, without its pair, errs by less than min_gap, or by more."""
    cells = [(300, 240), (800, 130), (800, 130), *6 * [(1000, 100)]]
    return two(rng, cells, [(0, 0)] if i % 2 else [(0, 0), (0, None)], min_gap=0.10 if i % 2 else 0.04)


GAPS = {
    "a gap of exactly min_gap, or a little less": (8, exact),
    "a small gap among many rows": (2, certain),
    "a small gap once a finding is out": (4, little_left),
    "a slice of most of the rows": (
        3,
        lambda rng, i: two(rng, [(700, 154), (700, 154), (300, 30), (300, 30)], [(0, None)], (2, 2)),
    ),
    "fewer errors than elsewhere": (
        4,
        lambda rng, i: two(rng, [(60, 3), (60, 2), *6 * [(200, round(100 * near(rng, 1)))]], [], (4, 2)),
    ),
    "seven times as many errors, and few": (3, lambda rng, i: two(rng, [(600, 42)] * 2 + 4 * [(900, 9)], [], (3, 2))),
    "many errors everywhere": (3, lambda rng, i: two(rng, [(400, 320)] * 2 + 4 * [(400, 240)], [(0, None)], (3, 2))),
}


# --- any table


def long_column(rng, i):
    """Return an audit with a column of sixty values, the rarest of which errs; or one of its pairs."""
    levels = columns(rng, 60, 2)
    rare = levels[next(iter(levels))][0]
    return on_grid(levels, {place(levels, a=0): 0.95}, rows=lambda a, b: 15 if a == rare else 20)


def many_columns(rng, i):
    """Eight columns, no three of which tell anything of each other; a pair of the last two errs."""
    levels = columns(rng, *[3] * 8)
    sums = [(x, y, 1, -x * x - y * y) for x, y in product(range(3), repeat=2)][:8]
    cells = {}
    for digits in product(range(3), repeat=4):
        places = [sum(a * b for a, b in zip(digits, some, strict=True)) % 3 for some in sums]
        bad = 12 if places[6:] == [0, 0] else 1
        cells[tuple(values[k] for values, k in zip(levels.values(), places, strict=True))] = (14, bad)
    return Audit(list(levels), cells, {place(levels, g=0, h=0)})


def of_texts(texts):
    """Return who makes audits with a column of these texts, each of which errs in turn."""

    def make(rng, i):
        levels = {**columns(rng, 2), "text": list(texts)}
        return on_grid(levels, {place(levels, b=i): 0.9}, rows=20)

    return make


def run_on(rng, i):
    """Two columns whose texts, put together, are the same for unlike people."""
    pairs = [people.RUN_ON[k + j] for k in 2 * rng.permutation(len(people.RUN_ON) // 2)[:6] for j in (0, 1)]
    levels = {"one": [one for one, _ in pairs], "two": [two for _, two in pairs]}
    cells = dict.fromkeys(pairs, (40, 3)) | {pairs[0]: (40, 36)}
    return Audit(list(levels), cells, {frozenset([("one", pairs[0][0])])})


def named(rng, i):
    """Return an audit whose columns have names that a program may use itself, two of them in turn."""
    names = ["error", "errors", "wrong", "n", "p", "gap", "index", "level_0", "count", "size", "0", "y_true"]
    levels = dict(zip(names[2 * i : 2 * i + 2], columns(rng, 3, 3).values(), strict=True))
    return on_grid(levels, {place(levels, a=0, b=0): near(rng, 0.5)})


def formed(rate=0.5, base=0.1, rows=60, **form):
    """Return who makes audits with a pair that errs, and rows that are written in another form."""

    def make(rng, i):
        levels = columns(rng, 3, 3)
        return on_grid(levels, {place(levels, a=0, b=0): rate}, form=form, rows=rows, base=base)

    return make


def late(rng, i):
    """20,000 rows in order; the last 30 err."""
    levels = columns(rng, 11, 2)
    rows = {value: 15 if k == 10 else 1000 for k, value in enumerate(levels[next(iter(levels))])}
    form = {"shuffled": False, "index": None, "kind": "int8"}
    return on_grid(levels, {place(levels, a=10): 0.9}, rows=lambda a, b: rows[a], form=form)


TABLES = {
    "one column": (4, lambda rng, i: on_grid(k := columns(rng, 3 + i), {place(k, a=0): near(rng, 0.5)}, rows=100)),
    "eight columns": (3, many_columns),
    "a column of sixty values": (3, long_column),
    "texts that look alike": (8, of_texts(people.LOOK_ALIKE)),
    "texts of 100 characters": (3, of_texts(people.LONG)),
    "texts that run together": (3, run_on),
    "names of columns": (6, named),
    "no errors outside": (3, formed(base=0.0)),
    "errors alone inside": (3, formed(rate=1.0)),
    "no errors": (1, lambda rng, i: two(rng, 9 * [(60, 0)], [])),
    "errors alone": (1, lambda rng, i: two(rng, 9 * [(60, 60)], [])),
    "one row": (2, lambda rng, i: two(rng, [(1, i % 2)], [], (1, 1))),
    "20,030 rows, the last ones err": (1, late),
}
TABLES |= {f"0 and 1 of type {kind}": (1, formed(kind=kind, rows=150, rate=0.9)) for kind in people.INTEGERS}
for kind_ in ("shuffled", "that repeat", "all the same", "backwards", "of text", "from 1 on"):
    TABLES[f"labels {kind_}"] = (1, formed(index=kind_))


# --- alpha


def hardly(rng, i):
    """Return an audit with a pair that is a finding for a large alpha alone."""
    n = int(rng.integers(80, 140))
    bad = next(k for k in range(n) if audits.evidence.log_p(k, n, 3 * (n // 5) + k, 4 * n) < math.log(0.015))
    return two(rng, [(n, bad), *3 * [(n, n // 5)]], [(0, 0)], (2, 2), alpha=0.5)


def hardly_not(rng, i):
    """Return an audit with a value that is a finding for alpha=0.05, and none for 0.01."""
    n = int(rng.integers(1500, 2500))
    bad = next(k for k in range(n) if audits.evidence.log_p(k, n, n // 5 + k, 2 * n) < math.log(0.0248))
    levels = columns(rng, 2)
    cells = dict(zip(((value,) for value in next(iter(levels.values()))), [(n, bad), (n, n // 5)], strict=True))
    return Audit(list(levels), cells, set(), {"alpha": 0.01, "min_gap": 0.01})


def at(alpha):
    """Return who makes audits with a strong slice, and this alpha."""
    return lambda rng, i: on_grid(k := columns(rng, 3, 3), {place(k, a=0): near(rng, 0.5)}, limits={"alpha": alpha})


ALPHA = {
    "a large alpha": (4, hardly),
    "a small alpha": (4, hardly_not),
    "a strong slice and a small alpha": (2, at(0.01)),
    "a strong slice and a large alpha": (2, at(0.5)),
}
