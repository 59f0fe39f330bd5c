"""Hidden checks for biz-ml-or-not. What is hidden is the draw; the money is counted as the statement says.

`built` and `bills` make cases, `flagging` what is to be flagged; `judged` says what may be paid, beside `policies`.
"""

from pathlib import Path

import numpy as np
import pytest
from ml_or_not import decide, flags

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
bills, built, flagging, judged, policies, worlds = (
    module(HERE / f"{name}.py") for name in ("bills", "built", "flagging", "judged", "policies", "worlds")
)


def all_land(oracle, cases):
    """Fail unless each decision costs less than half-way from the best kind of policy to the next best."""
    draws, asked = {}, {}
    for kind, world, best in cases:
        draws.setdefault(kind, []).append((world.case,))
        asked[id(world.case)] = judged.built(world, best)
    oracle(decide, lambda case: asked[id(case)], draws, same=lambda plan, case: case.holds(plan, flags))


def flags_land(oracle, cases):
    """Fail unless flags cost less than half-way from the reference's to all or none; of a world, at a case's prices."""
    draws = {kind: [(case, world.case["x"], world.case["y"], world.rows)] for kind, world, case in cases}
    asked = {id(world.rows): world for _, world, _ in cases}
    oracle(flags, lambda case, x, y, rows: asked[id(rows)], draws, same=judged.flags_hold)


@pytest.mark.points(1)
def test_each_case_is_decided_anew(hidden, restart, submission):
    """A decision, and what is flagged, depend on the case that is asked, not on the one before.

    What is there before the first call, and what after it? What would a second client's case find there?
    """
    family, alone = built.of_one_family(hidden), []
    for world in family:
        restart()
        alone.append(plan_and_flags(world))
    found = {"after other cases": [plan_and_flags(world) for world in family]}
    found["where the same arrays held other cases before"] = flagging.in_place(submission, family)
    for how, some in found.items():
        for (plan, flagged), (again, other) in zip(alone, some, strict=True):
            assert judged.same_plan(again, plan), f"decide gave another plan {how}"
            assert judged.same_flags(other, flagged), f"flags flagged other rows {how}"


def plan_and_flags(world):
    """Return what a world's case gets."""
    case = world.case
    return decide(case), judged.flags_of(flags(case, case["x"], case["y"], world.rows), world.rows)


@pytest.mark.points(1)
def test_flags_follow_the_rows_given(oracle, hidden):
    """A model is trained on the rows that `flags` is given, which need not be those of the case.

    What does a retraining train on? What is taken from the case, and what from `x` and `y`?
    """
    cases = flagging.other_rows(hidden)
    for _, _, case in cases:
        decide(case)
    flags_land(oracle, cases)


@pytest.mark.points(1)
def test_each_row_is_flagged_by_itself(oracle, hidden, rng):
    """Whether a row is flagged depends on that row and the training, not on the rows that came with it.

    What do you compute over all of `rows`: a mean, a rank, a share? What would it be for one row alone?
    """
    world = flagging.one(hidden, 20)
    given = world.case, world.case["x"], world.case["y"]
    rows, draws, wanted = flagging.with_one_far_away(world.rows), {}, {}
    whole = np.concatenate([judged.flags_of(flags(*given, some), some) for some in (rows[:-1], rows[-1:])])
    for kind, some in flagging.batches(world, rng).items():
        draws[kind] = [(*given, rows[places]) for places in some]
        wanted |= {id(args[-1]): whole[places] for args, places in zip(draws[kind], some, strict=True)}
    oracle(flags, lambda *args: wanted[id(args[-1])], draws, same=judged.same_flags)


@pytest.mark.points(1)
def test_flags_are_worth_their_price(oracle, hidden):
    """Flags cost little at prices of every kind, for rows of every kind.

    At which chance does flagging cost as much as not? Are they chances where positives are rare, or columns huge?
    """
    flags_land(oracle, flagging.by_kind(hidden))


