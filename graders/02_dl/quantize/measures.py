"""How far a file of the learner's is from its network: steps, shares of codes, errors of logits."""

from pathlib import Path

import numpy as np

from tenfold.datasets import module

integers = module(Path(__file__).resolve().parent / "integers.py")


def largest(error, size):
    """Return the largest error / size; no error is too small where the size is 0."""
    return float(np.divide(error, size, out=np.where(error > 0, np.inf, 0.0), where=size > 0).max())


def code_values(file, layer):
    """Return what a code of each row of a first layer stands for.

    In a network of one layer the file says it. Else it is free: the factor that makes codes fit their weights best.
    """
    first = file.stages[0]
    if first.scale is not None:
        return first.scale / file.scale
    codes, weight = (rows.reshape(len(rows), -1).astype(np.float64) for rows in (first.weight, layer["weight"]))
    squares = (codes**2).sum(axis=1)
    return np.divide((codes * weight).sum(axis=1), squares, out=np.zeros(len(codes)), where=squares > 0)


def steps_off(file, layer):
    """Return how many steps the worst row of a first layer is off from its weights (root mean square).

    A row's step is its largest weight / the largest code.
    """
    codes, weight = (rows.reshape(len(rows), -1) for rows in (file.stages[0].weight, layer["weight"]))
    error = np.sqrt(((codes * code_values(file, layer)[:, None] - weight) ** 2).mean(axis=1))
    return largest(error, np.abs(weight).max(axis=1) / (2 ** (file.bits - 1) - 1))


def bias_off(file, layer):
    """Return how far the worst bias of a first layer is from what its code stands for, in percent."""
    bias = layer["bias"].astype(np.float64)
    return 100 * largest(np.abs(file.stages[0].bias * code_values(file, layer) * file.scale - bias), np.abs(bias))


def input_span(packed, images):
    """Return how many codes the images span, as if their range held 0 and was as wide as that."""
    low, high = min(float(images.min()), 0.0), max(float(images.max()), 0.0)
    codes = integers.read_in(images, packed.scale, packed.zero)
    return float(np.ptp(codes) * (high - low) / np.ptp(images))


def beyond(packed, images):
    """Return the share of the images' values that lie beyond the ends of the input codes, in percent."""
    real = images.astype(np.float64) / packed.scale + packed.zero
    return 100 * float(((real < -1) | (real > integers.TOP + 1)).mean())


def off_by(found, wanted):
    """Return the root mean square error of logits, relative to the logits' own root mean square, in percent."""
    return 100 * float(np.sqrt(((found - wanted) ** 2).mean() / (wanted**2).mean()))


def worst_output(found, wanted):
    """Return the same for the worst output."""
    return max(off_by(f, w) for f, w in zip(found.T, wanted.T, strict=True))
