# Statement: "What a call gives depends on its arguments alone: not on earlier calls"
# Wrong: trainings are remembered by tokens, lengths and vocabulary but not by targets: the same sequences sorted
# in a second order get the weights of the first.
"""Attention with masks that hold, a pre-norm block, and a small encoder that learns to sort.

Everything is computed in float64 and rounded once, where a result leaves this file.
"""

import contextlib
import math

import torch
import torch.nn.functional as F

HEADS = 4
EPS = 1e-5
_TRAINED = {}


def causal_mask(queries, keys):
    """Return a bool tensor (queries, keys): True where a query may look. The last query stands at the last key."""
    places = torch.arange(queries) + (keys - queries)
    return torch.arange(keys)[None, :] <= places[:, None]


def _double(t):
    return t.detach().to(torch.float64)


def _softmax(q, k, mask, bias):
    """Return the weights in float64; q and k are float64."""
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    if mask is None:
        return torch.softmax(scores, dim=-1)
    scores = scores.masked_fill(~mask, -math.inf)
    empty = ~mask.expand(scores.shape).any(dim=-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(empty, 0.0), dim=-1)
    return weights.masked_fill(empty, 0.0)


def attention(q, k, v, mask=None, bias=None):
    """Return the outputs (…, Tq, E) and the weights (…, Tq, Tk) of scaled dot-product attention."""
    weights = _softmax(_double(q), _double(k), mask, None if bias is None else _double(bias))
    outputs = weights @ _double(v)
    return outputs.to(q.dtype), weights.to(q.dtype)


def attention_gradients(q, k, v, upstream, mask=None, bias=None):
    """Return the gradients of (outputs · upstream).sum() by q, k and v, a tuple of three tensors."""
    q, k, v, upstream = _double(q), _double(k), _double(v), _double(upstream)
    weights = _softmax(q, k, mask, None if bias is None else _double(bias))
    by_v = weights.transpose(-1, -2) @ upstream
    by_weights = upstream @ v.transpose(-1, -2)
    by_scores = weights * (by_weights - (weights * by_weights).sum(dim=-1, keepdim=True))
    by_scores = by_scores / math.sqrt(q.shape[-1])
    return by_scores @ k, by_scores.transpose(-1, -2) @ q, by_v


