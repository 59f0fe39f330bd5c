"""Built cases, by kind: the world, and the kind of policy that is best in it. Here: rows and what they tell."""

from itertools import count, islice
from pathlib import Path

import numpy as np

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
policies, worlds = module(HERE / "policies.py"), module(HERE / "worlds.py")
BASE, ONE_COLUMN, FEW_COLUMNS, NOISE = worlds.BASE, worlds.ONE_COLUMN, worlds.FEW_COLUMNS, worlds.NOISE


def cheap_rule(world, model=0.6):
    """Return a world in which a rule is cheap, and a model costs a share of what the rule saves."""
    saved, _ = policies.savings_of(world)
    return worlds.priced(world, 0.02 * saved, model * saved)


def of_one_clause(hidden, rng):
    """Return cases in which a single clause decides well."""
    wide = ONE_COLUMN | {"columns": 60, "prevalence": 0.2, "ratio": 2.0}
    drawn = [
        ("rare positives", worlds.clear(hidden, "rule", 0, **BASE | {"focus": 1.0, "prevalence": 0.1, "ratio": 0.7})),
        ("dear false alarms", worlds.clear(hidden, "rule", 1, **BASE | {"focus": 1.0, "ratio": 2.0})),
        ("a few rows that are nearly sure", surely(hidden, rng)),
        ("the most accurate clause is dear", accuracy_is_dear(hidden)),
    ]
    cases = [(f"{kind}, {side}", made) for kind, world in drawn for side, made in both_ways(world)]
    sixty = worlds.clear(hidden, "rule", 2, **wide)
    cases += [(f"the {name} of 60 columns", worlds.best_at(sixty, at)) for name, at in (("first", 0), ("last", 59))]
    options = ONE_COLUMN | {"ratio": 2.0, "prevalence": 0.15}
    coarse = worlds.clear(hidden, "rule", 3, lambda world: worlds.few_values(worlds.best_at(world, 1)), **options)
    coarse = [worlds.sorted_by(each, "label", turned) for _, each in both_ways(coarse) for turned in (True, False)]
    cases += [("columns of few values, rows sorted by label", world) for world in coarse]
    return [(kind, cheap_rule(world), "clause") for kind, world in cases]


def accuracy_is_dear(hidden):
    """Return a world in which the clause with the fewest errors saves much less than the cheapest one."""

    def parts(world):
        free = world.changed(**policies.FREE)
        accurate = policies.flagged_by_rule({**free.case, "fp": 1.0, "fn": 1.0}, free.rows)
        flags = policies.flagged(free, "rule"), accurate, np.ones(len(free.rows), dtype=bool)
        cheapest, most_accurate, everything = (free.bill("rule", [found]) for found in flags)
        return most_accurate - cheapest > 0.7 * (min(free.bill_nothing(), everything) - cheapest) > 0

    options = BASE | {"focus": 1.0, "prevalence": 0.1, "ratio": 0.6}
    return next(world for place in count(5) if parts(world := worlds.clear(hidden, "rule", place, **options)))


def both_ways(world):
    """Return a world, and one in which what was high is low."""
    return ("one side", world), ("the other side", worlds.mirrored(world))


def surely(hidden, rng):
    """Return a world in which a column that tells of few rows is worth more than one that tells a little of all."""
    return worlds.clear(
        hidden, "rule", 4, lambda world: worlds.with_a_sure_sign(world, rng), 0.2, **ONE_COLUMN | {"columns": 6}
    )


def of_prices(hidden):
    """Return pairs in which misses are dear, or false alarms are."""
    cases = []
    rare = BASE | {"prevalence": 0.08, "ratio": 0.7, "focus": 0.2, "sample": 1500}
    for place in range(2):
        world = worlds.clear(hidden, "model", place, **rare)
        rule, model = policies.savings_of(world)
        cases.append(("dear misses", worlds.priced(world, 0.05 * rule, 0.05 * (model - rule)), "model"))
        world = world.changed(fp=10 * world.case["fn"])
        exposed = world.bill_nothing()
        cases.append(("dear false alarms", worlds.priced(world, 0.1 * exposed, 0.2 * exposed), "nothing"))
    return cases


