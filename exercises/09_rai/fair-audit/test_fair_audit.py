"""Visible checks for rai-fair-audit."""

import math

import numpy as np
import pandas as pd
import pytest
from fair_audit import disparity, find_slices, group_metrics, standardised_rates

from tenfold import expect

METRICS = ["selection_rate", "tpr", "fpr", "accuracy"]


def compare(called, found, wanted, within=1e-9):
    """Fail unless a number is the one wanted."""
    found = expect.number(found, finite=False)
    if not abs(found - wanted) <= within:
        raise AssertionError(f"{called} is {found:.10g}; {wanted:.10g} was wanted")


def rows_of(found, column, numbers, wanted):
    """Return a table's rows by the text in a column, each once; fail unless these are the texts wanted."""
    table = expect.frame(found, columns=[column, *numbers])
    texts = table[column].tolist()
    if sorted(map(str, texts)) != sorted(wanted):
        raise AssertionError(f"the table's column {column!r} holds {texts}; {wanted} were wanted, in any order")
    return dict(zip(texts, table[numbers].to_dict("records"), strict=True))


@pytest.mark.points(1)
def test_rates_on_ten_rows():
    """The counts and rates of ten people in two groups are right.

    Write the confusion matrix of each group on paper first: who is in the denominator of each rate?
    """
    groups = pd.DataFrame({"sex": ["f"] * 4 + ["m"] * 6})
    y_true = np.array([1, 1, 0, 0, 1, 0, 0, 0, 0, 0])
    y_pred = np.array([1, 0, 1, 0, 1, 1, 0, 0, 0, 0])

    rows = rows_of(group_metrics(y_true, y_pred, groups), "sex", ["n", "n_pos", "n_neg", *METRICS], ["f", "m"])
    for name, *wanted in (
        ("n", 4, 6),
        ("n_pos", 2, 1),
        ("n_neg", 2, 5),
        ("selection_rate", 1 / 2, 1 / 3),
        ("tpr", 1 / 2, 1),
        ("fpr", 1 / 2, 1 / 5),
        ("accuracy", 1 / 2, 5 / 6),
    ):
        for sex, number in zip("fm", wanted, strict=True):
            compare(f"{name!r} of sex {sex!r} in group_metrics(y_true, y_pred, groups)", rows[sex][name], number)


@pytest.mark.points(1)
def test_disparity_of_three_groups():
    """Difference and ratio compare the extreme groups among those with enough rows.

    The group of five people is left out, and counted as left out.
    """
    table = pd.DataFrame(
        {
            "region": ["north", "south", "east"],
            "n": [200, 100, 5],
            "n_pos": [80, 40, 2],
            "n_neg": [120, 60, 3],
            "selection_rate": [0.50, 0.40, 1.00],
            "tpr": [0.75, 0.50, 1.0],
            "fpr": [1 / 3, 1 / 3, 1.0],
            "accuracy": [0.70, 0.60, 0.40],
        }
    )
    report = expect.mapping(disparity(table, "selection_rate"), keys=["difference", "ratio", "excluded"])
    called = 'in disparity(table, "selection_rate") for rates of 0.5 and 0.4, and one of 5 rows,'
    compare(f"'difference' {called}", report["difference"], 0.10)
    compare(f"'ratio' {called}", report["ratio"], 0.80)
    compare(f"'excluded' {called}", expect.integer(report["excluded"]), 1)


@pytest.mark.points(1)
def test_berkeley_admissions():
    """At Berkeley in 1973 men were admitted more often, yet women more often in like departments.

    Compare women and men within each department; then give both the same mix of departments.
    """
    admitted = {
        "A": (512, 89),
        "B": (353, 17),
        "C": (120, 202),
        "D": (138, 131),
        "E": (53, 94),
        "F": (22, 24),
    }
    refused = {
        "A": (313, 19),
        "B": (207, 8),
        "C": (205, 391),
        "D": (279, 244),
        "E": (138, 299),
        "F": (351, 317),
    }
    cells = [
        (outcome, sex, department, count)
        for outcome, table in ((1, admitted), (0, refused))
        for department, counts in table.items()
        for sex, count in zip(("men", "women"), counts, strict=True)
    ]
    outcome, sex, department, count = zip(*cells, strict=True)
    result = standardised_rates(
        np.repeat(outcome, count), pd.Series(np.repeat(sex, count)), pd.Series(np.repeat(department, count))
    )
    rows = rows_of(result, "group", ["crude", "adjusted"], ["men", "women"])
    for group, crude, adjusted in (("men", 0.4452, 0.3873), ("women", 0.3035, 0.4300)):
        compare(f"'crude' of the {group} of Berkeley", rows[group]["crude"], crude, within=1e-4)
        compare(f"'adjusted' of the {group} of Berkeley", rows[group]["adjusted"], adjusted, within=1e-4)


@pytest.mark.points(1)
def test_slice_in_plain_sight(public):
    """An audit with one strong planted slice reports that slice and no other.

    Compare the error rate of each slice with that of all other rows.
    """
    audit = public("audit", planted=1, lift=0.6)
    found = [named(where) for where in expect.sequence(find_slices(audit.attributes, audit.errors))]
    if found != audit.planted:
        told = f"{len(found)} slices, the first of them {found[:3]}" if len(found) > 3 else f"{found}"
        raise AssertionError(f"find_slices of an audit of 2,000 rows gave {told}; {audit.planted} was wanted")


def named(where):
    """Return a slice as a dict in which a missing value is None."""
    where = expect.mapping(where)
    missing = {
        column: value is None or (isinstance(value, float) and math.isnan(value)) for column, value in where.items()
    }
    return {expect.text(column): None if missing[column] else expect.text(value) for column, value in where.items()}
