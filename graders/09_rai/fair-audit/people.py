"""People by kind, at the edges of what the statement allows: input of `group_metrics`."""

import math

import numpy as np
import pandas as pd

INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
LOOK_MISSING = ["", "None", "none", "nan", "NaN", "NA", "N/A", "<NA>", "null", "missing", "<missing>", "?", "0"]
LOOK_ALIKE = ["a", "A", " a", "a ", " ", "é", "e\u0301", "1", "1.0", "01", "+1", "True", "true", "ss", "ß", "fi", "ﬁ"]
LONG = ["x" * 99 + end for end in "abc"]
MARKS = "-_|,;:/\\. #&+=*~'\"()[]{}<>\u2013\u00b7"
RUN_ON = [pair for mark in MARKS for pair in ((f"a{mark}b", "c"), ("a", f"b{mark}c"))]
RUN_ON += [("ab", "c"), ("a", "bc"), ("", "abc"), ("abc", ""), ("a', 'b", "c"), ("a", "b', 'c")]
NAMES = ["weight", "code", "key", "index", "level_0", "size", "y_true", "y_pred", "group", "count", "0", "sex at birth"]


def letters(number):
    """Return so many plain texts."""
    return [f"v{i}" for i in range(number)]


def some(rng, texts, rows):
    """Return a column of some of these texts, None among them for a missing one; as object."""
    return pd.Series([texts[i] for i in rng.integers(0, len(texts), size=rows)], dtype=object)


def all_of(rng, texts, rows):
    """Return a column in which each of these texts comes, and then some."""
    order = rng.permutation([*range(len(texts)), *rng.integers(0, len(texts), size=rows)])
    return pd.Series([texts[i] for i in order], dtype=object)


def flags(rng, rows, kind="int64", share=None):
    """Return an array of 0 and 1."""
    return (rng.random(rows) < (rng.uniform(0.2, 0.8) if share is None else share)).astype(kind)


def table(**columns):
    """Return a table of columns."""
    return pd.DataFrame(columns, dtype=object)


def spelt(rng, column, spellings=(None, math.nan)):
    """Spell each missing cell in one of these ways."""
    cells = [spellings[rng.integers(len(spellings))] if cell is None else cell for cell in column.tolist()]
    return pd.Series(cells, index=column.index, dtype=object, name=column.name)


def asked(rng, groups, kind="int64", share=None):
    """Return arguments of `group_metrics` without weights."""
    return flags(rng, len(groups), kind), flags(rng, len(groups), kind, share), groups


def lengths(rng, number, most=60):
    """Return different numbers of rows."""
    return [int(n) for n in rng.permutation(np.arange(2, most))[:number]]


def plain(rng):
    """Return people without weights and without missing cells, by kind."""
    found = {
        "a few rows": [asked(rng, table(sex=some(rng, letters(3), n))) for n in lengths(rng, 10)],
        "one row": [asked(rng, table(sex=some(rng, letters(3), 1))) for _ in range(6)],
        "one group": [asked(rng, table(sex=some(rng, letters(1), n))) for n in lengths(rng, 4)],
        "each row a group": [asked(rng, table(sex=all_of(rng, letters(n), 0))) for n in lengths(rng, 4)],
        "nobody selected": [asked(rng, table(sex=some(rng, letters(2), n)), share=0) for n in lengths(rng, 4)],
        "everybody selected": [asked(rng, table(sex=some(rng, letters(2), n)), share=1) for n in lengths(rng, 4)],
        "hundreds of groups": [asked(rng, table(sex=some(rng, letters(300), 900)))],
        "a column of pandas' str": [
            asked(rng, table(sex=some(rng, letters(3), n)).astype("str")) for n in lengths(rng, 4)
        ],
    }
    for kind in INTEGERS:
        found[f"0 and 1 of type {kind}"] = [asked(rng, table(sex=some(rng, letters(2), n)), kind) for n in (20, 800)]
    late = table(sex=pd.Series(["first"] * 20_000 + ["last"] * 50, dtype=object))
    found["20,050 rows, a group at the end"] = [asked(rng, late, "int8")]
    return found


