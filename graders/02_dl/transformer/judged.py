"""How answers are judged: by form, dtype, and distance from the right values."""

from typing import NamedTuple

import numpy as np
import torch

from tenfold import expect

ATTENTION = {torch.float64: 1e-10, torch.float32: 1e-5, torch.float16: 4e-3}  # absolute, as the statement says
GRADIENTS = {torch.float64: 1e-8}
MULTI_HEAD = {torch.float64: 1e-10, torch.float32: 1e-4}
BLOCK = {torch.float64: 4e-10, torch.float32: 1e-4}
FORWARD = {torch.float64: 1e-8, torch.float32: 1e-3}
SILENT = 1e-30  # more than this is not zero


class Right(NamedTuple):
    """The right values in float64 (nan: anything will do), and the dtype that they should come in."""

    parts: tuple[np.ndarray, ...]
    dtype: torch.dtype


def by(formula):
    """Return what gives the right answer of a formula, with the dtype of the first argument; a mask is itself."""

    def right(*args):
        found, first = formula(*args), args[0]
        if isinstance(first, int):
            return found
        dtype = first["embed.weight"].dtype if isinstance(first, dict) else first.dtype
        return Right(found if isinstance(found, tuple) else (found,), dtype)

    return right


def within(tolerances, *names, zeros=False):
    """Return what compares the named parts of an answer; with `zeros`, what is exactly 0 must be no other number."""

    def same(found, right):
        found = [found] if len(names) == 1 else expect.sequence(found, length=len(names))
        for name, one, wanted in zip(names, found, right.parts, strict=True):
            got = expect.array(one, shape=wanted.shape, kind="f", finite=False)
            if str(got.dtype) != str(right.dtype).removeprefix("torch."):
                raise expect.Unexpected(f"{name} of another dtype than what was given")
            got, wanted = got[~np.isnan(wanted)].astype(np.float64), wanted[~np.isnan(wanted)]
            if not np.isfinite(got).all():
                raise expect.Unexpected(f"{name} that are nan or infinite")
            if zeros and (np.abs(got[wanted == 0]) > SILENT).any():
                raise expect.Unexpected(f"{name} that are not zero where nothing is seen")
            if not (np.abs(got - wanted) <= tolerances[right.dtype]).all():
                raise expect.Unexpected(f"other {name}")
        return True

    return same


def same_mask(found, right):
    """Return whether a causal mask is the right one."""
    return bool((expect.array(found, shape=right.shape, kind="b") == right).all())


SAME = {
    "causal_mask": same_mask,
    "attention": within(ATTENTION, "outputs", "weights", zeros=True),
    "attention_gradients": within(GRADIENTS, "gradients by q", "gradients by k", "gradients by v"),
    "multi_head": within(MULTI_HEAD, "outputs", "weights", zeros=True),
    "block": within(BLOCK, "outputs"),
    "forward": within(FORWARD, "logits"),
}


def holds(name, found, right):
    """Return whether an answer of a function is right."""
    try:
        return SAME[name](found, right)
    except expect.Unexpected:
        return False


def shapes_of(weights, vocabulary, longest, heads):
    """Return the shape of each weight of a trained model; fail where its layers or sizes are not those stated."""
    layers = {n.split(".")[1] for n in weights if isinstance(n, str) and n.startswith("layers.")}
    assert layers == {str(i) for i in range(len(layers))}, "the layers are not numbered 0, 1, …"
    assert 1 <= len(layers) <= 4, "the model has not 1 to 4 layers"
    width = expect.array(weights.get("embed.weight"), (vocabulary, None), "f").shape[1]
    assert 1 <= width <= 128, "the model is wider than 128"
    assert width % heads == 0, "the width is no multiple of 4"
    shapes = {"embed.weight": (vocabulary, width), "position.weight": (longest, width)}
    shapes |= {"head.weight": (vocabulary, width), "head.bias": (vocabulary,), "norm.weight": (width,)}
    shapes["norm.bias"] = (width,)
    for i in range(len(layers)):
        hidden = len(expect.array(weights.get(f"layers.{i}.linear1.bias"), (None,), "f"))
        assert 1 <= hidden <= 512, "a layer has more than 512 hidden units"
        inner = {"in_proj_weight": (3 * width, width), "in_proj_bias": (3 * width,)}
        inner |= {"out_proj.weight": (width, width), "out_proj.bias": (width,)}
        made = {f"self_attn.{n}": shape for n, shape in inner.items()}
        made |= {"linear1.weight": (hidden, width), "linear1.bias": (hidden,)}
        made |= {"linear2.weight": (width, hidden), "linear2.bias": (width,)}
        made |= {f"{norm}.{n}": (width,) for norm in ("norm1", "norm2") for n in ("weight", "bias")}
        shapes |= {f"layers.{i}.{n}": shape for n, shape in made.items()}
    return shapes


def trained(result, vocabulary, longest, heads):
    """Return the weights of a trained model; fail where they are not as stated."""
    weights = expect.mapping(result)
    shapes = shapes_of(weights, vocabulary, longest, heads)
    assert set(weights) == set(shapes), "the names of the weights are not those stated"
    arrays = {name: expect.array(weights[name], shape, "f") for name, shape in shapes.items()}
    assert all(a.dtype == np.float32 for a in arrays.values()), "a weight is not float32"
    return arrays
