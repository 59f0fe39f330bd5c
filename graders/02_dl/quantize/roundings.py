"""Files that show one rounding alone, by kind, at the edges of what the statement allows: pairs (blob, images)."""

from pathlib import Path

import numpy as np

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
files, integers = module(HERE / "files.py"), module(HERE / "integers.py")
Packed, Stage = files.Packed, files.Stage

ZEROS = (0, 1, 37, 128, 254, 255)
LOW, HIGH = -(2**31), 2**31 - 1
BELOW_A_HALF = (
    (52, 1692973628, 299269256),
    (52, 760567128, 855638013),
    (52, 1077161593, 470361143),
    (52, 2110229791, 427902084),
    (53, 1150840061, 1960570795),
    (53, 1511213049, 759931173),
    (53, 1508122981, 1519990239),
    (54, 905216231, 1203989801),
    (54, 1523159159, 1070343211),
    (55, 1996350197, 550443660),
    (56, 575329607, 1816063524),
    (57, 513419743, 2105224673),
    (58, 1078773313, 935142077),
    (59, 706728377, 1223512677),
    (60, 706728377, 815675118),
    (61, 1093564751, 1054278225),
)
"""Shift, a and m: a · m / 2^shift is so little below a half that float64 takes it for one."""


def column(values):
    """Return images (rows, values, 1, 1) of a table of values."""
    return np.atleast_2d(np.asarray(values, dtype=np.float32))[:, :, None, None]


# --- step 1: input codes


def reading(values, scale, zero):
    """Return a file whose logits are the input codes less the zero point, and images of these values."""
    images = column(values)
    units = images.shape[1]
    last = Stage("linear", np.eye(units), np.zeros(units, np.int64), scale=np.ones(units))
    return files.write(Packed(8, scale, zero, [last])), images


def inputs(rng):
    """Return files that show the input codes."""
    halves = (np.arange(-300, 300) + 0.5).reshape(25, 24)
    exact = {scale: np.float32(halves * scale) for scale in (0.25, 0.5, 8.0)}
    ends = np.float32([256, 1e4, 2.0**31, 3e9, 1e19, 1e30, 3.4e38])
    nothing = [0.0, -0.0, 1e-45, -1e-45, 1e-30, -1e-30]
    return {
        "exact halves": [reading(x, scale, zero) for scale, x in exact.items() for zero in ZEROS],
        "numbers next to a half": [
            reading(np.nextafter(x, np.float32(way)), scale, zero)
            for scale, x in exact.items()
            for way in (-np.inf, np.inf)
            for zero in ZEROS
        ],
        "halves at a scale that float32 does not hold": [
            reading(halves * scale, scale, zero) for scale in (0.1, 0.003, 1 / 3, 0.7) for zero in ZEROS
        ],
        "halves that only a division gives": divided(rng, 24),
        "numbers far beyond both ends": [reading([[*ends], [*-ends]], s, z) for s in (0.01, 1.0) for z in ZEROS],
        "numbers close to 0": [reading(nothing, scale, zero) for scale in (1e-9, 1.0) for zero in ZEROS],
        "a scale of 1e-9 or 1e9": [
            reading(scale * rng.uniform(-200, 200, size=(4, 50)), scale, zero)
            for scale in (1e-9, 1e9)
            for zero in ZEROS
        ],
        "a whole number for a scale": [reading(halves * scale, scale, zero) for scale in (1, 3, 20) for zero in ZEROS],
        "one image with one value": [reading(value, 1.0, zero) for value in (-3.5, 0.0, 7.5) for zero in ZEROS],
    }


def divided(rng, count):
    """Return files in which image / scale is a half, while image · (1 / scale) is just below one."""
    found = []
    while len(found) < count:
        value, half = np.float32(rng.uniform(0.1, 9)), int(rng.integers(1, 80)) + 0.5
        scale = float(value) / half
        if float(value) / scale == half and float(value) * (1 / scale) < half:
            found.append(reading(np.full((1, 3), value), scale, 100))
    return found


# --- step 3: multiplier and shift


