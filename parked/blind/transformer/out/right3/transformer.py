"""Attention head by head and example by example, in float64; a sorter on torch's encoder layers, fed with new examples.

The order of the alphabet is read off the examples, and as many sequences as needed are drawn in it.
"""

import itertools

import torch
from torch import nn


torch.set_num_threads(1)  # small tensors: more threads only wait for each other


def causal_mask(queries, keys):
    """Return a bool tensor (queries, keys): True where a query may look. The last query stands at the last key."""
    mask = torch.zeros(queries, keys, dtype=torch.bool)
    for i in range(queries):
        mask[i, : max(i + keys - queries + 1, 0)] = True
    return mask


def one(q, k, v, mask, bias):
    """Return outputs and weights of matrices of float64."""
    scores = q @ k.T / q.shape[-1] ** 0.5
    if bias is not None:
        scores = scores + bias
    empty = ~mask.any(dim=1)
    top = scores.masked_fill(~mask, -torch.inf).amax(dim=1, keepdim=True)
    top = top.masked_fill(empty[:, None], 0.0)
    powers = torch.where(mask, scores - top, -torch.inf).exp()
    total = powers.sum(dim=1, keepdim=True)
    weights = powers / total.masked_fill(empty[:, None], 1.0)
    return weights @ v, weights


def spread(given, shape, fill):
    """Return a mask or bias in full shape, leading dimensions joined."""
    if given is None:
        return [fill] * max(1, int(torch.Size(shape[:-2]).numel()))
    return given.expand(shape).reshape(-1, *shape[-2:])


@torch.no_grad()
def attention(q, k, v, mask=None, bias=None):
    """Return the outputs (…, Tq, E) and the weights (…, Tq, Tk) of scaled dot-product attention.

    q (…, Tq, d), k (…, Tk, d), v (…, Tk, E); mask bool, True where a query may look; bias is added to the scores.
    """
    shape = (*q.shape[:-1], k.shape[-2])
    whole = torch.ones(shape[-2:], dtype=torch.bool)
    flat = [each.detach().double().reshape(-1, *each.shape[-2:]) for each in (q, k, v)]
    added = None if bias is None else bias.detach().double()
    parts = [one(*each) for each in zip(*flat, spread(mask, shape, whole), spread(added, shape, None), strict=True)]
    outputs = torch.stack([out for out, _ in parts]).reshape(*q.shape[:-1], v.shape[-1])
    weights = torch.stack([found for _, found in parts]).reshape(shape)
    return outputs.to(q.dtype), weights.to(q.dtype)


@torch.no_grad()
def attention_gradients(q, k, v, upstream, mask=None, bias=None):
    """Return the gradients of (outputs · upstream).sum() by q, k and v, a tuple of three tensors."""
    outputs, weights = attention(q, k, v, mask, bias)
    upstream, v = upstream.detach(), v.detach()
    by_weights = torch.einsum("...qe,...ke->...qk", upstream, v)
    by_scores = weights * (by_weights - (outputs * upstream).sum(dim=-1, keepdim=True)) / q.shape[-1] ** 0.5
    by_q = torch.einsum("...qk,...kd->...qd", by_scores, k.detach())
    by_k = torch.einsum("...qk,...qd->...kd", by_scores, q.detach())
    by_v = torch.einsum("...qk,...qe->...ke", weights, upstream)
    return by_q, by_k, by_v


