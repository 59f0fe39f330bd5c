"""Files with layers of every kind, for `run`: pairs (blob, images)."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
files, integers, roundings = (module(HERE / f"{name}.py") for name in ("files", "integers", "roundings"))
Packed, Stage, ZEROS = files.Packed, files.Stage, roundings.ZEROS


def parsed(plan):
    """Return (op, outputs) for each layer of a plan like "conv 3, pool, linear 5"."""
    return [(op, int(outputs or 0)) for op, _, outputs in (layer.partition(" ") for layer in plan.split(", "))]


def random_file(rng, images, bits, zero, plan, scale=0.25):
    """Return a file whose hidden codes fill 0 … 255, overflow, and often are exact halves on these images.

    Multipliers are small powers of two and numbers of 30 bits by turns, and some are below 0. The last sums are near 0.
    """
    most, stages = 2 ** (bits - 1) - 1, []
    x = integers.read_in(images, scale, zero) - zero
    layers = parsed(plan)
    for place, (op, outputs) in enumerate(layers, start=1):
        if op == "pool":
            stages.append(Stage("pool"))
            x = integers.pool(x)
            continue
        shape = (outputs, x.shape[1], 3, 3) if op == "conv" else (outputs, x[0].size)
        weight = rng.integers(-most - 1, most, size=shape, endpoint=True).astype(np.float64)
        weight.flat[0] = -most - 1
        bias = rng.integers(-500, 500, size=outputs)
        total = integers.sums(Stage(op, weight, bias), x)
        if place == len(layers):
            bias -= np.median(total, axis=0).astype(np.int64)
            stages.append(Stage(op, weight, bias, scale=rng.uniform(0.01, 0.1, outputs).astype("<f4")))
            continue
        largest = np.abs(np.moveaxis(total, 1, 0).reshape(outputs, -1)).max(axis=1)
        ratio = np.log2(rng.uniform(200, 600, outputs) / np.maximum(largest, 1))
        shift = int(np.ceil(-ratio.min())) if place % 2 else int(30 - np.ceil(ratio.max()))
        shift = min(max(shift, 1), 62)
        power = np.maximum(np.round(ratio + shift), 0) if place % 2 else ratio + shift
        sign = np.where(np.arange(outputs) % 3 == 1, -1, 1)
        stages.append(Stage(op, weight, bias, sign * np.floor(2.0**power).astype(np.int64), shift))
        x = integers.advance(stages[-1], x)
    return Packed(bits, scale, zero, stages)


HARD = (
    "halves that only a division gives",
    "numbers far beyond both ends",
    "products above 2^53, just below a half",
    "sums and multipliers at both ends",
    "multipliers below 0, sums below 0",
)


def seen(rng, n, shape, scale=0.25):
    """Return images that reach past both ends of the input's range, many of them at a half."""
    return (scale * rng.integers(-500, 900, size=(n, *shape)) / 2).astype(np.float32)


def drawn(rng, plan, shape, bits=8, zero=37, n=6, spell=files.spelled, scale=0.25):
    """Return a random file of a plan, and its images."""
    images = seen(rng, n, shape, scale)
    return files.write(random_file(rng, images, bits, zero, plan, scale), spell), images


PLANS = {
    "one linear layer": ("linear 5", (7, 1, 1)),
    "linear layers alone": ("linear 9, linear 4, linear 6, linear 3", (11, 1, 1)),
    "conv, pool, conv and linear layers": ("conv 3, pool, conv 5, linear 9, linear 4", (2, 4, 6)),
    "conv layers without a pool": ("conv 3, conv 5, conv 2, linear 4", (3, 5, 4)),
    "a pool first": ("pool, conv 3, linear 5, linear 4", (2, 6, 4)),
    "pools in a row": ("conv 3, pool, pool, linear 4", (2, 8, 12)),
    "a pool before the first linear layer": ("conv 3, pool, conv 2, pool, linear 5, linear 3", (1, 4, 12)),
    "twelve layers": ("conv 3, pool, conv 2, conv 4, conv 3, pool, " + "linear 5, " * 5 + "linear 4", (1, 8, 4)),
    "one channel and one output": ("conv 1, pool, conv 1, linear 1, linear 1", (1, 2, 2)),
    "images of one row": ("conv 3, conv 2, linear 4", (2, 1, 9)),
    "images of one column": ("conv 3, conv 2, linear 4", (2, 9, 1)),
    "images of one pixel": ("conv 3, linear 4", (2, 1, 1)),
    "odd sides": ("conv 3, conv 2, linear 4", (2, 3, 7)),
    "as many channels as rows and columns": ("conv 4, conv 4, pool, conv 2, linear 4", (4, 4, 4)),
    "as many images as outputs": ("conv 6, conv 6, linear 6, linear 6", (2, 6, 6)),
    "odd numbers of weights": ("conv 3, conv 3, linear 7, linear 3", (1, 3, 5)),
}
"""Layers, and the shape of an image."""


