"""Visible checks: the form of a plan, flags that follow the prices, and three cases in which the decision is clear."""

import numpy as np
import pytest
from ml_or_not import decide, flags

from tenfold import expect


@pytest.mark.points(1)
def test_plans_have_the_form(public, rng):
    """Plans of public cases have the form that the statement asks for, and are not all of one kind.

    A plan is a dict: look up which keys belong to which choice.
    """
    worlds = public("ml-or-not", worlds=40)
    kinds = set()
    for i in rng.choice(40, 16, replace=False):
        plan = expect.mapping(decide(worlds[i].case), ["choice"])
        kinds.add(expect.text(plan["choice"]))
        worlds[i].play(lambda case, plan=plan: plan, flags)  # says what is wrong with the plan or with the flags
    assert kinds == {"nothing", "rule", "model"}


@pytest.mark.points(1)
def test_flags_follow_the_prices(public, rng):
    """The dearer a miss, the more rows are flagged; the dearer a false alarm or a flag, the fewer. Positives first.

    Predict the chance of each row first. Then ask what flagging it costs on average, and what not flagging it costs.
    """
    worlds = public("ml-or-not", worlds=8, strength=2.5, sample=600, prevalence=0.2, ratio=1.0, explain=0.0)
    world = worlds[rng.integers(8)]

    def flagged(**prices):
        case = {**world.case, **prices}
        return expect.array(flags(case, case["x"], case["y"], world.rows), shape=(len(world.rows),), kind="b")

    usual, fn = flagged(), world.case["fn"]
    assert flagged(fn=8 * fn).mean() > usual.mean() > flagged(fp=8 * world.case["fp"]).mean()
    assert flagged(explain=0.5 * fn).mean() < usual.mean(), "a flag that needs an explanation costs more"
    assert world.chance[usual].mean() > 1.5 * world.chance.mean()


@pytest.mark.points(1)
def test_three_clear_cases(public, rng):
    """Three cases far from a tie: a bill at most 10 % above that of the best policy, 35 % where it is a model.

    One column that says everything; many columns that say a little each; and hardly any rows a month.
    """
    usual = {"worlds": 8, "months": 24, "fn": 80.0, "prevalence": 0.2, "ratio": 1.0, "explain": 0.0, "sample": 800}
    usual |= {"drift": {"rule": 0.0, "model": 0.0}, "volume": 20_000}
    i = rng.integers(8)

    rule = public("ml-or-not", strength=6.0, focus=1.0, **usual)[i]
    column = int(np.argmax(np.abs(np.corrcoef(rule.rows.T, rule.chance)[-1, :-1])))
    upward = bool(np.corrcoef(rule.rows[:, column], rule.chance)[0, 1] > 0)
    edge = float(np.sort(rule.rows[:, column])[[-600, 600][not upward]])
    ideal = {"choice": "rule", "feature": column, "threshold": edge, "above": upward}
    assert rule.play(decide, flags) <= 1.1 * rule.play(lambda case: ideal, flags)

    model = public("ml-or-not", strength=6.0, focus=0.0, columns=10, **usual)[i]
    fn, fp = model.case["fn"], model.case["fp"]
    assert model.play(decide, flags) <= 1.35 * model.bill("model", [model.chance * fn > (1 - model.chance) * fp])

    nothing = public("ml-or-not", strength=2.0, **usual)[i].changed(volume=10)
    assert nothing.play(decide, flags) <= 1.1 * nothing.bill_nothing()
