"""Worlds by kind in which a model is worth much: for what it flags."""

from itertools import count
from pathlib import Path

import numpy as np

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
judged, worlds = module(HERE / "judged.py"), module(HERE / "worlds.py")
DRIVER = (HERE / "driver.py").read_bytes()
MANY = (1, 64, 100, 128, 256, 500, 512, 1000, 1024, 2000, 2048, 2500)
LEARNABLE = worlds.FEW_COLUMNS | {"columns": 6, "sample": 1000}


def one(hidden, place, change=lambda world: world, **options):
    """Return the first world of such a kind in which the reference's model is worth much."""
    drawn = (change(worlds.one(hidden, draw, **LEARNABLE | options)) for draw in count(50 * place))
    return next(world for world in drawn if judged.is_learnable(world))


def by_kind(hidden):
    """Return worlds with prices and rows of every kind, each with its case."""

    def costs(**prices):
        """Return what sets prices, each in misses."""
        return lambda world: world.changed(**{key: share * world.case["fn"] for key, share in prices.items()})

    drawn = {
        "dear misses": one(hidden, 0, costs(fp=0.04), prevalence=0.3),
        "dear false alarms": one(hidden, 1, costs(fp=4.0)),
        "rare positives, errors of one price": one(hidden, 2, costs(fp=1.0), prevalence=0.08, sample=1500),
        "dear explanations": one(hidden, 3, costs(fp=0.1, explain=0.5)),
        "cheap false alarms and dear explanations": one(hidden, 4, costs(fp=0.001, explain=0.5)),
        "mostly positive rows": one(hidden, 5, costs(fp=9.0), prevalence=0.9),
        "columns of few values": one(hidden, 6, worlds.few_values),
        "columns in millionths and in millions": one(hidden, 7, worlds.in_units),
        "a sample sorted by label": one(hidden, 8, lambda world: worlds.sorted_by(world, "label"), prevalence=0.12),
        "60 columns": one(hidden, 9, columns=60, sample=1500, focus=0.5),
        "200 rows": one(hidden, 10, sample=200, columns=4, focus=0.5),
    }
    drawn["explanations dearer than misses"] = costs(fp=0.1, explain=1.2)(worlds.one(hidden, 13, **LEARNABLE))
    return [(kind, world, world.case) for kind, world in drawn.items()]


def other_rows(hidden):
    """Return worlds, each with a case of the same columns from which nothing but the prices is to be taken."""
    turned, moved = one(hidden, 11), one(hidden, 12)
    rare = one(hidden, 14, lambda world: world.changed(fp=0.6 * world.case["fn"]), prevalence=0.12)
    back = worlds.mapped(moved, lambda x: np.ascontiguousarray(-x[:, ::-1]))
    return [
        ("rows in which high is low", worlds.mirrored(turned), turned.case),
        ("rows in which other columns tell", back, moved.case),
        ("rows of which far fewer are positive", rare, {**rare.case, "y": 1 - rare.case["y"]}),
    ]


def with_one_far_away(rows):
    """Return rows, and behind them one that is far from all in every column."""
    return np.concatenate([rows, rows.mean(axis=0, keepdims=True) + 1e6 * rows.std(axis=0)])


def in_place(submission, family):
    """Return the plan and the flags of each world, asked in the same dict and arrays one after the other."""
    submission.write("driver.py", DRIVER)
    found = submission.call("driver", "in_place", [[world.case, world.rows] for world in family])
    return [expect.sequence(each, length=2) for each in expect.sequence(found, length=len(family))]


def batches(world, rng):
    """Return places of rows by kind: as they may come; the row behind the last is far away."""
    surest = np.argsort(-world.chance)
    return {
        "one row": [np.array([i]) for i in rng.choice(len(surest), 12, replace=False)],
        "two rows": [rng.choice(len(surest), 2, replace=False) for _ in range(4)],
        "rows that are likely positive": [surest[:300]],
        "rows that are hardly ever positive": [surest[-300:]],
        "rows in another order": [rng.permutation(len(surest)), surest],
        "beside a row that is far away": [np.append(rng.permutation(len(surest))[:n], len(surest)) for n in (2, 400)],
        "many rows, the last likely positive": [np.append(np.arange(n), surest[0]) for n in MANY],
        "one row many times": [np.full(50, i) for i in rng.choice(len(surest), 3, replace=False)],
    }
