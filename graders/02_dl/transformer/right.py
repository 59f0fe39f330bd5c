"""The statement's formulas in NumPy and float64, one head at a time; tensors go in, arrays come out."""

import numpy as np

HEADS = 4  # of the sorting model
EPS = 1e-5  # of layer norm


def wide(value):
    """Return a tensor as an array of float64 (bool and int stay), a dict with all its parts; None stays."""
    if isinstance(value, dict):
        return {name: wide(part) for name, part in value.items()}
    found = None if value is None else np.asarray(value)
    return found.astype(np.float64) if found is not None and found.dtype.kind == "f" else found


def attend(q, k, v, mask=None, bias=None):
    """Return outputs and weights of arrays; nothing that is masked enters a maximum or a sum."""
    with np.errstate(over="ignore"):  # biases may be as far apart as numbers are
        scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
        scores = scores if bias is None else scores + bias
        scores = scores if mask is None else np.where(mask, scores, -np.inf)
        top = scores.max(axis=-1, keepdims=True)
        e = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = e.sum(axis=-1, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ v, weights


def causal_mask(queries, keys):
    """Return the mask of the last places of `keys`."""
    return np.tri(queries, keys, keys - queries, dtype=bool)


def attention(*args):
    """Return outputs and weights."""
    return attend(*map(wide, args))


def attention_gradients(q, k, v, upstream, mask=None, bias=None):
    """Return the gradients by q, k and v, by the chain rule."""
    q, k, v, upstream, mask, bias = map(wide, (q, k, v, upstream, mask, bias))
    _, p = attend(q, k, v, mask, bias)
    dp = upstream @ v.swapaxes(-1, -2)
    ds = p * (dp - (p * dp).sum(axis=-1, keepdims=True)) / np.sqrt(q.shape[-1])
    return ds @ k, ds.swapaxes(-1, -2) @ q, p.swapaxes(-1, -2) @ upstream


def _heads(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    memory, kv_heads, width = (x if memory is None else memory), kv_heads or heads, x.shape[-1]
    d, tq, tk = width // heads, x.shape[1], memory.shape[1]
    seen = np.broadcast_to(np.True_ if mask is None else mask, (len(x), heads, tq, tk))
    w, b = weights["in_proj_weight"], weights["in_proj_bias"]
    away = np.abs(np.arange(tq)[:, None] + tk - tq - np.arange(tk))
    outs, shares = [], []
    for h in range(heads):
        g = h // (heads // kv_heads)
        starts = h * d, width + g * d, width + (kv_heads + g) * d
        q, k, v = (
            source @ w[at : at + d].T + b[at : at + d] for source, at in zip((x, memory, memory), starts, strict=True)
        )
        out, share = attend(q, k, v, seen[:, h], None if slopes is None else -slopes[h] * away)
        outs.append(out)
        shares.append(share)
    joined = np.concatenate(outs, axis=-1) @ weights["out_proj.weight"].T + weights["out_proj.bias"]
    return joined, np.stack(shares, axis=1)


def multi_head(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return the outputs, and the weights of each head."""
    return _heads(wide(x), wide(weights), heads, wide(mask), wide(memory), kv_heads, wide(slopes))


def _norm(x, weights, name):
    off = x - x.mean(axis=-1, keepdims=True)
    scaled = off / np.sqrt((off**2).mean(axis=-1, keepdims=True) + EPS)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _below(weights, prefix):
    """Return the weights whose names begin with a prefix, without it."""
    return {name.removeprefix(prefix): w for name, w in weights.items() if name.startswith(prefix)}


def _block(x, weights, heads, mask):
    x = x + _heads(_norm(x, weights, "norm1"), _below(weights, "self_attn."), heads, mask)[0]
    inner = _norm(x, weights, "norm2") @ weights["linear1.weight"].T + weights["linear1.bias"]
    return x + np.maximum(inner, 0.0) @ weights["linear2.weight"].T + weights["linear2.bias"]


def block(x, weights, heads, mask=None):
    """Return a pre-norm block's output."""
    return _block(wide(x), wide(weights), heads, wide(mask))


def forward(weights, tokens, lengths):
    """Return the model's logits, nan behind the last real token of each sequence."""
    weights, tokens, lengths = wide(weights), wide(tokens), wide(lengths)
    real = np.arange(tokens.shape[1]) < lengths[:, None]
    x = weights["embed.weight"][tokens] + weights["position.weight"][: tokens.shape[1]]
    for layer in range(1 + max(int(n.split(".")[1]) for n in weights if n.startswith("layers."))):
        x = _block(x, _below(weights, f"layers.{layer}."), HEADS, real[:, None, None, :])
    logits = _norm(x, weights, "norm") @ weights["head.weight"].T + weights["head.bias"]
    return np.where(real[..., None], logits, np.nan)
