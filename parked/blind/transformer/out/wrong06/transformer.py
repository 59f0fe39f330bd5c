# Breaks: "slopes[h] · |p − j| is taken off the score of key j"
# Why: only keys before the query are taken off for (max(p - j, 0)): right under a causal mask, wrong for later keys.
"""Attention with masks that hold, a pre-norm block, and a small encoder that learns to sort: torch, all at once."""

import math

import torch
from torch.nn import functional

WIDTH, HIDDEN, LAYERS, HEADS = 64, 256, 2, 4
STEPS, BATCH, RATE = 1000, 64, 3e-3


def causal_mask(queries, keys):
    """Return a bool tensor (queries, keys): True where a query may look. The last query stands at the last key."""
    return torch.arange(keys)[None, :] <= torch.arange(queries)[:, None] + (keys - queries)


def shares(q, k, mask, bias):
    """Return softmax among the visible keys; q, k and bias are of one dtype, and so is the result."""
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    if mask is None:
        return torch.softmax(scores, dim=-1)
    seen = mask.expand(scores.shape)
    empty = ~seen.any(dim=-1, keepdim=True)
    scores = scores.masked_fill(~seen, -math.inf).masked_fill(empty, 0.0)  # no row of -inf, so no nan, also backwards
    return torch.softmax(scores, dim=-1).masked_fill(empty, 0.0)


@torch.no_grad()
def attention(q, k, v, mask=None, bias=None):
    """Return the outputs (…, Tq, E) and the weights (…, Tq, Tk) of scaled dot-product attention.

    q (…, Tq, d), k (…, Tk, d), v (…, Tk, E); mask bool, True where a query may look; bias is added to the scores.
    """
    weights = shares(q.double(), k.double(), mask, None if bias is None else bias.double())
    return (weights @ v.double()).to(q.dtype), weights.to(q.dtype)


def attention_gradients(q, k, v, upstream, mask=None, bias=None):
    """Return the gradients of (outputs · upstream).sum() by q, k and v, a tuple of three tensors."""
    with torch.enable_grad():
        leaves = [each.detach().clone().requires_grad_() for each in (q, k, v)]
        weights = shares(leaves[0], leaves[1], mask, None if bias is None else bias.detach())
        loss = (weights @ leaves[2] * upstream.detach()).sum()
        return torch.autograd.grad(loss, leaves)


def heads_of(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return outputs and weights of multi-head attention, in the dtype of x and with gradients where wanted."""
    memory = x if memory is None else memory
    kv_heads = heads if kv_heads is None else kv_heads
    width = x.shape[-1]
    size = width // heads
    cuts = [width, kv_heads * size, kv_heads * size]
    wq, wk, wv = weights["in_proj_weight"].split(cuts)
    bq, bk, bv = weights["in_proj_bias"].split(cuts)
    q = functional.linear(x, wq, bq).unflatten(-1, (heads, size)).transpose(1, 2)
    k = functional.linear(memory, wk, bk).unflatten(-1, (kv_heads, size)).transpose(1, 2)
    v = functional.linear(memory, wv, bv).unflatten(-1, (kv_heads, size)).transpose(1, 2)
    k = k.repeat_interleave(heads // kv_heads, dim=1)
    v = v.repeat_interleave(heads // kv_heads, dim=1)
    bias = None
    if slopes is not None:
        place = torch.arange(x.shape[1])[:, None] + (memory.shape[1] - x.shape[1])
        far = (place - torch.arange(memory.shape[1])[None, :]).clamp(min=0)
        bias = -slopes[:, None, None] * far
    found = shares(q, k, mask, bias)
    joined = (found @ v).transpose(1, 2).flatten(2)
    return functional.linear(joined, weights["out_proj.weight"], weights["out_proj.bias"]), found


def under(weights, prefix):
    """Return the weights whose names begin with a prefix, without it."""
    return {name[len(prefix) :]: w for name, w in weights.items() if name.startswith(prefix)}


def doubled(weights):
    """Return the weights in float64."""
    return {name: w.double() for name, w in weights.items()}


@torch.no_grad()
def multi_head(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return the outputs (B, Tq, D) and the weights of each head (B, heads, Tq, Tk)."""
    memory = None if memory is None else memory.double()
    slopes = None if slopes is None else slopes.double()
    out, found = heads_of(x.double(), doubled(weights), heads, mask, memory, kv_heads, slopes)
    return out.to(x.dtype), found.to(x.dtype)


def step(x, weights, heads, mask):
    """Return the output of a block."""
    size = (x.shape[-1],)
    normed = functional.layer_norm(x, size, weights["norm1.weight"], weights["norm1.bias"], 1e-5)
    x = x + heads_of(normed, under(weights, "self_attn."), heads, mask)[0]
    normed = functional.layer_norm(x, size, weights["norm2.weight"], weights["norm2.bias"], 1e-5)
    hidden = functional.linear(normed, weights["linear1.weight"], weights["linear1.bias"]).relu()
    return x + functional.linear(hidden, weights["linear2.weight"], weights["linear2.bias"])


@torch.no_grad()
def block(x, weights, heads, mask=None):
    """Return the output (B, T, D) of a pre-norm encoder block."""
    return step(x.double(), doubled(weights), heads, mask).to(x.dtype)


def model(weights, tokens, lengths):
    """Return the logits in the dtype of the weights, with gradients where wanted."""
    length = tokens.shape[1]
    mask = (torch.arange(length) < lengths[:, None])[:, None, None, :]
    x = weights["embed.weight"][tokens] + weights["position.weight"][:length]
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("layers."))
    for i in range(layers):
        x = step(x, under(weights, f"layers.{i}."), HEADS, mask)
    x = functional.layer_norm(x, (x.shape[-1],), weights["norm.weight"], weights["norm.bias"], 1e-5)
    return functional.linear(x, weights["head.weight"], weights["head.bias"])


