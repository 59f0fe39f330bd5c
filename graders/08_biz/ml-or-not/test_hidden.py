"""Hidden checks for biz-ml-or-not. What is hidden is the draw; the money is counted as the statement says."""

from itertools import count, islice

import numpy as np
import pytest
from ml_or_not import decide, flags
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

INTERVALS = (None, 1, 2, 3, 4, 6, 9, 12, 18)
FREE = {"build": {"rule": 0.0, "model": 0.0}, "upkeep": {"rule": 0.0, "model": 0.0}}
BASE = {"months": 24, "fn": 60.0, "volume": 5000, "explain": 0.0, "label_price": 1.0}
BASE |= {"columns": 8, "sample": 1000, "strength": 3.0, "focus": 0.4, "prevalence": 0.2, "ratio": 1.3}
BASE |= {"drift": {"rule": 0.0, "model": 0.0}}


def rule_of(case):
    """Return the rule that costs least on the case's sample: feature, threshold, above."""
    x, y = case["x"], case["y"]
    best = (np.inf, None)
    for feature, column in enumerate(x.T):
        for above in (True, False):
            order = np.argsort(-column if above else column)
            flagged_first = np.where(y[order] == 1, -case["fn"], case["fp"])
            change = np.concatenate([[0.0], np.cumsum(flagged_first)])
            i = int(np.argmin(change))
            edge = column[order[i - 1]] if i else (np.inf if above else -np.inf)
            best = min(best, (float(change[i]), (feature, edge, above)), key=lambda found: found[0])
    return best[1]


def flagged_by_rule(case, rows):
    """Return what the reference's rule flags."""
    feature, edge, above = rule_of(case)
    return rows[:, feature] >= edge if above else rows[:, feature] <= edge


def rule_on_other_rows(case, folds=6):
    """Return which share of the losses the reference's rule saves, by cross-validation."""
    x, y, fold = case["x"], case["y"], np.arange(len(case["y"])) % folds
    flagged = np.zeros(len(y), dtype=bool)
    for i in range(folds):
        fitted = {**case, "x": x[fold != i], "y": y[fold != i]}
        flagged[fold == i] = flagged_by_rule(fitted, x[fold == i])
    return 1 - np.where(flagged, (1 - y) * case["fp"], y * case["fn"]).sum() / (y.sum() * case["fn"])


def flagged_by_model(case, x, y, rows):
    """Return what the reference's model flags."""
    chance = make_pipeline(StandardScaler(), LogisticRegression(C=0.3)).fit(x, y).predict_proba(rows)[:, 1]
    return chance * case["fn"] > (1 - chance) * case["fp"] + case["explain"]


def costs_of(world):
    """Return what each kind costs in euro: rule and model fitted to the sample, retrained as is best in hindsight."""
    case = world.case
    fits = [flagged_by_model(case, x, y, world.rows) for x, y in [(case["x"], case["y"]), *world.fresh]]
    every = [e for e in INTERVALS if e is None or e < case["months"]]
    return {
        "nothing": world.bill_nothing(),
        "rule": world.bill("rule", [flagged_by_rule(case, world.rows)]),
        "model": min(world.bill("model", fits if e else fits[:1], e) for e in every),
    }


def savings_of(world):
    """Return what a rule and a model save on errors, in euro over all months."""
    costs = costs_of(world.changed(**FREE))
    return costs["nothing"] - costs["rule"], costs["nothing"] - costs["model"]


def priced(world, rule, model):
    """Return a world in which rule and model cost that much over all months: half to build, half as upkeep."""
    months = world.case["months"]
    build, upkeep = {"rule": rule / 2, "model": model / 2}, {"rule": rule / 2 / months, "model": model / 2 / months}
    return world.changed(build=build, upkeep=upkeep)


def lands(world, best, why):
    """Assert that the decision costs less than half-way from the best kind of policy to the next best kind."""
    costs = costs_of(world)
    first, second = sorted(costs.values())[:2]
    if costs[best] != first:
        raise RuntimeError(f"the built case favours another kind than {best}: {costs}")  # the grader's fault
    assert world.play(decide, flags) <= (first + second) / 2, f"{why}: the decision costs too much"


