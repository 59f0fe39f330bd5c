"""Attention, the pre-norm block and a small encoder that sorts, written out in elementary operations.

Two ideas carry it. A query is an average of values, and the mask says over which of them: what is masked never
enters the average, so a query that sees nothing gets nothing. And heads are no loop: they are one more leading
dimension, which the same `attention` carries along.
"""

import math

import torch
from torch import nn

HEADS = 4  # of the sorting model, as the statement says
WIDTH, HIDDEN, LAYERS = 64, 128, 2
BATCH, STEPS, RATE = 64, 150, 8e-3


def causal_mask(queries, keys):
    """Return bool (queries, keys), True where a query may look; the last query stands at the last key."""
    position = torch.arange(queries)[:, None] + keys - queries  # (queries, 1)
    return torch.arange(keys) <= position


def masked_softmax(scores, mask):
    """Return softmax over the last dimension among True keys; a row without any is zero, and so is its gradient."""
    if mask is None:
        return torch.softmax(scores, dim=-1)
    mask = mask.expand(scores.shape)
    empty = ~mask.any(dim=-1, keepdim=True)  # (…, Tq, 1)
    # An empty row gets harmless scores before the softmax: a nan that is cleared afterwards can stay in the gradient.
    scores = scores.masked_fill(~mask, -math.inf).masked_fill(empty, 0.0)
    return torch.softmax(scores, dim=-1).masked_fill(empty, 0.0)


def attention(q, k, v, mask=None, bias=None):
    """Return the outputs (…, Tq, E) and the weights (…, Tq, Tk) of scaled dot-product attention."""
    dtype = q.dtype
    # Of two scores near 10,000 that differ by 1, float32 keeps three digits of the difference: round at the end alone.
    q, k, v = q.double(), k.double(), v.double()
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (…, Tq, Tk)
    if bias is not None:
        scores = scores + bias.double()
    weights = masked_softmax(scores, mask)
    return (weights @ v).to(dtype), weights.to(dtype)


def attention_gradients(q, k, v, upstream, mask=None, bias=None):
    """Return the gradients of (outputs · upstream).sum() by q, k and v."""
    leaves = [t.detach().clone().requires_grad_() for t in (q, k, v)]
    out, _ = attention(*leaves, mask, bias)
    return torch.autograd.grad((out * upstream).sum(), leaves)


def split_heads(x, heads):
    """Cut (B, T, heads·d) into (B, heads, T, d): the head moves in front of the time."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def multi_head(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return outputs (B, Tq, D) and weights (B, heads, Tq, Tk); weights as in nn.MultiheadAttention's state_dict."""
    memory = x if memory is None else memory
    kv_heads = kv_heads or heads
    width = x.shape[-1]
    shared = width // heads * kv_heads  # rows of the keys, and of the values
    w = weights["in_proj_weight"].split([width, shared, shared])
    b = weights["in_proj_bias"].split([width, shared, shared])
    q = split_heads(x @ w[0].T + b[0], heads)  # (B, heads, Tq, d)
    k = split_heads(memory @ w[1].T + b[1], kv_heads)  # (B, kv_heads, Tk, d)
    v = split_heads(memory @ w[2].T + b[2], kv_heads)
    if kv_heads != heads:  # neighbouring query heads share
        k, v = (t.repeat_interleave(heads // kv_heads, dim=1) for t in (k, v))
    bias = None
    if slopes is not None:
        tq, tk = q.shape[-2], k.shape[-2]
        position = torch.arange(tq)[:, None] + tk - tq
        bias = -slopes[:, None, None] * (position - torch.arange(tk)).abs()  # (heads, Tq, Tk)
    out, seen = attention(q, k, v, mask, bias)
    out = out.transpose(1, 2).flatten(-2)  # (B, Tq, D)
    return out @ weights["out_proj.weight"].T + weights["out_proj.bias"], seen


def norm(x, weights, name):
    """Return layer norm over the last dimension."""
    return nn.functional.layer_norm(x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])


def below(weights, prefix):
    """Return the weights whose names begin with prefix, without it."""
    return {name.removeprefix(prefix): w for name, w in weights.items() if name.startswith(prefix)}


def block(x, weights, heads, mask=None):
    """Return a pre-norm block's output (B, T, D); weights as in nn.TransformerEncoderLayer's state_dict."""
    attended, _ = multi_head(norm(x, weights, "norm1"), below(weights, "self_attn."), heads, mask)
    x = x + attended
    inner = torch.relu(norm(x, weights, "norm2") @ weights["linear1.weight"].T + weights["linear1.bias"])
    return x + inner @ weights["linear2.weight"].T + weights["linear2.bias"]


def forward(weights, tokens, lengths):
    """Return the sorting model's logits (n, T, V)."""
    steps = torch.arange(tokens.shape[1])
    seen = (steps < lengths[:, None])[:, None, None, :]  # (n, 1, 1, T): no query looks at padding
    x = weights["embed.weight"][tokens] + weights["position.weight"][steps]  # (n, T, D)
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("layers."))
    for layer in range(layers):
        x = block(x, below(weights, f"layers.{layer}."), HEADS, seen)
    return norm(x, weights, "norm") @ weights["head.weight"].T + weights["head.bias"]


def initial(vocabulary, longest):
    """Return the weights to start from: torch's own initialisation of the blocks, small embeddings."""
    weights = {
        "embed.weight": torch.randn(vocabulary, WIDTH) * 0.5,
        "position.weight": torch.randn(longest, WIDTH) * 0.5,
        "norm.weight": torch.ones(WIDTH),
        "norm.bias": torch.zeros(WIDTH),
        "head.weight": torch.randn(vocabulary, WIDTH) / math.sqrt(WIDTH),
        "head.bias": torch.zeros(vocabulary),
    }
    for layer in range(LAYERS):
        made = nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN).state_dict()
        weights |= {f"layers.{layer}.{name}": w for name, w in made.items()}
    return {name: w.clone().requires_grad_() for name, w in weights.items()}


def train(tokens, lengths, targets, vocabulary):
    """Return the weights of a model that has learned to sort."""
    torch.manual_seed(0)
    longest = tokens.shape[1]
    weights = initial(vocabulary, longest)
    real = torch.arange(longest) < lengths[:, None]  # (n, T): padding has no target
    optimiser = torch.optim.Adam(weights.values(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS, pct_start=0.2)
    for _ in range(STEPS):
        batch = torch.randint(len(tokens), (BATCH,))
        logits = forward(weights, tokens[batch], lengths[batch])
        loss = nn.functional.cross_entropy(logits[real[batch]], targets[batch][real[batch]])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights.values(), 1.0)
        optimiser.step()
        schedule.step()
    return {name: w.detach() for name, w in weights.items()}
