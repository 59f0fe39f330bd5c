"""Whether an answer is the one wanted; raises `expect.Unexpected` with what is wrong, where more can be said."""

import math
from pathlib import Path

import pandas as pd

from tenfold import expect
from tenfold.datasets import module

right = module(Path(__file__).with_name("right.py"))
CLOSE = 1e-9


def close(found, wanted):
    """Return whether a number is within 1e-9 of the one wanted; nan is nan."""
    return abs(found - wanted) <= CLOSE or (math.isnan(found) and math.isnan(wanted))


def plain(cell):
    """Return a value of a text column; missing, in whichever spelling, is None."""
    missing = cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell))
    return None if missing else expect.text(cell)


def rows_of(found, columns, numbers):
    """Return a table as {values of its columns: {name: number}}, its form checked."""
    table = expect.frame(found, columns=[*columns, *numbers])
    keys = list(zip(*([plain(cell) for cell in table[name].tolist()] for name in columns), strict=True))
    if len(set(keys)) < len(keys):
        raise expect.Unexpected("a group in two rows")
    parts = [expect.array(table[name], shape=(None,), kind="iuf", finite=False).tolist() for name in numbers]
    return {key: dict(zip(numbers, row, strict=True)) for key, *row in zip(keys, *parts, strict=True)}


def same_groups(found, wanted):
    """Fail unless the groups are those wanted."""
    if len(found) != len(wanted):
        raise expect.Unexpected(f"{'fewer' if len(found) < len(wanted) else 'more'} groups than there are")
    if found.keys() != wanted.keys():
        raise expect.Unexpected("other groups than there are")


def same_table(found, wanted, empty=True):
    """Return True where a table of `group_metrics` is the one wanted; else say what is not.

    Rates that are nan are looked at only where `empty` says so.
    """
    columns, rows = wanted
    found = rows_of(found, columns, [*right.COUNTS, *right.RATES])
    same_groups(found, rows)
    for key, row in rows.items():
        for name, number in row.items():
            if (empty or not math.isnan(number)) and not close(found[key][name], number):
                raise expect.Unexpected(f"another {name}")
    return True


def same_known(found, wanted):
    """Return True where a table is the one wanted, but for rates that rest on nobody."""
    return same_table(found, wanted, empty=False)


def same_disparity(found, wanted):
    """Return True where a report of `disparity` is the one wanted; else say what is not."""
    found = expect.mapping(found, list(wanted))
    if expect.integer(found["excluded"]) != wanted["excluded"]:
        raise expect.Unexpected("another number of groups left out")
    for name in ("difference", "ratio"):
        if not close(expect.number(found[name], finite=False), wanted[name]):
            raise expect.Unexpected(f"another {name}")
    return True


def same_standardised(found, wanted):
    """Return True where a table of `standardised_rates` is the one wanted; else say what is not."""
    found = rows_of(found, ["group"], ["crude", "adjusted"])
    same_groups(found, {(group,): None for group in wanted})
    for group, rates in wanted.items():
        for name, rate in zip(("crude", "adjusted"), rates, strict=True):
            if not close(found[group,][name], rate):
                raise expect.Unexpected(f"another {name} rate")
    return True


def slices_of(found):
    """Return what `find_slices` gave as a set of slices, its form checked."""
    slices = [
        frozenset((expect.text(column), plain(value)) for column, value in expect.mapping(where).items())
        for where in expect.sequence(found)
    ]
    if len(set(slices)) < len(slices):
        raise expect.Unexpected("a slice twice")
    return set(slices)


def same_slices(found, wanted):
    """Return True where the slices are those wanted; else say whether one is missing or too many."""
    found = slices_of(found)
    said = [text for text, some in (("a slice missing", wanted - found), ("a slice too many", found - wanted)) if some]
    if said:
        raise expect.Unexpected(" and ".join(said))
    return True


def planted_in(audit):
    """Return the slices that were planted in an audit."""
    return {frozenset(where.items()) for where in audit.planted}