def without_signal(hidden):
    """Return pairs without any signal: misses are dear, so that all rows are best flagged, or they are not."""
    cases = []
    for place in range(2):
        world = worlds.clear(hidden, "rule", place, **NOISE)
        exposed = world.bill_nothing()
        cases += worlds.around(world, "rule", "dear misses", 0.75, 1.3)
        cases.append(("dear misses, a cheap rule", worlds.priced(world, 0.03 * exposed, 0.4 * exposed), "rule"))
        world = world.changed(fp=5 * world.case["fp"] / 0.3)
        cases.append(("cheap misses", worlds.priced(world, 0.1 * exposed, 0.4 * exposed), "nothing"))
    return cases


def of_few_rows(hidden):
    """Return cases of 300 rows and 60 columns: noise that looks like a signal, and a strong signal."""
    few = BASE | {"sample": 300, "columns": 60}
    noise = few | {"strength": 0.0, "prevalence": 0.1}
    cases = []
    for ratio, holds, rule, model in ((2.0, no_rule_holds, 0.08, 0.5), (1.3, no_model_holds, 0.5, 0.1)):
        drawn = (worlds.one(hidden, draw, **noise | {"ratio": ratio}) for draw in count(1))
        for world in islice(filter(holds, drawn), 2):
            exposed = world.bill_nothing()
            cases.append(("noise in 60 columns", worlds.priced(world, rule * exposed, model * exposed), "nothing"))
    world = worlds.clear(hidden, "rule", 0, within=0.2, **few | {"strength": 5.0, "focus": 1.0, "ratio": 3.0})
    rule, _ = policies.savings_of(world)
    cases.append(("a strong signal in one of 60 columns", worlds.priced(world, 0.04 * rule, 0.5 * rule), "rule"))
    return cases


def no_rule_holds(world):
    """Return whether the reference's rule loses money on other rows."""
    return max(shares_saved(world.case, "rule")) <= -0.04


def no_model_holds(world):
    """Return whether the reference's model loses money on other rows, unless its columns were chosen on all rows."""
    case = world.case
    told = np.abs(np.corrcoef(case["x"].T, case["y"])[-1, :-1])
    picked = shares_saved(case, "model", columns=np.argsort(told)[-8:])
    return min(picked) >= 0.16 and max(shares_saved(case, "model")) <= -0.06


def shares_saved(case, who, **options):
    """Return what a rule or a model saves on other rows, in three splits, as shares of what nothing costs."""
    nothing = case["y"].mean() * case["fn"]
    return [policies.saved_on_other_rows(case, who, split=i, **options) / nothing for i in range(3)]


def of_row_counts(hidden):
    """Return pairs: few rows for which a model is best, many for which a rule is."""
    cases = []
    few = BASE | {"sample": 200, "columns": 8, "strength": 5.0, "focus": 0.2, "prevalence": 0.3}
    for place in range(2):
        world = worlds.clear(hidden, "model", place, within=0.12, **few)
        rule, model = policies.savings_of(world)
        cases.append(("200 rows", worlds.priced(world, 0.05 * rule, 0.2 * (model - rule)), "model"))
        world = worlds.clear(hidden, "rule", place, **BASE | {"sample": 1500, "focus": 1.0})
        rule, _ = policies.savings_of(world)
        cases.append(("1,500 rows", worlds.priced(world, 0.02 * rule, 0.15 * rule), "rule"))
    return cases