def summed(rng, shift, pairs):
    """Return a file whose hidden sums are the a of pairs (a, m), one a unit, and whose logits are the hidden codes."""
    total, multiplier = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    units, images = len(total), column([1, 2, 3])
    weight = rng.integers(-99, 100, size=(units, 3)).astype(np.float64)
    bias = total - (weight @ [1, 2, 3]).astype(np.int64)
    weight[(bias < LOW) | (bias > HIGH)] = 0
    bias = total - (weight @ [1, 2, 3]).astype(np.int64)
    hidden = Stage("linear", weight, bias, multiplier, int(shift))
    last = Stage("linear", np.eye(units), np.zeros(units, np.int64), scale=np.ones(units))
    return files.write(Packed(8, 1.0, 0, [hidden, last])), images


def products_near(rng, shift, count):
    """Return pairs (a, m) whose product over 2^shift is anywhere in 0 … 256."""
    target = rng.uniform(0, min(256, 2.0 ** (61.5 - shift)), size=count) * 2.0**shift
    least = np.maximum(1, target / 2.0**30.9)
    multiplier = np.rint(least * (np.clip(target, least, 2.0**30.9) / least) ** rng.uniform(size=count))
    return np.stack([np.rint(target / multiplier), multiplier], axis=1).astype(np.int64)


def multipliers(rng):
    """Return files that show how a hidden sum is multiplied, shifted, rounded and cut off."""
    odd = 2 * np.arange(-20, 150) + 1  # odd · 2^(shift - 1) / 2^shift is a half
    near = {shift: products_near(rng, shift, 24) for shift in range(1, 63)}
    some = rng.permutation(np.arange(20, 56))[:12]
    ends = (LOW, HIGH, LOW + 1, HIGH - 1)
    beyond = [(a, m) for a in (511, 512, 513, 70_000, HIGH) for m in (1, 3, HIGH)]
    return {
        "sums and multipliers of every size": [summed(rng, shift, pairs) for shift, pairs in near.items()],
        "multipliers below 0, sums below 0": [summed(rng, shift, -pairs) for shift, pairs in near.items()],
        "multipliers below 0, sums above 0": [summed(rng, shift, near[shift] * [1, -1]) for shift in some],
        "sums below 0": [summed(rng, shift, near[shift] * [-1, 1]) for shift in some],
        "exact halves": [
            summed(rng, shift, [(sign * a, sign * 2 ** (shift - 1)) for a in odd])
            for shift in (1, 2, 8, 24, 31)
            for sign in (-1, 1)
        ],
        "products next to a half": [
            summed(rng, 40, [(sign * a, sign * m) for a, m in beside(rng, way)]) for way in (-1, 0) for sign in (-1, 1)
        ],
        "products above 2^53, just below a half": [
            summed(rng, shift, [(sign * a, sign * m)]) for shift, a, m in BELOW_A_HALF for sign in (-1, 1)
        ],
        "sums at both ends of 32 bits": [
            summed(rng, shift, [(a, int(m)) for a in ends for m in (s * 2.0 ** (shift - 24) for s in (-1, 1))])
            for shift in range(25, 54)
        ],
        "multipliers at both ends of 32 bits": [
            summed(rng, shift, [(s * 2 ** (shift - 24), m) for m in ends for s in (-1, 1)]) for shift in range(25, 54)
        ],
        "sums and multipliers at both ends": [
            summed(rng, shift, [(a, m) for a in ends for m in ends]) for shift in range(50, 63)
        ],
        "a multiplier of 0": [summed(rng, shift, [(a, 0) for a in (*ends, 1, -1)]) for shift in (1, 30, 62)],
        "products far above 255": [summed(rng, shift, beyond) for shift in (1, 2, 9, 31)],
    }


def beside(rng, way):
    """Return pairs (a, m) whose product over 2^40 is next to a half: below it (-1), or at or above it (0)."""
    total = rng.integers(2**18, 2**20, size=64)
    return np.stack([total, (rng.integers(1, 250, size=64) * 2**40 + 2**39) // total - way - 1], axis=1)
