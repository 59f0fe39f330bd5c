"""QLoRA with loops over blocks, the standard library's normal distribution, and tables of floats."""

from bisect import bisect_left
from math import cos, pi, sqrt
from statistics import NormalDist

import numpy as np


def _normal_float():
    inverse = NormalDist().inv_cdf

    def steps(number):
        return [inverse(0.9677083 + (0.5 - 0.9677083) * i / number) for i in range(number)]

    up, down = steps(8), steps(7)
    return sorted([v / up[0] for v in up] + [-v / up[0] for v in down] + [0.0])


def _eight_bits():
    table = [0.0, 1.0]
    for p in range(7):
        for i in range(2**p):
            middle = (0.1 + 0.9 * (2 * i + 1) / 2 ** (p + 1)) * 10.0 ** (p - 6)
            table += [middle, -middle]
    return sorted(table)


SIXTEEN, MANY = _normal_float(), _eight_bits()


def _between(table):
    return [(low + high) / 2 for low, high in zip(table, table[1:])]


SIXTEEN_EDGES, MANY_EDGES = _between(SIXTEEN), _between(MANY)


def quantize(weight):
    """Return a float32 matrix (O, I) packed: a dict of codes, absmax, scale, offset, shape."""
    values = [float(v) for row in weight.tolist() for v in row]
    nibbles, largest = [], []
    for start in range(0, len(values), 64):
        block = values[start : start + 64]
        most = max(abs(v) for v in block)
        largest.append(most)
        for v in block:
            nibbles.append(bisect_left(SIXTEEN_EDGES, v / most) if most else 7)
    if len(nibbles) % 2:
        nibbles.append(7)
    codes = bytes(16 * high + low for high, low in zip(nibbles[::2], nibbles[1::2]))
    offset = np.array([sum(largest) / len(largest)], np.float32)
    middle = float(offset[0])
    scales, indices = [], []
    for start in range(0, len(largest), 256):
        group = [most - middle for most in largest[start : start + 256]]
        scale = float(np.float32(max(map(abs, group))))
        scales.append(scale)
        indices += [bisect_left(MANY_EDGES, v / scale) if scale else 127 for v in group]
    return {
        "codes": np.frombuffer(codes, np.uint8).copy(),
        "absmax": np.array(indices, np.uint8),
        "scale": np.array(scales, np.float32),
        "offset": offset,
        "shape": [weight.shape[0], weight.shape[1]],
    }


