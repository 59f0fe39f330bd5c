"""Networks of random weights to quantise, by kind, with images in any unit and what the float network answers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
integers, layered = module(HERE / "integers.py"), module(HERE / "layered.py")

SIZES = (2e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1e3, 9e3)  # of the largest value of an image
ROWS, INPUTS = 11, 151  # of a network of one linear layer: at 4 bits its codes end in half a byte
SEEN, UNSEEN = 250, 150  # images for the calibration, and to test on


@dataclass(frozen=True)
class Net:
    """A network, the images it is calibrated and tested on, and its logits for the latter.

    `single` is one image of the calibration for which some unit of each hidden layer fires.
    """

    layers: list[dict]
    calibration: np.ndarray
    images: np.ndarray
    logits: np.ndarray
    single: np.ndarray


PLANS = {
    "conv, pool, conv, two linear layers": ("conv 6, pool, conv 8, linear 24, linear 7", (2, 4, 6)),
    "linear layers alone": ("linear 24, linear 24, linear 7", (13, 1, 1)),
    "a conv layer without a pool": ("conv 8, linear 7", (1, 3, 5)),
    "a pool first": ("pool, conv 8, linear 16, linear 7", (2, 6, 8)),
    "pools in a row": ("conv 8, pool, pool, linear 7", (3, 8, 4)),
    "a pool before the first linear layer": ("conv 6, conv 8, pool, linear 7", (1, 4, 6)),
    "five layers and a pool": ("conv 6, conv 8, pool, linear 24, linear 24, linear 7", (2, 4, 4)),
    "images of one row": ("conv 8, linear 7", (2, 1, 12)),
    "one output": ("conv 7, linear 9, linear 1", (1, 4, 4)),
}
"""Layers, and the shape of an image."""


def photographed(rng, n, shape, size):
    """Return images whose largest values are near a size, in two parts: dark ones, then a third that is bright."""
    dark = n - (n + 2) // 3
    bright = np.append(rng.uniform(0.25, 0.5, size=dark), rng.uniform(0.8, 1.0, size=n - dark))
    images = rng.uniform(-0.3, 1, size=(n, *shape))
    return (size * images * bright[:, None, None, None]).astype(np.float32)


def drawn(rng, plan, shape, size=1.0, seen=SEEN, unseen=UNSEEN, gain=50.0):
    """Return a network with loud and quiet channels, large biases, and units of every odd kind.

    In each hidden layer of six outputs or more one row is zero, one unit never fires, and one hardly ever.
    """
    images = np.concatenate([photographed(rng, n, shape, size) for n in (seen, unseen)])
    layers, x, loud, awake = [], images.astype(np.float64), np.ones(shape[0]), np.ones(len(images), bool)
    steps = layered.parsed(plan)
    for place, (op, outputs) in enumerate(steps, start=1):
        if op == "pool":
            layers.append({"op": "pool"})
            x = integers.pool(x)
            continue
        shape = (outputs, x.shape[1], 3, 3) if op == "conv" else (outputs, x[0].size)
        weight = (rng.normal(size=shape).reshape(outputs, len(loud), -1) / loud[:, None]).reshape(outputs, -1)
        total = integers.products(op, weight.reshape(shape), x)
        across = (0, *range(2, total.ndim))
        spread, mean = total.std(axis=across), total.mean(axis=across)
        bias = spread * rng.normal(size=outputs) - mean
        if place < len(steps) and outputs >= 6:
            weight[0], bias[0] = 0, 0
            bias[1] = -2 * np.abs(total[:, 1]).max()
            bias[2] = 0.3 * spread[2] - total[:, 2].max()
        loud = gain ** rng.uniform(-1, 1, outputs)
        weight = (weight * (loud / spread)[:, None]).reshape(shape).astype(np.float32)
        bias = (bias * loud / spread).astype(np.float32)
        layers.append({"op": op, "weight": weight, "bias": bias})
        total = integers.products(op, weight.astype(np.float64), x)
        total = total + integers.channelwise(bias.astype(np.float64), total)
        x = np.maximum(total, 0.0)
        if place < len(steps):
            awake &= x.reshape(len(x), -1).any(axis=1)
    calibration = images[:seen]
    return Net(layers, calibration, images[seen:], total[seen:], calibration[awake[:seen]][:1])


def kinds(rng, gain=50.0):
    """Return a network of every kind, by its name, with channels up to `gain` times as loud or as quiet.

    The sizes of their images take turns; those of every second one are below 0 for the most part.
    """
    sizes = [SIZES[place % len(SIZES)] * (-1) ** place for place in range(len(PLANS))]
    found = {kind: drawn(rng, *plan, size, gain=gain) for (kind, plan), size in zip(PLANS.items(), sizes, strict=True)}
    found["2,000 calibration images"] = drawn(rng, "linear 24, linear 7", (13, 1, 1), seen=2000, gain=gain)
    return found


def largest(rng):
    """Return networks that are as deep, as wide or as large as the statement allows."""
    deep = "conv 6, pool, conv 6, conv 6, conv 6, pool, " + "linear 9, " * 5 + "linear 7"
    plans = {
        "twelve layers": (deep, (2, 8, 4)),
        "64 channels, 256 outputs": ("conv 64, pool, conv 64, pool, linear 256, linear 3", (3, 16, 16)),
        "1,200 inputs": ("linear 5, linear 3", (1200, 1, 1)),
        "images of 32 × 32": ("pool, conv 4, pool, linear 5", (3, 32, 32)),
    }
    return {kind: drawn(rng, *plan, seen=9, unseen=3) for kind, plan in plans.items()}


def far_biases(rng):
    """Return a network whose last rows read quiet units alone, with biases as large as the statement allows."""
    net = drawn(rng, "linear 24, linear 7", (13, 1, 1), unseen=3)
    first, last = net.layers
    fired = integers.products("linear", first["weight"].astype(np.float64), net.calibration) + first["bias"]
    most = fired.max(axis=0)
    quiet = np.argsort(np.where(most > 0, most, np.inf))[:2]
    weight = np.zeros_like(last["weight"])
    weight[:, quiet] = last["weight"][:, quiet]
    bias = 900 * most.max() * np.abs(weight).max(axis=1) * np.resize([1, -1], len(weight))
    return [first, {**last, "weight": weight, "bias": bias.astype(np.float32)}], net.calibration


def rolled(images):
    """Return a log that begins and ends in its middle: neither its first images nor its last are the brightest."""
    return np.roll(images, len(images) // 2, axis=0)


# --- networks of one layer, or whose first layer alone is looked at


def units(rng):
    """Return calibration images (60, INPUTS, 1, 1) in every unit."""
    shape = (60, INPUTS, 1, 1)
    return {f"values up to {size:g}": np.float32(size * rng.uniform(-0.3, 1, size=shape)) for size in SIZES}


def signs(rng):
    """Return calibration images (60, INPUTS, 1, 1) whose range begins or ends at 0, or should be made to hold it."""
    ends = {"above 0": (1, 3), "below 0": (-3, -1), "from 0 on": (0, 3), "below 0 for the most part": (-3, 0.5)}
    return {kind: np.float32(rng.uniform(*span, size=(60, INPUTS, 1, 1))) for kind, span in ends.items()}


def orders(rng):
    """Return calibration images (n, INPUTS, 1, 1), from one image to 2,000, the bright ones anywhere."""
    found = {"one image": np.float32(rng.uniform(-1, 3, size=(1, INPUTS, 1, 1)))}
    for n in (250, 2000):
        log = photographed(rng, n, (INPUTS, 1, 1), 1.0)
        found[f"{n} images, bright ones last"] = log
        found[f"{n} images, bright ones first"] = log[::-1].copy()
        found[f"{n} images, bright ones in the middle"] = rolled(log)
    return found


def one_layer(rng, images, least=1.0, most=5.0):
    """Return a linear layer whose rows have sizes from 1e-3 to 10, two of them all zeros.

    Biases are from `least` to `most` times a row's largest weight times the largest value of the images.
    """
    far = np.abs(images).max()
    size = 10.0 ** rng.permutation(np.linspace(-3, 1, ROWS))
    weight = rng.uniform(-1, 1, size=(ROWS, INPUTS))
    weight[0], weight[1] = np.abs(weight[0]), -np.abs(weight[1])
    weight[2, 5] = 40.0  # one loud weight among quiet ones
    weight *= size[:, None]
    bias = far * np.abs(weight).max(axis=1) * rng.choice([-1, 1], ROWS) * rng.uniform(least, most, ROWS)
    weight[[3, 7]], bias[[3, 7]] = 0.0, [2.5 * far, 0.0]  # nothing to take a step from, with and without a bias
    return [{"op": "linear", "weight": weight.astype(np.float32), "bias": bias.astype(np.float32)}]


def readable(rng, least=1.0, most=5.0):
    """Return (layers, calibration) of networks whose first layer can be read back; its rows are from 1e-3 to 10."""
    found = {kind: (one_layer(rng, images, least, most), images) for kind, images in units(rng).items()}
    for kind, shape in (("conv", (13, 3, 5)), ("linear", (INPUTS, 1, 1))):
        net = drawn(rng, f"{kind} 5, linear 3", shape)
        weight = net.layers[0]["weight"]
        across = tuple(range(1, weight.ndim))
        size = 10.0 ** rng.permutation(np.linspace(-3, 1, 5)) / np.abs(weight).max(axis=across)
        weight = np.float32(weight * np.expand_dims(size, across))
        bias = np.abs(weight).max(axis=across) * np.abs(net.calibration).max() * rng.uniform(least, most, size=5)
        bias[1::2] *= -1
        first = {"op": kind, "weight": weight, "bias": np.float32(bias)}
        found[f"a hidden {kind} layer first"] = [first, net.layers[1]], net.calibration
    return found


def apart(rng):
    """Return calls of `quantize`; each differs from the first of its network in one thing."""
    calls = []
    for plan, shape in (
        ("conv 6, pool, linear 7", (2, 4, 6)),
        ("linear 9, linear 7", (13, 1, 1)),
        ("linear 7", (13, 1, 1)),
    ):
        net, other = (drawn(rng, plan, shape, seen=40, unseen=3) for _ in range(2))
        images, middle = net.calibration, net.calibration.copy()
        middle[len(middle) // 2] *= 3
        calls += [
            (net.layers, images, 8),
            (net.layers, images, 4),
            (net.layers, other.calibration, 8),
            (net.layers, middle, 8),
            (net.layers, 2 * images, 8),
            (net.layers, images[:30].copy(), 8),
            (other.layers, images, 8),
            *((changed(net.layers, part), images, 8) for part in ("weight", "bias")),
        ]
    return calls


def changed(layers, part):
    """Return layers in the last of which one weight or bias is another one."""
    array = layers[-1][part].copy()
    array.flat[array.size // 2] *= -3
    return [*layers[:-1], {**layers[-1], part: array}]
