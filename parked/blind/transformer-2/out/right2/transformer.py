"""Attention, a pre-norm block and a sorting encoder: einsum, autograd, and torch.nn for the training."""

import contextlib
import re

import torch
from torch import nn
from torch.nn import functional as F

WIDE = torch.float64


def wide(t):
    """The same numbers in float64, cut off from any graph; None stays None."""
    return None if t is None else t.detach().to(WIDE)


def causal_mask(queries, keys):
    """Return a bool tensor (queries, keys): True where a query may look. The last query stands at the last key."""
    return torch.ones(queries, keys, dtype=torch.bool).tril(diagonal=keys - queries)


def attend(q, k, v, mask, bias):
    """Attention in float64, differentiable and without a nan anywhere, forwards or backwards."""
    scores = torch.einsum("...qd,...kd->...qk", q, k) / q.shape[-1] ** 0.5
    if bias is not None:
        scores = scores + bias
    if mask is None:
        shares = scores.softmax(-1)
    else:
        seen = torch.broadcast_to(mask, scores.shape)
        some = seen.any(-1, keepdim=True)
        harmless = torch.where(seen | ~some, scores, float("-inf"))  # an empty row looks at everything ...
        shares = harmless.softmax(-1) * some  # ... and is thrown away
    return torch.einsum("...qk,...ke->...qe", shares, v), shares


@torch.no_grad()
def attention(q, k, v, mask=None, bias=None):
    """Return the outputs (…, Tq, E) and the weights (…, Tq, Tk) of scaled dot-product attention."""
    outputs, shares = attend(wide(q), wide(k), wide(v), mask, wide(bias))
    return outputs.to(q.dtype), shares.to(q.dtype)


def attention_gradients(q, k, v, upstream, mask=None, bias=None):
    """Return the gradients of (outputs · upstream).sum() by q, k and v, a tuple of three tensors."""
    with torch.enable_grad():
        leaves = [t.detach().clone().to(WIDE).requires_grad_() for t in (q, k, v)]
        outputs, _ = attend(*leaves, mask, wide(bias))
        return tuple(torch.autograd.grad((outputs * wide(upstream)).sum(), leaves))


def heads_of(t, count):
    """(B, T, count · d) as (B, count, T, d)."""
    batch, length, width = t.shape
    return t.reshape(batch, length, count, width // count).permute(0, 2, 1, 3)


def mix(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None, prefix=""):
    """multi_head in the dtype of its arguments."""
    memory = x if memory is None else memory
    kv_heads = heads if kv_heads is None else kv_heads
    width = x.shape[-1]
    kv_width = width // heads * kv_heads
    w, b = weights[prefix + "in_proj_weight"], weights[prefix + "in_proj_bias"]
    q = heads_of(F.linear(x, w[:width], b[:width]), heads)
    k = heads_of(F.linear(memory, w[width : width + kv_width], b[width : width + kv_width]), kv_heads)
    v = heads_of(F.linear(memory, w[width + kv_width :], b[width + kv_width :]), kv_heads)
    owner = torch.arange(heads) // (heads // kv_heads)  # the key head that each head reads
    bias = None
    if slopes is not None:
        queries, keys = x.shape[1], memory.shape[1]
        apart = (torch.arange(queries).unsqueeze(1) + keys - queries - torch.arange(keys)).abs()
        bias = -torch.einsum("h,qk->hqk", slopes, apart.to(slopes.dtype))
    out, shares = attend(q, k[:, owner], v[:, owner], mask, bias)
    out = out.permute(0, 2, 1, 3).reshape(x.shape)
    return F.linear(out, weights[prefix + "out_proj.weight"], weights[prefix + "out_proj.bias"]), shares


@torch.no_grad()
def multi_head(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return the outputs (B, Tq, D) and the weights of each head (B, heads, Tq, Tk)."""
    widened = {name: wide(w) for name, w in weights.items()}
    out, shares = mix(wide(x), widened, heads, mask, wide(memory), kv_heads, wide(slopes))
    return out.to(x.dtype), shares.to(x.dtype)


def norm(x, weights, name):
    """Layer norm; the mean is taken off beforehand, so that a large one costs no digits."""
    x = x - x.mean(-1, keepdim=True)
    return F.layer_norm(x, x.shape[-1:], weights[name + ".weight"], weights[name + ".bias"], eps=1e-5)


def step(x, weights, heads, mask, prefix=""):
    """One block in the dtype of its arguments."""
    x = x + mix(norm(x, weights, prefix + "norm1"), weights, heads, mask, prefix=prefix + "self_attn.")[0]
    hidden = F.linear(
        norm(x, weights, prefix + "norm2"), weights[prefix + "linear1.weight"], weights[prefix + "linear1.bias"]
    )
    return x + F.linear(hidden.relu(), weights[prefix + "linear2.weight"], weights[prefix + "linear2.bias"])


@torch.no_grad()
def block(x, weights, heads, mask=None):
    """Return the output (B, T, D) of a pre-norm encoder block."""
    return step(wide(x), {name: wide(w) for name, w in weights.items()}, heads, mask).to(x.dtype)


@torch.no_grad()
def forward(weights, tokens, lengths):
    """Return the logits (n, T, V) of the sorting model."""
    dtype = weights["head.weight"].dtype
    weights = {name: wide(w) for name, w in weights.items()}
    length = tokens.shape[1]
    real = torch.arange(length).expand(tokens.shape) < lengths.unsqueeze(1)
    x = F.embedding(tokens, weights["embed.weight"]) + weights["position.weight"][:length]
    numbers = {int(found[1]) for found in map(re.compile(r"layers\.(\d+)\.").match, weights) if found}
    for number in sorted(numbers):
        x = step(x, weights, 4, real[:, None, None, :], f"layers.{number}.")
    return F.linear(norm(x, weights, "norm"), weights["head.weight"], weights["head.bias"]).to(dtype)


class Sorter(nn.Module):
    """The model that `forward` computes, with the names it expects."""

    def __init__(self, vocabulary, places, width=64, hidden=128, layers=2):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.position = nn.Embedding(places, width)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, 4, hidden, dropout=0.0, norm_first=True, batch_first=True)
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, tokens, padding):
        x = self.embed(tokens) + self.position.weight
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=padding)
        return self.head(self.norm(x))


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
    steps = 500
    padding = torch.arange(tokens.shape[1]) >= lengths.unsqueeze(1)
    wanted = targets.masked_fill(padding, -100)  # a copy; cross_entropy passes over -100
    with torch.random.fork_rng(devices=[]), torch.enable_grad(), _one_thread():
        torch.manual_seed(7)
        model = Sorter(vocabulary, tokens.shape[1])
        optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps, pct_start=0.15)
        for _ in range(steps):
            rows = torch.randint(len(tokens), (64,))
            loss = F.cross_entropy(model(tokens[rows], padding[rows]).transpose(1, 2), wanted[rows])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return {name: w.detach().clone() for name, w in model.state_dict().items()}