def all_land(rng, cases):
    """Assert that every decision lands; the order says nothing about which kind is best."""
    for i in rng.permutation(len(cases)):
        lands(*cases[i])


def twins(hidden, draws=3, **options):
    """Return worlds in which a model saves much more than a rule, with the savings of both."""
    worlds = [hidden("ml-or-not", draw, **BASE | options)[0] for draw in range(draws)]
    return [(world, *savings_of(world)) for world in worlds]


@pytest.mark.points(1)
def test_rule_is_built_from_the_costs(hidden):
    """A single clause decides well: the column, the side and the threshold come from what errors cost.

    Sort by a column: each threshold misses some positives and flags some negatives. What does each one cost in euro?
    Is it always the high values that are positive?
    """
    for draw, (prevalence, ratio) in enumerate([(0.1, 0.7), (0.1, 0.7), (0.2, 2.0), (0.2, 2.0)]):
        world = hidden("ml-or-not", draw, **BASE | {"focus": 1.0, "prevalence": prevalence, "ratio": ratio})[0]
        saved, _ = savings_of(world)
        everything = world.changed(**FREE).bill("rule", [np.ones(len(world.rows), dtype=bool)])
        world = priced(world, 0.02 * saved, 0.6 * saved)
        best = world.bill("rule", [flagged_by_rule(world.case, world.rows)])
        other = min(everything, world.bill_nothing(), costs_of(world)["model"])
        assert world.play(decide, flags) <= (best + other) / 2, "a clear rule was missed, or is a poor one"


@pytest.mark.points(1)
def test_errors_have_prices(hidden, rng):
    """A missed row may cost twenty times a false alarm: neither accuracy nor a chance of 0.5 decides.

    At which chance does flagging a row cost as much as not flagging it? Where positives are rare, what is the
    accuracy of doing nothing?
    """
    cases = []
    for draw in range(3):
        world = hidden("ml-or-not", draw, **BASE | {"prevalence": 0.08, "ratio": 0.7, "focus": 0.2, "sample": 1500})[0]
        rule, model = savings_of(world)
        cases.append((priced(world, 0.05 * rule, 0.05 * (model - rule)), "model", "dear misses"))
        world = world.changed(fp=10 * world.case["fn"])
        world = priced(world, 0.1 * world.bill_nothing(), 0.2 * world.bill_nothing())
        cases.append((world, "nothing", "dear false alarms"))
    all_land(rng, cases)


@pytest.mark.points(1)
def test_nothing_costs_its_misses(hidden, rng):
    """Without any signal, a rule that flags every row can still be far cheaper than doing nothing.

    What does a month of doing nothing cost? Is a feature needed to do better than that?
    """
    cases = []
    for draw in range(3):
        world = hidden("ml-or-not", draw, **BASE | {"strength": 0.0, "prevalence": 0.3, "ratio": 0.3})[0]
        exposed = world.bill_nothing()
        cases.append((priced(world, 0.03 * exposed, 0.4 * exposed), "rule", "doing nothing is not free"))
        world = world.changed(fp=5 * world.case["fp"] / 0.3)
        cases.append((priced(world, 0.1 * exposed, 0.4 * exposed), "nothing", "nothing would be cheaper"))
    all_land(rng, cases)


@pytest.mark.points(1)
def test_small_sample_does_not_fool(hidden, rng):
    """On few rows with many columns, what was fitted looks good on the very rows that it was fitted to.

    Where does your estimate of the errors come from? Search and fit again without the rows that you judge on.
    """
    cases = []
    few = BASE | {"sample": 300, "columns": 60}
    noise = few | {"strength": 0.0, "prevalence": 0.1, "ratio": 2.0}
    drawn = (hidden("ml-or-not", draw, **noise)[0] for draw in count(1))
    for world in islice((world for world in drawn if rule_on_other_rows(world.case) <= -0.06), 4):
        exposed = world.bill_nothing()
        cases.append((priced(world, 0.08 * exposed, 0.2 * exposed), "nothing", "chance was taken for a signal"))
    world = hidden("ml-or-not", 0, **few | {"strength": 5.0, "focus": 1.0, "ratio": 3.0})[0]
    rule, _ = savings_of(world)
    cases.append((priced(world, 0.04 * rule, 0.5 * rule), "rule", "a strong signal was missed"))
    all_land(rng, cases)


