"""Built cases, by kind: the world, and the kind of policy that is best in it. Here: what is paid, and when."""

from pathlib import Path

import numpy as np

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
policies, worlds = module(HERE / "policies.py"), module(HERE / "worlds.py")
BASE, ONE_COLUMN, FEW_COLUMNS, NOISE = worlds.BASE, worlds.ONE_COLUMN, worlds.FEW_COLUMNS, worlds.NOISE
AROUND_MODEL = 0.55, 1.6
AGEING = ((0.3, 12, 1.0), (0.1, 36, 1.0), (0.02, 60, 1.0), (0.1, 24, 1.6), (0.1, 60, 0.5))
"""Stale a month, months, and what flagging all rows costs beside flagging none."""
AT_A_PRICE = ((13, 1500, 0.2, 0.03), (14, 300, 0.2, 0.03), (15, 300, 0.15, 0.12), (15, 300, 0.15, 0.3))
"""Draw, rows, stale a month, and what the labels of one training cost, a share of what a fresh model saves."""


def rival(hidden, place, **options):
    """Return a world in which a model saves much more than a rule, with the savings of both."""
    world = worlds.clear(hidden, "model", place, **BASE | {"sample": 1500} | options)
    return world, *policies.savings_of(world)


def of_builds(hidden):
    """Return cases in which only what is built has a price."""
    one = worlds.clear(hidden, "rule", 0, **ONE_COLUMN | {"months": 36})
    few = worlds.clear(hidden, "model", 1, **FEW_COLUMNS | {"months": 36})
    return [
        *worlds.around(one, "rule", "the build of a rule", upkeep=0.0),
        *worlds.around(few, "model", "the build of a model", *AROUND_MODEL, upkeep=0.0),
        *beside_a_rule(hidden, 0, 0.0),
    ]


def beside_a_rule(hidden, place, upkeep):
    """Return twins in which a model costs much less than it saves beyond a rule, and much more."""
    world, rule, model = rival(hidden, place)
    gain, kind = model - rule, "a model beside a rule"
    return [
        (kind, worlds.priced(world, 0.05 * rule, factor * gain, upkeep), best)
        for factor, best in ((0.1, "model"), (2.5, "rule"))
    ]


def of_upkeeps(hidden):
    """Return cases in which only upkeep is paid."""
    one, few = worlds.clear(hidden, "rule", 2, **ONE_COLUMN), worlds.clear(hidden, "model", 3, **FEW_COLUMNS)
    return [
        *worlds.around(one, "rule", "the upkeep of a rule", upkeep=1.0),
        *worlds.around(few, "model", "the upkeep of a model", *AROUND_MODEL, upkeep=1.0),
        *beside_a_rule(hidden, 1, 1.0),
    ]