@torch.no_grad()
def multi_head(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return the outputs (B, Tq, D) and the weights of each head (B, heads, Tq, Tk)."""
    rows = x.double()
    source = rows if memory is None else memory.double()
    width, kv_heads = x.shape[-1], heads if kv_heads is None else kv_heads
    d, group = width // heads, heads // kv_heads
    (batch, queries, _), keys = x.shape, source.shape[1]
    w, b = weights["in_proj_weight"].double(), weights["in_proj_bias"].double()
    places = torch.arange(queries) + keys - queries
    distance = (places[:, None] - torch.arange(keys)).abs().double()
    full = torch.ones((), dtype=torch.bool) if mask is None else mask
    full = full.expand(batch, heads, queries, keys)
    joined, shares = [], []
    for h in range(heads):
        at_k = width + h // group * d
        at_v = at_k + kv_heads * d
        q = rows @ w[h * d : (h + 1) * d].T + b[h * d : (h + 1) * d]
        k = source @ w[at_k : at_k + d].T + b[at_k : at_k + d]
        v = source @ w[at_v : at_v + d].T + b[at_v : at_v + d]
        bias = None if slopes is None else -slopes[h].double() * distance
        out, found = attention(q, k, v, full[:, h], bias)
        joined.append(out)
        shares.append(found)
    out = torch.cat(joined, dim=-1) @ weights["out_proj.weight"].double().T + weights["out_proj.bias"].double()
    return out.to(x.dtype), torch.stack(shares, dim=1).to(x.dtype)


def norm(x, weights, name):
    """Return a layer norm."""
    centred = x - x.mean(dim=-1, keepdim=True)
    scaled = centred / (centred.square().mean(dim=-1, keepdim=True) + 1e-5).sqrt()
    return scaled * weights[f"{name}.weight"].double() + weights[f"{name}.bias"].double()


@torch.no_grad()
def block(x, weights, heads, mask=None):
    """Return the output (B, T, D) of a pre-norm encoder block."""
    inner = {name.removeprefix("self_attn."): w for name, w in weights.items() if name.startswith("self_attn.")}
    y = x.double()
    y = y + multi_head(norm(y, weights, "norm1"), inner, heads, mask)[0]
    hidden = norm(y, weights, "norm2") @ weights["linear1.weight"].double().T + weights["linear1.bias"].double()
    y = y + hidden.clamp(min=0) @ weights["linear2.weight"].double().T + weights["linear2.bias"].double()
    return y.to(x.dtype)


@torch.no_grad()
def forward(weights, tokens, lengths):
    """Return the logits (n, T, V) of the sorting model."""
    length = tokens.shape[1]
    x = weights["embed.weight"].double()[tokens] + weights["position.weight"].double()[:length]
    mask = (torch.arange(length)[None, :] < lengths[:, None]).reshape(-1, 1, 1, length)
    for number in itertools.count():
        prefix = f"layers.{number}."
        layer = {name.removeprefix(prefix): w for name, w in weights.items() if name.startswith(prefix)}
        if not layer:
            break
        x = block(x, layer, 4, mask)
    logits = norm(x, weights, "norm") @ weights["head.weight"].double().T + weights["head.bias"].double()
    return logits.to(weights["embed.weight"].dtype)


def alphabet(lengths, targets, vocabulary):
    """Return the tokens in the order in which sorted sequences have them."""
    before = [[0] * vocabulary for _ in range(vocabulary)]
    for row, length in zip(targets.tolist(), lengths.tolist(), strict=True):
        for i, first in enumerate(row[:length]):
            for second in row[i + 1 : length]:
                before[first][second] += 1
    beaten = [sum(before[a][b] > before[b][a] for a in range(vocabulary)) for b in range(vocabulary)]
    return sorted(range(vocabulary), key=lambda token: (beaten[token], token))


def train(tokens, lengths, targets, vocabulary):
    """Return the weights of a sorting model that learned from these examples, a dict of float32 tensors."""
    order = torch.tensor(alphabet(lengths, targets, vocabulary))
    rank = torch.empty(vocabulary, dtype=torch.long)
    rank[order] = torch.arange(vocabulary)
    width, places, steps, batch = 64, tokens.shape[1], 1000, 64
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(3)
        layer = nn.TransformerEncoderLayer(width, 4, 256, dropout=0.0, norm_first=True, batch_first=True)
        encoder = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(width), enable_nested_tensor=False)
        parts = nn.ModuleDict(
            {"embed": nn.Embedding(vocabulary, width), "position": nn.Embedding(places, width)}
            | {"head": nn.Linear(width, vocabulary)}
        )
        for w in encoder.parameters():
            if w.dim() > 1:
                nn.init.xavier_uniform_(w)
        learned = [*encoder.parameters(), *parts.parameters()]
        adam = torch.optim.AdamW(learned, lr=2e-3, weight_decay=0.01)
        for step in range(steps):
            for group in adam.param_groups:
                group["lr"] = 2e-3 * min((step + 1) / 100, (steps - step) / (steps - 100))
            real = lengths[torch.randint(len(lengths), (batch,))]
            drawn = torch.randint(vocabulary, (batch, places))
            if step % 2:  # every other batch holds the examples' own sequences
                chosen = torch.randint(len(tokens), (batch,))
                drawn, real = tokens[chosen], lengths[chosen]
            padding = torch.arange(places) >= real[:, None]
            goals = order[rank[drawn].masked_fill(padding, vocabulary).sort(dim=1).values.clamp(max=vocabulary - 1)]
            x = parts["embed"](drawn) + parts["position"].weight
            logits = parts["head"](encoder(x, src_key_padding_mask=padding))
            loss = nn.functional.cross_entropy(logits[~padding], goals[~padding])
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learned, 1.0)
            adam.step()
    found = encoder.state_dict() | parts.state_dict()
    return {name: w.detach().clone() for name, w in found.items()}
