"""Visible checks for rai-fair-audit."""

import numpy as np
import pandas as pd
import pytest
from fair_audit import disparity, find_slices, group_metrics, standardised_rates

from tenfold import expect

METRICS = ["selection_rate", "tpr", "fpr", "accuracy"]


@pytest.mark.points(1)
def test_rates_on_ten_rows():
    """The counts and rates of ten people in two groups are right.

    Write the confusion matrix of each group on paper first: who is in the denominator of each rate?
    """
    groups = pd.DataFrame({"sex": ["f"] * 4 + ["m"] * 6})
    y_true = np.array([1, 1, 0, 0, 1, 0, 0, 0, 0, 0])
    y_pred = np.array([1, 0, 1, 0, 1, 1, 0, 0, 0, 0])

    table = expect.frame(group_metrics(y_true, y_pred, groups), columns=["sex", "n", "n_pos", "n_neg", *METRICS])
    assert table.columns.is_unique
    table = table.sort_values("sex", key=lambda cells: cells.astype(str))
    assert table["sex"].tolist() == ["f", "m"]
    for name, expected in (
        ("n", [4, 6]),
        ("n_pos", [2, 1]),
        ("n_neg", [2, 5]),
        ("selection_rate", [1 / 2, 1 / 3]),
        ("tpr", [1 / 2, 1]),
        ("fpr", [1 / 2, 1 / 5]),
        ("accuracy", [1 / 2, 5 / 6]),
    ):
        assert expect.array(table[name], shape=(2,), kind="iuf") == pytest.approx(np.array(expected), abs=1e-9)


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
    assert expect.number(report["difference"]) == pytest.approx(0.10, abs=1e-9)
    assert expect.number(report["ratio"]) == pytest.approx(0.80, abs=1e-9)
    assert expect.integer(report["excluded"]) == 1


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
    table = expect.frame(result, columns=["group", "crude", "adjusted"])
    assert table.columns.is_unique
    table = table.sort_values("group", key=lambda cells: cells.astype(str))
    assert table["group"].tolist() == ["men", "women"]
    rates = expect.array(table[["crude", "adjusted"]].to_numpy(), shape=(2, 2), kind="f")
    assert rates == pytest.approx(np.array([[0.4452, 0.3873], [0.3035, 0.4300]]), abs=1e-4)


@pytest.mark.points(1)
def test_slice_in_plain_sight(public):
    """An audit with one strong planted slice reports that slice and no other.

    Compare the error rate of each slice with that of all other rows.
    """
    audit = public("audit", planted=1, lift=0.6)
    found = expect.sequence(find_slices(audit.attributes, audit.errors), length=1)
    where = {column: value if isinstance(value, str) else None for column, value in expect.mapping(found[0]).items()}
    assert where == audit.planted[0]
