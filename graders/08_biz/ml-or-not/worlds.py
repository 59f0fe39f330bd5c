"""Worlds made over: from draws whose sample does not mislead, with other prices or another form of the same rows."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
from scipy.special import expit

from tenfold.datasets import module

policies = module(Path(__file__).resolve().parent / "policies.py")

BASE = {"months": 24, "fn": 60.0, "volume": 5000, "explain": 0.0, "label_price": 1.0}
BASE |= {"columns": 8, "sample": 1000, "strength": 3.0, "focus": 0.4, "prevalence": 0.2, "ratio": 1.3}
BASE |= {"drift": {"rule": 0.0, "model": 0.0}}
ONE_COLUMN = BASE | {"sample": 1500, "strength": 6.0, "focus": 1.0, "prevalence": 0.35, "ratio": 1.0}
FEW_COLUMNS = ONE_COLUMN | {"focus": 0.0, "columns": 4}
NOISE = BASE | {"strength": 0.0, "prevalence": 0.3, "ratio": 0.3}
MONEY = ("fp", "fn", "explain", "build", "upkeep", "label_price", "spent_on_pilot")


def one(hidden, draw, **options):
    """Return a world in which nothing was spent on a pilot."""
    return hidden("ml-or-not", draw, **options)[0].changed(spent_on_pilot=0.0)


def clear(hidden, who, place, change=lambda world: world, within=0.08, **options):
    """Return the first world in which a rule or a model saves on other rows what the sample tells, to a share."""

    def tells(world):
        true = policies.saved(world, who)
        return true > 0 and abs(policies.saved_on_other_rows(world.case, who) - true) <= within * true

    drawn = (change(one(hidden, draw, **options)) for draw in count(50 * place))
    return next(world for world in drawn if tells(world))


# --- the same rows at other prices


def priced(world, rule, model, upkeep=0.5):
    """Return a world in which rule and model cost that much until the horizon, a share of it as upkeep."""
    whole, months = {"rule": rule, "model": model}, world.case["months"]
    build = {who: (1 - upkeep) * cost for who, cost in whole.items()}
    return world.changed(build=build, upkeep={who: upkeep * cost / months for who, cost in whole.items()})


def around(world, who, kind, low=0.7, high=1.4, upkeep=0.5):
    """Return twins in which a rule or a model costs somewhat less than it saves, and somewhat more.

    The other one is far too dear, so that all hangs on what this one saves until the horizon.
    """
    gain = policies.savings_of(world)[who == "model"]
    dear = 3 * world.bill_nothing()
    prices = ((low * gain, who), (high * gain, "nothing"))
    return [
        (kind, priced(world, *((price, dear) if who == "rule" else (dear, price)), upkeep), best)
        for price, best in prices
    ]


def in_currency(world, rate):
    """Return a world with every amount of money times a rate."""
    old = {key: world.case[key] for key in MONEY}
    return world.changed(
        **{
            key: {who: rate * each for who, each in amount.items()} if isinstance(amount, dict) else rate * amount
            for key, amount in old.items()
        }
    )


def audited_again(world, rng, audited):
    """Return a world with another number of audited rows."""
    ages = np.arange(1, 13)
    stale = {who: rng.binomial(audited, 1 - (1 - share) ** ages) for who, share in world.drift.items()}
    return world.changed(audited=audited, stale=stale)


# --- other forms of the rows


def mapped(world, change):
    """Return a world whose rows are all changed."""
    fresh = tuple((change(x), y) for x, y in world.fresh)
    return replace(world.changed(x=change(world.case["x"])), rows=change(world.rows), fresh=fresh)


def telling(x, chance):
    """Return how much each column tells: the size of its correlation."""
    spread = x.std(axis=0)
    return np.abs(((x - x.mean(axis=0)) * (chance - chance.mean())[:, None]).mean(axis=0)) / np.where(spread, spread, 1)


def mirrored(world):
    """Return a world in which what was high is low."""
    middle = world.rows.mean(axis=0)
    return mapped(world, lambda x: 2 * middle - x)


def best_at(world, place):
    """Return a world whose column that tells most stands at a place."""
    order = np.arange(world.rows.shape[1])
    best = int(np.argmax(telling(world.rows, world.chance)))
    order[[best, place]] = order[[place, best]]
    return mapped(world, lambda x: np.ascontiguousarray(x[:, order]))


def few_values(world, values=(2, 3, 5)):
    """Return a world whose columns hold few values: tenths, by turns so many; the last one is constant."""
    columns = []
    for place in range(world.rows.shape[1] - 1):
        parts = values[place % len(values)]
        columns.append(np.quantile(world.rows[:, place], np.arange(1, parts) / parts))

    def change(x):
        made = [np.digitize(column, edges) / 10 for column, edges in zip(x.T, columns, strict=False)]
        return np.column_stack([*made, np.full(len(x), 0.5)])

    return mapped(world, change)


def in_units(world):
    """Return a world whose columns have units of their own: from millionths, where one tells most, to millions."""
    middle, spread = world.rows.mean(axis=0), world.rows.std(axis=0)
    units = np.empty(len(spread))
    units[np.argsort(-telling(world.rows, world.chance))] = 10.0 ** np.linspace(-6, 6, len(spread))
    return mapped(world, lambda x: ((x - middle) / spread + 4) * units)


def sorted_by(world, key, descending=False):
    """Return a world whose sample is sorted: by label, or by the column that tells most."""
    x, y = world.case["x"], world.case["y"]
    order = np.argsort(y if key == "label" else x[:, np.argmax(telling(x, y))], kind="stable")
    order = order[::-1] if descending else order
    return world.changed(x=x[order].copy(), y=y[order].copy())


def with_a_sure_sign(world, rng):
    """Return a world in which one column tells little of many rows, and another nearly all of a few rows."""
    centre, spread = world.rows.mean(axis=0), world.rows.std(axis=0)

    def rows(number):
        z = rng.normal(size=(number, len(centre)))
        chance = np.where(z[:, 0] > 1.6, 0.97, 0.9 * expit(1.8 * z[:, 1] - 2.4))
        return z * spread + centre, chance

    def labelled(number):
        x, chance = rows(number)
        return x, (rng.random(number) < chance).astype(np.int64)

    x, y = labelled(len(world.case["y"]))
    bank, chance = rows(len(world.rows))
    fresh = (labelled(len(y)), labelled(len(y)))
    return replace(world.changed(x=x, y=y, fp=4 * world.case["fn"]), rows=bank, chance=chance, fresh=fresh)
