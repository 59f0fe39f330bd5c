"""Hidden checks for dl-transformer. The expected values are numpy's, in float64, or those of torch's own layers."""

import numpy as np
import pytest
import torch
from transformer import attention, attention_gradients, block, causal_mask, forward, multi_head, train

from tenfold import expect

SINGLE, DOUBLE, HALF = 1e-5, 1e-10, 4e-3  # absolute, as the statement says
HEADS = 4  # of the sorting model


def tensors(*arrays):
    """Return torch tensors of arrays; None stays."""
    return tuple(None if a is None else torch.from_numpy(np.ascontiguousarray(a)) for a in arrays)


def near(got, want, tolerance, finite=True):
    """Say whether an array of the expected shape is within an absolute tolerance everywhere."""
    got = expect.array(got, shape=want.shape, kind="f", finite=finite).astype(np.float64)
    return bool((np.abs(got - want) <= tolerance).all())


def pair(result):
    """Return the two arrays that a function gives as a tuple."""
    return expect.sequence(result, length=2)


def same_type(got, dtype):
    """Say whether a returned tensor or array has the dtype of what was given."""
    return str(getattr(got, "dtype", "")).removeprefix("torch.") == str(dtype)


def expected(q, k, v, mask=None, bias=None):
    """Return outputs and weights in float64; nothing that is masked enters a maximum or a sum."""
    q, k, v = (a.astype(np.float64) for a in (q, k, v))
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    scores = scores if bias is None else scores + bias
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = e.sum(axis=-1, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ v, weights


def gradients(q, k, v, upstream, mask, bias):
    """Return the gradients by q, k, v (float64) by the chain rule."""
    _, p = expected(q, k, v, mask, bias)
    dp = np.einsum("...ie,...je->...ij", upstream, v)
    ds = p * (dp - (p * dp).sum(axis=-1, keepdims=True)) / np.sqrt(q.shape[-1])
    return (
        np.einsum("...ij,...jd->...id", ds, k),
        np.einsum("...ij,...id->...jd", ds, q),
        np.einsum("...ij,...ie->...je", p, upstream),
    )


def drawn(rng, lead, tq, tk, d, e, dtype="float64", size=1.0):
    """Return q, k, v of normal numbers."""
    return tuple((size * rng.normal(size=(*lead, t, n))).astype(dtype) for t, n in ((tq, d), (tk, d), (tk, e)))


def masked(rng, *shape):
    """Return a mask that shows about half of the keys, and at least one to each query."""
    mask = rng.random(shape) < 0.5
    np.put_along_axis(mask, rng.integers(shape[-1], size=(*shape[:-1], 1)), True, axis=-1)
    return mask


def attention_weights(rng, width, heads, kv_heads, dtype="float64"):
    """Return weights in the layout of nn.MultiheadAttention, for kv_heads shared key and value heads."""
    rows = width + 2 * (width // heads) * kv_heads
    made = {
        "in_proj_weight": rng.normal(size=(rows, width)) / np.sqrt(width) * 1.5,
        "in_proj_bias": rng.normal(size=rows) / 2,
        "out_proj.weight": rng.normal(size=(width, width)) / np.sqrt(width),
        "out_proj.bias": rng.normal(size=width) / 2,
    }
    return {name: w.astype(dtype) for name, w in made.items()}


def crossing(weights):
    """Return a dict of arrays as tensors."""
    return {name: torch.from_numpy(w) for name, w in weights.items()}


def expected_heads(x, weights, heads, mask=None, memory=None, kv_heads=None, slopes=None):
    """Return outputs and weights of multi-head attention in float64, head by head."""
    memory, kv_heads, width = (x if memory is None else memory), kv_heads or heads, x.shape[-1]
    d = width // heads
    tq, tk = x.shape[1], memory.shape[1]
    seen = np.broadcast_to(np.True_ if mask is None else mask, (len(x), heads, tq, tk))
    w, b = weights["in_proj_weight"], weights["in_proj_bias"]
    away = np.abs(np.arange(tq)[:, None] + tk - tq - np.arange(tk))
    outs, all_weights = [], []
    for h in range(heads):
        g = h // (heads // kv_heads)
        q_rows, k_rows = slice(h * d, h * d + d), slice(width + g * d, width + g * d + d)
        v_rows = slice(width + (kv_heads + g) * d, width + (kv_heads + g) * d + d)
        q, k, v = (s @ w[r].T + b[r] for s, r in ((x, q_rows), (memory, k_rows), (memory, v_rows)))
        out, p = expected(q, k, v, seen[:, h], None if slopes is None else -slopes[h] * away)
        outs.append(out)
        all_weights.append(p)
    joined = np.concatenate(outs, axis=-1)
    return joined @ weights["out_proj.weight"].T + weights["out_proj.bias"], np.stack(all_weights, axis=1)


def layer_norm(x, weights, name):
    """Return layer norm with eps 1e-5."""
    off = x - x.mean(axis=-1, keepdims=True)
    scaled = off / np.sqrt((off**2).mean(axis=-1, keepdims=True) + 1e-5)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def below(weights, prefix):
    """Return the weights whose names begin with prefix, without it."""
    return {name.removeprefix(prefix): w for name, w in weights.items() if name.startswith(prefix)}


def expected_block(x, weights, heads, mask=None):
    """Return a pre-norm block's output in float64."""
    x = x + expected_heads(layer_norm(x, weights, "norm1"), below(weights, "self_attn."), heads, mask)[0]
    inner = layer_norm(x, weights, "norm2") @ weights["linear1.weight"].T + weights["linear1.bias"]
    return x + np.maximum(inner, 0.0) @ weights["linear2.weight"].T + weights["linear2.bias"]


def block_weights(rng, width, hidden, heads, dtype="float64"):
    """Return weights in the layout of nn.TransformerEncoderLayer."""
    made = {f"self_attn.{n}": w for n, w in attention_weights(rng, width, heads, heads).items()}
    for name, rows, columns in (("linear1", hidden, width), ("linear2", width, hidden)):
        made[f"{name}.weight"] = rng.normal(size=(rows, columns)) / np.sqrt(columns)
        made[f"{name}.bias"] = rng.normal(size=rows) / 2
    for name in ("norm1", "norm2"):
        made[f"{name}.weight"] = rng.uniform(0.5, 1.5, size=width)
        made[f"{name}.bias"] = rng.normal(size=width) / 2
    return {name: w.astype(dtype) for name, w in made.items()}


def model_weights(rng, layers, width, hidden, vocabulary, longest):
    """Return float64 weights of a sorting model."""
    made = {
        "embed.weight": rng.normal(size=(vocabulary, width)),
        "position.weight": rng.normal(size=(longest, width)),
        "norm.weight": rng.uniform(0.5, 1.5, size=width),
        "norm.bias": rng.normal(size=width) / 2,
        "head.weight": rng.normal(size=(vocabulary, width)) / np.sqrt(width),
        "head.bias": rng.normal(size=vocabulary),
    }
    for layer in range(layers):
        made |= {f"layers.{layer}.{n}": w for n, w in block_weights(rng, width, hidden, HEADS).items()}
    return made


def expected_forward(weights, tokens, lengths):
    """Return the model's logits in float64; those at padding mean nothing."""
    seen = (np.arange(tokens.shape[1]) < lengths[:, None])[:, None, None, :]
    x = weights["embed.weight"][tokens] + weights["position.weight"][: tokens.shape[1]]
    for layer in range(1 + max(int(n.split(".")[1]) for n in weights if n.startswith("layers."))):
        x = expected_block(x, below(weights, f"layers.{layer}."), HEADS, seen)
    return layer_norm(x, weights, "norm") @ weights["head.weight"].T + weights["head.bias"]


def attends(q, k, v, mask=None, bias=None, tolerance=DOUBLE):
    """Say whether the learner's attention gives the expected outputs and weights, in the dtype of its input."""
    out, weights = pair(attention(*tensors(q, k, v, mask, bias)))
    want, wanted = expected(q, k, v, mask, bias)
    holds = near(out, want, tolerance) and near(weights, wanted, tolerance)
    assert same_type(out, q.dtype), "the outputs have another dtype than q"
    assert same_type(weights, q.dtype), "the weights have another dtype than q"
    return holds


@pytest.mark.points(2)
def test_attention_agrees_with_the_formula(rng):
    """Outputs and weights agree with the formula, for any lengths and sizes, with masks and biases that broadcast.

    Give Tq, Tk, d and E four different values and follow the shapes. Which dimension must add up to 1? Does True
    let a query look, or stop it? What happens to the other keys' share when one is masked?
    """
    for dtype, tolerance in (("float64", DOUBLE), ("float32", SINGLE)):
        q, k, v = drawn(rng, (2, 3), 5, 7, 11, 4, dtype)
        assert attends(q, k, v, tolerance=tolerance)
        for shape in ((5, 7), (2, 1, 5, 7), (3, 5, 7), (2, 3, 5, 7), (7,), (2, 1, 1, 7)):
            bias = rng.normal(size=shape).astype(dtype)
            assert attends(q, k, v, masked(rng, *shape), tolerance=tolerance)
            assert attends(q, k, v, None, bias, tolerance)
        bias = rng.normal(size=(3, 5, 7)).astype(dtype)
        assert attends(q, k, v, masked(rng, 2, 1, 5, 7), bias, tolerance)
        q, k, v = drawn(rng, (), 6, 6, 1, 3, dtype)
        assert attends(q, k, v, masked(rng, 6, 6), tolerance=tolerance)
        column = rng.random((6, 1)) < 0.5  # each query sees all keys or none
        column[0] = True
        assert attends(q, k, v, masked(rng, 6, 6) | column, tolerance=tolerance)


@pytest.mark.points(1)
def test_causal_masks_of_any_size(rng):
    """The causal mask is right for every pair of lengths, and hides the future from `multi_head`.

    Change the last token: which outputs may change? Then take more keys than queries, and more queries than keys.
    """
    for queries, keys in ((1, 1), (4, 4), (1, 6), (3, 5), (5, 3), *rng.integers(1, 9, size=(4, 2)).tolist()):
        got = expect.array(causal_mask(queries, keys), shape=(queries, keys), kind="b")
        assert (got == np.tri(queries, keys, keys - queries, dtype=bool)).all()
    x = rng.normal(size=(2, 6, 12))
    weights = crossing(attention_weights(rng, 12, 3, 3))
    changed = x.copy()
    changed[:, 4:] += rng.normal(size=(2, 2, 12))
    before, after = (
        expect.array(pair(multi_head(torch.from_numpy(a), weights, 3, mask=causal_mask(6, 6)))[0], (2, 6, 12), "f")
        for a in (x, changed)
    )
    assert (np.abs(before - after)[:, :4] <= DOUBLE).all(), "earlier outputs change with later tokens"
    assert (np.abs(before - after)[:, 4:].max(axis=(0, 2)) > 1e-3).all(), "later outputs do not change"


@pytest.mark.points(2)
@pytest.mark.needs("test_attention_agrees_with_the_formula")
def test_a_query_that_sees_nothing_gives_zeros(rng):
    """A row without a visible key gives zeros, in outputs and weights, and its neighbours stay right.

    What does softmax make of a row of equal numbers, and of a row of minus infinities? A mask that only makes
    scores small still answers when there is nothing else to see.
    """
    for dtype, tolerance in (("float64", DOUBLE), ("float32", SINGLE), ("float16", HALF)):
        q, k, v = drawn(rng, (2, 3), 5, 7, 9, 4, dtype)
        mask = masked(rng, 2, 1, 5, 7)
        mask[0, 0, 1] = mask[1, 0, 4] = False
        assert attends(q, k, v, mask, tolerance=tolerance)
        assert attends(q, k, v, np.zeros((5, 7), bool), tolerance=tolerance)
        assert attends(q, k, v, rng.permutation(np.arange(5) < 2)[:, None], tolerance=tolerance)


@pytest.mark.points(2)
@pytest.mark.needs("test_attention_agrees_with_the_formula")
def test_large_scores_stay_exact(rng):
    """Very large scores, very negative biases and float16 inputs lose nothing.

    exp(89) is too large for float32, and 256 · 256 for float16. How large can a score be, masked or not, before
    your softmax sees it? And is your "minus infinity" smaller than every number that a bias may hold?
    """
    for dtype, tolerance in (("float64", DOUBLE), ("float32", SINGLE)):
        q, k, v = (np.round(a).astype(dtype) for a in drawn(rng, (2,), 5, 7, 16, 4, size=64.0))  # exact products
        v = v / 64
        assert attends(q, k, v, tolerance=tolerance)
        assert attends(q, k, v, masked(rng, 5, 7), tolerance=tolerance)
        q, k, v = drawn(rng, (2,), 5, 7, 16, 4, dtype)
        mask = masked(rng, 5, 7)
        for low, high in ((0.0, 1e4), (-1e4, 0.0), (-1e12, 0.0), (-1e30, 0.0)):  # of what is seen, of what is masked
            bias = np.where(mask, low, high).astype(dtype)
            only = np.where(mask, rng.permutation(7) * abs(low) * -0.1 + low, high).astype(dtype)
            assert attends(q, k, v, mask, bias if low == 0.0 else only, tolerance)
    q, k, v = drawn(rng, (2,), 5, 7, 64, 4, "float16")
    assert attends(8 * q, 8 * k, v, tolerance=HALF)
    assert attends(q, k, v, masked(rng, 5, 7), (1e3 + rng.normal(size=7)).astype("float16"), HALF)
    assert attends(100 * q, 100 * k, v, masked(rng, 5, 7), tolerance=HALF)


@pytest.mark.points(2)
@pytest.mark.needs("test_a_query_that_sees_nothing_gives_zeros")
def test_gradients_are_right_and_finite(rng):
    """Gradients by q, k and v agree with the chain rule, also where a query sees nothing.

    0 · nan is nan: what a later step replaces in the output is still in the gradient. Look at a row that is
    all masked, before its softmax.
    """
    for shape in ((2, 1, 5, 7), (5, 7)):
        q, k, v = drawn(rng, (2, 3), 5, 7, 9, 4)
        upstream, bias = rng.normal(size=(2, 3, 5, 4)), rng.normal(size=(3, 5, 7))
        mask = masked(rng, *shape)
        for holes in (0, 2):
            mask[..., rng.permutation(5)[:holes], :] = False
            got = attention_gradients(*tensors(q, k, v, upstream, mask, bias))
            want = gradients(q, k, v, upstream, mask, bias)
            for one, wanted in zip(expect.sequence(got, length=3), want, strict=True):
                assert near(one, wanted, 1e-8)


def head_parity(got, want, tolerance):
    """Say whether outputs and weights of multi_head are as expected."""
    return all(near(one, wanted, tolerance) for one, wanted in zip(pair(got), want, strict=True))


@pytest.mark.points(2)
@pytest.mark.needs("test_attention_agrees_with_the_formula")
def test_heads_agree_with_torch(rng):
    """`multi_head` agrees with nn.MultiheadAttention: any number of heads, odd sizes, other keys, masks.

    Set all weights to the identity and follow one number from x to its head. Between (T, heads, d) and
    (heads, T, d) the same numbers lie in another order.
    """
    for width, heads, dtype, tolerance in (
        (15, 3, "float64", DOUBLE),
        (12, 12, "float32", SINGLE),
        (7, 1, "float64", DOUBLE),
    ):
        weights = attention_weights(rng, width, heads, heads, dtype)
        module = torch.nn.MultiheadAttention(width, heads, batch_first=True, dtype=getattr(torch, dtype)).eval()
        module.load_state_dict(crossing(weights))
        x, memory = (rng.normal(size=(2, t, width)).astype(dtype) for t in (5, 8))
        for keys, tk in ((None, 5), (memory, 8)):
            mask = masked(rng, 2, heads, 5, tk)
            source = x if keys is None else keys
            with torch.no_grad():
                want = module(
                    *tensors(x, source, source),
                    attn_mask=torch.from_numpy(~mask.reshape(-1, 5, tk)),
                    average_attn_weights=False,
                )
            want = [w.numpy().astype(np.float64) for w in want]
            mask, given = tensors(mask, x)
            assert head_parity(multi_head(given, crossing(weights), heads, mask, *tensors(keys)), want, tolerance)


@pytest.mark.points(2)
@pytest.mark.needs("test_heads_agree_with_torch")
@pytest.mark.needs("test_a_query_that_sees_nothing_gives_zeros")
def test_heads_share_keys_and_keep_their_distance(rng):
    """Query heads share key heads; slopes take off for the distance; a query of `multi_head` may see nothing.

    Write down which key head each of 6 query heads reads when there are 2. With 3 queries and 5 keys, at which key
    does the first query stand? Does `multi_head` go through your own `attention`, empty rows too?
    """
    for heads, kv_heads, width in ((6, 2, 18), (4, 1, 12), (6, 3, 30)):
        weights = attention_weights(rng, width, heads, kv_heads)
        x, memory = rng.normal(size=(2, 5, width)), rng.normal(size=(2, 8, width))
        slopes = rng.uniform(0.1, 1.5, size=heads)
        for keys in (None, memory, memory[:, :3]):
            mask = masked(rng, 2, 1, 5, 5 if keys is None else keys.shape[1])
            mask[1, 0, 2] = False
            for slope in (None, slopes):
                want = expected_heads(x, weights, heads, mask, keys, kv_heads, slope)
                given, seen, source, slope = tensors(x, mask, keys, slope)
                got = multi_head(given, crossing(weights), heads, seen, source, kv_heads, slope)
                assert head_parity(got, want, DOUBLE)


@pytest.mark.points(2)
@pytest.mark.needs("test_heads_agree_with_torch")
def test_blocks_agree_with_torch(rng):
    """`block` agrees with nn.TransformerEncoderLayer(norm_first=True), and is the same at each call.

    Which of x and norm(x) is added to what the sublayer gives? Compare after the attention alone, then after all.
    """
    for width, heads, hidden, dtype, tolerance in ((15, 5, 22, "float64", DOUBLE), (24, 4, 40, "float32", SINGLE)):
        weights = block_weights(rng, width, hidden, heads, dtype)
        module = torch.nn.TransformerEncoderLayer(
            width, heads, hidden, norm_first=True, batch_first=True, dtype=getattr(torch, dtype)
        ).eval()
        module.load_state_dict(crossing(weights))
        x = (3 * rng.normal(size=(2, 6, width)) + 1).astype(dtype)
        mask = masked(rng, 6, 6)
        with torch.no_grad():
            want = module(torch.from_numpy(x), src_mask=torch.from_numpy(~mask)).numpy().astype(np.float64)
        for _ in range(2):
            got = block(torch.from_numpy(x), crossing(weights), heads, torch.from_numpy(mask))
            assert near(got, want, 4 * tolerance)


@pytest.mark.points(2)
@pytest.mark.needs("test_blocks_agree_with_torch")
@pytest.mark.needs("test_a_query_that_sees_nothing_gives_zeros")
def test_forward_knows_places_and_no_padding(rng):
    """`forward` gives the model's logits: places count, padding and the other sequences of a batch do not.

    Shuffle the tokens of a sequence: what may stay the same? Then write other numbers into the padding, and
    add more of it.
    """
    for layers in (1, 3):
        weights = model_weights(rng, layers, 20, 28, 9, 11)
        lengths = np.array([7, 1, 4, 9])
        tokens = rng.integers(9, size=(4, 9))
        want = expected_forward(weights, tokens, lengths)
        real = np.arange(9) < lengths[:, None]
        got = expect.array(forward(crossing(weights), *tensors(tokens, lengths)), (4, 9, 9), "f", finite=False)
        assert (np.abs(got - want)[real] <= 1e-8).all()
        alone = forward(crossing(weights), *tensors(tokens[2:3, :4], lengths[2:3]))
        assert near(alone, want[2:3, :4], 1e-8)
        order = np.r_[rng.permutation(7), 7, 8]
        weights["position.weight"][:] = 0.5  # every place the same: the outputs move with their tokens
        moved = forward(crossing(weights), *tensors(tokens[:1, order], lengths[:1]))
        moved = expect.array(moved, (1, 9, 9), "f", finite=False)
        still = expected_forward(weights, tokens[:1], lengths[:1])
        assert (np.abs(moved[:, :7] - still[:, order][:, :7]) <= 1e-8).all()


def trained(result, vocabulary, longest):
    """Return the learner's weights as float64 arrays; fail the check where they are no model as stated."""
    weights = expect.mapping(result)
    names = [n for n in weights if isinstance(n, str)]
    layers = {n.split(".")[1] for n in names if n.startswith("layers.")}
    assert layers == {str(i) for i in range(len(layers))}, "the layers are not numbered 0, 1, …"
    assert 1 <= len(layers) <= 4, "the model has not 1 to 4 layers"
    embed = expect.array(weights.get("embed.weight"), (vocabulary, None), "f")
    width = embed.shape[1]
    assert 1 <= width <= 128, "the model is wider than 128"
    assert width % HEADS == 0, "the width is no multiple of 4"
    shapes = {"embed": (vocabulary, width), "position": (longest, width), "head": (vocabulary, width), "norm": (width,)}
    shapes = {f"{n}.weight": s for n, s in shapes.items()} | {"norm.bias": (width,), "head.bias": (vocabulary,)}
    for i in range(len(layers)):
        hidden = len(expect.array(weights.get(f"layers.{i}.linear1.bias"), (None,), "f"))
        assert 1 <= hidden <= 512, "a layer has more than 512 hidden units"
        made = block_weights(np.random.default_rng(0), width, hidden, HEADS)
        shapes |= {f"layers.{i}.{n}": w.shape for n, w in made.items()}
    assert set(weights) == set(shapes), "the names of the weights are not those stated"
    arrays = {n: expect.array(weights[n], s, "f") for n, s in shapes.items()}
    assert all(a.dtype == np.float32 for a in arrays.values()), "a weight is not float32"
    return {n: a.astype(np.float64) for n, a in arrays.items()}  # float64 holds all that float32 weights can lead to


@pytest.mark.points(6)
@pytest.mark.needs("test_forward_knows_places_and_no_padding")
@pytest.mark.needs("test_heads_share_keys_and_keep_their_distance")
@pytest.mark.needs("test_gradients_are_right_and_finite")
@pytest.mark.needs("test_large_scores_stay_exact")
@pytest.mark.needs("test_causal_masks_of_any_size")
def test_the_trained_model_sorts(hidden, credit, figure):
    """The model that `train` returns sorts new sequences in an order that only the examples tell.

    Run your own `forward` with the weights returned, on examples that were not trained on: is it as good as the model
    was in training? Then count what is right by place and by length: where is it wrong?
    """
    data = hidden("secret-order")
    cut = 6000
    result = train(*tensors(data.tokens[:cut], data.lengths[:cut], data.targets[:cut]), data.vocabulary)
    weights = trained(result, data.vocabulary, data.tokens.shape[1])
    tokens, lengths, targets = data.tokens[cut:], data.lengths[cut:], data.targets[cut:]
    real = np.arange(tokens.shape[1]) < lengths[:, None]
    right = expected_forward(weights, tokens, lengths).argmax(axis=-1) == targets
    sizes = np.unique(lengths)
    by_length = [100 * right[lengths == n][:, :n].mean() for n in sizes]
    figure("New sequences, by length", {"tokens in place": (sizes, by_length)}, x="length", y="tokens in place, %")
    credit(right[real].mean(), floor=0.95, full=0.98, name="tokens in their place")
