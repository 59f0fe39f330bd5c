"""QLoRA with torch: vectorised packing, autograd for the adapters."""

import numpy as np
import torch
from scipy.stats import norm


def _tables():
    high = norm.ppf(np.linspace(0.9677083, 0.5, 9)[:-1])
    low = -norm.ppf(np.linspace(0.9677083, 0.5, 8)[:-1])
    nf4 = np.sort(np.concatenate([low, [0.0], high]))
    parts = [np.array([0.0, 1.0])]
    for p in range(7):
        width = 0.9 / 2**p
        middle = (0.1 + width * (np.arange(2**p) + 0.5)) * 10.0 ** (p - 6)
        parts += [middle, -middle]
    return torch.from_numpy(nf4 / nf4[-1]), torch.from_numpy(np.sort(np.concatenate(parts)))


_NF4, _E8 = _tables()


def _index(table, values):
    return torch.bucketize(values, (table[1:] + table[:-1]) / 2)


def _rows(values, width):
    """Cut a vector into rows of a width, zeros added at the end."""
    missing = -len(values) % width
    return torch.cat([values, values.new_zeros(missing)]).reshape(-1, width)


def quantize(weight):
    """Return a float32 matrix (O, I) packed."""
    weight = np.asarray(weight)
    flat = torch.tensor(weight, dtype=torch.float64).reshape(-1)
    blocks = _rows(flat, 64)
    absmax = blocks.abs().amax(dim=1)
    share = blocks / torch.where(absmax > 0, absmax, torch.ones_like(absmax))[:, None]
    code = _index(_NF4, share).reshape(-1)[: len(flat) + len(flat) % 2].reshape(-1, 2)
    codes = code[:, 0] * 16 + code[:, 1]
    offset = absmax.mean().to(torch.float32)
    groups = _rows(absmax - offset.to(torch.float64), 256)
    scale = groups.abs().amax(dim=1).to(torch.float32)
    wide = scale.to(torch.float64)
    around = groups / torch.where(wide > 0, wide, torch.ones_like(wide))[:, None]
    index = _index(_E8, around).reshape(-1)[: len(absmax)]
    return {
        "codes": codes.numpy().astype(np.uint8),
        "offset": offset.reshape(1).numpy(),
        "scale": scale.numpy(),
        "absmax": index.numpy().astype(np.uint8),
        "shape": [int(side) for side in weight.shape],
    }


def _weight(packed):
    rows, columns = (int(side) for side in packed["shape"])
    raw = torch.tensor(np.asarray(packed["codes"]), dtype=torch.int64)
    code = torch.stack([raw >> 4, raw & 15], dim=1).reshape(-1)[: rows * columns]
    index = torch.tensor(np.asarray(packed["absmax"]), dtype=torch.int64)
    scale = torch.tensor(np.asarray(packed["scale"]), dtype=torch.float64)
    scale = scale.repeat_interleave(256)[: len(index)]
    absmax = _E8[index] * scale + float(np.asarray(packed["offset"])[0])
    values = _NF4[code] * absmax.repeat_interleave(64)[: rows * columns]
    return (values + 0.0).reshape(rows, columns)


def dequantize(packed):
    """Return the float32 matrix (O, I) that a packed dict stands for."""
    return _weight(packed).to(torch.float32).numpy()


def _state(layers, ranks, alpha, seed):
    made = []
    for place, (layer, rank) in enumerate(zip(layers, ranks)):
        rng = np.random.default_rng([int(seed), place])
        outputs, inputs = layer["weight"].shape
        adapter = rng.normal(size=(int(rank), inputs)) / inputs**0.5
        made.append(
            {
                **quantize(layer["weight"]),
                "bias": np.array(layer["bias"], np.float32),
                "A": adapter.astype(np.float32),
                "B": np.zeros((outputs, int(rank)), np.float32),
            }
        )
    return {"alpha": float(alpha), "layers": made}


def prepare(layers, rank, alpha, seed):
    """Return the state before training."""
    return _state(layers, [rank] * len(layers), alpha, seed)


def _tensors(state, dtype, learn):
    """Return for each layer W, bias, A, B and alpha / r as tensors that share no memory with the state."""
    made = []
    for layer in state["layers"]:
        a = torch.tensor(np.asarray(layer["A"]), dtype=dtype, requires_grad=learn)
        b = torch.tensor(np.asarray(layer["B"]), dtype=dtype, requires_grad=learn)
        bias = torch.tensor(np.asarray(layer["bias"]), dtype=dtype)
        made.append((_weight(layer).to(dtype), bias, a, b, state["alpha"] / a.shape[0]))
    return made


def _walk(tensors, x):
    for place, (weight, bias, a, b, factor) in enumerate(tensors):
        if place:
            x = torch.relu(x)
        x = x @ weight.T + factor * (x @ a.T @ b.T) + bias
    return x


def logits(state, x):
    """Return the logits (n, outputs), float32."""
    with torch.no_grad():
        out = _walk(_tensors(state, torch.float64, False), torch.tensor(np.asarray(x), dtype=torch.float64))
    return out.to(torch.float32).numpy()


def gradients(state, x, labels):
    """Return the slopes of the mean cross-entropy for A and B of each layer."""
    tensors = _tensors(state, torch.float64, True)
    out = _walk(tensors, torch.tensor(np.asarray(x), dtype=torch.float64))
    loss = torch.nn.functional.cross_entropy(out, torch.tensor(np.asarray(labels), dtype=torch.int64))
    loss.backward()
    return [
        {"A": a.grad.numpy().astype(np.float32), "B": b.grad.numpy().astype(np.float32)} for _, _, a, b, _ in tensors
    ]


def _ranks(layers):
    cost = [sum(layer["weight"].shape) for layer in layers]
    limit = sum(layer["weight"].size + layer["bias"].size for layer in layers) * 5 // 100
    uniform = max(1, limit // sum(cost))
    ranks = [uniform] * len(layers)
    left = limit - uniform * sum(cost)
    while left >= cost[0] and ranks[0] < 8:  # the inputs are what changed most
        ranks[0] += 1
        left -= cost[0]
    return ranks


def finetune(layers, inputs, labels, seed):
    """Return the state after its A and B learnt labelled rows."""
    state = _state(layers, _ranks(layers), 8.0, seed)
    tensors = _tensors(state, torch.float32, True)
    x = torch.tensor(np.asarray(inputs), dtype=torch.float32)
    y = torch.tensor(np.asarray(labels), dtype=torch.int64)
    steps, batch = 800, min(128, len(y))
    rng = np.random.default_rng([int(seed), 10**6])
    optimiser = torch.optim.Adam([p for _, _, a, b, _ in tensors for p in (a, b)], lr=8e-3)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 8e-3 * (1 - step / steps)
        chosen = torch.from_numpy(rng.permutation(len(y))[:batch])
        loss = torch.nn.functional.cross_entropy(_walk(tensors, x[chosen]), y[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    for layer, (_, _, a, b, _) in zip(state["layers"], tensors):
        layer["A"], layer["B"] = a.detach().numpy().copy(), b.detach().numpy().copy()
    return state


def merge(state):
    """Return plain float32 layers with the adapters in the weights."""
    merged = []
    for weight, bias, a, b, factor in _tensors(state, torch.float64, False):
        full = (weight + factor * (b @ a)).to(torch.float32)
        merged.append({"weight": full.numpy(), "bias": bias.to(torch.float32).numpy()})
    return merged