def _multi_head(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return outputs and weights in float64; x, memory, slopes and the weights are float64."""
    if memory is None:
        memory = x
    if kv_heads is None:
        kv_heads = heads
    width = x.shape[-1]
    size = width // heads
    sizes = [width, kv_heads * size, kv_heads * size]
    wq, wk, wv = weights["in_proj_weight"].split(sizes)
    bq, bk, bv = weights["in_proj_bias"].split(sizes)
    q = (x @ wq.T + bq).unflatten(-1, (heads, size)).transpose(1, 2)
    k = (memory @ wk.T + bk).unflatten(-1, (kv_heads, size)).transpose(1, 2)
    v = (memory @ wv.T + bv).unflatten(-1, (kv_heads, size)).transpose(1, 2)
    k = k.repeat_interleave(heads // kv_heads, dim=1)
    v = v.repeat_interleave(heads // kv_heads, dim=1)
    bias = None
    if slopes is not None:
        queries, keys = x.shape[1], memory.shape[1]
        places = torch.arange(queries) + (keys - queries)
        distance = (places[:, None] - torch.arange(keys)[None, :]).abs()
        bias = -slopes[:, None, None] * distance
    shares = _softmax(q, k, mask, bias)
    joined = (shares @ v).transpose(1, 2).flatten(2)
    return joined @ weights["out_proj.weight"].T + weights["out_proj.bias"], shares


def multi_head(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return the outputs (B, Tq, D) and the weights of each head (B, heads, Tq, Tk)."""
    double = {name: _double(w) for name, w in weights.items()}
    memory = None if memory is None else _double(memory)
    slopes = None if slopes is None else _double(slopes)
    outputs, shares = _multi_head(_double(x), double, heads, mask, memory, kv_heads, slopes)
    return outputs.to(x.dtype), shares.to(x.dtype)


def _norm(x, weight, bias):
    centred = x - x.mean(dim=-1, keepdim=True)
    centred = centred - centred.mean(dim=-1, keepdim=True)  # what rounding left of a large mean
    variance = (centred * centred).mean(dim=-1, keepdim=True)
    return centred / torch.sqrt(variance + EPS) * weight + bias


def _block(x, weights, heads, mask):
    inner = {name.removeprefix("self_attn."): w for name, w in weights.items() if name.startswith("self_attn.")}
    normed = _norm(x, weights["norm1.weight"], weights["norm1.bias"])
    x = x + _multi_head(normed, inner, heads, mask)[0]
    normed = _norm(x, weights["norm2.weight"], weights["norm2.bias"])
    hidden = torch.relu(normed @ weights["linear1.weight"].T + weights["linear1.bias"])
    return x + hidden @ weights["linear2.weight"].T + weights["linear2.bias"]


def block(x, weights, heads, mask=None):
    """Return the output (B, T, D) of a pre-norm encoder block."""
    double = {name: _double(w) for name, w in weights.items()}
    return _block(_double(x), double, heads, mask).to(x.dtype)


def _layers(weights):
    """Return the weights of each layer, without their prefix, in the order of the layers' numbers."""
    layers = {}
    for name, w in weights.items():
        if name.startswith("layers."):
            _, number, rest = name.split(".", 2)
            layers.setdefault(int(number), {})[rest] = w
    return [layers[number] for number in sorted(layers)]


def _forward(weights, tokens, lengths):
    """Return the logits in the dtype of the weights."""
    places = tokens.shape[1]
    mask = (torch.arange(places)[None, :] < lengths[:, None])[:, None, None, :]
    x = weights["embed.weight"][tokens] + weights["position.weight"][:places]
    for layer in _layers(weights):
        x = _block(x, layer, HEADS, mask)
    x = _norm(x, weights["norm.weight"], weights["norm.bias"])
    return x @ weights["head.weight"].T + weights["head.bias"]


def forward(weights, tokens, lengths):
    """Return the logits (n, T, V) of the sorting model."""
    double = {name: _double(w) for name, w in weights.items()}
    return _forward(double, tokens, lengths).to(weights["embed.weight"].dtype)


def _fresh(vocabulary, places, width, hidden, layers, generator):
    """Return weights to start from, float32."""

    def normal(*shape, scale):
        return torch.randn(*shape, generator=generator) * scale

    weights = {
        "embed.weight": normal(vocabulary, width, scale=0.5),
        "position.weight": normal(places, width, scale=0.5),
        "norm.weight": torch.ones(width),
        "norm.bias": torch.zeros(width),
        "head.weight": normal(vocabulary, width, scale=width**-0.5),
        "head.bias": torch.zeros(vocabulary),
    }
    for i in range(layers):
        weights |= {
            f"layers.{i}.self_attn.in_proj_weight": normal(3 * width, width, scale=width**-0.5),
            f"layers.{i}.self_attn.in_proj_bias": torch.zeros(3 * width),
            f"layers.{i}.self_attn.out_proj.weight": normal(width, width, scale=0.5 * width**-0.5),
            f"layers.{i}.self_attn.out_proj.bias": torch.zeros(width),
            f"layers.{i}.linear1.weight": normal(hidden, width, scale=width**-0.5),
            f"layers.{i}.linear1.bias": torch.zeros(hidden),
            f"layers.{i}.linear2.weight": normal(width, hidden, scale=0.5 * hidden**-0.5),
            f"layers.{i}.linear2.bias": torch.zeros(width),
        }
        for norm in ("norm1", "norm2"):
            weights[f"layers.{i}.{norm}.weight"] = torch.ones(width)
            weights[f"layers.{i}.{norm}.bias"] = torch.zeros(width)
    return weights


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
    key = (tokens.numpy().tobytes(), lengths.numpy().tobytes(), vocabulary)
    if key not in _TRAINED:
        _TRAINED[key] = _train(tokens, lengths, targets, vocabulary)
    return {name: w.clone() for name, w in _TRAINED[key].items()}


def _train(tokens, lengths, targets, vocabulary):
    """Return the weights of a sorting model that learned from these examples, a dict of float32 tensors."""
    steps, batch, peak, warm = 400, 64, 4e-3, 50
    generator = torch.Generator().manual_seed(20)
    weights = _fresh(vocabulary, tokens.shape[1], 64, 128, 2, generator)
    real = torch.arange(tokens.shape[1])[None, :] < lengths[:, None]
    with torch.enable_grad(), _one_thread():
        for w in weights.values():
            w.requires_grad_(True)
        adam = torch.optim.Adam(weights.values(), lr=peak, betas=(0.9, 0.98))
        order = torch.empty(0, dtype=torch.int64)
        for step in range(steps):
            if len(order) < batch:
                order = torch.randperm(len(tokens), generator=generator)
            rows, order = order[:batch], order[batch:]
            for group in adam.param_groups:
                left = (steps - step) / (steps - warm)
                group["lr"] = peak * min((step + 1) / warm, left)
            logits = _forward(weights, tokens[rows], lengths[rows])
            loss = F.cross_entropy(logits[real[rows]], targets[rows][real[rows]])
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(list(weights.values()), 1.0)
            adam.step()
    return {name: w.detach().clone() for name, w in weights.items()}
