"""Tables of every form that the statement allows: in each, every column drifts in turn, and must be heard."""

from pathlib import Path

import numpy as np

from tenfold.datasets import module

HERE = Path(__file__).parent
cases, samples = module(HERE / "cases.py"), module(HERE / "samples.py")
blocks, World = cases.blocks, cases.World

NAMES = ["index", "level_0", "nan", "None", "0", "1", "-1", "count", "size", "shape", "values", "T", "name", "psi"]
NAMES += ["season", "weekday", "reference", "batch", "", " ", "__missing__", "é", "e\u0301", "列", "a b", "a\nb", "A B"]
NAMES += ["num_00", "a" * 300, "a" * 299 + "b"]
ZIPF = 1 / np.arange(1, 13)
SHOPS = [f"shop {k}" for k in range(30)]
LABELS = [
    (["yes", "no"], [0.5, 0.5]),
    (SHOPS, np.ones(30)),
    ([f"word {k}" for k in range(12)], ZIPF),
    (samples.HOSTILE, np.ones(len(samples.HOSTILE))),
    (samples.ALIKE, np.ones(len(samples.ALIKE))),
    (samples.DIGITS, np.ones(len(samples.DIGITS))),
    (["x" * 300 + c for c in "abcdef"], np.ones(6)),
    (["here", None], [0.7, 0.3]),
    (["nan", "None", None], [0.4, 0.3, 0.3]),
    (["only"], [1.0]),
    (["a", "b", "c"], [0.98, 0.01, 0.01]),
    ([chr(0x4E00 + k) for k in range(8)], np.ones(8)),
]
STRONG = {"moved up": 2.0, "wider": 3.0, "in two humps": 0.99, "moved down": 2.0, "narrower": 3.0}


def drifts(batch, place, rng):
    """Yield what is told of a column, with the block when that column drifts in one way and in another."""
    n, numbers = len(batch), len(batch.maps)
    if place >= numbers:
        text = place - numbers
        new = rng.choice(["Yes", "shop 30", "nan ", "none", "cards", "03", "x" * 300, ""])
        codes, labels = batch.codes[:, text], batch.labels[text]
        frequent = int(np.argmax(np.bincount(codes)))
        yield "texts", batch.relabelled(text, str(new) if str(new) not in labels else "new", n // 3, rng)
        if len(labels) > 1:
            yield "texts", batch.relabelled(text, labels[(frequent + 1) % len(labels)], n, rng)
        else:
            yield "texts", batch.relabelled(text, None, n // 3, rng)
        return
    kind = list(STRONG)[place % len(STRONG)]
    yield batch.maps[place], batch.moved(place, blocks.CHANGES[kind](blocks.grid(n), STRONG[kind]))
    yield f"missing {batch.maps[place]}", batch.holed(place, n if place % 2 else n // 2 + n // 4, rng)


def every_column(some, before, rng, dtypes=(object, object)):
    """Return a world in which each column drifts, in every way that is known for it."""
    first, second = dtypes
    world = World(some.times(before, rng).frame(first))
    world.add("a table without drift", some.times(1, rng).frame(second), False)
    for place in range(len(some.maps) + len(some.labels)):
        for told, drifted in drifts(some, place, rng):
            world.add(f"{told} that drift, one column of {len(some.order)}", drifted.frame(second), True)
    return world


def worlds(rng):
    """Return worlds of tables of every form."""
    maps = [*blocks.MAPS, *blocks.MAPS]
    wide = blocks.block(rng, 500, maps, LABELS, names=rng.permutation(NAMES).tolist(), mixed=True)
    found = [every_column(wide, 4, rng)]
    stand = [place for place in wide.order if place < len(maps)]
    for first, second in [(0, 17), (16, 17), (3, 9)]:
        drifted = wide.paired(stand[first], stand[second], 0.92, rng)
        found[0].add("one pair of eighteen number columns", drifted, True)
    quiet = wide.times(1, rng).frame()
    found[0].add("labels of rows that come more than once", quiet.set_axis(rng.integers(0, 9, 500)), False)
    found[0].add("labels of rows that are texts", quiet.set_axis([f"row {i}" for i in range(500)]), False)
    whole = [name for name in quiet if quiet[name].dtype == np.int64]
    found[0].add("whole numbers that are float64 now", quiet.astype(dict.fromkeys(whole, float)), False)
    shapes = [
        (list(blocks.MAPS)[3:6], LABELS[:3], 0.0, ("str", "str")),
        ([], LABELS[2:8], 0.0, ("str", object)),
        (list(blocks.MAPS)[:6], [], 0.0, (object, object)),
        (["counts, with many ties"], LABELS[1:6], 0.0, (object, "str")),
        ([*maps[:3], *maps[4:9], *maps[:3], "amounts, skewed"], LABELS[:2], 0.3, (object, object)),
    ]
    for kinds, labels, gaps, dtypes in shapes:
        some = blocks.block(rng, 500, kinds, labels, gaps, mixed=True)
        found.append(every_column(some, 4, rng, dtypes))
        if gaps:
            found[-1].add("one pair of columns with many gaps", some.paired(2, 9, 0.92, rng), True)
    return [*found, constant(rng)]


def constant(rng):
    """Return a world with columns that have one value."""
    some = cases.ordinary(rng, 500)
    frames = [f.assign(one=7.0, whole=np.int64(-3)) for f in (some.times(4, rng).frame(), some.times(1, rng).frame())]
    world = World(frames[0])
    world.add("columns of one value, without drift", frames[1], False)
    for name in ("one", "whole"):
        mixed = frames[1].assign(**{name: frames[1][name] + np.arange(500) % 2})
        world.add("a column of one value that gets a second one", mixed, True)
    world.add("a column that comes to have one value", frames[1].assign(num_00=0.1), True)
    world.add("a text that comes to be one", frames[1].assign(text_0="crypto"), True)
    shifted = some.moved(4, blocks.grid(500) + 2).frame()
    world.add("a drift beside columns of one value", shifted.assign(one=7.0, whole=np.int64(-3)), True)
    return world
