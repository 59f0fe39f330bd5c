"""Hidden checks for biz-roi. What is hidden is the draw; the definitions are the statement's (`right.py`)."""

from itertools import product
from pathlib import Path

import pytest
from roi import appraise, benefit_per_case, break_even, cash_flows, npv

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
cases, right = module(HERE / "cases.py"), module(HERE / "right.py")

SAID = {"npv": "another net present value", "roi": "another return", "break_even": "another break-even month"}
EVERY_CHANGE = cases.DECISIONS | cases.BENEFITS | cases.COSTS | cases.MONTHS | cases.RATES


def figures(found):
    """Return the three figures that came, each of the form that the statement asks for."""
    found = expect.mapping(found, ["npv", "roi", "break_even"])
    month = found["break_even"]
    return {
        "npv": expect.number(found["npv"]),
        "roi": expect.number(found["roi"]),
        "break_even": None if month is None else expect.integer(month),
    }


def same_month(found, wanted):
    """Return whether a break-even month is the one wanted."""
    return (None if found is None else expect.integer(found)) == wanted


def same_figures(found, wanted):
    """Return True where all three figures are those wanted; else say which is not."""
    found = figures(found)
    held = {name: right.close(found[name], wanted[name]) for name in ("npv", "roi")}
    held["break_even"] = found["break_even"] == wanted["break_even"]
    if wrong := [SAID[name] for name in SAID if not held[name]]:
        raise expect.Unexpected(" and ".join(wrong))
    return True


def same_flows(place):
    """Return what compares the benefits (0) or the costs (1) of each month."""

    def same(found, wanted):
        found = expect.array(expect.sequence(found, length=2)[place], shape=wanted[place].shape, kind="iuf")
        return all(right.close(f, w) for f, w in zip(found.tolist(), wanted[place].tolist(), strict=True))

    return same


OF_CASES, OF_FLOWS = (benefit_per_case, cash_flows, appraise), (npv, break_even)


@pytest.mark.points(1)
def test_spent_money_changes_nothing(oracle, hidden):
    """What is spent already changes no figure.

    Does it come back if you stop? A decision compares what can still be changed.
    """
    first, *drawn = [case for case in hidden("roi", scenarios=7) if right.settled(case)]
    plain, other = figures(appraise(first)), figures(appraise({**first, "build_cost": 9 * first["build_cost"]}))
    assert not right.close(other["npv"], plain["npv"]), "a build that costs more has the same net present value"

    def with_nothing_spent(case):
        return figures(appraise({**case, "spent_so_far": 0.0}))

    draws = {  # no case comes twice: what is kept of a case is another check's
        "some money spent": [(case,) for case in drawn[:3]],
        "more spent than the build costs": [({**case, "spent_so_far": 50 * case["build_cost"]},) for case in drawn[3:]],
    }
    oracle(appraise, with_nothing_spent, draws, same=same_figures)


@pytest.mark.points(1)
def test_currency_changes_nothing(hidden, rng):
    """In another currency the net present value is converted; return and break-even month stay as they are.

    Where do you round, and what if amounts are in millions? What do you keep of an earlier case?
    """
    for case in [case for case in hidden("roi", scenarios=6) if right.settled(case)]:
        plain = figures(appraise(case))
        assert plain["npv"] != 0, "the net present value is 0, which it is in no case"
        for k in (1e-6, rng.uniform(2, 9)):
            found = figures(appraise(cases.priced(case, k)))
            assert right.close(found["npv"], k * plain["npv"]), "the net present value is not converted"
            assert right.close(found["roi"], plain["roi"]), "the return depends on the currency"
            assert found["break_even"] == plain["break_even"], "the break-even month depends on the currency"


@pytest.mark.points(1)
def test_worth_follows_decisions(oracle, hidden, rng):
    """What a case gains follows from the decisions, in production's mix of cases.

    Which of the four outcomes become more frequent, which less, and what is each worth? The sample has
    another share of positives. Which rates of it hold in production?
    """
    draws = cases.by_kind(cases.DECISIONS, hidden("roi", scenarios=20), rng, right.settled)
    oracle(benefit_per_case, right.gain, draws, same=right.close)


