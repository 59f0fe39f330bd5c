"""Hidden checks for biz-roi. What is hidden is the draw; each definition is in the statement."""

import numpy as np
import pytest
from roi import appraise, benefit_per_case, break_even, cash_flows, npv

from tenfold import expect

MONEY = ("build_cost", "spent_so_far", "upkeep_per_month", "cost_per_case", "retrain_cost")
NEAR = 1e-6  # of the discounted costs: a running total nearer to zero than this is a tie, and not graded


def close(found, wanted):
    """Return whether a number is within 0.1 % of the one wanted; of zero, within 0.000001 euro."""
    return abs(expect.number(found) - wanted) <= max(1e-3 * abs(wanted), 1e-6 * (wanted == 0))


def gain_of(case):
    """Return the statement's benefit a case."""

    def worth(counts):
        share = {"tp": ("fn", case["prevalence"]), "fp": ("tn", 1 - case["prevalence"])}
        total = 0.0
        for flagged, (passed, mix) in share.items():
            rate = counts[flagged] / (counts[flagged] + counts[passed])
            total += mix * (rate * case["worth"][flagged] + (1 - rate) * case["worth"][passed])
        return total

    return worth(case["model"]) - worth(case["today"])


def flows_of(case):
    """Return the statement's benefits and costs."""
    benefits, costs = np.zeros(case["horizon_months"]), np.zeros(case["horizon_months"])
    costs[: case["build_months"]] = case["build_cost"] / case["build_months"]
    for live, i in enumerate(range(case["build_months"], case["horizon_months"]), start=1):
        scored = case["cases_per_year"] / 12
        benefits[i] = scored * case["adoption"] * min(1, live / case["ramp_months"]) * gain_of(case)
        costs[i] = case["upkeep_per_month"] + scored * case["cost_per_case"]
        costs[i] += case["retrain_cost"] * (live % case["retrain_every"] == 0)
    return benefits, costs


def totals_of(flows, rate):
    """Return the running total of the discounted flows."""
    return np.cumsum([flow / (1 + rate) ** (i / 12) for i, flow in enumerate(flows, start=1)])


def month_of(totals):
    """Return the statement's break-even month."""
    stays = [month for month in range(1, len(totals) + 1) if (totals[month - 1 :] >= 0).all()]
    return stays[0] if stays else None


def figures_of(case):
    """Return the statement's three figures, and whether no running total is a tie."""
    benefits, costs = flows_of(case)
    totals = totals_of(benefits - costs, case["annual_rate"])
    paid = totals_of(costs, case["annual_rate"])[-1]
    figures = {"npv": totals[-1], "roi": totals[-1] / paid, "break_even": month_of(totals)}
    return figures, bool(np.abs(totals).min() > NEAR * paid)


def same_month(found, wanted):
    """Return whether a break-even month is the one wanted."""
    return found is None if wanted is None else found is not None and expect.integer(found) == wanted


def figures_found(case):
    """Return the submission's three figures, each of the form that the statement asks for."""
    found = expect.mapping(appraise(case), ["npv", "roi", "break_even"])
    month = found["break_even"]
    return {
        "npv": expect.number(found["npv"]),
        "roi": expect.number(found["roi"]),
        "break_even": None if month is None else expect.integer(month),
    }


def right(case):
    """Return, for each of the three figures, whether the submission finds it."""
    wanted, _ = figures_of(case)
    found = figures_found(case)
    return {
        "npv": close(found["npv"], wanted["npv"]),
        "roi": close(found["roi"], wanted["roi"]),
        "break_even": found["break_even"] == wanted["break_even"],
    }


def drawn(hidden, number):
    """Return as many cases without a tie."""
    return [case for case in hidden("roi", scenarios=number + 20) if figures_of(case)[1]][:number]


def flows_found(case):
    """Return the submission's benefits and costs."""
    pair = expect.sequence(cash_flows(case), length=2)
    return [expect.array(flows, shape=(case["horizon_months"],), kind="iuf") for flows in pair]


def all_close(found, wanted):
    """Return whether each month's flow is right."""
    return all(close(f, w) for f, w in zip(found.tolist(), wanted.tolist(), strict=True))


@pytest.mark.points(2)
def test_worth_follows_decisions(hidden, rng):
    """What a case gains follows from the decisions, in production's mix of cases.

    Which of the four outcomes become more frequent, which less, and what is each worth? The sample has
    another share of positives. Which rates of it hold in production?
    """
    for case in drawn(hidden, 20):
        assert close(benefit_per_case(case), gain_of(case)), "the benefit per case is another"
    quiet = {"tp": 0, "fn": 20, "fp": 0, "tn": 20 * int(rng.integers(30, 50))}
    today = {"tp": int(rng.integers(8, 19)), "fp": int(rng.integers(25, 50))}
    today |= {"fn": quiet["fn"] - today["tp"], "tn": quiet["tn"] - today["fp"]}
    case = {**case, "model": quiet, "today": today, "worth": {"tp": 50.0, "fn": -400.0, "fp": -1.0, "tn": 0.0}}
    assert close(benefit_per_case(case), gain_of(case)), "a model that flags nothing is more accurate, not worth more"


@pytest.mark.points(1)
def test_model_like_today_is_worth_nothing(hidden):
    """A model that decides as today's rule does costs money: net present value below zero, return -1, no break-even.

    What would happen without the model? Only what changes is its benefit.
    """
    for case in drawn(hidden, 5):
        like = {**case, "today": {outcome: 3 * count for outcome, count in case["model"].items()}}
        paid = totals_of(flows_of(like)[1], like["annual_rate"])[-1]
        found = expect.mapping(appraise(like), ["npv", "roi", "break_even"])
        assert close(found["npv"], -paid), "the net present value is not what the model costs"
        assert close(found["roi"], -1.0), "the return is not -1"
        assert found["break_even"] is None, "a model without benefit breaks even"