@pytest.mark.points(1)
@pytest.mark.needs("test_flags_are_worth_their_price")
def test_errors_have_prices(oracle, hidden):
    """A missed row may cost twenty times a false alarm: neither accuracy nor a chance of 0.5 decides.

    Where positives are rare, what is the accuracy of doing nothing? What does each kind of error cost in euro?
    """
    all_land(oracle, built.of_prices(hidden))


@pytest.mark.points(1)
def test_rule_is_built_from_the_costs(oracle, hidden, rng):
    """A single clause decides well: the column, the side and the threshold come from what errors cost.

    Sort by a column: each threshold misses some positives and flags some negatives. What does each one cost in euro?
    Is it always the high values that are positive? What of rows with the same value?
    """
    all_land(oracle, built.of_one_clause(hidden, rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_errors_have_prices", "test_rule_is_built_from_the_costs")
def test_build_cost_counts(oracle, hidden):
    """The same case with a cheap and with a dear build, of the model or of the rule: another decision.

    What does each save beyond the next best policy? Is that more than its build costs?
    """
    all_land(oracle, bills.of_builds(hidden))


@pytest.mark.points(1)
@pytest.mark.needs("test_errors_have_prices", "test_rule_is_built_from_the_costs")
def test_upkeep_counts(oracle, hidden):
    """The same case with a low and with a high upkeep, of the model or of the rule: another decision.

    Upkeep is paid every month. How often until the horizon?
    """
    all_land(oracle, bills.of_upkeeps(hidden))


@pytest.mark.points(1)
@pytest.mark.needs("test_build_cost_counts", "test_upkeep_counts")
def test_nothing_costs_its_misses(oracle, hidden):
    """Without any signal, a rule that flags every row can still be far cheaper than doing nothing.

    What does a month of doing nothing cost? Is a feature needed to do better than that?
    """
    all_land(oracle, built.without_signal(hidden))


@pytest.mark.points(1)
@pytest.mark.needs("test_build_cost_counts", "test_upkeep_counts")
def test_small_sample_does_not_fool(oracle, hidden):
    """On few rows with many columns, what was fitted looks good on the very rows that it was fitted to.

    Where does your estimate of the errors come from? Search and fit again without the rows that you judge on.
    """
    all_land(oracle, built.of_few_rows(hidden))


@pytest.mark.points(1)
@pytest.mark.needs("test_build_cost_counts", "test_upkeep_counts")
def test_rows_do_not_decide(oracle, hidden):
    """Few rows can carry a model; many rows may hold no more than a rule.

    Which number says whether a model is worth it: the rows, or what it would save beyond the rule?
    """
    all_land(oracle, built.of_row_counts(hidden))


@pytest.mark.points(1)
@pytest.mark.needs("test_build_cost_counts", "test_upkeep_counts")
def test_currency_changes_nothing(oracle, hidden):
    """All amounts in another currency: the same decision.

    Which number of euro is large? Beside what? What do you round, and what do you add so as not to divide by zero?
    """
    all_land(oracle, bills.in_currencies(hidden))


@pytest.mark.points(1)
@pytest.mark.needs("test_build_cost_counts", "test_upkeep_counts")
def test_volume_and_horizon_count(oracle, hidden):
    """Many rows a month and few, one month and five years: other decisions.

    What is saved on a row is saved as often as there are rows until the horizon; a build is paid once. What is paid
    in the first month, and how old is a fit then?
    """
    all_land(oracle, bills.of_volumes(hidden))


@pytest.mark.points(1)
@pytest.mark.needs("test_volume_and_horizon_count")
def test_drift_counts(oracle, hidden, rng):
    """Where the world stays as it is, and where a part of it is new each month; labels are dear.

    The audits count the rows that are stale by some age, of how many? Which share goes stale in one month? What do
    stale rows cost until the horizon, and is that as much as doing nothing? Rules age too.
    """
    all_land(oracle, bills.of_drift(hidden, rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_drift_counts")
def test_labels_recur(oracle, hidden, rng):
    """Where a model ages fast: cheap labels keep it fresh, dear ones are paid at every training.

    How many trainings follow from an interval, how many rows does each need, and what do they cost together? Which
    interval is best?
    """
    all_land(oracle, bills.of_labels(hidden, rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_drift_counts")
def test_explanations_cost(oracle, hidden):
    """Where each row that a model flags needs a reason written by hand, its flags have a price.

    How many rows does the model flag until the horizon? Right or wrong, fresh or stale, each needs its reason. A rule
    needs none.
    """
    all_land(oracle, bills.of_explanations(hidden))


@pytest.mark.points(1)
@pytest.mark.needs("test_build_cost_counts", "test_upkeep_counts")
def test_spent_money_changes_nothing(oracle, hidden):
    """What the pilot has cost is spent either way: it speaks neither for the model nor against it.

    Which of the payments depend on what you decide today?
    """
    all_land(oracle, bills.of_spent_money(hidden))


@pytest.mark.points(1)
@pytest.mark.needs(
    "test_nothing_costs_its_misses",
    "test_small_sample_does_not_fool",
    "test_rows_do_not_decide",
    "test_volume_and_horizon_count",
)
def test_rows_of_every_form(oracle, hidden):
    """Samples in any order, columns in any unit and of few values, few rows and many, few positives and many.

    Which rows does each of your folds hold? Which columns does your search leave out? By what do you divide?
    """
    all_land(oracle, built.of_every_form(hidden))


@pytest.mark.points(1)
@pytest.mark.needs("test_flags_are_worth_their_price")
def test_arguments_stay_as_they_are(untouched, hidden):
    """No call changes the case or the arrays that it was given.

    Who else holds the same dict, or the same array? What does an operation in place leave behind?
    """
    cases = [built.of_one_family(hidden)[place].case for place in (0, 1, 5)]
    untouched(*((decide, (case,)) for case in cases))
    untouched(*((flags, (case, case["x"], case["y"], case["x"][:50])) for case in cases))


@pytest.mark.points(3)
@pytest.mark.needs(
    "test_plans_have_the_form",
    "test_flags_follow_the_prices",
    "test_three_clear_cases",
    "test_each_case_is_decided_anew",
    "test_flags_follow_the_rows_given",
    "test_each_row_is_flagged_by_itself",
    "test_labels_recur",
    "test_explanations_cost",
    "test_spent_money_changes_nothing",
    "test_currency_changes_nothing",
    "test_rows_of_every_form",
    "test_arguments_stay_as_they_are",
)
def test_nothing_is_kept_between_calls(replay, hidden):
    """What a call gives depends on its arguments alone.

    What is there before the first call, and what after it? By what does a cache go? From which seed do you draw?
    """
    for world in built.of_one_family(hidden)[:6]:
        plan_and_flags(world)
    replay(decide, flags, changed=False)  # what differs in one part was asked above


@pytest.mark.points(10)
@pytest.mark.needs("test_nothing_is_kept_between_calls")
def test_money_won_over_40_cases(hidden, credit):
    """Forty cases played out to their horizon: the share of the winnable money that is won, and more than by any habit.

    Per case, money won is what nothing costs minus what your decision costs, over what nothing costs. Compare your
    estimates with the bill in public cases: which kind of them is furthest off?
    """
    won = []
    for world in hidden("ml-or-not", worlds=40):
        costs = policies.costs_of(world)
        model = min(cost for kind, cost in costs.items() if kind in judged.KINDS["model"])
        row = [min(costs.values()), costs["rule"], model, world.play(decide, flags)]
        won.append((costs["nothing"] - np.array(row)) / costs["nothing"])
    best, rule, model, found = np.sum(won, axis=0)
    assert found > max(rule, model, 0.0), "always nothing, always a rule or always a model costs less"
    credit(found / best, floor=0.6, full=0.8, name="money won")
