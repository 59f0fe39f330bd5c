"""Attention with masks that hold, a pre-norm block, and a small encoder: NumPy in float64, gradients by hand.

Only `train` uses torch's layers; their names are those that `forward` asks for.
"""

import numpy as np
import torch
from torch import nn


torch.set_num_threads(1)  # small tensors: more threads only wait for each other


def array(tensor):
    """Return a float64 copy of a tensor as an array."""
    return np.array(tensor.detach().cpu().numpy(), dtype=np.float64)


def tensor(values, dtype):
    """Return an array as a tensor of a dtype, rounded once."""
    kinds = {torch.float64: np.float64, torch.float32: np.float32, torch.float16: np.float16}
    return torch.from_numpy(np.array(values, dtype=kinds[dtype], order="C"))


def causal_mask(queries, keys):
    """Return a bool tensor (queries, keys): True where a query may look. The last query stands at the last key."""
    return torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries)


def softmax(scores, seen):
    """Return the softmax of each row among what is seen; a row that sees nothing has zeros."""
    with np.errstate(all="ignore"):
        hidden = np.where(seen, scores, -np.inf)
        top = hidden.max(axis=-1, keepdims=True)
        top = np.where(np.isfinite(top), top, 0.0)
        powers = np.where(seen, np.exp(hidden - top), 0.0)
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total == 0, 1.0, total)


def attend(q, k, v, mask=None, bias=None):
    """Return outputs and weights of arrays."""
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    seen = np.broadcast_to(True if mask is None else mask, scores.shape)
    weights = softmax(scores, seen)
    return weights @ v, weights


def optional(value, change):
    """Return a changed value, or None."""
    return None if value is None else change(value)


def attention(q, k, v, mask=None, bias=None):
    """Return the outputs (…, Tq, E) and the weights (…, Tq, Tk) of scaled dot-product attention.

    q (…, Tq, d), k (…, Tk, d), v (…, Tk, E); mask bool, True where a query may look; bias is added to the scores.
    """
    mask = optional(mask, lambda m: m.numpy())
    out, weights = attend(array(q), array(k), array(v), mask, optional(bias, array))
    return tensor(out, q.dtype), tensor(weights, q.dtype)


def attention_gradients(q, k, v, upstream, mask=None, bias=None):
    """Return the gradients of (outputs · upstream).sum() by q, k and v, a tuple of three tensors."""
    q, k, v, upstream = array(q), array(k), array(v), array(upstream)
    _, weights = attend(q, k, v, optional(mask, lambda m: m.numpy()), optional(bias, array))
    by_v = np.swapaxes(weights, -1, -2) @ upstream
    by_weights = upstream @ np.swapaxes(v, -1, -2)
    mean = (by_weights * weights).sum(axis=-1, keepdims=True)
    by_scores = weights * (by_weights - mean) / np.sqrt(q.shape[-1])
    by_q, by_k = by_scores @ k, np.swapaxes(by_scores, -1, -2) @ q
    return tuple(tensor(each, torch.float64) for each in (by_q, by_k, by_v))


