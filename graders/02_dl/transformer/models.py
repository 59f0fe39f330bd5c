"""What `multi_head`, `block` and `forward` are asked: weights and inputs by kind."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
attentions, right = module(HERE / "attentions.py"), module(HERE / "right.py")
tensor, mask_of, with_holes = attentions.tensor, attentions.mask_of, attentions.with_holes


def shuffled(rng, weights, dtype):
    """Return weights as tensors, their names in any order."""
    names = rng.permutation(list(weights)).tolist()
    return {name: tensor(weights[name], dtype) for name in names}


def attention_weights(rng, width, heads, kv_heads):
    """Return weights in the layout of nn.MultiheadAttention, for so many shared key and value heads."""
    rows = width + 2 * (width // heads) * kv_heads
    return {
        "in_proj_weight": rng.normal(size=(rows, width)) / np.sqrt(width) * 1.5,
        "in_proj_bias": rng.normal(size=rows) / 2,
        "out_proj.weight": rng.normal(size=(width, width)) / np.sqrt(width),
        "out_proj.bias": rng.normal(size=width) / 2,
    }


def block_weights(rng, width, hidden, heads):
    """Return weights in the layout of nn.TransformerEncoderLayer."""
    made = {f"self_attn.{n}": w for n, w in attention_weights(rng, width, heads, heads).items()}
    for name, rows, columns in (("linear1", hidden, width), ("linear2", width, hidden)):
        made[f"{name}.weight"] = rng.normal(size=(rows, columns)) / np.sqrt(columns)
        made[f"{name}.bias"] = rng.normal(size=rows) / 2
    for name in ("norm1", "norm2"):
        made[f"{name}.weight"] = rng.uniform(0.5, 1.5, size=width) * rng.choice([-1, 1], size=width)
        made[f"{name}.bias"] = rng.normal(size=width) / 2
    return made


def model_weights(rng, layers, width, hidden, vocabulary, places):
    """Return weights of a sorting model."""
    made = {
        "embed.weight": rng.normal(size=(vocabulary, width)),
        "position.weight": rng.normal(size=(places, width)),
        "norm.weight": rng.uniform(0.5, 1.5, size=width),
        "norm.bias": rng.normal(size=width) / 2,
        "head.weight": rng.normal(size=(vocabulary, width)) / np.sqrt(width),
        "head.bias": rng.normal(size=vocabulary),
    }
    for layer in range(layers):
        made |= {f"layers.{layer}.{n}": w for n, w in block_weights(rng, width, hidden, right.HEADS).items()}
    return made


def heads_of(rng, b, tq, width, heads, mask=None, tk=None, kv_heads=None, slopes=None, dtype="float64"):
    """Return the arguments of `multi_head`; a mask is drawn by a function of the full shape."""
    weights = shuffled(rng, attention_weights(rng, width, heads, kv_heads or heads), dtype)
    mask = None if mask is None else mask((b, heads, tq, tk or tq))
    memory = None if tk is None else tensor(rng.normal(size=(b, tk, width)), dtype)
    slopes = None if slopes is None else tensor(slopes, dtype)
    return [tensor(rng.normal(size=(b, tq, width)), dtype), weights, heads, mask, memory, kv_heads, slopes]


def cut(rng):
    """Return inputs of as many key heads as query heads, of which every query sees a key."""

    def of(*sizes, **more):
        return heads_of(rng, *sizes, **more)

    def every(full):
        return mask_of(rng, *full)

    def shown(*kept):
        """Return what draws a mask that is spread over the dimensions not named."""
        return lambda full: mask_of(rng, *(n if place in kept else 1 for place, n in enumerate(full)))

    def shorter(left):
        return lambda full: mask_of(rng, *full[left:])

    return {
        "any number of heads": [of(2, 5, w, h) for w, h in ((15, 3), (12, 12), (7, 1), (8, 4), (64, 8), (1, 1))],
        "float32": [of(2, 5, w, h, every, tk, dtype="float32") for w, h in ((12, 4), (30, 3)) for tk in (None, 8)],
        "equal sizes": [of(4, 4, 16, 4), of(4, 4, 16, 4, every), of(4, 4, 16, 4, every, 4), of(3, 3, 9, 3, every)],
        "keys from elsewhere": [of(2, 5, 12, 3, tk=tk) for tk in (1, 3, 8)],
        "as many other keys as queries": [of(2, 5, 12, 3, tk=5), of(2, 5, 12, 3, every, 5)],
        "a mask for each head": [of(2, 5, 12, 3, every, tk) for tk in (None, 8)],
        "a mask for some dimensions": [
            of(2, 5, 12, 3, shown(*kept), tk) for kept in ((3,), (2, 3), (1, 3), (0, 3), (0, 2, 3)) for tk in (None, 8)
        ],
        "a mask with fewer dimensions": [of(2, 5, 12, 3, shorter(left), tk) for left in (1, 2, 3) for tk in (None, 8)],
        "a mask of three dimensions, as many sequences as heads": [of(3, 5, 12, 3, shorter(1)) for _ in range(2)],
        "a causal mask": [of(2, 6, 12, 3, lambda full: tensor(right.causal_mask(*full[2:])), tk) for tk in (None, 9)],
        "kv_heads named, and equal to heads": [of(2, 5, 12, h, kv_heads=h) for h in (1, 3)],
        "one query, one sequence": [of(1, 1, 6, 2), of(1, 1, 6, 2, tk=4), of(1, 4, 6, 2), of(3, 1, 6, 2)],
        "long ones": [of(1, 300, 6, 2, tk=tk) for tk in (None, 700)] + [of(2, 3, 6, 2, shown(3), 1030)],
    }


def shared(rng):
    """Return inputs of which query heads share key heads."""

    def of(heads, kv_heads, width, **more):
        return heads_of(rng, 2, 5, width, heads, kv_heads=kv_heads, **more)

    groups = ((6, 2, 18), (6, 3, 30), (8, 2, 8), (12, 4, 24), (4, 2, 12))
    return {
        "groups of heads": [of(*group) for group in groups],
        "one key head": [of(heads, 1, width) for heads, width in ((4, 12), (2, 10), (5, 5))],
        "keys from elsewhere": [of(*group, tk=tk) for group in groups[:3] for tk in (3, 8)],
        "a mask for each head": [of(*group, mask=lambda full: mask_of(rng, *full), tk=8) for group in groups[:3]],
        "float32": [of(*group, dtype="float32") for group in groups[:2]],
    }


def distant(rng):
    """Return inputs with slopes."""

    def of(tq, tk, heads=3, width=12, slopes=None, **more):
        slopes = rng.uniform(0.05, 1.5, size=heads) if slopes is None else slopes
        return heads_of(rng, 2, tq, width, heads, tk=tk, slopes=slopes, **more)

    def every(full):
        return mask_of(rng, *full)

    pairs = ((5, None), (5, 5), (5, 8), (5, 3), (1, 6), (6, 1))
    return {
        "as many keys as queries": [of(*pair) for pair in pairs[:2] for _ in range(3)],
        "more keys than queries": [of(*pair) for pair in (pairs[2], pairs[4]) for _ in range(3)],
        "fewer keys than queries": [of(*pair) for pair in (pairs[3], pairs[5]) for _ in range(3)],
        "one head, and twelve": [of(5, tk, h, 12) for tk in (None, 8) for h in (1, 12)],
        "slopes of 0, and of 8": [of(5, tk, slopes=np.array([0.0, 8.0, 0.5])) for tk in (None, 8)],
        "a mask": [of(*pair, mask=every) for pair in pairs],
        "a mask that leaves far keys alone": [
            of(6, 40, mask=lambda full: tensor(np.arange(full[3]) < 7)) for _ in range(2)
        ],
        "shared key heads": [of(*pair, 6, 18, kv_heads=k) for pair in pairs for k in (1, 2)],
        "float32": [of(*pair, dtype="float32") for pair in pairs[:4]],
        "long ones": [of(200, 300, slopes=np.array([0.001, 0.01, 1.0])), of(150, None)],
    }


def empty(rng):
    """Return inputs of which some queries see nothing, with all that `multi_head` takes."""

    def holes(*kept):
        return lambda full: with_holes(rng, *(n if place in kept else 1 for place, n in enumerate(full)))

    def of(mask, tk=None, **more):
        return heads_of(rng, 2, 5, 12, 6, mask, tk, **more)

    def none(*shape):
        return lambda full: tensor(np.zeros(shape, bool))

    slopes = rng.uniform(0.1, 1.5, size=6)
    all_of_it = {"kv_heads": 2, "slopes": slopes}
    return {
        "some queries": [of(holes(*kept), tk) for kept in ((0, 2, 3), (2, 3), (0, 1, 2, 3)) for tk in (None, 8)],
        "a whole sequence": [
            of(lambda full: tensor(np.array([True, False])[:, None, None, None]), tk) for tk in (None, 3)
        ],
        "all queries": [of(none(*s), tk) for s in ((), (1,), (5, 1), (2, 1, 1, 1)) for tk in (None, 8)],
        "more queries than keys, causal": [of(lambda full: tensor(right.causal_mask(*full[2:])), 3, **all_of_it)],
        "shared heads and slopes": [of(holes(0, 2, 3), tk, **all_of_it) for tk in (None, 3, 8)],
        "float32": [of(holes(0, 2, 3), tk, dtype="float32", **all_of_it) for tk in (None, 8)],
    }


def blocks(rng):
    """Return the arguments of `block`."""

    def of(width, heads, hidden, mask=None, x=None, b=2, t=6, dtype="float64"):
        x = rng.normal(size=(b, t, width)) if x is None else x
        return [tensor(x, dtype), shuffled(rng, block_weights(rng, width, hidden, heads), dtype), heads, mask]

    def some(make):
        return [of(15, 5, 22, x=make((2, 6, 15))) for _ in range(3)]

    masks = [mask_of(rng, *shape) for shape in ((6, 6), (6,), (2, 1, 6, 6), (2, 1, 1, 6), (5, 6, 6), (2, 5, 6, 6))]
    return {
        "any sizes": [of(*s) for s in ((15, 5, 22), (24, 4, 40), (8, 8, 1), (6, 1, 50), (4, 2, 4), (1, 1, 3))],
        "a mask": [of(15, 5, 22, mask) for mask in masks],
        "a mask that shows nothing to some queries": [of(15, 5, 22, with_holes(rng, 2, 1, 6, 6)) for _ in range(3)],
        "one place, one sequence": [of(8, 2, 12, b=1), of(8, 2, 12, t=1), of(8, 2, 12, b=1, t=1)],
        "x of mean 1 and deviation 3": some(lambda shape: 1 + 3 * rng.normal(size=shape)),
        "x of mean 10,000": some(lambda shape: 1e4 + rng.normal(size=shape)),
        "x of deviation 0.001": some(lambda shape: 1e-3 * rng.normal(size=shape)),
        "x with equal numbers in a row": some(lambda shape: np.broadcast_to(rng.normal(size=(2, 6, 1)), shape)),
        "float32": [of(*s, mask=m, dtype="float32") for s in ((15, 5, 22), (20, 5, 40)) for m in (None, *masks[:3])],
        "long ones": [of(8, 2, 12, t=300), of(8, 2, 12, b=200)],
    }


def sequences(rng):
    """Return the arguments of `forward`."""

    def of(layers, n=4, t=9, lengths=None, width=20, more=2, vocabulary=30, dtype="float64", pad=None):
        lengths = rng.integers(1, t + 1, size=n) if lengths is None else np.array(lengths)
        weights = shuffled(rng, model_weights(rng, layers, width, 28, vocabulary, t + more), dtype)
        tokens = rng.integers(vocabulary, size=(n, t))
        if pad is not None:
            tokens[np.arange(t) >= lengths[:, None]] = pad
        return [weights, tensor(tokens), tensor(lengths.astype(np.int64))]

    def padded_anew():
        weights, tokens, lengths = of(2, lengths=[7, 1, 4, 9])
        other = np.where(np.arange(9) < lengths.numpy()[:, None], tokens.numpy(), rng.integers(30, size=(4, 9)))
        return [[weights, tokens, lengths], [weights, tensor(other), lengths]]

    return {
        "1 to 4 layers": [of(layers, lengths=[9, 9, 9, 9]) for layers in (1, 2, 3, 4)],
        "12 layers": [of(12, width=8) for _ in range(2)],
        "lengths from 1 on": [of(layers, lengths=[7, 1, 4, 9]) for layers in (1, 3)],
        "no sequence as long as the tensor": [of(2, lengths=[7, 1, 4, 6]), of(2, lengths=[1, 1, 1, 1])],
        "padding of one token": [of(2, pad=pad) for pad in (0, 29)],
        "padding of other tokens": padded_anew(),
        "one sequence": [of(2, n=1), of(2, n=1, lengths=[9])],
        "one place": [of(2, t=1), of(1, t=1, more=0)],
        "as many rows of positions as places": [of(2, more=0), of(2, more=0, lengths=[9, 9, 9, 9])],
        "width 4, and 64": [of(2, width=4), of(2, width=64)],
        "vocabulary of 2, and of 1,000": [of(2, vocabulary=2, t=14), of(1, vocabulary=1000, width=8)],
        "float32": [of(layers, dtype="float32") for layers in (1, 3)],
        "many sequences": [of(1, n=300, width=8)],
        "long ones": [of(1, n=2, t=300, width=8, lengths=[300, 290])],
    }


def resorted(rng, data):
    """Return examples of the same sequences, whose targets are sorted in another order."""
    rank = rng.permutation(data.vocabulary)
    ranks = np.where(np.arange(data.tokens.shape[1]) < data.lengths[:, None], rank[data.tokens], data.vocabulary)
    ranks = np.sort(ranks, axis=1)
    return replace(data, targets=np.append(np.argsort(rank), 0)[ranks])


def like_calls(rng, dtype="float64"):
    """Return arguments of one form for each function, three times: what is kept of one may be given to another."""
    found = []
    for _ in range(3):
        q, k, v = attentions.qkv(rng, dtype=dtype)
        mask, bias, upstream = (
            with_holes(rng, 5, 7),
            tensor(rng.normal(size=(3, 5, 7)), dtype),
            tensor(rng.normal(size=(2, 3, 5, 4))),
        )
        slopes = rng.uniform(0.1, 1.5, size=6)
        x = heads_of(rng, 2, 5, 12, 6, lambda full: with_holes(rng, *full[2:]), 8, 2, slopes, dtype)
        layer = shuffled(rng, block_weights(rng, 12, 10, 3), dtype)
        model = shuffled(rng, model_weights(rng, 1, 8, 10, 20, 6), dtype)
        tokens, lengths = tensor(rng.integers(20, size=(3, 6))), tensor(rng.permutation([1, 4, 6]))
        found.append(
            {
                "causal_mask": [int(n) for n in rng.integers(2, 9, size=2)],
                "attention": [q, k, v, mask, bias],
                "attention_gradients": [*(t.double() for t in (q, k, v)), upstream, mask, bias.double()],
                "multi_head": x,
                "block": [tensor(rng.normal(size=(2, 5, 12)), dtype), layer, 3, with_holes(rng, 5, 5)],
                "forward": [model, tokens, lengths],
            }
        )
    return found


def as_one(rng):
    """Return calls of which some arguments are one tensor: the function, its arguments, and the places."""
    x, upstream = (tensor(rng.normal(size=(3, 5, 4))) for _ in range(2))
    heads = heads_of(rng, 2, 5, 12, 3)
    return [
        ("attention", [x, x, x], [0, 1, 2]),
        ("attention_gradients", [x, x, x, upstream], [0, 1, 2]),
        ("multi_head", [*heads[:4], heads[0], *heads[5:]], [0, 4]),
    ]


def exchanged(args, others):
    """Return calls that differ from the first of them in one argument, or in one of its weights, each after it."""
    found = []
    for place, (own, other) in enumerate(zip(args, others, strict=True)):
        news = [{**own, name: other[name]} for name in own] if isinstance(own, dict) else [other]
        found += [call for new in news for call in (args, [*args[:place], new, *args[place + 1 :]])]
    return found