@torch.no_grad()
def forward(weights, tokens, lengths):
    """Return the logits (n, T, V) of the sorting model."""
    return model(doubled(weights), tokens, lengths).to(weights["embed.weight"].dtype)


def fresh(vocabulary, places, chance):
    """Return first weights."""

    def normal(*shape, spread):
        return torch.randn(*shape, generator=chance) * spread

    def linear(rows, columns):
        return normal(rows, columns, spread=columns**-0.5)

    weights = {
        "embed.weight": normal(vocabulary, WIDTH, spread=1.0),
        "position.weight": normal(places, WIDTH, spread=1.0),
        "norm.weight": torch.ones(WIDTH),
        "norm.bias": torch.zeros(WIDTH),
        "head.weight": linear(vocabulary, WIDTH),
        "head.bias": torch.zeros(vocabulary),
    }
    for i in range(LAYERS):
        layer = {
            "self_attn.in_proj_weight": linear(3 * WIDTH, WIDTH),
            "self_attn.in_proj_bias": torch.zeros(3 * WIDTH),
            "self_attn.out_proj.weight": linear(WIDTH, WIDTH),
            "self_attn.out_proj.bias": torch.zeros(WIDTH),
            "linear1.weight": linear(HIDDEN, WIDTH),
            "linear1.bias": torch.zeros(HIDDEN),
            "linear2.weight": linear(WIDTH, HIDDEN),
            "linear2.bias": torch.zeros(WIDTH),
        }
        for norm in ("norm1", "norm2"):
            layer |= {f"{norm}.weight": torch.ones(WIDTH), f"{norm}.bias": torch.zeros(WIDTH)}
        weights |= {f"layers.{i}.{name}": w for name, w in layer.items()}
    return weights


def train(tokens, lengths, targets, vocabulary):
    """Return the weights of a sorting model that learned from these examples, a dict of float32 tensors."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.enable_grad():
            return learn(tokens, lengths, targets, vocabulary)
    finally:
        torch.set_num_threads(threads)


def learn(tokens, lengths, targets, vocabulary):
    """Do what train asks, with a source of chance of its own."""
    chance = torch.Generator().manual_seed(7)
    weights = fresh(vocabulary, tokens.shape[1], chance)
    for w in weights.values():
        w.requires_grad_()
    adam = torch.optim.Adam(weights.values(), lr=RATE)
    warm = STEPS // 10
    real = torch.arange(tokens.shape[1]) < lengths[:, None]
    for number in range(STEPS):
        rate = RATE * min((number + 1) / warm, (STEPS - number) / (STEPS - warm))
        for group in adam.param_groups:
            group["lr"] = rate
        rows = torch.randint(len(tokens), (BATCH,), generator=chance)
        order = torch.rand(BATCH, tokens.shape[1], generator=chance).masked_fill(~real[rows], 2.0).argsort(dim=1)
        shuffled = tokens[rows].gather(1, order)  # a sequence in another order has the same answer
        logits = model(weights, shuffled, lengths[rows])
        loss = functional.cross_entropy(logits[real[rows]], targets[rows][real[rows]])
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)
        adam.step()
    return {name: w.detach().clone() for name, w in weights.items()}
