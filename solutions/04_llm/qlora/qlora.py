"""QLoRA: a base of 4-bit NormalFloat codes that never moves, and two thin matrices a layer that learn."""

import numpy as np
import torch
from scipy.stats import norm

BLOCK, GROUP = 64, 256  # weights to one absmax, absmaxes to one scale: as in the paper
RANK, ALPHA = 4, 8.0  # rank 4 is 4.5 % of the base here; alpha / r = 2
STEPS, BATCH, RATE = 400, 64, 5e-3  # adapters bear, and need, a rate several times that of full fine-tuning


def nf4_table():
    """Return the 16 values (float32, ascending): quantiles of the normal distribution, and an exact 0."""
    tail = 0.9677083  # the outermost quantile that the paper's code takes
    positive = norm.ppf(np.linspace(tail, 0.5, 9)[:-1])
    negative = -norm.ppf(np.linspace(tail, 0.5, 8)[:-1])
    values = np.sort(np.concatenate([negative, [0.0], positive]))
    return (values / values.max()).astype(np.float32)


def dynamic_table():
    """Return the 256 values (float32, ascending) that an absmax is rounded to: fine near 0, coarse near 1."""
    values = [0.0, 1.0]
    for power in range(7):
        edges = np.linspace(0.1, 1, 2**power + 1)
        middles = (edges[:-1] + edges[1:]) / 2 * 10.0 ** (power - 6)
        values += [*middles, *-middles]
    return np.sort(values).astype(np.float32)


NF4, DYNAMIC = nf4_table(), dynamic_table()


def nearest(values, table):
    """Return the index of the table's value that lies nearest to each value (uint8)."""
    middles = (table[:-1].astype(np.float64) + table[1:]) / 2
    return np.searchsorted(middles, values).astype(np.uint8)


def in_rows(values, width):
    """Return values (n,) as rows of a width, zeros after the last."""
    return np.pad(values, (0, -len(values) % width)).reshape(-1, width)


def ratio(values, size):
    """Return values (rows, width) over sizes (rows,), 0 where the size is 0."""
    size = size[:, None]
    return np.divide(values, size, out=np.zeros_like(values), where=size > 0)


def quantize(weight):
    """Return a matrix (O, I) as packed 4-bit codes and twice quantised block sizes."""
    weight = np.asarray(weight, np.float32)
    blocks = in_rows(weight.ravel(), BLOCK).astype(np.float64)  # (blocks, 64)
    absmax = np.abs(blocks).max(axis=1)
    codes = nearest(ratio(blocks, absmax), NF4).ravel()[: weight.size + weight.size % 2]  # a padded 0 has code 7
    offset = np.float32(absmax.mean())
    around = in_rows(absmax - offset, GROUP)  # (groups, 256)
    scale = np.abs(around).max(axis=1)
    return {
        "codes": codes[0::2] << 4 | codes[1::2],
        "absmax": nearest(ratio(around, scale), DYNAMIC).ravel()[: len(absmax)],
        "scale": scale.astype(np.float32),
        "offset": np.array([offset], np.float32),
        "shape": list(weight.shape),
    }


def dequantize(packed):
    """Return the matrix (O, I), float32, that packed codes stand for."""
    absmax = DYNAMIC[packed["absmax"]] * np.repeat(packed["scale"], GROUP)[: len(packed["absmax"])] + packed["offset"]
    codes = np.stack([packed["codes"] >> 4, packed["codes"] & 15], axis=1).ravel()
    outputs, inputs = packed["shape"]
    codes = codes[: outputs * inputs]
    return (NF4[codes] * np.repeat(absmax, BLOCK)[: codes.size]).astype(np.float32).reshape(outputs, inputs)


class FrozenLinear(torch.autograd.Function):
    """x @ W.T with W made from its codes in each pass, so that no float copy of W outlives either."""

    @staticmethod
    def forward(ctx, x, packed):
        ctx.packed = packed
        return x @ torch.from_numpy(dequantize(packed)).T

    @staticmethod
    def backward(ctx, slope):
        return slope @ torch.from_numpy(dequantize(ctx.packed)), None


def forward(state, x, adapters):
    """Return the logits (n, outputs) of torch inputs, with torch adapters [(A, B), …]."""
    for index, (layer, (a, b)) in enumerate(zip(state["layers"], adapters, strict=True)):
        scale = state["alpha"] / len(a)
        low = x @ a.T @ b.T  # (n, r), then (n, O): B·A itself is never formed
        x = FrozenLinear.apply(x, layer) + scale * low + torch.as_tensor(layer["bias"])
        if index < len(state["layers"]) - 1:
            x = torch.relu(x)
    return x


def tensors(state, learn):
    """Return the adapters as torch tensors [(A, B), …], copies of the state's."""
    return [tuple(torch.tensor(layer[name], requires_grad=learn) for name in ("A", "B")) for layer in state["layers"]]


def prepare(layers, rank, alpha, seed):
    """Return the state before training: each matrix quantised, A random, B zero."""
    rng = np.random.default_rng(seed)
    made = []
    for layer in layers:
        outputs, inputs = layer["weight"].shape
        a = rng.normal(size=(rank, inputs)) / np.sqrt(inputs)
        b = np.zeros((outputs, rank))
        bias = np.array(layer["bias"], np.float32)
        made.append({**quantize(layer["weight"]), "bias": bias, "A": a.astype(np.float32), "B": b.astype(np.float32)})
    return {"alpha": float(alpha), "layers": made}


def logits(state, x):
    """Return the logits (n, outputs), float32."""
    with torch.no_grad():
        return forward(state, torch.tensor(x), tensors(state, learn=False)).numpy()


def loss_of(state, x, labels, adapters):
    """Return the mean cross-entropy of numpy rows."""
    return torch.nn.functional.cross_entropy(forward(state, torch.tensor(x), adapters), torch.tensor(labels))


def gradients(state, x, labels):
    """Return the gradient of the mean cross-entropy for each layer's A and B."""
    adapters = tensors(state, learn=True)
    loss_of(state, x, labels, adapters).backward()
    return [{"A": a.grad.numpy(), "B": b.grad.numpy()} for a, b in adapters]


def finetune(layers, inputs, labels, seed):
    """Return the state after training the adapters, and nothing else, on labelled rows."""
    state = prepare(layers, RANK, ALPHA, seed)
    adapters = tensors(state, learn=True)
    learn = [part for pair in adapters for part in pair]
    means, squares = ([torch.zeros_like(part) for part in learn] for _ in range(2))
    rng = np.random.default_rng(seed)
    for step in range(1, STEPS + 1):
        rows = rng.integers(0, len(inputs), size=BATCH)
        slopes = torch.autograd.grad(loss_of(state, inputs[rows], labels[rows], adapters), learn)
        rate = RATE * (1 + np.cos(np.pi * step / STEPS)) / 2
        for part, slope, mean, square in zip(learn, slopes, means, squares, strict=True):  # Adam
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope**2 - square)
            size = (square / (1 - 0.999**step)).sqrt() + 1e-8
            part.data -= rate * mean / (1 - 0.9**step) / size
    for layer, (a, b) in zip(state["layers"], adapters, strict=True):
        layer["A"], layer["B"] = a.detach().numpy(), b.detach().numpy()
    return state


def merge(state):
    """Return plain layers (weight, bias; float32) that do what base and adapters do together."""
    made = []
    for layer in state["layers"]:
        update = state["alpha"] / len(layer["A"]) * (layer["B"] @ layer["A"])
        made.append({"weight": (dequantize(layer) + update).astype(np.float32), "bias": layer["bias"].copy()})
    return made