def cut(rows, heads):
    """Return (B, T, heads · d) as (B, heads, T, d)."""
    batch, length, width = rows.shape
    return rows.reshape(batch, length, heads, width // heads).transpose(0, 2, 1, 3)


def many(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return outputs and weights of the heads, all arrays."""
    memory = x if memory is None else memory
    kv_heads = kv_heads or heads
    batch, queries, width = x.shape
    keys = memory.shape[1]
    narrow = kv_heads * (width // heads)
    w, b = weights["in_proj_weight"], weights["in_proj_bias"]
    q = cut(x @ w[:width].T + b[:width], heads)
    k = cut(memory @ w[width : width + narrow].T + b[width : width + narrow], kv_heads)
    v = cut(memory @ w[width + narrow :].T + b[width + narrow :], kv_heads)
    share = np.arange(heads) // (heads // kv_heads)
    bias = None
    if slopes is not None:
        far = np.abs(np.arange(queries)[:, None] + keys - queries - np.arange(keys))
        bias = -slopes[:, None, None] * far
    out, found = attend(q, k[:, share], v[:, share], mask, bias)
    joined = out.transpose(0, 2, 1, 3).reshape(batch, queries, width)
    return joined @ weights["out_proj.weight"].T + weights["out_proj.bias"], found


def arrays(weights):
    """Return the weights as arrays."""
    return {name: array(w) for name, w in weights.items()}


def multi_head(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return the outputs (B, Tq, D) and the weights of each head (B, heads, Tq, Tk)."""
    mask = optional(mask, lambda m: m.numpy())
    out, found = many(
        array(x), arrays(weights), heads, mask, optional(memory, array), kv_heads, optional(slopes, array)
    )
    return tensor(out, x.dtype), tensor(found, x.dtype)


def normed(x, weight, bias):
    """Return the layer norm of the last axis."""
    away = x - x.mean(axis=-1, keepdims=True)
    return away / np.sqrt((away**2).mean(axis=-1, keepdims=True) + 1e-5) * weight + bias


def layer(x, weights, heads, mask, at=""):
    """Return the output of a block whose names begin with `at`."""
    inner = {name: weights[f"{at}self_attn.{name}"] for name in NAMES}
    x = x + many(normed(x, weights[at + "norm1.weight"], weights[at + "norm1.bias"]), inner, heads, mask)[0]
    hidden = normed(x, weights[at + "norm2.weight"], weights[at + "norm2.bias"])
    hidden = np.maximum(hidden @ weights[at + "linear1.weight"].T + weights[at + "linear1.bias"], 0.0)
    return x + hidden @ weights[at + "linear2.weight"].T + weights[at + "linear2.bias"]


NAMES = ("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias")


def block(x, weights, heads, mask=None):
    """Return the output (B, T, D) of a pre-norm encoder block."""
    return tensor(layer(array(x), arrays(weights), heads, optional(mask, lambda m: m.numpy())), x.dtype)


def forward(weights, tokens, lengths):
    """Return the logits (n, T, V) of the sorting model."""
    w = arrays(weights)
    ids, real = tokens.numpy(), lengths.numpy()
    length = ids.shape[1]
    x = w["embed.weight"][ids] + w["position.weight"][:length]
    mask = (np.arange(length) < real[:, None])[:, None, None, :]
    for number in sorted({int(name.split(".")[1]) for name in w if name.startswith("layers.")}):
        x = layer(x, w, 4, mask, f"layers.{number}.")
    logits = normed(x, w["norm.weight"], w["norm.bias"]) @ w["head.weight"].T + w["head.bias"]
    return tensor(logits, weights["embed.weight"].dtype)


class Sorter(nn.Module):
    """The model in torch's own layers."""

    def __init__(self, vocabulary, places, width=64):
        super().__init__()
        self.embed, self.position = nn.Embedding(vocabulary, width), nn.Embedding(places, width)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, 4, 4 * width, dropout=0.0, norm_first=True, batch_first=True)
            for _ in range(2)
        )
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary)

    def forward(self, tokens, padding):
        """Return the logits; padding is True where no query may look."""
        x = self.embed(tokens) + self.position.weight[: tokens.shape[1]]
        for each in self.layers:
            x = each(x, src_key_padding_mask=padding)
        return self.head(self.norm(x))


def train(tokens, lengths, targets, vocabulary):
    """Return the weights of a sorting model that learned from these examples, a dict of float32 tensors."""
    with torch.random.fork_rng(devices=[]), torch.enable_grad():  # the caller's source of chance stays as it was
        torch.manual_seed(20)
        model = Sorter(vocabulary, tokens.shape[1]).train()
        steps, batch = 1000, 64
        adam = torch.optim.Adam(model.parameters(), lr=2e-3)
        plan = torch.optim.lr_scheduler.OneCycleLR(adam, max_lr=2e-3, total_steps=steps, pct_start=0.1)
        padding = torch.arange(tokens.shape[1]) >= lengths[:, None]
        goals = targets.masked_fill(padding, -100)
        queue = torch.randperm(len(tokens))
        for number in range(steps):
            start = number * batch % (len(tokens) - batch)
            if start < batch:
                queue = torch.randperm(len(tokens))
            rows = queue[start : start + batch]
            logits = model(tokens[rows], padding[rows])
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), goals[rows].flatten(), ignore_index=-100)
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            adam.step()
            plan.step()
    return {name: w.detach().clone() for name, w in model.state_dict().items()}