def of_one_family(hidden):
    """Return worlds of one shape: one, and others that differ from it in a part of the case each."""
    options = BASE | {"sample": 300, "prevalence": 0.3, "strength": 4.0}
    world, other = (worlds.one(hidden, draw, **options) for draw in (0, 1))
    saved, _ = policies.savings_of(world)
    world = worlds.priced(world, 0.1 * saved, 0.4 * saved)
    ruled = world.changed(build={"rule": 0.0, "model": 9 * saved})
    apart = ruled.changed(fp=0.3 * world.case["fn"])  # here the best rule for stale rows flags them all
    falling = {who: np.arange(461, 449, -1) for who in ("rule", "model")}
    return [
        world,
        world.changed(fp=30 * world.case["fn"]),
        world.changed(volume=1),
        world.changed(months=1),
        worlds.replace(other, case={**world.case, "x": other.case["x"], "y": other.case["y"]}),
        world.changed(stale=falling),
        world.changed(build={"rule": 9 * saved, "model": 0.0}, upkeep={"model": 0.0}),
        ruled,
        world.changed(upkeep={"rule": 9 * saved, "model": 9 * saved}),
        world.changed(explain=3 * world.case["fn"]),
        apart,
        apart.changed(stale=falling),
        worlds.replace(world, case={**world.case, "y": 1 - world.case["y"]}),
    ]


def of_every_form(hidden):
    """Return cases whose rows have every form that the statement allows, and that a draw seldom has."""
    one, few = worlds.clear(hidden, "rule", 5, **ONE_COLUMN), worlds.clear(hidden, "model", 6, **FEW_COLUMNS)
    rare = worlds.clear(hidden, "model", 13, **FEW_COLUMNS | {"prevalence": 0.1})
    coarse = worlds.clear(hidden, "model", 7, worlds.few_values, **FEW_COLUMNS | {"columns": 7})
    tiny = {"sample": 150, "columns": 60, "prevalence": 0.08}
    strong = worlds.clear(hidden, "rule", 8, within=0.3, **ONE_COLUMN | tiny)
    noise = worlds.one(hidden, 9, **NOISE | tiny | {"ratio": 4.0})
    exposed = noise.bill_nothing()
    wide = worlds.best_at(worlds.clear(hidden, "rule", 10, **ONE_COLUMN | {"columns": 60}), 59)
    most = worlds.clear(hidden, "rule", 11, **NOISE | {"sample": 400, "prevalence": 0.93})
    aged = worlds.clear(hidden, "rule", 14, **ONE_COLUMN | {"months": 36, "drift": {"rule": 0.03, "model": 0.0}})
    mostly = worlds.clear(hidden, "model", 12, **FEW_COLUMNS | {"prevalence": 0.85})
    return [
        *worlds.around(worlds.sorted_by(one, "label"), "rule", "rows sorted by label"),
        *worlds.around(worlds.sorted_by(rare, "label", True), "model", "rows sorted by label", 0.5, 1.6),
        *worlds.around(worlds.sorted_by(few, "column"), "model", "rows sorted by a column", 0.5, 1.6),
        *worlds.around(worlds.in_units(one), "rule", "columns in millionths and in millions"),
        *worlds.around(worlds.in_units(few), "model", "columns in millionths and in millions", 0.5, 1.6),
        *worlds.around(coarse, "model", "columns of few values", 0.5, 1.6),
        ("150 rows of 60 columns, few of them positive", cheap_rule(strong), "rule"),
        ("150 rows of 60 columns, few of them positive", worlds.priced(noise, 0.3 * exposed, 0.3 * exposed), "nothing"),
        *worlds.around(wide, "rule", "1,500 rows of 60 columns"),
        *worlds.around(most, "rule", "hardly any negative row", 0.8, 1.25),
        *worlds.around(mostly, "model", "mostly positive rows", 0.5, 1.6),
        *((kind, turned(world), best) for kind, world, best in worlds.around(aged, "rule", "keys in another order")),
    ]


def turned(world):
    """Return a world whose dicts hold their keys in another order."""
    case = {key: dict(reversed(part.items())) if isinstance(part, dict) else part for key, part in world.case.items()}
    return worlds.replace(world, case=dict(reversed(case.items())))
