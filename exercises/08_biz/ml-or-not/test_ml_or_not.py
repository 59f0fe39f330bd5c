"""Visible checks: the form of a plan, flags that follow the prices, and three cases in which the decision is clear."""

import numpy as np
import pytest
from ml_or_not import decide, flags

from tenfold import expect

KINDS = ("nothing", "rule", "model")


def say(holds, called, came, wanted):
    """Fail with a sentence unless something holds."""
    if not holds:
        raise AssertionError(f"{called} {came}; wanted: {wanted}")


@pytest.mark.points(1)
def test_plans_have_the_form(public):
    """Plans of public cases have the form that the statement asks for, and are not all of one kind.

    A plan is a dict: look up which keys belong to which choice.
    """
    found = []
    for world in public("ml-or-not", worlds=12):
        plan = expect.mapping(decide(world.case), ["choice"])
        found.append(expect.text(plan["choice"]))
        world.play(lambda case, plan=plan: plan, flags)  # says what is wrong with the plan or with the flags
    counts = ", ".join(f"{kind} {found.count(kind)} times" for kind in KINDS)
    say(set(found) == set(KINDS), "decide, for 12 public cases,", f"chooses {counts}", "each of them at least once")


@pytest.mark.points(1)
def test_flags_follow_the_prices(public, rng):
    """The dearer a miss, the more rows are flagged; the dearer a false alarm or a flag, the fewer. Positives first.

    Predict the chance of each row first. Then ask what flagging it costs on average, and what not flagging it costs.
    """
    worlds = public("ml-or-not", worlds=8, strength=2.5, sample=600, prevalence=0.2, ratio=1.0, explain=0.0)
    i = int(rng.integers(8))
    world = worlds[i]

    def flagged(**prices):
        case = {**world.case, **prices}
        return expect.array(flags(case, case["x"], case["y"], world.rows), shape=(len(world.rows),), kind="b")

    usual, fn, fp = flagged(), world.case["fn"], world.case["fp"]
    count = int(usual.sum())
    at_all = f"flags, of 3,000 rows of a public case (fp {fp:g}, fn {fn:g}),"
    for prices, more in (({"fn": 8 * fn}, True), ({"fp": 8 * fp}, False), ({"explain": 0.5 * fn}, False)):
        came, named = int(flagged(**prices).sum()), " ".join(f"{key} {price:g}" for key, price in prices.items())
        wanted = f"{'more' if more else 'fewer'} than the {count} of the case as it is"
        say(came > count if more else came < count, at_all, f"flags {came} at {named}", wanted)
    share, all_rows = world.chance[usual].mean(), world.chance.mean()
    say(share > 1.5 * all_rows, at_all, f"flags rows of which {share:.0%} are positive", f"over {1.5 * all_rows:.0%}")


@pytest.mark.points(1)
def test_three_clear_cases(public, rng):
    """Three cases far from a tie: a bill at most 10 % above that of the best policy, 35 % where it is a model.

    One column that says everything; many columns that say a little each; and hardly any rows a month.
    """
    usual = {"worlds": 8, "months": 24, "fn": 80.0, "prevalence": 0.2, "ratio": 1.0, "explain": 0.0, "sample": 800}
    usual |= {"drift": {"rule": 0.0, "model": 0.0}, "volume": 20_000}
    i = int(rng.integers(8))

    def costs(world, most, where):
        plan = expect.mapping(decide(world.case), ["choice"])
        bill, choice = world.play(lambda case: plan, flags), expect.text(plan["choice"])
        say(bill <= most, f"decide, {where},", f"chooses {choice} for {bill:,.0f} euro", f"at most {most:,.0f} euro")

    rule = public("ml-or-not", strength=6.0, focus=1.0, **usual)[i]
    column = int(np.argmax(np.abs(np.corrcoef(rule.rows.T, rule.chance)[-1, :-1])))
    upward = bool(np.corrcoef(rule.rows[:, column], rule.chance)[0, 1] > 0)
    edge = float(np.sort(rule.rows[:, column])[[-600, 600][not upward]])
    ideal = {"choice": "rule", "feature": column, "threshold": edge, "above": upward}
    costs(rule, 1.1 * rule.play(lambda case: ideal, flags), "where one column says everything")

    model = public("ml-or-not", strength=6.0, focus=0.0, columns=10, **usual)[i]
    fn, fp = model.case["fn"], model.case["fp"]
    best = model.bill("model", [model.chance * fn > (1 - model.chance) * fp])
    costs(model, 1.35 * best, "where ten columns say a little each")

    nothing = public("ml-or-not", strength=2.0, **usual)[i].changed(volume=10)
    costs(nothing, 1.1 * nothing.bill_nothing(), "where there are ten rows a month")
