"""What a file's integers mean: the statement's arithmetic, step by step, and how near an answer must come to it."""

from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tenfold import expect
from tenfold.datasets import module

files = module(Path(__file__).resolve().parent / "files.py")

EXACT = 1e-6  # relative, as the statement says
TOP = 255  # the highest code of an activation


def read_in(images, scale, zero):
    """Return the codes of the images, 0 … 255."""
    return np.clip(np.floor(images.astype(np.float64) / scale + 0.5) + zero, 0, TOP)


def channelwise(values, x):
    """Return (O,) values so that they broadcast over x (n, O) or (n, O, H, W)."""
    return values.reshape(-1, *[1] * (x.ndim - 2))


def products(op, weight, x):
    """Return the sums of products (float64) of a conv or linear layer."""
    if op == "linear":
        return x.reshape(len(x), -1) @ weight.T
    windows = sliding_window_view(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), axis=(2, 3))
    return np.tensordot(windows, weight, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)


def pool(x):
    """Return the maximum of each 2 × 2 block."""
    n, channels, height, width = x.shape
    return x.reshape(n, channels, height // 2, 2, width // 2, 2).max(axis=(3, 5))


def sums(stage, x):
    """Return a layer's sums (int64) for codes x (float64, their zero point taken off)."""
    total = products(stage.op, stage.weight, x)
    return (total + channelwise(stage.bias, total)).astype(np.int64)


def advance(stage, x):
    """Return the codes (float64) after a pool or a hidden layer."""
    if stage.op == "pool":
        return pool(x)
    total = sums(stage, x)
    half = np.int64(1) << np.int64(stage.shift - 1)
    codes = (total * channelwise(stage.multiplier, total) + half) >> np.int64(stage.shift)
    return np.clip(codes, 0, TOP).astype(np.float64)


def replay(packed, images):
    """Return the file's logits for the images, and the codes of the input and of each hidden layer."""
    tensors = [read_in(images, packed.scale, packed.zero)]
    x = tensors[0] - packed.zero
    for stage in packed.stages[:-1]:
        x = advance(stage, x)
        if stage.op != "pool":
            tensors.append(x)
    last = packed.stages[-1]
    return sums(last, x) * last.scale, tensors


def logits(blob, images):
    """Return the logits that a file gives for the images."""
    return replay(files.read(blob), images)[0]


def same(found, wanted):
    """Return whether logits are those wanted, to the tolerance of the statement."""
    found = expect.array(found, shape=wanted.shape, kind="f").astype(np.float64)
    return bool((np.abs(found - wanted) <= EXACT * np.abs(wanted)).all())


def farthest(packed):
    """Return the largest absolute sum that any image can lead to, over all layers."""
    low, high, most = -packed.zero, TOP - packed.zero, 0.0
    for stage in packed.stages:
        if stage.op != "pool":
            rows = stage.weight.reshape(len(stage.weight), -1)
            ends = np.maximum(rows, 0), np.minimum(rows, 0)
            up = stage.bias + (ends[0] * high + ends[1] * low).sum(axis=1)
            down = stage.bias + (ends[0] * low + ends[1] * high).sum(axis=1)
            most = max(most, up.max(), -down.min())
            low, high = 0, TOP
    return most
