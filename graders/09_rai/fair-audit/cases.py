"""Kinds of audits by what is to be found in them: how many, and who makes them, given the number of the audit."""

import math
from itertools import combinations
from pathlib import Path

from tenfold.datasets import module

audits, people = (module(Path(__file__).with_name(name)) for name in ("audits.py", "people.py"))
Audit, columns, near, on_grid, place, two = (
    getattr(audits, name) for name in ("Audit", "columns", "near", "on_grid", "place", "two")
)
SPELLINGS = [(None,), (math.nan,), (None, math.nan)]


# --- pairs


def diagonal(rng, i):
    """Pairs of values on a diagonal: each column by itself looks fair."""
    levels = columns(rng, 3, 3, 3)
    pairs = [place(levels, a=k, b=k) for k in range(3)]
    return on_grid(levels, dict.fromkeys(pairs, near(rng, 0.5)), base=near(rng, 0.1))


def better_alone(rng, i):
    """Return an audit with a pair both of whose values, by themselves, err less than the others."""
    levels = columns(rng, 4, 4)
    pair, low = place(levels, a=0, b=0), {place(levels, a=0): 0.02, place(levels, b=0): 0.02}
    return on_grid(levels, {pair: near(rng, 0.6), **low}, [pair], rows=100, base=0.25)


def any_two(rng, i):
    """Return an audit with pairs on a diagonal of two of five columns: each two in turn."""
    levels = columns(rng, 2, 2, 2, 2, 2)
    one, other = list(combinations("abcde", 2))[i]
    pairs = [place(levels, **{one: k, other: k}) for k in (0, 1)]
    return on_grid(levels, dict.fromkeys(pairs, near(rng, 0.5)), rows=24)


PAIRS = {
    "pairs on a diagonal": (4, diagonal),
    "a pair whose values alone look better than others": (4, better_alone),
    "pairs of any two of five columns": (10, any_two),
}


# --- missing


def unknown(rng, i, raised, text=None):
    """Return an audit in which each column's first value is missing; its second is `text`, where there is one."""
    levels = columns(rng, 4, 4)
    for values in levels.values():
        values[:2] = [None, text or values[1]]
    return on_grid(levels, {place(levels, **raised): near(rng, 0.5)}, form={"missing": SPELLINGS[i % 3]})


def beside_text(rng, i):
    """Missing cells beside a text that looks missing: one of the two errs."""
    text = people.LOOK_MISSING[i % len(people.LOOK_MISSING)]
    return unknown(rng, i, {"a": i // len(people.LOOK_MISSING)}, text)


def of_str(rng, i):
    """Missing cells in columns of pandas' str."""
    audit = unknown(rng, i, [{"a": 0}, {"a": 0, "b": 2}][i % 2])
    audit.form["text"] = "str"
    return audit


MISSING = {
    "a missing value alone": (6, lambda rng, i: unknown(rng, i, {"ab"[i // 3]: 0})),
    "a missing value in a pair": (6, lambda rng, i: unknown(rng, i, {"a": 2 * (i // 3), "b": 2 - 2 * (i // 3)})),
    "two missing values": (3, lambda rng, i: unknown(rng, i, {"a": 0, "b": 0})),
    "missing cells beside texts that look missing": (len(people.LOOK_MISSING), beside_text),
    "missing cells in columns of pandas' str": (4, of_str),
}


# --- shadows


def going_along(rng, i):
    """Return an audit with a value that nine of ten rows of another one have: one of them errs."""
    levels = columns(rng, 3, 3, 2)
    (_, one), (_, other), _ = levels.items()

    def rows(a, b, c):
        return 180 if one.index(a) == other.index(b) else 10

    return on_grid(levels, {place(levels, a=0): near(rng, 0.5)}, rows=rows)


def inside_others(rng, i):
    """Return an audit with a column inside another one, as districts in regions: a region or a district errs."""
    levels = columns(rng, 3, 9, 2)
    (_, regions), (_, districts), _ = levels.items()

    def rows(region, district, c):
        return 40 * (districts.index(district) // 3 == regions.index(region))

    return on_grid(levels, {place(levels, **({"a": 0} if i % 2 else {"b": 0})): near(rng, 0.6)}, rows=rows)


def always_the_same(rng, i):
    """Return an audit with a column with one value alone: each of its pairs has the rows of the other value."""
    levels = columns(rng, 1, 3, 3)
    return on_grid(levels, {place(levels, b=0): near(rng, 0.5)})


def chance_left(rng, i):
    """Return an audit with a value of which, without its pair, too little is left to tell from chance."""
    cells = [(100, 90), (20, 8), (20, 7), *6 * [(200 + i, 60)]]
    return two(rng, cells, [(0, 0)], min_gap=0.05)


SHADOWS = {
    "the values of a pair": (
        3,
        lambda rng, i: on_grid(k := columns(rng, 3, 3, 3), {place(k, a=0, b=0): near(rng, 0.6)}),
    ),
    "the pairs of a value": (3, lambda rng, i: on_grid(k := columns(rng, 3, 3, 3), {place(k, a=0): near(rng, 0.4)})),
    "a value that goes along with another": (3, going_along),
    "districts of a region": (3, inside_others),
    "a column with one value alone": (3, always_the_same),
    "what is left of a value is chance": (3, chance_left),
}


# --- what stands by itself


def several(*slices, rate=0.6, widths=(3, 3, 3), rows=60):
    """Return who makes audits in which some slices err, and each stands without the rows of the others."""

    def make(rng, i):
        levels = columns(rng, *widths)
        return on_grid(levels, {place(levels, **some): near(rng, rate) for some in slices}, rows=rows)

    return make


def crossing(rng, i):
    """Two values that go along with each other, and each errs without the other."""
    levels = columns(rng, 3, 3, 2)
    (_, one), (_, other), _ = levels.items()

    def rows(a, b, c):
        return 160 if one.index(a) == other.index(b) else 60

    return on_grid(levels, {place(levels, a=0): near(rng, 0.6), place(levels, b=0): near(rng, 0.6)}, rows=rows)


def beyond_its_pair(rng, i):
    """Return an audit with a pair that errs most, and one of its values, which errs beyond it too."""
    levels = columns(rng, 4, 4, 2)
    return on_grid(levels, {place(levels, a=0, b=0): 0.95, place(levels, a=0): near(rng, 0.2)}, rows=100, base=0.05)


ALONE = {
    "pairs that share a value": (4, several({"a": 0, "b": 0}, {"a": 0, "c": 0}, widths=(3, 6, 6), rows=24, rate=0.8)),
    "pairs that share a column": (3, several({"a": 0, "b": 0}, {"a": 1, "b": 1})),
    "a pair and a value that overlap": (3, several({"a": 0, "b": 0}, {"c": 0})),
    "two values that overlap": (3, several({"a": 0}, {"b": 0})),
    "two values that go along with each other": (3, crossing),
    "a value beyond its pair": (3, beyond_its_pair),
    "six slices": (2, several(*({"a": k, "b": k} for k in range(6)), widths=(8, 8, 2), rows=40)),
}
