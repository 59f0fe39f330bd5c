"""Worlds with a season, whose parts differ in one thing each; and streams that change step by step."""

from pathlib import Path

import numpy as np

from tenfold.datasets import module

cases = module(Path(__file__).with_name("cases.py"))
blocks, World = cases.blocks, cases.World

PARTS = {
    "texts": ("night", ["a", "A", "a ", "nan", "", "None", "1"]),
    "whole numbers": ("", [3, 1, 0, -7, 10**12, 2, 5]),
}
"""Name and values of the season's column, by kind."""


def worlds(rng):
    """Return worlds with a season: an ordinary batch is quiet, one that looks like another part alarms."""
    found = []
    for i, (told, (name, values)) in enumerate(PARTS.items()):
        plain = cases.ordinary(rng, 500, gaps=0.02).paired(0, 1, 0.3, rng)
        looks = {
            "": plain,
            "location": plain.moved(2, blocks.grid(500) + 2),
            "spread": plain.moved(3, blocks.grid(500) * 3),
            "prior": plain.relabelled(1, "yes", 300, rng, old=0),
            "category": plain.relabelled(0, "Card", 200, rng),
            "gaps": plain.holed(4, 150, rng),
            "correlation": plain.paired(0, 1, -0.85, rng),
        }
        frames = [some.frame() for some in looks.values()]
        reference = cases.pd.concat([_of(frame, name, value, i) for frame, value in zip(frames, values, strict=True)])
        world = World(reference.iloc[rng.permutation(len(reference))].reset_index(drop=True), name)
        for (look, own), value in zip(looks.items(), values, strict=True):
            usual = _of(own.times(1, rng).frame(), name, value, i)
            world.add(f"an ordinary batch, seasons named by {told}", usual, False)
            if look:
                away = f"a batch without its part's {look}"
                world.add(f"{away}, seasons named by {told}", _of(plain.frame(), name, value, i), True)
                strange = f"a batch with another part's {look}"
                world.add(f"{strange}, seasons named by {told}", _of(own.frame(), name, values[0], i), True)
        found.append(world)
    return found


def _of(frame, name, value, place):
    frame.insert(3 * place, name, value)
    return frame


def ladders(rng):
    """Return a world whose batches drift step by step, finely where a verdict may turn, by kind in that order.

    The first two of each kind are the reference's own rows, and the last two are far from them.
    """
    some = blocks.block(rng, 500, cases.MAPS[:5], [cases.FLAGS])
    found = {
        "a column moves": [some.moved(2, blocks.grid(500) + d) for d in [*np.linspace(0, 0.5, 26), 0.8, 1.0, 1.2]],
        "a prior grows": [some.relabelled(0, "yes", k, rng, old=0) for k in [*range(0, 60, 4), 100, 200, 240]],
        "a correlation grows": [some.paired(0, 1, r, rng) for r in [*np.linspace(0, 0.6, 16), 0.85, 0.95]],
    }
    world = World(some.times(4, rng).frame())
    for kind, batches in found.items():
        for batch in [some, some, *batches[1:]]:
            world.add(kind, batch.times(4, rng), False)
    return world


def alike(rng):
    """Return references and batches of one form: batch i is like reference i, and unlike all others.

    They share names, types, the first rows, and the last two of them the sum of every column.
    """
    maps = ["whole numbers (int64)", "plain numbers", "shares from 0 to 1"] * 2
    some = blocks.block(rng, 500, maps, [cases.CODES, cases.FLAGS])
    z, codes, paired = some.z.copy(), some.codes.copy(), some.z.copy()
    z[100:, 0] += 2.0
    codes[100:, 1] = 1
    order = 100 + np.argsort(some.z[100:, 0])
    paired[order, 3] = np.sort(some.z[100:, 3])
    whole = [some, blocks.replace(some, z=z), blocks.replace(some, codes=codes), blocks.replace(some, z=paired)]
    return [each.rows(np.tile(np.arange(500), 4)).frame() for each in whole], [each.frame() for each in whole]
