"""QLoRA with PyTorch: the base is a buffer of codes, autograd finds the slopes of A and B."""

import numpy as np
import torch

_TOP = 0.9677083
_PACKED = ("codes", "absmax", "scale", "offset", "shape")


def _tables():
    def quantiles(steps):
        share = torch.linspace(_TOP, 0.5, steps + 1, dtype=torch.float64)[:-1]
        return torch.special.ndtri(share)

    nf4 = torch.cat([-quantiles(7), torch.zeros(1, dtype=torch.float64), quantiles(8)]).sort().values
    parts = []
    for p in range(7):
        width = 0.9 / 2**p
        parts.append((0.1 + width * (torch.arange(2**p, dtype=torch.float64) + 0.5)) * 10.0 ** (p - 6))
    positive = torch.cat(parts)
    e8 = torch.cat([-positive, positive, torch.tensor([0.0, 1.0], dtype=torch.float64)]).sort().values
    return nf4 / nf4[-1], e8


_NF4, _E8 = _tables()


def _tensor(array, dtype=torch.float64):
    return torch.tensor(np.array(array, order="C"), dtype=dtype)  # a copy, whatever the strides and flags are


def _index(table, values):
    return torch.bucketize(values, (table[1:] + table[:-1]) / 2)


def _pad(flat, width):
    return torch.nn.functional.pad(flat, (0, -len(flat) % width)).view(-1, width)


def _share(rows, most):
    return torch.where(most[:, None] > 0, rows / torch.where(most > 0, most, 1.0)[:, None], 0.0)


def quantize(weight):
    """Return a float32 matrix (O, I) packed: a dict of codes, absmax, scale, offset, shape."""
    flat = _tensor(weight).flatten()
    blocks = _pad(flat, 64)
    absmax = blocks.abs().amax(1)
    code = _index(_NF4, _share(blocks, absmax)).flatten()[: len(flat)]
    code = torch.cat([code, torch.full((len(flat) % 2,), 7)]).view(-1, 2)
    offset = absmax.mean().float()
    groups = _pad(absmax - offset.double(), 256)
    scale = groups.abs().amax(1).float()
    index = _index(_E8, _share(groups, scale.double())).flatten()[: len(absmax)]
    return {
        "codes": (code[:, 0] * 16 + code[:, 1]).to(torch.uint8).numpy(),
        "absmax": index.to(torch.uint8).numpy().copy(),
        "scale": scale.numpy(),
        "offset": offset.reshape(1).numpy(),
        "shape": list(weight.shape),
    }


def _matrix(packed):
    rows, columns = packed["shape"]
    codes = _tensor(packed["codes"], torch.int64)
    code = torch.stack([codes // 16, codes % 16], 1).flatten()[: rows * columns]
    index = _tensor(packed["absmax"], torch.int64)
    group, block = torch.arange(len(index)) // 256, torch.arange(len(code)) // 64
    absmax = _E8[index] * _tensor(packed["scale"])[group] + _tensor(packed["offset"])
    return (_NF4[code] * absmax[block]).view(rows, columns)


def dequantize(packed):
    """Return the float32 matrix (O, I) that a packed dict stands for."""
    return _matrix(packed).float().numpy()


def prepare(layers, rank, alpha, seed):
    """Return the state before training of layers [{"weight": (O, I), "bias": (O,)}, …]."""
    generator = torch.Generator().manual_seed(int(seed))
    state = {"alpha": float(alpha), "layers": []}
    for layer in layers:
        outputs, inputs = layer["weight"].shape
        entry = quantize(layer["weight"])
        entry["bias"] = layer["bias"].astype(np.float32)
        entry["A"] = (torch.randn((rank, inputs), generator=generator) * inputs**-0.5).numpy()
        entry["B"] = np.zeros((outputs, rank), np.float32)
        state["layers"].append(entry)
    return state


class _Model:
    """A state as tensors: A and B are leaves, the base and the biases are not."""

    def __init__(self, state, dtype):
        self.weights = [_matrix(layer).to(dtype) for layer in state["layers"]]
        self.biases = [_tensor(layer["bias"], dtype) for layer in state["layers"]]
        self.a = [_tensor(layer["A"], dtype).requires_grad_() for layer in state["layers"]]
        self.b = [_tensor(layer["B"], dtype).requires_grad_() for layer in state["layers"]]
        self.alpha = float(state["alpha"])

    def __call__(self, x):
        for place, (w, bias, a, b) in enumerate(zip(self.weights, self.biases, self.a, self.b, strict=True)):
            if place:
                x = torch.relu(x)
            x = x @ w.T + (self.alpha / len(a)) * (x @ a.T) @ b.T + bias
        return x


def logits(state, x):
    """Return the logits (n, outputs), float32, of inputs x (n, I), float32."""
    with torch.no_grad():
        return _Model(state, torch.float64)(_tensor(x)).float().numpy()


def gradients(state, x, labels):
    """Return [{"A": (r, I), "B": (O, r)}, …]: the slopes of the mean cross-entropy of int64 labels (n,)."""
    model = _Model(state, torch.float64)
    loss = torch.nn.functional.cross_entropy(model(_tensor(x)), _tensor(labels, torch.int64))
    slopes = torch.autograd.grad(loss, model.a + model.b)
    half = len(model.a)
    return [
        {"A": a.float().numpy(), "B": b.float().numpy()} for a, b in zip(slopes[:half], slopes[half:], strict=True)
    ]


def finetune(layers, inputs, labels, seed):
    """Return the state after its A and B learnt labelled rows; choose rank, alpha, steps and rate."""
    values = sum(layer["weight"].size + layer["bias"].size for layer in layers)
    each = sum(sum(layer["weight"].shape) for layer in layers)
    rank = max(1, values // (20 * each))
    state = prepare(layers, rank, 2 * rank, seed)
    model = _Model(state, torch.float32)
    x, y = _tensor(inputs, torch.float32), _tensor(labels, torch.int64)
    generator = torch.Generator().manual_seed(int(seed) ^ 0x5EED)
    steps, rate = 800, 8e-3
    adam = torch.optim.Adam(model.a + model.b, lr=rate)
    for step in range(steps):
        adam.param_groups[0]["lr"] = rate * (1 - step / steps)
        picked = torch.randint(len(y), (64,), generator=generator)
        adam.zero_grad()
        torch.nn.functional.cross_entropy(model(x[picked]), y[picked]).backward()
        adam.step()
    for layer, a, b in zip(state["layers"], model.a, model.b, strict=True):
        layer["A"], layer["B"] = a.detach().numpy().copy(), b.detach().numpy().copy()
    return state


def merge(state):
    """Return plain float32 layers [{"weight": (O, I), "bias": (O,)}, …] with the adapters in the weights."""
    merged = []
    with torch.no_grad():
        model = _Model(state, torch.float64)
        for w, bias, a, b in zip(model.weights, model.biases, model.a, model.b, strict=True):
            weight = w + (model.alpha / len(a)) * (b @ a)
            merged.append({"weight": weight.float().numpy(), "bias": bias.float().numpy()})
    return merged
