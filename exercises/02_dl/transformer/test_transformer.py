"""Visible checks for dl-transformer."""

import numpy as np
import pytest
import torch
from transformer import attention, block, causal_mask, forward

from tenfold import expect


def rounded(values):
    """Return a small array as lists of numbers with a few digits."""
    return np.round(np.asarray(values, dtype=float), 5).tolist()


def near(call, found, wanted, tolerance):
    """Fail where a value is further than this from the one wanted; say what was called and where it is first."""
    far = np.argwhere(~(np.abs(found - wanted) <= tolerance))
    if len(far):
        at = tuple(far[0].tolist())
        where = f"at {at} of shape {wanted.shape} {found[at]:.6g} came; {wanted[at]:.6g} was wanted"
        raise AssertionError(f"{call}: {len(far)} of {wanted.size} numbers are wrong; {where}")


def same(call, found, wanted, tolerance=0):
    """Fail where a small array is another one than wanted; say what was called, what came and what was wanted."""
    if not (np.abs(found - np.asarray(wanted, dtype=float)) <= tolerance).all():
        raise AssertionError(f"{call} gave {rounded(found)}; {rounded(wanted)} was wanted")


@pytest.mark.points(1)
def test_attention_follows_the_worked_example():
    """`attention` gives the outputs and weights of the worked example, with its empty row.

    Do the example by hand first: two scores, a mask, a softmax, an average.
    """
    q, k = torch.tensor([[2.0, 0.0], [0.0, 0.0], [1.0, 1.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    v = torch.tensor([[10.0, 0.0, 2.0], [0.0, 10.0, 2.0]])
    mask = torch.tensor([[True, True], [False, True], [False, False]])
    out, weights = expect.sequence(attention(q, k, v, mask), length=2)
    weights = expect.array(weights, shape=(3, 2), kind="f", finite=False)
    out = expect.array(out, shape=(3, 3), kind="f", finite=False)
    rows = ("query 0, which sees both keys", "query 1, which sees the second key", "query 2, which sees nothing")
    shares = [[0.19557, 0.80443], [0.0, 1.0], [0.0, 0.0]]
    outputs = [[1.9557, 8.0443, 2.0], [0.0, 10.0, 2.0], [0.0, 0.0, 0.0]]
    for i, row in enumerate(rows):
        same(f"the worked example: attention(q, k, v, mask), weights of {row}:", weights[i], shares[i], 1e-5)
        same(f"the worked example: attention(q, k, v, mask), outputs of {row}:", out[i], outputs[i], 1e-4)
    result = attention(q, k.flip(0), 3 * v.flip(0), mask.flip(1))  # the keys in the other order, larger values
    again = expect.array(expect.sequence(result, length=2)[0], shape=(3, 3), kind="f", finite=False)
    same("the keys in the other order, 3 · v: the outputs of query 0:", again[0], 3 * np.array(outputs[0]), 3e-4)


@pytest.mark.points(1)
def test_causal_mask_lines_up_the_ends():
    """`causal_mask` gives the masks of 2 queries and 4 keys, and of 3 and 2.

    The last query stands at the last key; a query sees its own place and all before.
    """
    masks = {
        (2, 4): [[True, True, True, False], [True, True, True, True]],
        (3, 2): [[False, False], [True, False], [True, True]],
    }
    for (queries, keys), wanted in masks.items():
        found = expect.array(causal_mask(queries, keys), shape=(queries, keys), kind="b").tolist()
        if found != wanted:
            raise AssertionError(f"causal_mask({queries}, {keys}) gave {found}; {wanted} was wanted")


@pytest.mark.points(1)
def test_forward_and_block_agree_with_torch():
    """`block` and `forward` agree with torch's layers, with fresh weights and no padding.

    Take one step of the block at a time and compare it with the module's own: norm1, self_attn, linear1.
    """
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(16, 4, 24, dropout=0.0, norm_first=True, batch_first=True).eval()
    weights = {name: w.detach() for name, w in layer.state_dict().items()}
    x = torch.randn(2, 5, 16)
    with torch.no_grad():
        want = layer(x).numpy()
    got = expect.array(block(x, weights, 4), shape=(2, 5, 16), kind="f", finite=False)
    near("block(x, weights, 4) of a fresh nn.TransformerEncoderLayer", got, want, 1e-4)
    model = {f"layers.0.{name}": w for name, w in weights.items()}
    model |= {"embed.weight": torch.randn(6, 16), "position.weight": torch.randn(5, 16)}
    model |= {"norm.weight": torch.rand(16), "norm.bias": torch.randn(16)}
    model |= {"head.weight": torch.randn(6, 16), "head.bias": torch.randn(6)}
    tokens = torch.randint(6, (3, 5))
    with torch.no_grad():
        inner = layer(model["embed.weight"][tokens] + model["position.weight"])
        inner = torch.nn.functional.layer_norm(inner, (16,), model["norm.weight"], model["norm.bias"])
        want = (inner @ model["head.weight"].T + model["head.bias"]).numpy()
    got = expect.array(forward(model, tokens, torch.full((3,), 5)), shape=(3, 5, 6), kind="f", finite=False)
    near("forward(weights, tokens, lengths) with that layer, every length 5", got, want, 1e-3)
