"""Visible checks for dl-transformer."""

import numpy as np
import pytest
import torch
from transformer import attention, block, causal_mask, forward

from tenfold import expect


@pytest.mark.points(1)
def test_attention_follows_the_worked_example():
    """`attention` gives the outputs and weights of the worked example, with its empty row.

    Do the example by hand first: two scores, a mask, a softmax, an average.
    """
    q, k = torch.tensor([[2.0, 0.0], [0.0, 0.0], [1.0, 1.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    v = torch.tensor([[10.0, 0.0, 2.0], [0.0, 10.0, 2.0]])
    mask = torch.tensor([[True, True], [False, True], [False, False]])
    out, weights = expect.sequence(attention(q, k, v, mask), length=2)
    weights = expect.array(weights, shape=(3, 2), kind="f")
    out = expect.array(out, shape=(3, 3), kind="f")
    assert weights[0].tolist() == pytest.approx([0.19557, 0.80443], abs=1e-5)  # sees both keys
    assert weights[1].tolist() == pytest.approx([0.0, 1.0], abs=1e-5)  # sees the second alone
    assert weights[2].tolist() == pytest.approx([0.0, 0.0], abs=1e-5)  # sees nothing
    assert out[0].tolist() == pytest.approx([1.9557, 8.0443, 2.0], abs=1e-4)
    assert out[1].tolist() == pytest.approx([0.0, 10.0, 2.0], abs=1e-4)
    assert out[2].tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-4)
    result = attention(q, k.flip(0), 3 * v.flip(0), mask.flip(1))  # the keys in the other order, larger values
    again = expect.array(expect.sequence(result, length=2)[0], shape=(3, 3), kind="f")
    assert again[0].tolist() == pytest.approx((3 * out[0]).tolist(), abs=1e-4)


@pytest.mark.points(1)
def test_causal_mask_lines_up_the_ends():
    """`causal_mask` gives the masks of 2 queries and 4 keys, and of 3 and 2.

    The last query stands at the last key; a query sees its own place and all before.
    """
    got = expect.array(causal_mask(2, 4), shape=(2, 4), kind="b")
    assert got.tolist() == [[True, True, True, False], [True, True, True, True]]
    got = expect.array(causal_mask(3, 2), shape=(3, 2), kind="b")
    assert got.tolist() == [[False, False], [True, False], [True, True]]


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
    got = expect.array(block(x, weights, 4), shape=(2, 5, 16), kind="f")
    assert np.abs(got - want).max() <= 4e-5
    model = {f"layers.0.{name}": w for name, w in weights.items()}
    model |= {"embed.weight": torch.randn(6, 16), "position.weight": torch.randn(5, 16)}
    model |= {"norm.weight": torch.rand(16), "norm.bias": torch.randn(16)}
    model |= {"head.weight": torch.randn(6, 16), "head.bias": torch.randn(6)}
    tokens = torch.randint(6, (3, 5))
    with torch.no_grad():
        inner = layer(model["embed.weight"][tokens] + model["position.weight"])
        inner = torch.nn.functional.layer_norm(inner, (16,), model["norm.weight"], model["norm.bias"])
        want = (inner @ model["head.weight"].T + model["head.bias"]).numpy()
    got = expect.array(forward(model, tokens, torch.full((3,), 5)), shape=(3, 5, 6), kind="f")
    assert np.abs(got - want).max() <= 1e-4
