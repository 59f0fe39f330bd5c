"""QLoRA, block by block; in training the base is dequantised in each pass and again in the backward pass."""

import math

import numpy as np
import scipy.special
import torch


def make_nf4():
    """Return the 16 NormalFloat values, ascending."""
    positive = [float(scipy.special.ndtri(0.9677083 - i * (0.9677083 - 0.5) / 8)) for i in range(8)]
    negative = [-float(scipy.special.ndtri(0.9677083 - i * (0.9677083 - 0.5) / 7)) for i in range(7)]
    values = sorted(negative + [0.0] + positive)
    return np.array([value / values[-1] for value in values])


def make_e8():
    """Return the 256 dynamic 8-bit values, ascending."""
    values = {0.0, 1.0}
    for p in range(7):
        for i in range(2**p):
            middle = (0.1 + 0.9 * (2 * i + 1) / (2 * 2**p)) * 10.0 ** (p - 6)
            values.update((middle, -middle))
    return np.array(sorted(values))


NF4 = make_nf4()
E8 = make_e8()
NF4_MIDDLES = 0.5 * (NF4[1:] + NF4[:-1])


def quantize(weight):
    """Return a float32 matrix (O, I) packed."""
    flat = np.array(weight, dtype=np.float64).ravel()
    absmaxes, code = [], []
    for start in range(0, flat.size, 64):
        block = flat[start : start + 64]
        largest = float(np.abs(block).max())
        absmaxes.append(largest)
        share = block / largest if largest > 0 else np.zeros(block.size)
        code.append(np.searchsorted(NF4_MIDDLES, share))
    code = np.concatenate(code)
    if code.size % 2:
        code = np.append(code, 7)
    codes = np.empty(code.size // 2, np.uint8)
    codes[:] = 16 * code[0::2] + code[1::2]

    offset = np.float32(math.fsum(absmaxes) / len(absmaxes))
    around = np.array(absmaxes) - float(offset)
    scales, index = [], np.empty(around.size, np.uint8)
    for start in range(0, around.size, 256):
        group = around[start : start + 256]
        scale = np.float32(np.abs(group).max())
        scales.append(scale)
        shares = group / float(scale) if scale > 0 else np.zeros(group.size)
        index[start : start + 256] = np.abs(shares[:, None] - E8[None, :]).argmin(axis=1)
    return {
        "codes": codes,
        "offset": np.array([offset], dtype=np.float32),
        "scale": np.array(scales, dtype=np.float32),
        "absmax": index,
        "shape": [int(n) for n in np.shape(weight)],
    }


def dequantize(packed):
    """Return the float32 matrix (O, I) that a packed dict stands for."""
    outputs, inputs = int(packed["shape"][0]), int(packed["shape"][1])
    index = np.asarray(packed["absmax"]).astype(np.int64)
    group = np.arange(index.size) // 256
    sizes = E8[index] * np.asarray(packed["scale"]).astype(np.float64)[group] + float(packed["offset"][0])
    codes = np.asarray(packed["codes"]).astype(np.int64)
    code = np.empty(2 * codes.size, np.int64)
    code[0::2], code[1::2] = codes // 16, codes % 16
    code = code[: outputs * inputs]
    values = NF4[code] * sizes[np.arange(code.size) // 64]
    values[code == 7] = 0.0
    return values.reshape(outputs, inputs).astype(np.float32)


def build(layers, ranks, alpha, seed):
    """Return a state of layers that may differ in rank."""
    generators = [np.random.default_rng(child) for child in np.random.SeedSequence(int(seed)).spawn(len(layers))]
    entries = []
    for layer, rank, rng in zip(layers, ranks, generators):
        outputs, inputs = layer["weight"].shape
        entry = dict(quantize(layer["weight"]))
        entry["bias"] = layer["bias"].astype(np.float32, copy=True)
        limit = math.sqrt(3.0 / inputs)
        entry["A"] = rng.uniform(-limit, limit, size=(rank, inputs)).astype(np.float32)
        entry["B"] = np.zeros((outputs, rank), dtype=np.float32)
        entries.append(entry)
    return {"alpha": float(alpha), "layers": entries}


def prepare(layers, rank, alpha, seed):
    """Return the state before training."""
    return build(layers, [int(rank) for _ in layers], alpha, seed)


class Base(torch.autograd.Function):
    """x · Wᵀ with W from its codes, which are all that is kept for the way back."""

    @staticmethod
    def forward(ctx, x, packed):
        ctx.packed = packed
        return x @ torch.from_numpy(dequantize(packed)).to(x.dtype).T

    @staticmethod
    def backward(ctx, slope):
        return slope @ torch.from_numpy(dequantize(ctx.packed)).to(slope.dtype), None


def adapters(state, dtype):
    """Return leaves (A, B) for each layer."""
    return [
        tuple(torch.tensor(np.array(layer[name]), dtype=dtype).requires_grad_() for name in ("A", "B"))
        for layer in state["layers"]
    ]


def network(state, leaves, x):
    """Return the logits as a tensor."""
    last = len(leaves) - 1
    for place, (layer, (a, b)) in enumerate(zip(state["layers"], leaves)):
        r = a.shape[0]
        bias = torch.tensor(np.array(layer["bias"]), dtype=x.dtype)
        x = Base.apply(x, layer) + (state["alpha"] / r) * ((x @ a.T) @ b.T) + bias
        if place != last:
            x = torch.relu(x)
    return x


def logits(state, x):
    """Return the logits (n, outputs), float32."""
    x = torch.tensor(np.array(x), dtype=torch.float64)
    return network(state, adapters(state, torch.float64), x).detach().numpy().astype(np.float32)


def gradients(state, x, labels):
    """Return the slopes of the mean cross-entropy for A and B of each layer."""
    leaves = adapters(state, torch.float64)
    out = network(state, leaves, torch.tensor(np.array(x), dtype=torch.float64))
    wanted = torch.log_softmax(out, dim=1)[torch.arange(out.shape[0]), torch.tensor(np.array(labels))]
    slopes = torch.autograd.grad(-wanted.mean(), [leaf for pair in leaves for leaf in pair])
    return [{"A": slopes[i].numpy(), "B": slopes[i + 1].numpy()} for i in range(0, len(slopes), 2)]


def finetune(layers, inputs, labels, seed):
    """Return the state after its A and B learnt labelled rows."""
    price = sum(sum(layer["weight"].shape) for layer in layers)
    values = sum(layer["weight"].size + layer["bias"].size for layer in layers)
    rank = max(1, values // 20 // price)
    state = build(layers, [rank] * len(layers), 2.0 * rank, seed)
    leaves = adapters(state, torch.float32)
    x = torch.tensor(np.array(inputs), dtype=torch.float32)
    y = torch.tensor(np.array(labels), dtype=torch.int64)
    order = np.random.default_rng(np.random.SeedSequence([int(seed), 77]))
    steps, batch = 600, min(128, len(y))
    optimiser = torch.optim.Adam([leaf for pair in leaves for leaf in pair], lr=1e-2)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)
    queue = []
    for _ in range(steps):
        if len(queue) < batch:
            queue = order.permutation(len(y)).tolist()
        rows, queue = queue[:batch], queue[batch:]
        loss = torch.nn.functional.cross_entropy(network(state, leaves, x[rows]), y[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    for layer, (a, b) in zip(state["layers"], leaves):
        layer["A"] = a.detach().numpy().copy()
        layer["B"] = b.detach().numpy().copy()
    return state


def merge(state):
    """Return plain float32 layers with the adapters in the weights."""
    plain = []
    for layer in state["layers"]:
        a, b = layer["A"].astype(np.float64), layer["B"].astype(np.float64)
        weight = dequantize(layer).astype(np.float64) + (state["alpha"] / a.shape[0]) * (b @ a)
        plain.append({"weight": weight.astype(np.float32), "bias": np.array(layer["bias"], dtype=np.float32)})
    return plain
