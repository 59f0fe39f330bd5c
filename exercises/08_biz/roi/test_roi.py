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
    "spent_so_far": 0.0,
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


def compare(called, found, wanted):
    """Fail unless a number is within a millionth of the one wanted; of zero, within 0.000001."""
    found = expect.number(found)
    if not abs(found - wanted) <= (1e-6 * abs(wanted) if wanted else 1e-6):
        raise AssertionError(f"{called} gives {found:.10g}, not {wanted:.10g}")


@pytest.mark.points(1)
def test_benefit_of_the_worked_example(rng):
    """A case gains 2.076 euro in the example; a model that decides as the rule does gains nothing.

    Recall is tp / (tp + fn), the false alarm rate fp / (fp + tn). How many cases of each kind are there in production?
    """
    k = int(rng.integers(2, 10))
    compare(f"benefit_per_case(priced({k}))", benefit_per_case(priced(k)), k * 2.076)
    same = {**priced(k), "today": EXAMPLE["model"]}
    compare('benefit_per_case of the example with its "model" as "today" too', benefit_per_case(same), 0.0)


@pytest.mark.points(1)
def test_flows_of_the_worked_example(rng):
    """Benefits and costs of the example, in each of its 24 months.

    Entry 0 is month 1. The first month after the build is live month 1.
    """
    k = int(rng.integers(2, 10))
    pair = expect.sequence(cash_flows(priced(k)), length=2)
    benefits, costs = (expect.array(flows, shape=(24,), kind="iuf").tolist() for flows in pair)
    for month in range(1, 25):
        live = month - 3
        gained = 4_152.0 * min(max(live, 0), 4)
        paid = 30_000.0 if live < 1 else 14_500.0 if live in (6, 12, 18) else 5_500.0
        compare(f"the benefit of month {month} in cash_flows(priced({k}))", benefits[month - 1], k * gained)
        compare(f"the cost of month {month} in cash_flows(priced({k}))", costs[month - 1], k * paid)


@pytest.mark.points(1)
def test_small_flows_by_hand(rng):
    """Flows of three to six months, small enough to work out on paper.

    At 21 % a year, money a year from now is divided by 1.21, and money six months from now by 1.1.
    """
    k = int(rng.integers(2, 10))
    late, flows, short = (k * np.array(amounts) for amounts in ([0.0] * 5 + [1.1], [-3.0, 1.0, 4.0], [-3.0, 1.0, 1.0]))
    compare(f"npv(np.array([0, 0, 0, 0, 0, {1.1 * k:g}]), 0.21)", npv(late, 0.21), float(k))
    compare(f"npv(np.array({flows.tolist()}), 0.0)", npv(flows, 0.0), 2.0 * k)
    for amounts, wanted in ((flows, 3), (short, None)):
        found = break_even(amounts, 0.0)
        if (None if found is None else expect.integer(found)) != wanted:
            raise AssertionError(f"break_even(np.array({amounts.tolist()}), 0.0) gives {found}, not {wanted}")


@pytest.mark.points(1)
def test_appraisal_of_the_worked_example(rng):
    """Net present value, return and break-even month of the example.

    The return is the net present value over the present value of all costs, build and running alike.
    """
    k = int(rng.integers(2, 10))
    found = expect.mapping(appraise(priced(k)), ["npv", "roi", "break_even"])
    compare(f'appraise(priced({k}))["npv"]', found["npv"], k * 72_386.17910)
    compare(f'appraise(priced({k}))["roi"]', found["roi"], 0.335068497)
    month = found["break_even"]
    if month is None or expect.integer(month) != 16:
        raise AssertionError(f'appraise(priced({k}))["break_even"] gives {month}, not 16')
