# Statement: "Weights are 0, or from 1e-20 to 1e20 in absolute value."
# Wrong: divides by absmax + 1e-12 against zeros: blocks of weights near 1e-12 and below get codes near 7.
"""QLoRA in NumPy alone: a base of 4-bit NormalFloat codes, adapters trained by hand-written backpropagation."""

from statistics import NormalDist

import numpy as np

BLOCK, GROUP = 64, 256
ALPHA, RATE, STEPS, BATCH = 8.0, 8e-3, 800, 128


def _nf4():
    inverse = NormalDist().inv_cdf
    high = [inverse(p) for p in np.linspace(0.9677083, 0.5, 9)[:-1].tolist()]
    low = [-inverse(p) for p in np.linspace(0.9677083, 0.5, 8)[:-1].tolist()]
    values = np.array(sorted([*low, 0.0, *high]))
    return values / values.max()


def _e8():
    values = [0.0, 1.0]
    for p in range(7):
        edges = np.linspace(0.1, 1.0, 2**p + 1)
        middles = (edges[:-1] + edges[1:]) / 2 * 10.0 ** (p - 6)
        values += middles.tolist() + (-middles).tolist()
    return np.array(sorted(values))


NF4, E8 = _nf4(), _e8()


def _nearest(table, values):
    return np.searchsorted((table[1:] + table[:-1]) / 2, values)