@pytest.mark.points(1)
@pytest.mark.needs("test_worth_follows_decisions")
def test_benefits_begin_late_and_ramp(oracle, hidden, rng):
    """Benefits begin after the build, and grow until all who will follow the model do.

    Which month is the first one live? How many cases are there in a month, and how many of them follow the model by
    then? What does it gain if it is worse than the rule?
    """
    kinds = cases.BENEFITS | cases.MONTHS | cases.GAINS
    draws = cases.by_kind(kinds, hidden("roi", scenarios=20), rng, right.settled)
    oracle(cash_flows, right.flows, draws, same=same_flows(0))


@pytest.mark.points(1)
def test_costs_go_on(oracle, hidden, rng):
    """A model costs money in every month: build, then upkeep, scoring and retraining.

    Which costs come once, which every month, which with every case, and which every few months? Count from which month?
    """
    draws = cases.by_kind(cases.COSTS | cases.MONTHS, hidden("roi", scenarios=20), rng, right.settled)
    oracle(cash_flows, right.flows, draws, same=same_flows(1))


@pytest.mark.points(1)
def test_later_money_is_worth_less(oracle, rng):
    """The later a flow comes, the less it is worth, at a rate that is effective per year.

    100 euro in twelve months are worth 100 / (1 + rate) today. And in one month, the first entry? And in month 600?
    """
    oracle(npv, right.value, cases.values(rng), same=right.close)


@pytest.mark.points(1)
@pytest.mark.needs("test_later_money_is_worth_less")
def test_break_even_lasts(oracle, rng):
    """Break-even is the first month from which the running total stays at or above zero, in today's money.

    Can a total that was above zero fall below it again? And what if it never gets there, or never was below?
    """
    draws = {kind: [args for args in rows if right.lasting(*args)] for kind, rows in cases.paybacks(rng).items()}
    oracle(break_even, right.month, draws | cases.ties(), same=same_month)


@pytest.mark.points(1)
@pytest.mark.needs("test_small_flows_by_hand", "test_appraisal_of_the_worked_example")
def test_arguments_stay_as_they_are(untouched, hidden, rng):
    """No call changes the case or the flows that it was given.

    Who else holds the same dict, or the same array? What does an operation in place leave behind?
    """
    draws = cases.by_kind(EVERY_CHANGE, hidden("roi", scenarios=2), rng, right.settled)
    flows = [rows[0] for rows in [*cases.values(rng).values(), *cases.paybacks(rng).values()]]
    given = [args for rows in draws.values() for args in rows[:2]]
    untouched(*product(OF_CASES, given), *product(OF_FLOWS, flows))


@pytest.mark.points(3)
@pytest.mark.needs(
    "test_benefit_of_the_worked_example",
    "test_flows_of_the_worked_example",
    "test_small_flows_by_hand",
    "test_appraisal_of_the_worked_example",
    "test_spent_money_changes_nothing",
    "test_currency_changes_nothing",
    "test_worth_follows_decisions",
    "test_benefits_begin_late_and_ramp",
    "test_costs_go_on",
    "test_later_money_is_worth_less",
    "test_break_even_lasts",
    "test_arguments_stay_as_they_are",
)
def test_appraises_every_kind_of_case(oracle, hidden, rng):
    """All three figures are right for business cases of every kind.

    The parts are right by themselves: what does `appraise` do with them that the worked example does not show?
    """
    draws = cases.by_kind(EVERY_CHANGE, hidden("roi", scenarios=20), rng, right.settled)
    oracle(appraise, right.figures, draws, same=same_figures)


@pytest.mark.points(5)
@pytest.mark.needs("test_appraises_every_kind_of_case")
def test_nothing_is_kept_between_calls(replay, hidden, rng):
    """What a call gives depends on its arguments alone.

    What is there before the first call, and what after it? Which part of the arguments does a cache go by?
    """
    drawn = [(case,) for case in hidden("roi", scenarios=6) if right.settled(case)]
    soon, later, long = cases.late(rng, 24, 0.2, 0.3), cases.late(rng, 24, 0.5, 0.6), cases.late(rng, 36)
    flows = [(soon, 0.1), (later, 0.1), (long, cases.rate(rng))]
    for function, args in [*product(OF_CASES, drawn[:3]), *product(OF_FLOWS, flows)]:
        function(*args)
    replay(*OF_CASES, *OF_FLOWS)
