"""Visible checks: the worked example of the statement, in the currency of the day."""

import numpy as np
import pytest
from roi import appraise, benefit_per_case, break_even, cash_flows, npv

from tenfold import expect

EXAMPLE = {
    "model": {"tp": 160, "fn": 40, "fp": 80, "tn": 720},
    "today": {"tp": 50, "fn": 50, "fp": 80, "tn": 320},
    "prevalence": 0.02,
    "worth": {"tp": 60.0, "fn": -90.0, "fp": -12.0, "tn": 0.0},
    "cases_per_year": 120_000,
    "adoption": 0.8,
    "ramp_months": 4,
    "horizon_months": 24,
    "build_months": 3,
    "build_cost": 90_000.0,
    "spent_so_far": 25_000.0,
    "upkeep_per_month": 4_000.0,
    "cost_per_case": 0.15,
    "retrain_cost": 9_000.0,
    "retrain_every": 6,
    "annual_rate": 0.10,
}


def priced(k):
    """Return the example with every amount of money times k: in another currency."""
    amounts = {key: k * EXAMPLE[key] for key in EXAMPLE if "cost" in key or key in ("spent_so_far", "upkeep_per_month")}
    return {**EXAMPLE, **amounts, "worth": {key: k * value for key, value in EXAMPLE["worth"].items()}}


@pytest.mark.points(1)
def test_benefit_of_the_worked_example(rng):
    """A case gains 2.076 euro in the example; a model that decides as the rule does gains nothing.

    Recall is tp / (tp + fn), the false alarm rate fp / (fp + tn). How many cases of each kind are there in production?
    """
    k = rng.uniform(2, 9)
    assert expect.number(benefit_per_case(priced(k))) == pytest.approx(k * 2.076, rel=1e-3)
    same = {**priced(k), "today": EXAMPLE["model"]}
    assert expect.number(benefit_per_case(same)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.points(1)
def test_flows_of_the_worked_example(rng):
    """Benefits and costs of the example's months 1 to 9 and 24.

    Entry 0 is month 1. The first month after the build is live month 1.
    """
    k = rng.uniform(2, 9)
    pair = expect.sequence(cash_flows(priced(k)), length=2)
    benefits, costs = (expect.array(flows, shape=(24,), kind="iuf") for flows in pair)
    assert benefits[:9] == pytest.approx(k * 4_152.0 * np.array([0, 0, 0, 1, 2, 3, 4, 4, 4]), rel=1e-3, abs=1e-6)
    assert costs[:9] == pytest.approx(k * np.array([30_000.0] * 3 + [5_500.0] * 5 + [14_500.0]), rel=1e-3)
    assert [benefits[23], costs[23]] == pytest.approx([k * 16_608.0, k * 5_500.0], rel=1e-3)


@pytest.mark.points(1)
def test_small_flows_by_hand(rng):
    """Flows of three to six months, small enough to work out on paper.

    At 21 % a year, money a year from now is divided by 1.21, and money six months from now by 1.1.
    """
    k = rng.uniform(2, 9)
    late = np.array([0, 0, 0, 0, 0, k])
    assert expect.number(npv(late, 0.21)) == pytest.approx(k / 1.1, rel=1e-3)
    flows = k * np.array([-3.0, 1.0, 4.0])
    assert expect.number(npv(flows, 0.0)) == pytest.approx(2 * k, rel=1e-3)
    assert expect.integer(break_even(flows, 0.0)) == 3
    assert break_even(k * np.array([-3.0, 1.0, 1.0]), 0.0) is None


@pytest.mark.points(1)
def test_appraisal_of_the_worked_example(rng):
    """Net present value, return and break-even month of the example.

    The return is the net present value over the present value of all costs, build and running alike.
    """
    k = rng.uniform(2, 9)
    found = expect.mapping(appraise(priced(k)), ["npv", "roi", "break_even"])
    assert expect.number(found["npv"]) == pytest.approx(k * 72_386.18, rel=1e-3)
    assert expect.number(found["roi"]) == pytest.approx(0.335068, rel=1e-3)
    assert expect.integer(found["break_even"]) == 16