@pytest.mark.points(1)
def test_benefits_begin_late_and_ramp(hidden):
    """Benefits begin after the build, and grow until all who will follow the model do.

    Which month is the first one live? How many cases are there in a month? How many of them follow the model by then?
    """
    for case in drawn(hidden, 20):
        assert all_close(flows_found(case)[0], flows_of(case)[0]), "the benefit of some month is another"


@pytest.mark.points(1)
def test_costs_go_on(hidden):
    """A model costs money in every month: build, then upkeep, scoring and retraining.

    Which costs come once, which every month, which with every case, and which every few months? Count from which month?
    """
    for case in drawn(hidden, 20):
        assert all_close(flows_found(case)[1], flows_of(case)[1]), "the cost of some month is another"


@pytest.mark.points(1)
def test_spent_money_changes_nothing(hidden, rng):
    """What is spent already changes no figure.

    Does it come back if you stop? A decision compares what can still be changed.
    """
    for case in drawn(hidden, 5):
        plain = figures_found(case)
        for factor in (0.0, rng.uniform(5, 50)):
            found = figures_found({**case, "spent_so_far": factor * case["spent_so_far"]})
            assert close(found["npv"], plain["npv"]), "the net present value depends on what is spent already"
            assert close(found["roi"], plain["roi"]), "the return depends on what is spent already"
            assert found["break_even"] == plain["break_even"], "the break-even month depends on what is spent already"
        assert all(right(case).values()), (
            "nothing depends on what is spent, but the figures are wrong: see other checks"
        )


@pytest.mark.points(1)
def test_later_money_is_worth_less(rng):
    """The later a flow comes, the less it is worth, at a rate that is effective per year.

    100 euro in twelve months are worth 100 / (1 + rate) today. And in one month? And in the first entry of the flows?
    """
    for _ in range(5):
        rate, amount = rng.uniform(0.1, 0.25), rng.uniform(100, 10_000)
        for month in (1, 12, int(rng.integers(13, 36)), 36):
            flows = np.zeros(36)
            flows[month - 1] = amount
            assert close(npv(flows, rate), amount / (1 + rate) ** (month / 12)), "one flow has another worth today"
        flows = rng.normal(1000, 800, size=int(rng.integers(24, 60)))
        assert close(npv(flows, rate), totals_of(flows, rate)[-1]), "many flows have another worth today"
        assert close(npv(flows, 0.0), flows.sum()), "at a rate of 0 money keeps its worth"


@pytest.mark.points(1)
def test_break_even_lasts(rng):
    """Break-even is the first month from which the running total stays at or above zero, in today's money.

    Can a total that was above zero fall below it again? And what if it never gets there?
    """
    for _ in range(5):
        k, rate = rng.uniform(1, 1000), rng.uniform(0.15, 0.25)
        late = k * np.array([-rng.uniform(20.1, 24.9), *[1.0] * 59])
        dips = k * np.array([-100.0, 60.0, 60.0, -50.0, *[20.0] * int(rng.integers(3, 20))])
        falls = k * np.array([-100.0, 150.0, 10.0, -80.0])
        gains = k * np.array([30.0, *rng.uniform(1, 9, size=9)])
        for flows, r, fault in [
            (late, rate, "flows that come late pay back in another month"),
            (dips, rate / 5, "a total that falls below zero again has not broken even yet"),
            (falls, rate, "a total that ends below zero has a break-even month"),
            (late[:24], rate, "a total that never gets to zero has a break-even month"),
            (gains, rate, "what never costs anything breaks even in month 1"),
        ]:
            assert same_month(break_even(flows, r), month_of(totals_of(flows, r))), fault


@pytest.mark.points(1)
def test_currency_changes_nothing(hidden, rng):
    """In another currency the net present value is converted; return and break-even month stay as they are.

    Where do you round, and what if amounts are in millions?
    """
    for case in drawn(hidden, 5):
        plain = figures_found(case)
        for k in (1e-6, rng.uniform(2, 9)):
            worth = {outcome: k * amount for outcome, amount in case["worth"].items()}
            found = figures_found({**case, "worth": worth, **{name: k * case[name] for name in MONEY}})
            assert close(found["npv"], k * plain["npv"]), "the net present value is not converted"
            assert close(found["roi"], plain["roi"]), "the return depends on the currency"
            assert found["break_even"] == plain["break_even"], "the break-even month depends on the currency"
        assert all(right(case).values()), "nothing depends on the currency, but the figures are wrong: see other checks"


@pytest.mark.points(7)
@pytest.mark.needs(
    "test_benefit_of_the_worked_example",
    "test_flows_of_the_worked_example",
    "test_small_flows_by_hand",
    "test_appraisal_of_the_worked_example",
    "test_worth_follows_decisions",
    "test_model_like_today_is_worth_nothing",
    "test_benefits_begin_late_and_ramp",
    "test_costs_go_on",
    "test_spent_money_changes_nothing",
    "test_later_money_is_worth_less",
    "test_break_even_lasts",
    "test_currency_changes_nothing",
)
def test_appraises_200_scenarios(hidden, credit):
    """All three figures of 200 business cases are right.

    Which cases differ from the example: a rate of 0, no ramp, a retraining in the last month, a model that loses money?
    """
    verdicts = [right(case) for case in drawn(hidden, 200)]
    for figure, name in [("npv", "net present value"), ("roi", "return"), ("break_even", "break-even month")]:
        share = np.mean([verdict[figure] for verdict in verdicts])
        credit(share, floor=0.995, full=1.0, name=f"cases with the right {name}")