@pytest.mark.points(1)
def test_rows_do_not_decide(hidden, rng):
    """Few rows can carry a model; many rows may hold no more than a rule.

    Which number says whether a model is worth it: the rows, or what it would save beyond the rule?
    """
    cases = []
    for draw in range(3):
        few = BASE | {"sample": 200, "columns": 6, "strength": 5.0, "focus": 0.2, "prevalence": 0.3}
        world = hidden("ml-or-not", 2 * draw, **few)[0]
        rule, model = savings_of(world)
        cases.append((priced(world, 0.05 * rule, 0.2 * (model - rule)), "model", "few rows were enough for a model"))
        world = hidden("ml-or-not", 2 * draw + 1, **BASE | {"sample": 1500, "focus": 1.0})[0]
        rule, _ = savings_of(world)
        cases.append((priced(world, 0.02 * rule, 0.15 * rule), "rule", "many rows are no reason for a model"))
    all_land(rng, cases)


@pytest.mark.points(1)
def test_build_cost_counts(hidden, rng):
    """The same case with a cheap and with a dear build of the model: another decision.

    What does the model save beyond the next best policy? Is that more than its build costs?
    """
    cases = []
    for world, rule, model in twins(hidden):
        world = priced(world, 0.05 * rule, 0.0)
        cases.append((world.changed(build={"model": 0.1 * (model - rule)}), "model", "a cheap build"))
        cases.append((world.changed(build={"model": 2.5 * (model - rule)}), "rule", "a dear build"))
    all_land(rng, cases)


@pytest.mark.points(1)
def test_upkeep_counts(hidden, rng):
    """The same case with a low and with a high upkeep of the model: another decision.

    Upkeep is paid every month. How often until the horizon?
    """
    cases = []
    for world, rule, model in twins(hidden):
        world = priced(world, 0.05 * rule, 0.0)
        monthly = (model - rule) / world.case["months"]
        cases.append((world.changed(upkeep={"model": 0.1 * monthly}), "model", "a low upkeep"))
        cases.append((world.changed(upkeep={"model": 2.5 * monthly}), "rule", "a high upkeep"))
    all_land(rng, cases)