def weighted(rng):
    """Return people with weights above 0, by kind."""

    def one(n, weight):
        return *asked(rng, table(sex=some(rng, letters(3), n))), weight

    def apart(n):
        return 10.0 ** rng.uniform(-6, 6, size=n)

    return {
        "weights from 0.5 to 8": [one(n, rng.uniform(0.5, 8, size=n)) for n in lengths(rng, 10)],
        "whole weights": [one(n, rng.integers(1, 9, size=n).astype(float)) for n in lengths(rng, 6)],
        "weights below 1": [one(n, rng.uniform(0.01, 0.9, size=n)) for n in lengths(rng, 6)],
        "weights from 1e-6 to 1e6": [one(n, apart(n)) for n in lengths(rng, 12)],
        "one row with a weight": [one(1, rng.uniform(0.5, 8, size=1)) for _ in range(6)],
        "thousands of weights": [one(5000, rng.uniform(0.5, 8, size=5000))],
    }


def combined(rng):
    """Return people whose groups are combinations, missing cells and any text, by kind."""
    gone = [*letters(2), None]
    spellings = {"None": (None,), "nan": (math.nan,), "None and nan": (None, math.nan)}
    found = {
        f"missing cells, as {name}": [
            asked(rng, table(sex=spelt(rng, some(rng, gone, n), how), race=spelt(rng, some(rng, gone, n), how)))
            for n in lengths(rng, 4)
        ]
        for name, how in spellings.items()
    }
    found |= {
        "missing cells in a column of pandas' str": [
            asked(rng, table(sex=some(rng, gone, n)).astype("str")) for n in lengths(rng, 4)
        ],
        "a column where all is missing": [
            asked(rng, table(sex=some(rng, letters(2), n), race=spelt(rng, some(rng, [None], n))))
            for n in lengths(rng, 3)
        ],
        "texts that look missing": [
            asked(rng, table(sex=spelt(rng, all_of(rng, [*LOOK_MISSING, None], 40)))) for _ in range(4)
        ],
        "texts that look alike": [asked(rng, table(sex=all_of(rng, LOOK_ALIKE, 40))) for _ in range(4)],
        "texts of 100 characters": [asked(rng, table(sex=all_of(rng, LONG, 20))) for _ in range(3)],
        "texts that run together": [asked(rng, together(rng)) for _ in range(3)],
        "names of columns": [asked(rng, table(**{name: some(rng, gone, 30)})) for name in NAMES],
    }
    for width in (2, 3, 5, 8):
        columns = {f"c{i}": 60 for i in range(width)}
        made = [{name: spelt(rng, some(rng, gone, n)) for name, n in columns.items()} for _ in range(3)]
        found[f"{width} columns"] = [asked(rng, table(**cells)) for cells in made]
    return found


def together(rng):
    """Return two columns whose texts, put together, are the same for unlike people."""
    pairs = all_of(rng, RUN_ON, 3 * len(RUN_ON)).tolist()
    return table(one=[one for one, _ in pairs], two=[two for _, two in pairs])


def labels(rng, rows):
    """Return labels of rows that mean nothing, by kind."""
    return {
        "labels shuffled": rng.permutation(rows),
        "labels that repeat": rng.integers(0, 5, size=rows),
        "labels all the same": np.zeros(rows, dtype=int),
        "labels backwards": np.arange(rows)[::-1],
        "labels of text": [f"v{i}" for i in rng.integers(0, 9, size=rows)],
        "labels from 1 on": np.arange(1, rows + 1),
    }


def labelled(rng):
    """Return people whose rows have labels, by kind."""
    found = {}
    for _ in range(3):
        for kind, index in labels(rng, 40).items():
            groups = table(sex=some(rng, letters(3), 40), race=some(rng, letters(2), 40)).set_axis(index)
            found.setdefault(kind, []).append((*asked(rng, groups), rng.uniform(0.5, 8, size=40)))
    return found


def empty(rng):
    """Return people some of whose rates rest on nobody, by kind."""

    def small(n, weight=None):
        args = asked(rng, table(sex=some(rng, letters(5), n)))
        return args if weight is None else (*args, weight)

    def zeros(n, share):
        return np.where(rng.random(n) < share, 0.0, rng.uniform(0.1, 8, size=n))

    rest = table(sex=some(rng, letters(2), 30))
    return {
        "groups of one or two rows": [small(n) for n in (6, 7, 8, 9, 10, 11)],
        "some weights of 0": [small(n, zeros(n, 0.4)) for n in range(8, 32)],
        "weights of 0 in most rows": [small(n, zeros(n, 0.8)) for n in range(8, 20)],
        "weights of 0 alone": [small(n, np.zeros(n)) for n in (1, 2, 20)],
        "nobody positive": [(np.zeros(30, dtype=int), flags(rng, 30), rest) for _ in range(2)],
        "nobody negative": [(np.ones(30, dtype=int), flags(rng, 30), rest) for _ in range(2)],
    }
