# Statement: "`rank` may be larger than I or O."
# Wrong: A must be (rank, I) and B (O, rank); here they have at most min(O, I) rows and columns.
"""QLoRA in NumPy: 4-bit NormalFloat codes that never move, and two thin matrices a layer that learn."""

import numpy as np
from scipy.stats import norm

BLOCK, GROUP = 64, 256
KEYS = ("codes", "absmax", "scale", "offset", "shape")


def _nf4():
    up = norm.ppf(np.linspace(0.9677083, 0.5, 9)[:-1])
    down = -norm.ppf(np.linspace(0.9677083, 0.5, 8)[:-1])
    values = np.sort(np.concatenate([down, [0.0], up]))
    return values / values.max()


def _e8():
    values = [0.0, 1.0]
    for p in range(7):
        edges = np.linspace(0.1, 1.0, 2**p + 1)
        middles = (edges[1:] + edges[:-1]) / 2 * 10.0 ** (p - 6)
        values += [*middles, *-middles]
    return np.sort(np.array(values))


NF4, E8 = _nf4(), _e8()


def _nearest(table, values):
    """Return the index of the value of a sorted table that is nearest to each of values."""
    return np.searchsorted((table[1:] + table[:-1]) / 2, values).astype(np.uint8)


def _rows(flat, width):
    """Return a flat array as rows of this width, filled up with zeros."""
    rows = np.zeros((-(-flat.size // width), width))
    rows.reshape(-1)[: flat.size] = flat
    return rows


def _over(rows, divisor):
    """Return rows / divisor, and 0 where the divisor is 0."""
    return np.divide(rows, divisor[:, None], out=np.zeros_like(rows), where=divisor[:, None] > 0)


def quantize(weight):
    """Return a float32 matrix (O, I) packed: a dict of codes, absmax, scale, offset, shape."""
    flat = np.asarray(weight).astype(np.float64).reshape(-1)
    blocks = _rows(flat, BLOCK)
    absmax = np.abs(blocks).max(1)
    code = _nearest(NF4, _over(blocks, absmax)).reshape(-1)[: flat.size]
    if code.size % 2:
        code = np.append(code, np.uint8(7))
    offset = np.array([absmax.mean()], np.float32)
    around = _rows(absmax - np.float64(offset[0]), GROUP)
    scale = np.abs(around).max(1).astype(np.float32)
    index = _nearest(E8, _over(around, scale.astype(np.float64))).reshape(-1)[: absmax.size]
    return {
        "codes": (code[0::2] << 4 | code[1::2]).astype(np.uint8),
        "absmax": index,
        "scale": scale,
        "offset": offset,
        "shape": [int(side) for side in np.shape(weight)],
    }


def _read(packed):
    """Return the matrix of a packed dict in float64."""
    rows, columns = (int(side) for side in packed["shape"])
    codes = np.asarray(packed["codes"])
    code = np.stack([codes >> 4, codes & 15], 1).reshape(-1)[: rows * columns]
    scale = np.repeat(np.asarray(packed["scale"]).astype(np.float64), GROUP)[: len(packed["absmax"])]
    absmax = E8[packed["absmax"]] * scale + np.float64(packed["offset"][0])
    return (NF4[code] * np.repeat(absmax, BLOCK)[: code.size]).reshape(rows, columns)


def dequantize(packed):
    """Return the float32 matrix (O, I) that a packed dict stands for."""
    return _read(packed).astype(np.float32)


def prepare(layers, rank, alpha, seed):
    """Return the state before training of layers [{"weight": (O, I), "bias": (O,)}, …]."""
    rng = np.random.default_rng(seed)
    found = []
    for layer in layers:
        outputs, inputs = layer["weight"].shape
        own = min(rank, outputs, inputs)
        a = rng.standard_normal((own, inputs)) / np.sqrt(inputs)
        found.append(
            quantize(layer["weight"])
            | {
                "bias": np.array(layer["bias"], np.float32),
                "A": a.astype(np.float32),
                "B": np.zeros((outputs, own), np.float32),
            }
        )
    return {"alpha": float(alpha), "layers": found}


def _factor(state, layer):
    return float(state["alpha"]) / layer["A"].shape[0]


def _forward(state, weights, x):
    """Return what goes into each layer, and what comes out of the last."""
    goes, last = [x], len(weights) - 1
    for place, (layer, weight) in enumerate(zip(state["layers"], weights, strict=True)):
        x = goes[-1]
        y = x @ weight.T + _factor(state, layer) * (x @ layer["A"].T) @ layer["B"].T + layer["bias"]
        goes.append(y if place == last else np.maximum(y, 0))
    return goes


def _slopes(state, weights, x, labels):
    """Return the gradients of A and B; weights are those of the base."""
    goes = _forward(state, weights, x)
    z = goes[-1] - goes[-1].max(1, keepdims=True)
    g = np.exp(z)
    g /= g.sum(1, keepdims=True)
    g[np.arange(len(labels)), labels] -= 1
    g /= len(labels)
    found = []
    for place in range(len(weights) - 1, -1, -1):
        layer, x, s = state["layers"][place], goes[place], _factor(state, state["layers"][place])
        a, b = layer["A"], layer["B"]
        gb = s * (g @ b)
        found.append({"A": gb.T @ x, "B": s * g.T @ (x @ a.T)})
        if place:
            g = (g @ weights[place] + gb @ a) * (x > 0)
    return found[::-1]


def _wide(state):
    """Return a copy of a state's A, B and biases in float64."""
    layers = [{key: np.asarray(layer[key]).astype(np.float64) for key in ("A", "B", "bias")} for layer in state["layers"]]
    return {"alpha": state["alpha"], "layers": layers}


def logits(state, x):
    """Return the logits (n, outputs), float32, of inputs x (n, I), float32."""
    weights = [_read(layer) for layer in state["layers"]]
    return _forward(_wide(state), weights, np.asarray(x).astype(np.float64))[-1].astype(np.float32)


def gradients(state, x, labels):
    """Return [{"A": (r, I), "B": (O, r)}, …]: the slopes of the mean cross-entropy of int64 labels (n,)."""
    weights = [_read(layer) for layer in state["layers"]]
    found = _slopes(_wide(state), weights, np.asarray(x).astype(np.float64), np.asarray(labels))
    return [{key: value.astype(np.float32) for key, value in slope.items()} for slope in found]


def _rank(layers):
    """Return the largest rank whose A and B are at most 5 % of the values."""
    values = sum(layer["weight"].size + layer["bias"].size for layer in layers)
    return max(1, int(0.05 * values // sum(sum(layer["weight"].shape) for layer in layers)))


def finetune(layers, inputs, labels, seed, steps=700, rate=8e-3, batch=64):
    """Return the state after its A and B learnt labelled rows."""
    rank = _rank(layers)
    state = prepare(layers, rank, 2.0 * rank, seed)
    weights = [dequantize(layer) for layer in state["layers"]]
    rng = np.random.default_rng([seed, 1])
    moments = [{key: [0.0, 0.0] for key in "AB"} for _ in layers]
    order = np.arange(0)
    for step in range(1, steps + 1):
        if len(order) < min(batch, len(labels)):
            order = rng.permutation(len(labels))
        picked, order = order[:batch], order[batch:]
        lr = rate * (1 + np.cos(np.pi * (step - 1) / steps)) / 2
        for layer, slope, moment in zip(
            state["layers"], _slopes(state, weights, inputs[picked], labels[picked]), moments, strict=True
        ):
            for key in "AB":
                m = moment[key]
                m[0] = 0.9 * m[0] + 0.1 * slope[key]
                m[1] = 0.999 * m[1] + 0.001 * slope[key] ** 2
                move = lr * (m[0] / (1 - 0.9**step)) / (np.sqrt(m[1] / (1 - 0.999**step)) + 1e-8)
                layer[key] = (layer[key] - move).astype(np.float32)
    return state


def merge(state):
    """Return plain float32 layers [{"weight": (O, I), "bias": (O,)}, …] with the adapters in the weights."""
    found = []
    for layer in state["layers"]:
        delta = layer["B"].astype(np.float64) @ layer["A"].astype(np.float64)
        weight = _read(layer) + _factor(state, layer) * delta
        found.append({"weight": weight.astype(np.float32), "bias": np.array(layer["bias"], np.float32)})
    return found