@pytest.mark.points(1)
def test_volume_and_horizon_count(hidden, rng):
    """The same case with many rows and few, over three years and over two months: other decisions.

    What is saved on a row is saved as often as there are rows until the horizon; a build is paid once.
    """
    cases = []
    for world, rule, model in twins(hidden, months=36):
        build = {"rule": 0.25 * rule, "model": 0.25 * rule + 0.2 * (model - rule)}
        world = world.changed(build=build, upkeep={"rule": 0.0, "model": 0.0})
        cases.append((world, "model", "many rows over many months"))
        cases.append((world.changed(volume=world.case["volume"] // 20), "nothing", "few rows a month"))
        cases.append((world.changed(months=2), "nothing", "few months"))
    all_land(rng, cases)


@pytest.mark.points(1)
def test_drift_counts(hidden, rng):
    """The same case where the world stays as it is, and where a fifth of it is new each month; labels are dear.

    The audits count the rows that are stale by some age. Which share goes stale in one month? What do stale rows cost
    until the horizon? Rules age too.
    """
    cases = []
    for world, rule, model in twins(hidden, draws=2):
        world = world.changed(label_price=1.0 * model / len(world.case["y"]))
        kept = priced(world, 0.05 * rule, 0.05 * (model - rule))
        cases.append((kept.drifting(rng, model=0.008), "model", "little drift"))
        cases.append((kept.drifting(rng, model=0.04 * (model - rule) / model), "model", "some drift"))
        cases.append((kept.drifting(rng, model=0.2), "rule", "much drift"))
        dear = priced(world, 0.05 * rule, 1.5 * (model - rule))
        cases.append((dear.drifting(rng, rule=0.2), "model", "a rule that ages fast"))
    all_land(rng, cases)


@pytest.mark.points(1)
def test_labels_recur(hidden, rng):
    """Where a model ages fast: cheap labels keep it fresh, dear ones are paid at every training.

    How many trainings follow from an interval, and what do they cost together? Which interval is best?
    """
    cases = []
    for world, rule, model in twins(hidden, draws=2):
        gain, rows = model - rule, len(world.case["y"])
        world = priced(world, 0.05 * rule, 0.05 * gain)
        fast, slow = world.drifting(rng, model=0.2), world.drifting(rng, model=0.1 * gain / model)
        cases.append((fast.changed(label_price=0.002 * gain / rows), "model", "cheap labels"))
        cases.append((fast.changed(label_price=0.4 * gain / rows), "rule", "dear labels"))
        cases.append((slow.changed(label_price=0.045 * gain / rows), "model", "labels at a middling price"))
    all_land(rng, cases)


@pytest.mark.points(1)
def test_explanations_cost(hidden, rng):
    """Where each row that a model flags needs a reason written by hand, its flags have a price.

    How many rows does the model flag until the horizon? Right or wrong, each needs its reason. A rule needs none.
    """
    cases = []
    for world, rule, model in twins(hidden):
        world = priced(world, 0.05 * rule, 0.05 * (model - rule))
        cases.append((world, "model", "no explanation is needed"))
        cases.append((world.changed(explain=0.6 * world.case["fn"]), "rule", "explanations are dear"))
    all_land(rng, cases)


@pytest.mark.points(1)
def test_spent_money_changes_nothing(hidden, rng):
    """What the pilot has cost is spent either way: it speaks neither for the model nor against it.

    Which of the payments depend on what you decide today?
    """
    cases = []
    for world, rule, model in twins(hidden, draws=2):
        good = priced(world, 0.05 * rule, 0.1 * (model - rule))
        dear = 2.5 * (model - rule)
        poor = good.changed(build={"model": dear}), good.changed(upkeep={"model": dear / world.case["months"]})
        for spent in (0.0, 3 * model):
            cases.append((good.changed(spent_on_pilot=spent), "model", "the model is worth it, whatever was spent"))
        for world in poor:
            world = world.changed(spent_on_pilot=3 * model)
            cases.append((world, "rule", "the model is not worth it, whatever was spent"))
    all_land(rng, cases)


@pytest.mark.points(10)
@pytest.mark.needs(
    "test_plans_have_the_form",
    "test_flags_follow_the_prices",
    "test_three_clear_cases",
    "test_rule_is_built_from_the_costs",
    "test_errors_have_prices",
    "test_nothing_costs_its_misses",
    "test_small_sample_does_not_fool",
    "test_rows_do_not_decide",
    "test_build_cost_counts",
    "test_upkeep_counts",
    "test_volume_and_horizon_count",
    "test_drift_counts",
    "test_labels_recur",
    "test_explanations_cost",
    "test_spent_money_changes_nothing",
)
def test_money_won_over_40_cases(hidden, credit):
    """Forty cases played out to their horizon: the share of the winnable money that is won, and more than by any habit.

    Per case, money won is what nothing costs minus what your decision costs, over what nothing costs. Compare your
    estimates with the bill in public cases: which kind of them is furthest off?
    """
    won = []
    for world in hidden("ml-or-not", worlds=40):
        costs = costs_of(world)
        row = [min(costs.values()), costs["rule"], costs["model"], world.play(decide, flags)]
        won.append((costs["nothing"] - np.array(row)) / costs["nothing"])
    best, rule, model, found = np.sum(won, axis=0)
    assert found > max(rule, model, 0.0), "always nothing, always a rule or always a model costs less"
    credit(found / best, floor=0.6, full=0.8, name="money won")
