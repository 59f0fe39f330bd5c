"""The same with einsum, one head at a time, gradients by hand, and torch's own modules for the training."""

import torch
from torch import nn


def causal_mask(queries, keys):
    """Return a lower triangle, moved so that the ends line up."""
    return torch.ones(queries, keys).tril(keys - queries).bool()


def shares(q, k, mask, bias):
    """Return the attention weights by exponentials; nothing that is masked enters a maximum or a sum."""
    scores = torch.einsum("...id,...jd->...ij", q * q.shape[-1] ** -0.5, k)
    if bias is not None:
        scores = scores + bias
    if mask is None:
        mask = torch.ones((), dtype=torch.bool)
    mask = torch.broadcast_to(mask, scores.shape)
    top = torch.where(mask, scores, torch.finfo(scores.dtype).min).amax(dim=-1, keepdim=True)
    e = torch.where(mask, torch.exp(torch.where(mask, scores - top, 0.0)), 0.0)
    total = e.sum(dim=-1, keepdim=True)
    return e / torch.where(total > 0, total, 1.0)


def attention(q, k, v, mask=None, bias=None):
    """Return outputs and weights, computed in 64 bits."""
    weights = shares(q.double(), k.double(), mask, None if bias is None else bias.double())
    return torch.einsum("...ij,...je->...ie", weights, v.double()).to(q.dtype), weights.to(q.dtype)


def attention_gradients(q, k, v, upstream, mask=None, bias=None):
    """Return the gradients by the chain rule: a softmax's is p · (dp − Σ p · dp)."""
    p = shares(q, k, mask, bias)
    dp = upstream @ v.mT
    ds = p * (dp - (dp * p).sum(-1, keepdim=True)) / q.shape[-1] ** 0.5
    return ds @ k, ds.mT @ q, p.mT @ upstream


def multi_head(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return outputs and weights, one head after the other."""
    if memory is None:
        memory = x
    if kv_heads is None:
        kv_heads = heads
    b, tq, width = x.shape
    tk, d = memory.shape[1], width // heads
    w, bias = weights["in_proj_weight"], weights["in_proj_bias"]
    q = nn.functional.linear(x, w[:width], bias[:width])
    k, v = nn.functional.linear(memory, w[width:], bias[width:]).chunk(2, dim=-1)
    if mask is not None:
        mask = mask.broadcast_to(b, heads, tq, tk)
    distance = torch.abs(torch.arange(tk - tq, tk).view(-1, 1) - torch.arange(tk).view(1, -1))
    outs, seen = [], []
    for h in range(heads):
        g = h * kv_heads // heads
        out, p = attention(
            q[..., h * d : (h + 1) * d],
            k[..., g * d : (g + 1) * d],
            v[..., g * d : (g + 1) * d],
            None if mask is None else mask[:, h],
            None if slopes is None else -distance * slopes[h],
        )
        outs.append(out)
        seen.append(p)
    out = nn.functional.linear(torch.cat(outs, -1), weights["out_proj.weight"], weights["out_proj.bias"])
    return out, torch.stack(seen, 1)


def normed(x, w, name):
    """Return layer norm, written out."""
    centred = x - x.mean(-1, keepdim=True)
    return (
        centred / torch.sqrt(centred.square().mean(-1, keepdim=True) + 1e-5) * w[name + ".weight"] + w[name + ".bias"]
    )


def block(x, weights, heads, mask=None):
    """Return a pre-norm block's output."""
    inner = {n[len("self_attn.") :]: w for n, w in weights.items() if n.startswith("self_attn.")}
    x = x + multi_head(normed(x, weights, "norm1"), inner, heads, mask)[0]
    h = nn.functional.linear(normed(x, weights, "norm2"), weights["linear1.weight"], weights["linear1.bias"])
    return x + nn.functional.linear(h.clamp(min=0), weights["linear2.weight"], weights["linear2.bias"])


def forward(weights, tokens, lengths):
    """Return the logits of the sorting model."""
    n, longest = tokens.shape
    mask = (torch.arange(longest).expand(n, -1) < lengths.view(-1, 1)).view(n, 1, 1, longest)
    x = nn.functional.embedding(tokens, weights["embed.weight"]) + weights["position.weight"][:longest]
    layer = 0
    while f"layers.{layer}.norm1.weight" in weights:
        start = f"layers.{layer}."
        x = block(x, {k[len(start) :]: w for k, w in weights.items() if k.startswith(start)}, 4, mask)
        layer += 1
    return nn.functional.linear(normed(x, weights, "norm"), weights["head.weight"], weights["head.bias"])


class Sorter(nn.Module):
    """The sorting model from torch's own layers, whose state_dict has the stated names."""

    def __init__(self, vocabulary, longest, width=64):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.position = nn.Embedding(longest, width)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, 4, 2 * width, dropout=0.0, norm_first=True, batch_first=True)
            for _ in range(2)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, tokens, padding):
        x = self.embed(tokens) + self.position.weight
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=padding)
        return self.head(self.norm(x))


def train(tokens, lengths, targets, vocabulary):
    """Return the weights of a Sorter that went through the examples five times."""
    torch.manual_seed(1)
    longest = tokens.shape[1]
    padding = torch.arange(longest) >= lengths[:, None]
    targets = targets.masked_fill(padding, -100)
    model = Sorter(vocabulary, longest)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
    total, step = 240, 0
    while step < total:
        for rows in torch.randperm(len(tokens)).split(128):
            for group in optimiser.param_groups:
                group["lr"] = 3e-3 * min(1.0, (step + 1) / 30, (total - step) / 120)
            loss = nn.functional.cross_entropy(model(tokens[rows], padding[rows]).mT, targets[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            step += 1
            if step == total:
                break
    return dict(model.state_dict())