def networks(rng, bits):
    """Return files with layers of every kind."""
    zeros = ZEROS if bits == 8 else ZEROS[2:4]
    found = {kind: [drawn(rng, *plan, bits, zero) for zero in zeros] for kind, plan in PLANS.items()}
    many = PLANS["conv, pool, conv and linear layers"]
    found["one image"] = [drawn(rng, *plan, bits, n=1) for plan in PLANS.values()]
    found["last scales of 1e-20 and 1e20"] = [scaled(*drawn(rng, *plan, bits)) for plan in PLANS.values()]
    found["a header in another order, with spaces"] = [drawn(rng, *many, bits, z, spell=files.turned) for z in ZEROS]
    return found


def scaled(blob, images):
    """Return a file whose last scales are as small and as large as they may be, by turns."""
    packed = files.read(blob)
    last = packed.stages[-1]
    ends = np.resize([1.0001e-20, 0.9999e20], len(last.bias))
    return files.write(replace(packed, stages=[*packed.stages[:-1], replace(last, scale=ends)])), images


def turns(rng):
    """Return files of 4 and of 8 bits by turns."""
    plan = PLANS["conv, pool, conv and linear layers"]
    return {"files of 4 and 8 bits by turns": [drawn(rng, *plan, bits) for bits in (4, 8, 4, 8)]}


def large(rng, bits):
    """Return files and images as large as the statement allows, in which what is left out or rounded shows."""
    return {
        "2,000 images": [
            drawn(rng, "conv 3, pool, linear 9, linear 4", (2, 4, 6), bits, 37, 2000, scale=0.1),
            drawn(rng, "linear 9, linear 4", (11, 1, 1), bits, 37, 2000, scale=0.1),
        ],
        "images of 32 × 32": [drawn(rng, "conv 3, pool, conv 2, pool, linear 5", (3, 32, 32), bits, n=3)],
        "64 channels": [drawn(rng, "conv 64, conv 64, linear 4", (64, 4, 4), bits, n=3)],
        "256 units": [drawn(rng, "linear 256, linear 256, linear 256", (256, 1, 1), bits, n=9)],
        "sums above 2^24 that nearly cancel": [tight(rng, bits, units) for units in (16, 33)],
    }


def hard(rng):
    """Return files with 2,000 images, in which a shortcut for many of them shows."""
    exact, found = roundings.inputs(rng) | roundings.multipliers(rng), {}
    for kind in HARD:
        some = [(blob, np.resize(images, (2000, *images.shape[1:]))) for blob, images in exact[kind][::6]]
        found[f"2,000 images, {kind}"] = some
    blob, images = tight(rng, 8, 16)
    found["2,000 images, sums above 2^24 that nearly cancel"] = [(blob, np.resize(images, (2000, *images.shape[1:])))]
    return found


def tight(rng, bits, units):
    """Return a file whose hidden and last sums almost cancel, which 32-bit floats lose, and images."""
    most = 2 ** (bits - 1) - 1
    images = rng.integers(150, 256, size=1200) + rng.integers(-1, 2, size=(20, 1200))
    images = roundings.column(np.clip(images, 0, 255))
    weight = rng.integers(most // 2, most, size=(units, 1200), endpoint=True).astype(np.float64)
    total = integers.products("linear", weight, images.astype(np.float64))
    bias = 700 - np.median(total, axis=0).astype(np.int64)
    last = rng.integers(-most - 1, most, size=(5, units), endpoint=True).astype(np.float64)
    stages = [
        Stage("linear", weight, bias, np.full(units, 3, np.int64), 4),
        Stage("linear", last, bias[:5] % 99, scale=np.ones(5)),
    ]
    return files.write(Packed(bits, 1.0, 0, stages)), images


# --- pairs of calls


def apart(rng):
    """Return pairs of calls: the second differs from the first in one thing."""
    found = {}
    plans = (
        PLANS["conv, pool, conv and linear layers"],
        ("linear 200, linear 8", (60, 1, 1)),
    )  # a short file, a long one
    for bits, (plan, shape) in product((8, 4), plans):
        images = seen(rng, 6, shape)
        packed = random_file(rng, images, bits, 37, plan)
        blob = files.write(packed)
        at = files.header(blob)[1]
        bias = len(blob) - 8 * len(packed.stages[-1].bias)  # of the last layer, whose scales follow it
        middle = np.where(np.arange(6)[:, None, None, None] == 3, images[::-1], images)
        others = {
            "other images": (blob, seen(rng, 6, shape)),
            "another image in the middle": (blob, middle),
            "another order of the images": (blob, images[::-1].copy()),
            "fewer images": (blob, images[:3].copy()),
            "one code changed": (changed(blob, at), images),
            "one bias changed": (changed(blob, bias + 1), images),
            "one scale changed": (changed(blob, len(blob) - 2), images),
            "another zero point": (files.write(Packed(bits, packed.scale, 36, packed.stages)), images),
            "another scale of the input": (files.write(Packed(bits, 0.5, 37, packed.stages)), images),
        }
        for kind, call in others.items():
            found.setdefault(kind, []).extend([(blob, images), call, (blob, images)])
    return found


def changed(blob, at):
    """Return a file with one bit of a byte turned over."""
    return blob[:at] + bytes([blob[at] ^ 2]) + blob[at + 1 :]