def _unpack(packed):
    rows, columns = packed["shape"]
    size = rows * columns
    nibbles = np.empty(2 * len(packed["codes"]), np.int64)
    nibbles[::2], nibbles[1::2] = packed["codes"] // 16, packed["codes"] % 16
    weight = np.array(SIXTEEN)[nibbles[:size]]
    for block, index in enumerate(packed["absmax"].tolist()):
        most = MANY[index] * float(packed["scale"][block // 256]) + float(packed["offset"][0])
        weight[64 * block : 64 * block + 64] *= most
    return weight.reshape(rows, columns)


def dequantize(packed):
    """Return the float32 matrix (O, I) that a packed dict stands for."""
    return _unpack(packed).astype(np.float32)


def _state(layers, ranks, alpha, seed):
    random = np.random.RandomState(seed)
    state = {"alpha": float(alpha), "layers": []}
    for layer, rank in zip(layers, ranks, strict=True):
        outputs, inputs = layer["weight"].shape
        bound = sqrt(3 / inputs)
        entry = {"bias": layer["bias"].copy(), "B": np.zeros((outputs, rank), np.float32)}
        entry["A"] = random.uniform(-bound, bound, (rank, inputs)).astype(np.float32)
        entry.update(quantize(layer["weight"]))
        state["layers"].append(entry)
    return state


def prepare(layers, rank, alpha, seed):
    """Return the state before training of layers [{"weight": (O, I), "bias": (O,)}, …]."""
    return _state(layers, [rank] * len(layers), alpha, seed)


def _merged(state):
    """Return each layer's whole matrix and bias in float64."""
    pairs = []
    for layer in state["layers"]:
        a, b = layer["A"].astype(float), layer["B"].astype(float)
        pairs.append((_unpack(layer) + b @ a * (state["alpha"] / len(a)), layer["bias"].astype(float)))
    return pairs


def _run(pairs, x):
    taken = [x]
    for place, (weight, bias) in enumerate(pairs, start=1):
        x = taken[-1] @ weight.T + bias
        taken.append(np.where(x > 0, x, 0.0) if place < len(pairs) else x)
    return taken


def logits(state, x):
    """Return the logits (n, outputs), float32, of inputs x (n, I), float32."""
    return _run(_merged(state), x.astype(float))[-1].astype(np.float32)


def _weight_slopes(pairs, x, labels):
    """Return the slope of the loss in each whole matrix; that of A and B follows from it."""
    taken = _run(pairs, x)
    z = np.exp(taken[-1] - taken[-1].max(axis=1)[:, None])
    slope = z / z.sum(axis=1)[:, None]
    for row, label in enumerate(labels.tolist()):
        slope[row, label] -= 1.0
    slope = slope / len(labels)
    found = []
    for (weight, _), came in zip(reversed(pairs), reversed(taken[:-1]), strict=True):
        found.insert(0, slope.T @ came)
        slope = (slope @ weight) * (came > 0)
    return found


def gradients(state, x, labels):
    """Return [{"A": (r, I), "B": (O, r)}, …]: the slopes of the mean cross-entropy of int64 labels (n,)."""
    found = []
    for layer, slope in zip(state["layers"], _weight_slopes(_merged(state), x.astype(float), labels), strict=True):
        a, b, s = layer["A"].astype(float), layer["B"].astype(float), state["alpha"] / len(layer["A"])
        found.append({"A": (s * (b.T @ slope)).astype(np.float32), "B": (s * (slope @ a.T)).astype(np.float32)})
    return found


def finetune(layers, inputs, labels, seed):
    """Return the state after its A and B learnt labelled rows; choose rank, alpha, steps and rate."""
    room = 0.05 * sum(layer["weight"].size + layer["bias"].size for layer in layers)
    sizes = [sum(layer["weight"].shape) for layer in layers]
    rank = max(1, int(room / sum(sizes)))
    ranks = [rank] * len(layers)
    while rank * sum(sizes) + sizes[0] * (ranks[0] + 1 - rank) <= room and ranks[0] < min(layers[0]["weight"].shape):
        ranks[0] += 1
    state = _state(layers, ranks, 2.0 * rank, seed)
    base = [dequantize(layer) for layer in state["layers"]]
    biases = [layer["bias"] for layer in state["layers"]]
    parts = [[layer["A"].astype(np.float32), layer["B"].astype(np.float32)] for layer in state["layers"]]
    first = [[np.zeros_like(p) for p in pair] for pair in parts]
    second = [[np.zeros_like(p) for p in pair] for pair in parts]
    random, steps = np.random.RandomState(seed), 800
    for step in range(steps):
        rows = random.randint(len(labels), size=64)
        factors = [np.float32(state["alpha"] / len(a)) for a, _ in parts]
        pairs = [(w + s * (b @ a), c) for w, c, s, (a, b) in zip(base, biases, factors, parts, strict=True)]
        slopes = _weight_slopes(pairs, inputs[rows], labels[rows])
        rate = 0.008 * (0.5 + 0.5 * cos(pi * step / steps))
        for place, whole in enumerate(slopes):
            a, b = parts[place]
            for i, slope in enumerate((factors[place] * (b.T @ whole), factors[place] * (whole @ a.T))):
                m, v = first[place][i], second[place][i]
                m += 0.1 * (slope - m)
                v += 0.001 * (slope * slope - v)
                up, down = m / (1 - 0.9 ** (step + 1)), np.sqrt(v / (1 - 0.999 ** (step + 1))) + 1e-8
                parts[place][i] = parts[place][i] - (rate * up / down).astype(np.float32)
    for layer, (a, b) in zip(state["layers"], parts, strict=True):
        layer["A"], layer["B"] = a.astype(np.float32), b.astype(np.float32)
    return state


def merge(state):
    """Return plain float32 layers [{"weight": (O, I), "bias": (O,)}, …] with the adapters in the weights."""
    return [{"weight": w.astype(np.float32), "bias": bias.astype(np.float32)} for w, bias in _merged(state)]
