"""The statement's definitions, one function each, and what it calls right."""

from fractions import Fraction

import numpy as np

from tenfold import expect

NEAR = 1e-6  # of the amounts that add up to a number: nearer to zero than this, nothing is graded


def close(found, wanted):
    """Return whether a number is within a millionth of the one wanted; of zero, within 0.000001 euro."""
    return abs(expect.number(found) - wanted) <= (1e-6 * abs(wanted) if wanted else 1e-6)


def gain(case):
    """Return the benefit per case, computed with fractions: it is exactly zero where it should be."""
    share = {"tp": Fraction(case["prevalence"]), "fp": 1 - Fraction(case["prevalence"])}

    def worth(counts):
        total = Fraction(0)
        for flagged, passed in [("tp", "fn"), ("fp", "tn")]:
            rate = Fraction(counts[flagged], counts[flagged] + counts[passed])
            mean = rate * Fraction(case["worth"][flagged]) + (1 - rate) * Fraction(case["worth"][passed])
            total += share[flagged] * mean
        return total

    return float(worth(case["model"]) - worth(case["today"]))


def flows(case):
    """Return benefits and costs."""
    benefits, costs = np.zeros(case["horizon_months"]), np.zeros(case["horizon_months"])
    costs[: case["build_months"]] = case["build_cost"] / case["build_months"]
    scored = case["cases_per_year"] / 12
    full = scored * case["adoption"] * gain(case)
    for live, i in enumerate(range(case["build_months"], case["horizon_months"]), start=1):
        benefits[i] = full * min(1, live / case["ramp_months"])
        costs[i] = case["upkeep_per_month"] + scored * case["cost_per_case"]
        costs[i] += case["retrain_cost"] * (live % case["retrain_every"] == 0)
    return benefits, costs


def totals(amounts, rate):
    """Return the running total of the discounted flows."""
    return np.cumsum([amount / (1 + rate) ** (i / 12) for i, amount in enumerate(amounts, start=1)])


def value(amounts, rate):
    """Return the net present value."""
    return float(totals(amounts, rate)[-1])


def month(amounts, rate):
    """Return the break-even month, or None."""
    answer = None
    for number, total in enumerate(totals(amounts, rate), start=1):
        answer = None if total < 0 else answer or number
    return answer


def figures(case):
    """Return the three figures of a case."""
    benefits, costs = flows(case)
    rate, net = case["annual_rate"], benefits - costs
    paid = value(costs, rate)
    return {"npv": value(net, rate), "roi": value(net, rate) / paid, "break_even": month(net, rate)}


def lasting(amounts, rate):
    """Return whether no running total is so near to zero that rounding errors could decide."""
    return bool((np.abs(totals(amounts, rate)) > NEAR * totals(np.abs(amounts), rate)).all())


def settled(case):
    """Return whether rounding errors decide nothing of a case."""
    benefits, costs = flows(case)
    nothing = gain(case) == 0
    most = max(abs(amount) for amount in case["worth"].values())
    return (nothing or abs(gain(case)) > NEAR * most) and lasting(benefits - costs, case["annual_rate"])
