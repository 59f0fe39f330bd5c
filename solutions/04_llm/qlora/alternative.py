"""The same in NumPy alone: a class for the 4-bit matrix, the chain rule by hand."""

from statistics import NormalDist

import numpy as np

HALF = NormalDist().inv_cdf


def normal_codes():
    """Return the 16 values."""
    high = [HALF(0.9677083 + (0.5 - 0.9677083) * k / 8) for k in range(8)]
    low = [-HALF(0.9677083 + (0.5 - 0.9677083) * k / 7) for k in range(7)]
    return np.array(sorted([*low, 0, *high])) / max(high)


def byte_codes():
    """Return the 256 values for the block sizes."""
    positive = [10.0 ** (p - 6) * (0.1 + 0.9 * (k + 0.5) / 2**p) for p in range(7) for k in range(2**p)]
    return np.array(sorted([0.0, 1.0, *positive, *(-value for value in positive)]))


FOUR, EIGHT = normal_codes(), byte_codes()


def closest(value, table):
    """Return the index of the closest value of a sorted table, by comparing the two neighbours."""
    right = np.clip(np.searchsorted(table, value), 1, len(table) - 1)
    return np.where(value - table[right - 1] <= table[right] - value, right - 1, right).astype(np.uint8)


def quantize(weight):
    """Return a matrix packed: flat arrays cut by their index, no padding."""
    flat = np.asarray(weight, dtype=np.float64).reshape(-1)
    starts = np.arange(0, flat.size, 64)
    peak = np.maximum.reduceat(np.abs(flat), starts)
    every = np.repeat(peak, 64)[: flat.size]
    code = closest(flat / np.where(every == 0, 1, every), FOUR)
    if code.size % 2:
        code = np.append(code, np.uint8(7))
    mean = peak.mean()
    away = peak - mean
    groups = np.arange(0, peak.size, 256)
    reach = np.maximum.reduceat(np.abs(away), groups)
    wide = np.repeat(reach, 256)[: peak.size]
    return {
        "shape": [int(side) for side in np.shape(weight)],
        "offset": np.full(1, mean, dtype=np.float32),
        "scale": reach.astype(np.float32),
        "absmax": closest(away / np.where(wide == 0, 1, wide), EIGHT),
        "codes": (code[::2] * 16 + code[1::2]).astype(np.uint8),
    }


def dequantize(packed):
    """Return the float32 matrix of a packed dict."""
    rows, columns = packed["shape"]
    code = np.empty(2 * packed["codes"].size, dtype=np.uint8)
    code[::2], code[1::2] = np.divmod(packed["codes"], 16)
    block = np.arange(rows * columns) // 64
    each = EIGHT[packed["absmax"]]
    each *= packed["scale"][np.arange(each.size) // 256]
    each += packed["offset"]
    return (FOUR[code[: block.size]] * each[block]).astype(np.float32).reshape(rows, columns)


def prepare(layers, rank, alpha, seed):
    """Return the state before training; each layer has a random stream of its own."""
    streams = np.random.default_rng(seed).spawn(len(layers))
    return {"alpha": float(alpha), "layers": [start(*pair, rank) for pair in zip(layers, streams, strict=True)]}


def start(layer, stream, rank):
    """Return one layer of it."""
    rows, columns = layer["weight"].shape
    reach = (3 / columns) ** 0.5
    a = stream.uniform(-reach, reach, (rank, columns)).astype(np.float32)
    return quantize(layer["weight"]) | {
        "bias": layer["bias"].astype(np.float32),
        "A": a,
        "B": np.zeros((rows, rank), np.float32),
    }


def climb(state, x):
    """Return what enters each layer, what its A makes of it, and the logits."""
    entered, thin = [], []
    for depth, layer in enumerate(state["layers"]):
        if depth:
            x = np.maximum(x, 0)
        entered.append(x)
        thin.append(x @ layer["A"].T)
        factor = np.float32(state["alpha"] / layer["A"].shape[0])
        x = x @ dequantize(layer).T + factor * (thin[-1] @ layer["B"].T) + layer["bias"]
    return entered, thin, x


def logits(state, x):
    """Return the logits, float32."""
    return climb(state, np.asarray(x, np.float32))[2]


def gradients(state, x, labels):
    """Return the slopes of A and B, by the chain rule from the last layer down."""
    entered, thin, out = climb(state, np.asarray(x, np.float32))
    out = np.exp(out - out.max(axis=1, keepdims=True))
    slope = out / out.sum(axis=1, keepdims=True)
    slope[np.arange(len(labels)), labels] -= 1
    slope = slope / np.float32(len(labels))
    found = [None] * len(entered)
    for depth in range(len(entered) - 1, -1, -1):
        layer = state["layers"][depth]
        factor = np.float32(state["alpha"] / layer["A"].shape[0])
        through = factor * slope @ layer["B"]
        found[depth] = {"A": through.T @ entered[depth], "B": factor * slope.T @ thin[depth]}
        slope = (slope @ dequantize(layer) + through @ layer["A"]) * (entered[depth] > 0)
    return found


def finetune(layers, inputs, labels, seed, rounds=12):
    """Shuffled passes with Adam; the rate falls to zero in a straight line."""
    state = prepare(layers, 4, 8.0, seed)
    order = np.random.default_rng(seed + 1)
    drift, spread, steps = {}, {}, 0
    total = rounds * -(-len(labels) // 64)
    for _ in range(rounds):
        for rows in np.array_split(order.permutation(len(labels)), -(-len(labels) // 64)):
            steps += 1
            rate = 6e-3 * (1 - steps / total)
            for depth, slopes in enumerate(gradients(state, inputs[rows], labels[rows])):
                for name, slope in slopes.items():
                    key = depth, name
                    drift[key] = 0.9 * drift.get(key, 0) + 0.1 * slope
                    spread[key] = 0.999 * spread.get(key, 0) + 0.001 * slope**2
                    size = np.sqrt(spread[key] / (1 - 0.999**steps)) + 1e-8
                    state["layers"][depth][name] -= np.float32(rate) * (drift[key] / (1 - 0.9**steps) / size)
    return state


def merge(state):
    """Return plain layers with the adapters in their weights."""

    def one(layer):
        update = (state["alpha"] / layer["A"].shape[0]) * np.einsum("or,ri->oi", layer["B"], layer["A"])
        return {"weight": np.float32(dequantize(layer) + update), "bias": np.array(layer["bias"])}

    return [one(layer) for layer in state["layers"]]
