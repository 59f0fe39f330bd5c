"""Attention, a block and a sorting encoder in NumPy, one matrix at a time; PyTorch only to train."""

import contextlib
import math

import numpy as np
import torch


def _wide(t):
    """A float64 array of its own, whatever float dtype the tensor has."""
    return np.array(t.detach().cpu().numpy(), dtype=np.float64)


def _tensor(a, dtype):
    return torch.from_numpy(np.ascontiguousarray(a)).to(dtype)


def causal_mask(queries, keys):
    """Return a bool tensor (queries, keys): True where a query may look. The last query stands at the last key."""
    mask = torch.zeros(queries, keys, dtype=torch.bool)
    for i in range(queries):
        mask[i, : max(0, i + keys - queries + 1)] = True
    return mask


def _shares(q, k, seen, bias):
    """The weights of one matrix of queries and one of keys; seen and bias are None or (Tq, Tk)."""
    scores = q @ k.T / math.sqrt(q.shape[1])
    if bias is not None:
        scores = scores + bias
    if seen is None:
        seen = np.ones(scores.shape, dtype=bool)
    top = np.max(scores, axis=1, keepdims=True, where=seen, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0.0)  # rows that see nothing
    with np.errstate(over="ignore"):  # the lowest number less the largest is -inf, and its exponential 0
        below = np.subtract(scores, top, where=seen, out=np.full(scores.shape, -np.inf))
    powers = np.exp(below)
    total = powers.sum(axis=1, keepdims=True)
    return powers / np.where(total > 0, total, 1.0)


def _spread(t, shape):
    """A mask or bias, spread to the shape of the scores."""
    if t is None:
        return None
    a = t.detach().cpu().numpy()
    return np.broadcast_to(a if a.dtype == bool else a.astype(np.float64), shape)


def _each(q, k, mask, bias):
    """Yield the place among the leading dimensions, and the weights there."""
    shape = (*q.shape[:-1], k.shape[-2])
    seen, added = _spread(mask, shape), _spread(bias, shape)
    for at in np.ndindex(q.shape[:-2]):
        yield at, _shares(q[at], k[at], None if seen is None else seen[at], None if added is None else added[at])


def attention(q, k, v, mask=None, bias=None):
    """Return the outputs (…, Tq, E) and the weights (…, Tq, Tk) of scaled dot-product attention."""
    dtype, q, k, v = q.dtype, _wide(q), _wide(k), _wide(v)
    weights = np.empty((*q.shape[:-1], k.shape[-2]))
    outputs = np.empty((*q.shape[:-1], v.shape[-1]))
    for at, shares in _each(q, k, mask, bias):
        weights[at] = shares
        outputs[at] = shares @ v[at]
    return _tensor(outputs, dtype), _tensor(weights, dtype)


def attention_gradients(q, k, v, upstream, mask=None, bias=None):
    """Return the gradients of (outputs · upstream).sum() by q, k and v, a tuple of three tensors."""
    q, k, v, upstream = _wide(q), _wide(k), _wide(v), _wide(upstream)
    by_q, by_k, by_v = np.empty(q.shape), np.empty(k.shape), np.empty(v.shape)
    for at, shares in _each(q, k, mask, bias):
        by_v[at] = shares.T @ upstream[at]
        by_shares = upstream[at] @ v[at].T
        mean = np.sum(shares * by_shares, axis=1, keepdims=True)
        by_scores = shares * (by_shares - mean) / math.sqrt(q.shape[-1])
        by_q[at] = by_scores @ k[at]
        by_k[at] = by_scores.T @ q[at]
    return tuple(_tensor(g, torch.float64) for g in (by_q, by_k, by_v))