def of_volumes(hidden):
    """Return cases of many rows and of few, of many months and of few."""
    month = {"months": 1, "strength": 3.0, "drift": {"rule": 0.3, "model": 0.3}}
    rule = worlds.clear(hidden, "rule", 4, **ONE_COLUMN | month | {"ratio": 2.0})
    model = worlds.clear(hidden, "model", 5, **FEW_COLUMNS | month)
    long = worlds.clear(hidden, "rule", 6, **ONE_COLUMN | {"months": 60})
    cases = [
        *worlds.around(rule, "rule", "one month"),
        *worlds.around(model, "model", "one month", *AROUND_MODEL),
        *worlds.around(long, "rule", "60 months", upkeep=0.0),
        *worlds.around(long.changed(volume=1), "rule", "one row a month"),
        *worlds.around(long.changed(volume=10**6), "rule", "a million rows a month", upkeep=0.0),
    ]
    world, rule, model = rival(hidden, 0, months=36)
    build = {"rule": 0.25 * rule, "model": 0.25 * rule + 0.2 * (model - rule)}
    world = world.changed(build=build, upkeep={"rule": 0.0, "model": 0.0})
    return [
        *cases,
        ("many rows over many months", world, "model"),
        ("few rows a month", world.changed(volume=world.case["volume"] // 20), "nothing"),
        ("few months", world.changed(months=2), "nothing"),
    ]


def of_drift(hidden, rng):
    """Return cases in which a rule or a model goes stale, slowly or fast; labels are dear."""
    cases = []
    for place, (share, months, ratio) in enumerate(AGEING):
        options = ONE_COLUMN | {"months": months, "ratio": ratio, "drift": {"rule": share, "model": 0.0}}
        world = worlds.clear(hidden, "rule", 7 + place, **options)
        if place < 2:
            world = worlds.audited_again(world, rng, (200, 2000)[place])
        if place == 0:
            world.case["stale"]["rule"][-1] = 200  # all of them, as happens
        cases += worlds.around(world, "rule", f"a rule, {share:.0%} stale a month, {months} months")
    world = worlds.clear(hidden, "model", 12, **FEW_COLUMNS | {"drift": {"rule": 0.0, "model": 0.1}})
    world = worlds.audited_again(world.changed(label_price=1e3 * world.case["fn"]), rng, 200)
    cases += worlds.around(world, "model", "a model, 10% stale a month", *AROUND_MODEL)
    world, rule, model = rival(hidden, 0)
    world = world.changed(label_price=1.0 * model / len(world.case["y"]))
    kept = worlds.priced(world, 0.05 * rule, 0.05 * (model - rule))
    dear = worlds.priced(world, 0.05 * rule, model - 0.7 * rule)
    return [
        *cases,
        ("little drift", kept.drifting(rng, model=0.008), "model"),
        ("some drift", kept.drifting(rng, model=0.04 * (model - rule) / model), "model"),
        ("much drift", kept.drifting(rng, model=0.2), "rule"),
        ("a rule that ages fast", dear.drifting(rng, rule=0.2), "model"),
    ]


def of_labels(hidden, rng):
    """Return cases in which a model goes stale, and labels are cheap, dear or in between."""
    cases = []
    for place, sample, share, price in AT_A_PRICE:
        options = FEW_COLUMNS | {"sample": sample, "drift": {"rule": 0.0, "model": share}}
        world = worlds.clear(hidden, "model", place, within=0.12, **options)
        fresh = policies.savings_of(world.changed(label_price=0.0))[1]
        world = world.changed(label_price=price * fresh / sample)
        cases += worlds.around(world, "model", f"{sample:,} labels a training, {share:.0%} stale", *AROUND_MODEL)
    free = world.changed(label_price=0.0)
    cases += worlds.around(free, "model", "labels that are free", *AROUND_MODEL)
    none = np.zeros(12, dtype=np.int64)
    still = worlds.replace(free, drift={"rule": 0.0, "model": 0.0}).changed(stale={"rule": none, "model": none})
    cases += worlds.around(still, "model", "labels that are free, and no drift", *AROUND_MODEL)
    world, rule, model = rival(hidden, 1)
    gain, rows = model - rule, len(world.case["y"])
    world = worlds.priced(world, 0.05 * rule, 0.05 * gain)
    fast, slow = world.drifting(rng, model=0.2), world.drifting(rng, model=0.1 * gain / model)
    return [
        *cases,
        ("cheap labels", fast.changed(label_price=0.002 * gain / rows), "model"),
        ("dear labels", fast.changed(label_price=0.4 * gain / rows), "rule"),
        ("labels at a middling price", slow.changed(label_price=0.045 * gain / rows), "model"),
    ]


def explained(world, share):
    """Return a world in which a flag of a model costs a share of a miss more."""
    return world.changed(explain=share * world.case["fn"])


def of_explanations(hidden):
    """Return cases in which a model's flags have a price, and in which they are free."""
    few, one = worlds.clear(hidden, "model", 15, **FEW_COLUMNS), worlds.clear(hidden, "rule", 16, **ONE_COLUMN)
    old = {"months": 36, "drift": {"rule": 0.0, "model": 0.1}, "ratio": 0.6}
    ageing = worlds.clear(hidden, "model", 17, lambda world: explained(world, 0.2), **FEW_COLUMNS | old)
    ageing = ageing.changed(label_price=1e3 * ageing.case["fn"])
    cases = [
        *worlds.around(explained(few, 0.5), "model", "dear explanations", *AROUND_MODEL),
        *worlds.around(explained(one, 0.8), "rule", "a rule, which needs none"),
        *worlds.around(ageing, "model", "explanations of stale flags", *AROUND_MODEL),
    ]
    world, rule, model = rival(hidden, 0)
    world = worlds.priced(world, 0.05 * rule, 0.05 * (model - rule))
    return [
        *cases,
        ("no explanation is needed", world, "model"),
        ("explanations beside a rule", explained(world, 0.6), "rule"),
    ]


def of_spent_money(hidden):
    """Return cases in which nothing was spent on the pilot, or much, whatever is best."""
    cases = []
    world = worlds.clear(hidden, "model", 18, **FEW_COLUMNS)
    for spent in (0.0, 0.5, 3.0):
        made = world.changed(spent_on_pilot=spent * policies.savings_of(world)[1])
        cases += worlds.around(made, "model", "a model or nothing", *AROUND_MODEL)
    world, rule, model = rival(hidden, 1)
    for spent in (0.0, 3 * model):
        made = world.changed(spent_on_pilot=spent)
        cases.append(("a model beside a rule", worlds.priced(made, 0.05 * rule, 0.1 * (model - rule)), "model"))
    for upkeep in (0.0, 1.0):
        cases.append(("a rule beside a model", worlds.priced(made, 0.05 * rule, 2.5 * (model - rule), upkeep), "rule"))
    return cases


def in_currencies(hidden):
    """Return cases with all amounts in another currency, a dear one or a cheap one."""
    one, few = worlds.clear(hidden, "rule", 19, **ONE_COLUMN), worlds.clear(hidden, "model", 20, **FEW_COLUMNS)
    return [
        (kind, worlds.in_currency(world, rate), best)
        for rate in (1e-4, 1e4)
        for kind, world, best in (
            *worlds.around(one, "rule", f"amounts times {rate:g}, a rule"),
            *worlds.around(few, "model", f"amounts times {rate:g}, a model", *AROUND_MODEL),
        )
    ]
