"""Calls that differ from another one in one argument alone, and calls that look at what is left of the arguments."""

from pathlib import Path

import numpy as np

from tenfold.datasets import module

people, strata, reports, right, audits, cases, edges, judged = (
    module(Path(__file__).with_name(f"{name}.py"))
    for name in ("people", "strata", "reports", "right", "audits", "cases", "edges", "judged")
)
FEW, MANY = 40, 1500


def inner(rng, part):
    """Return an array, column or table with other rows between the first and the last five, as many of each kind."""
    order = np.concatenate([np.arange(5), 5 + rng.permutation(len(part) - 10), np.arange(len(part) - 5, len(part))])
    return part[order] if isinstance(part, np.ndarray) else part.iloc[order].set_axis(part.index)


def exchanged(first, other, names):
    """Return a call, calls with one argument of the other, and the first once more, by kind."""
    places = [i for i in range(len(first)) if other[i] is not None]
    changed = {f"another {names[i]} alone": [(*first[:i], other[i], *first[i + 1 :])] for i in places}
    return {"a first call": [first], **changed, "the first call again": [first]}


def some_people(rng, rows):
    """Return arguments of `group_metrics`."""
    gone = [*people.letters(2), None]
    groups = people.table(sex=people.some(rng, gone, rows), race=people.some(rng, gone, rows))
    return *people.asked(rng, groups), rng.uniform(0.5, 8, size=rows)


def some_strata(rng, rows):
    """Return arguments of `standardised_rates`."""
    group, stratum = strata.full(rng, 3, 3, rows)
    return strata.in_strata(rng, group, stratum, rng.uniform(0.5, 8, size=len(group)))


def tables(rng):
    """Yield the place of a function, what is right, what compares, and calls that differ in one argument."""
    for place, make, answer, same, names in (
        (0, some_people, right.group_metrics, judged.same_table, ("y_true", "y_pred", "groups", "sample_weight")),
        (
            2,
            some_strata,
            right.standardised_rates,
            judged.same_standardised,
            ("y_pred", "group", "stratum", "sample_weight"),
        ),
    ):
        for rows in (FEW, MANY):
            first = make(rng, rows)
            yield place, answer, same, exchanged(first, [inner(rng, part) for part in first], names)
    n, n_pos = np.array([90, 70, 50, 40, 20]), np.array([50, 20, 30, 15, 12])
    table, turned = (reports.report(None, n, n_pos, **{m: reports.rates(rng, 5) for m in right.RATES}) for _ in "12")
    first, other = (table, "tpr", 14), (turned, "fpr", 25)
    yield 1, right.disparity, judged.same_disparity, exchanged(first, other, ("table", "metric", "min_n"))


def slices(rng):
    """Return calls of `find_slices` that differ from the first in one argument alone, and the answers."""
    kinds = {}
    for rows, size, rate in ((15, "small", 0.6), (400, "large", 0.3)):
        levels = audits.columns(rng, 3, 3, 2)
        first, other = (audits.on_grid(levels, {audits.place(levels, **{c: 0}): rate}, rows=rows) for c in "ab")
        values = levels[first.names[0]]
        turned = dict(zip(values, values[1:] + values[:1], strict=True))
        cells = {(turned[key[0]], *key[1:]): counts for key, counts in first.cells.items()}
        moved = audits.Audit(first.names, cells, {frozenset([(first.names[0], values[1])])})
        for kind, audit in {
            "a first audit": first,
            "the same attributes, other errors": other,
            "the same errors, other attributes": moved,
            **{
                f"another {name}": audits.Audit(first.names, first.cells, set(), {name: limit})
                for name, limit in (("min_gap", 0.8), ("min_n", 7 * rows))
            },
            "the first audit again": first,
        }.items():
            audit.form = {"shuffled": False, "index": None}
            kinds[f"{kind}, {size}"] = (1, lambda rng, i, audit=audit: audit)
    return audits.calls(rng, kinds)


def one_of_each(rng):
    """Yield (place of the function, arguments): tables with labels and missing cells, weights of 0."""
    for kind in ("missing cells, as None and nan", "missing cells in a column of pandas' str"):
        yield 0, people.combined(rng)[kind][0]
    yield 0, people.empty(rng)["some weights of 0"][0]
    yield from ((0, people.labelled(rng)[f"labels {kind}"][0]) for kind in ("shuffled", "that repeat"))
    yield 0, some_people(rng, MANY)
    for kind in ("some rates of nan", "rows with labels", "three columns of groups"):
        yield 1, reports.compared(rng)[kind][0]
    for kind in ("labels shuffled", "missing groups and strata", "weights from 1e-6 to 1e6"):
        yield 2, strata.any_strata(rng)[kind][0]
    yield 2, strata.not_shared(rng)["strata in which a group weighs 0"][0]
    kinds = {**cases.MISSING, **cases.ALONE, **edges.ALPHA, **edges.TABLES}
    asked = (
        "a missing value in a pair",
        "pairs that share a value",
        "a strong slice and a small alpha",
        "labels of text",
    )
    yield from ((3, rows[0]) for rows in audits.calls(rng, {kind: (1, kinds[kind][1]) for kind in asked})[0].values())