def _heads(x, w, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """multi_head on arrays; mask is None or a bool array."""
    memory = x if memory is None else memory
    kv_heads = heads if kv_heads is None else kv_heads
    batch, queries, width = x.shape
    keys, d = memory.shape[1], width // heads
    group = heads // kv_heads
    rows, bias = w["in_proj_weight"], w["in_proj_bias"]
    shares = np.empty((batch, heads, queries, keys))
    joined = np.empty((batch, queries, width))
    seen = None if mask is None else np.broadcast_to(mask, shares.shape)
    distance = np.abs(np.arange(queries)[:, None] + (keys - queries) - np.arange(keys)[None, :])
    for h in range(heads):
        of_q = slice(h * d, (h + 1) * d)
        start = width + h // group * d
        of_k = slice(start, start + d)
        of_v = slice(start + kv_heads * d, start + kv_heads * d + d)
        off = None if slopes is None else -slopes[h] * distance
        for b in range(batch):
            q = x[b] @ rows[of_q].T + bias[of_q]
            k = memory[b] @ rows[of_k].T + bias[of_k]
            v = memory[b] @ rows[of_v].T + bias[of_v]
            shares[b, h] = _shares(q, k, None if seen is None else seen[b, h], off)
            joined[b, :, of_q] = shares[b, h] @ v
    return joined @ w["out_proj.weight"].T + w["out_proj.bias"], shares


def multi_head(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return the outputs (B, Tq, D) and the weights of each head (B, heads, Tq, Tk)."""
    outputs, shares = _heads(
        _wide(x),
        {name: _wide(w) for name, w in weights.items()},
        heads,
        None if mask is None else mask.numpy(),
        None if memory is None else _wide(memory),
        kv_heads,
        None if slopes is None else _wide(slopes),
    )
    return _tensor(outputs, x.dtype), _tensor(shares, x.dtype)


def _norm(x, weight, bias):
    x = x - x.mean(axis=-1, keepdims=True)
    x = x - x.mean(axis=-1, keepdims=True)
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + 1e-5) * weight + bias


def _layer(x, w, heads, mask):
    inner = {name[len("self_attn.") :]: a for name, a in w.items() if name.startswith("self_attn.")}
    x = x + _heads(_norm(x, w["norm1.weight"], w["norm1.bias"]), inner, heads, mask)[0]
    hidden = _norm(x, w["norm2.weight"], w["norm2.bias"]) @ w["linear1.weight"].T + w["linear1.bias"]
    return x + np.maximum(hidden, 0.0) @ w["linear2.weight"].T + w["linear2.bias"]


def block(x, weights, heads, mask=None):
    """Return the output (B, T, D) of a pre-norm encoder block."""
    w = {name: _wide(t) for name, t in weights.items()}
    return _tensor(_layer(_wide(x), w, heads, None if mask is None else mask.numpy()), x.dtype)


def forward(weights, tokens, lengths):
    """Return the logits (n, T, V) of the sorting model."""
    w = {name: _wide(t) for name, t in weights.items()}
    tokens, lengths = tokens.numpy(), lengths.numpy()
    places = tokens.shape[1]
    real = np.arange(places) < lengths[:, None]
    x = w["embed.weight"][tokens] + w["position.weight"][:places]
    for i in sorted({int(name.split(".")[1]) for name in w if name.startswith("layers.")}):
        prefix = f"layers.{i}."
        layer = {name[len(prefix) :]: a for name, a in w.items() if name.startswith(prefix)}
        x = _layer(x, layer, 4, real[:, None, None, :])
    logits = _norm(x, w["norm.weight"], w["norm.bias"]) @ w["head.weight"].T + w["head.bias"]
    return _tensor(logits, weights["embed.weight"].dtype)


def _logits(w, layers, tokens, padding):
    """The same model with torch's own functions, float32, to be trained."""
    functional = torch.nn.functional
    width = w["embed.weight"].shape[1]
    x = w["embed.weight"][tokens] + w["position.weight"]
    hidden_keys = padding[:, None, None, :]
    added = torch.zeros(hidden_keys.shape).masked_fill(hidden_keys, -math.inf)
    for i in range(layers):
        p = f"layers.{i}."
        y = functional.layer_norm(x, (width,), w[p + "norm1.weight"], w[p + "norm1.bias"])
        qkv = functional.linear(y, w[p + "self_attn.in_proj_weight"], w[p + "self_attn.in_proj_bias"])
        q, k, v = (t.unflatten(-1, (4, width // 4)).transpose(1, 2) for t in qkv.chunk(3, dim=-1))
        scores = q @ k.transpose(-1, -2) / math.sqrt(width // 4) + added
        y = (scores.softmax(dim=-1) @ v).transpose(1, 2).flatten(2)
        x = x + functional.linear(y, w[p + "self_attn.out_proj.weight"], w[p + "self_attn.out_proj.bias"])
        y = functional.layer_norm(x, (width,), w[p + "norm2.weight"], w[p + "norm2.bias"])
        y = functional.linear(y, w[p + "linear1.weight"], w[p + "linear1.bias"]).relu()
        x = x + functional.linear(y, w[p + "linear2.weight"], w[p + "linear2.bias"])
    x = functional.layer_norm(x, (width,), w["norm.weight"], w["norm.bias"])
    return functional.linear(x, w["head.weight"], w["head.bias"])


@contextlib.contextmanager
def _one_thread():
    """Small matrices gain nothing from several threads; they only cost processor time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def train(tokens, lengths, targets, vocabulary):
    """Return the weights of a sorting model that learned from these examples, a dict of float32 tensors."""
    layers, width, hidden, batch, epochs, top = 2, 64, 128, 80, 8, 4e-3
    rng = np.random.default_rng(11)
    places = tokens.shape[1]
    shapes = {"embed.weight": (vocabulary, width), "position.weight": (places, width)}
    for i in range(layers):
        p = f"layers.{i}."
        shapes[p + "self_attn.in_proj_weight"] = (3 * width, width)
        shapes[p + "self_attn.out_proj.weight"] = (width, width)
        shapes[p + "linear1.weight"] = (hidden, width)
        shapes[p + "linear2.weight"] = (width, hidden)
    shapes["head.weight"] = (vocabulary, width)
    w = {}
    for name, shape in shapes.items():
        spread = 0.5 if name in ("embed.weight", "position.weight") else shape[1] ** -0.5
        w[name] = rng.normal(0.0, spread, shape)
        if name.endswith("in_proj_weight"):
            w[name.replace("weight", "bias")] = np.zeros(shape[0])
        elif spread != 0.5:
            w[name[: -len("weight")] + "bias"] = np.zeros(shape[0])
    for name in ["norm", *(f"layers.{i}.norm{j}" for i in range(layers) for j in (1, 2))]:
        w[name + ".weight"], w[name + ".bias"] = np.ones(width), np.zeros(width)
    w = {name: torch.tensor(a, dtype=torch.float32, requires_grad=True) for name, a in w.items()}

    padding = torch.arange(places)[None, :] >= lengths[:, None]
    optimizer = torch.optim.Adam(w.values(), betas=(0.9, 0.98))
    batches = [rows for _ in range(epochs) for rows in np.array_split(rng.permutation(len(tokens)), max(1, len(tokens) // batch))]
    with torch.enable_grad(), _one_thread():
        for i, rows in enumerate(batches):
            rows = torch.from_numpy(rows)
            done = i / len(batches)
            rate = top * min(1.0, (i + 1) / 40) * 0.5 * (1.0 + math.cos(math.pi * done))
            for group in optimizer.param_groups:
                group["lr"] = rate
            real = ~padding[rows]
            logits = _logits(w, layers, tokens[rows], padding[rows])
            loss = torch.nn.functional.cross_entropy(logits[real], targets[rows][real])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: t.detach().clone() for name, t in w.items()}