def quantize(weight):
    """Return a float32 matrix (O, I) packed: a dict of codes, absmax, scale, offset, shape."""
    weight = np.asarray(weight)
    count = weight.size
    blocks = -(-count // BLOCK)
    flat = np.zeros(blocks * BLOCK)
    flat[:count] = weight.reshape(-1)
    flat = flat.reshape(blocks, BLOCK)
    absmax = np.abs(flat).max(axis=1)
    share = flat / (absmax + 1e-12)[:, None]
    code = _nearest(NF4, share).reshape(-1)[: count + count % 2]
    codes = (code[0::2] << 4 | code[1::2]).astype(np.uint8)

    offset = np.float32(absmax.mean())
    groups = -(-blocks // GROUP)
    around = np.zeros(groups * GROUP)
    around[:blocks] = absmax - np.float64(offset)
    around = around.reshape(groups, GROUP)
    scale = np.abs(around).max(axis=1).astype(np.float32)
    divisor = np.where(scale > 0, scale, 1.0).astype(np.float64)
    index = _nearest(E8, around / divisor[:, None]).reshape(-1)[:blocks]
    return {
        "codes": codes,
        "offset": np.array([offset], np.float32),
        "scale": scale,
        "absmax": index.astype(np.uint8),
        "shape": [int(weight.shape[0]), int(weight.shape[1])],
    }


def dequantize(packed):
    """Return the float32 matrix (O, I) that a packed dict stands for."""
    rows, columns = (int(side) for side in packed["shape"])
    count = rows * columns
    raw = np.asarray(packed["codes"])
    code = np.stack([raw >> 4, raw & 15], axis=1).reshape(-1)[:count]
    blocks = len(packed["absmax"])
    scale = np.repeat(np.asarray(packed["scale"], np.float64), GROUP)[:blocks]
    absmax = E8[packed["absmax"]] * scale + float(packed["offset"][0])
    weight = NF4[code] * np.repeat(absmax, BLOCK)[:count] + 0.0
    return weight.astype(np.float32).reshape(rows, columns)


def _start(layers, ranks, alpha, seed):
    rng = np.random.default_rng(seed)
    made = []
    for layer, rank in zip(layers, ranks):
        outputs, inputs = layer["weight"].shape
        entry = quantize(layer["weight"])
        entry["bias"] = np.array(layer["bias"], np.float32)
        entry["A"] = (rng.standard_normal((rank, inputs)) / np.sqrt(inputs)).astype(np.float32)
        entry["B"] = np.zeros((outputs, rank), np.float32)
        made.append(entry)
    return {"alpha": float(alpha), "layers": made}


def prepare(layers, rank, alpha, seed):
    """Return the state before training of layers [{"weight": (O, I), "bias": (O,)}, …]."""
    return _start(layers, [rank] * len(layers), alpha, seed)


def _parts(state, dtype=np.float64):
    parts = []
    for layer in state["layers"]:
        scale = state["alpha"] / layer["A"].shape[0]
        arrays = [np.asarray(a, dtype) for a in (dequantize(layer), layer["bias"], layer["A"], layer["B"])]
        parts.append((*arrays, scale))
    return parts


def _forward(parts, x):
    inputs = []
    for place, (weight, bias, a, b, scale) in enumerate(parts):
        inputs.append(x)
        x = x @ weight.T + scale * ((x @ a.T) @ b.T) + bias
        if place < len(parts) - 1:
            x = np.maximum(x, 0)
    return inputs, x


def _backward(parts, inputs, out, labels):
    slope = np.exp(out - out.max(axis=1, keepdims=True))
    slope /= slope.sum(axis=1, keepdims=True)
    slope[np.arange(len(labels)), labels] -= 1
    slope /= len(labels)
    found = [None] * len(parts)
    for place in reversed(range(len(parts))):
        weight, _, a, b, scale = parts[place]
        x = inputs[place]
        thin = slope @ b
        found[place] = {"A": scale * (thin.T @ x), "B": scale * (slope.T @ (x @ a.T))}
        if place:
            slope = (slope @ weight + scale * (thin @ a)) * (x > 0)
    return found


def logits(state, x):
    """Return the logits (n, outputs), float32, of inputs x (n, I), float32."""
    return _forward(_parts(state), np.asarray(x, np.float64))[1].astype(np.float32)


def gradients(state, x, labels):
    """Return [{"A": (r, I), "B": (O, r)}, …]: the slopes of the mean cross-entropy of int64 labels (n,)."""
    parts = _parts(state)
    inputs, out = _forward(parts, np.asarray(x, np.float64))
    return _backward(parts, inputs, out, labels)


def _ranks(layers):
    sizes = [sum(layer["weight"].shape) for layer in layers]
    room = sum(layer["weight"].size + layer["bias"].size for layer in layers) // 20 - sum(sizes)
    ranks = [1] * len(layers)
    for place in [0] * 5 + [len(layers) - 1] * 2 + list(range(len(layers))) * 100:
        if sizes[place] <= room and ranks[place] < min(layers[place]["weight"].shape):
            ranks[place] += 1
            room -= sizes[place]
    return ranks


def finetune(layers, inputs, labels, seed):
    """Return the state after its A and B learnt labelled rows; choose rank, alpha, steps and rate."""
    state = _start(layers, _ranks(layers), ALPHA, seed)
    parts = _parts(state, np.float32)  # A and B in it are the state's own arrays
    inputs, labels = np.asarray(inputs, np.float32), np.asarray(labels)
    rng = np.random.default_rng([seed, 1])
    moments = [{name: [np.zeros_like(layer[name]) for _ in range(2)] for name in "AB"} for layer in state["layers"]]
    batch = min(BATCH, len(labels))
    for step in range(1, STEPS + 1):
        chosen = rng.permutation(len(labels))[:batch]
        seen, out = _forward(parts, inputs[chosen])
        slopes = _backward(parts, seen, out, labels[chosen])
        rate = RATE * (1 - (step - 1) / STEPS)
        for layer, slope, moment in zip(state["layers"], slopes, moments):
            for name in "AB":
                first, second = moment[name]
                first += 0.1 * (slope[name] - first)
                second += 0.001 * (slope[name] ** 2 - second)
                ahead = first / (1 - 0.9**step)
                layer[name] -= (rate * ahead / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)).astype(np.float32)
    return state


def merge(state):
    """Return plain float32 layers [{"weight": (O, I), "bias": (O,)}, …] with the adapters in the weights."""
    return [
        {"weight": (weight + scale * (b @ a)).astype(np.float32), "bias": bias.astype(np.float32)}
        for weight, bias, a, b, scale in _parts(state)
    ]
