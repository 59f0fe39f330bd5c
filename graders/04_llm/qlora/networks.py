"""Networks of layers and adapters: drawn states, and what they answer by the formulas of the statement."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from tenfold import expect
from tenfold.datasets import module

nf4 = module(Path(__file__).with_name("nf4.py"))

DEEP = (15, 24, 24, 17, 5)


def floats(rng, sizes):
    """Return float layers."""
    return [
        {
            "weight": (rng.normal(size=(outputs, inputs)) * np.sqrt(2 / inputs)).astype(np.float32),
            "bias": (rng.normal(size=outputs) * 0.3).astype(np.float32),
        }
        for inputs, outputs in pairwise(sizes)
    ]


def state_of(rng, sizes, ranks, alpha, start=False):
    """Return a state whose adapters have learnt something, unless it is one before training; a rank for each layer."""
    layers = []
    for layer, rank in zip(floats(rng, sizes), ranks, strict=True):
        outputs, inputs = layer["weight"].shape
        a, b = rng.normal(size=(rank, inputs)) / np.sqrt(inputs), rng.normal(size=(outputs, rank)) * 0.3 * (not start)
        adapter = {"A": a.astype(np.float32), "B": b.astype(np.float32)}
        layers.append({**nf4.pack(layer["weight"]), "bias": layer["bias"], **adapter})
    return {"alpha": float(alpha), "layers": layers}


def states(rng):
    """Return states by kind."""

    def some(sizes, *ranks, **options):
        return state_of(rng, sizes, ranks, rng.uniform(1, 32), **options)

    one = some((20, 40, 40, 6), 4, 4, 4)
    return {
        "one rank for all layers": [some((20, 40, 40, 6), *[rank] * 3) for rank in (1, 2, 5, 16)],
        "a rank for each layer": [some((20, 40, 40, 6), 1, 4, 9), some(DEEP, 8, 1, 3, 2), some((12, 9, 4), 2, 5)],
        "alpha from 0.1 to 96": [{**one, "alpha": alpha} for alpha in (0.1, 1.0, 4.0, 96.0)],
        "one layer": [some((13, 7), 3), some((13, 2), 1)],
        "one input": [some((1, 6, 2), 1, 2)],
        "two layers, and four": [some((10, 21, 3), 2, 2), some(DEEP, 4, 4, 4, 4)],
        "bases of the same shapes": [some((20, 40, 40, 6), 4, 4, 4) for _ in range(3)],
        "a base with zeros": [_quiet(some((16, 32, 4), 2, 2))],
        "before training": [some((20, 40, 6), 4, 4, start=True)],
    }


def _quiet(state):
    """Return a state whose first layer is a base of zeros, so that its adapter alone answers."""
    first = state["layers"][0]
    first |= nf4.pack(np.zeros(first["shape"], np.float32))
    return state


def weights_of(state):
    """Return the weight that each layer of a state acts with (float64)."""
    return [
        nf4.read(layer) + state["alpha"] / len(layer["A"]) * layer["B"].astype(np.float64) @ layer["A"]
        for layer in state["layers"]
    ]


def forward(state, x):
    """Return the sums of each layer; the last ones are the logits (float64)."""
    sums, x = [], x.astype(np.float64)
    with np.errstate(all="ignore"):  # adapters may be of any size
        for weight, layer in zip(weights_of(state), state["layers"], strict=True):
            sums.append(x @ weight.T + layer["bias"])
            x = np.maximum(sums[-1], 0)
    return sums


def outputs(state, x):
    """Return the logits of a state (float64)."""
    return forward(state, x)[-1]


def merged(state):
    """Return the float layers that do what a state does."""
    layers = zip(weights_of(state), state["layers"], strict=True)
    return [{"weight": weight, "bias": layer["bias"].astype(np.float64)} for weight, layer in layers]


def rows_for(rng, state, rows, loud=1.0):
    """Return inputs whose hidden sums all lie away from 0, where a ReLU has no slope."""
    x = (rng.normal(size=(4 * rows + 40, state["layers"][0]["shape"][1])) * loud).astype(np.float32)
    least = np.full(len(x), np.inf)
    for part in forward(state, x)[:-1]:
        least = np.minimum(least, np.abs(part).min(axis=1))
    return x[np.argsort(least)[-rows:]]


def asked(rng):
    """Return (state, x) by kind."""
    made = {kind: [(state, rows_for(rng, state, 30)) for state in some] for kind, some in states(rng).items()}
    state = state_of(rng, (20, 40, 40, 6), (4, 2, 3), 8)
    made["one row, and many"] = [(state, rows_for(rng, state, rows)) for rows in (1, 2, 700)]
    made["quiet and loud inputs"] = [(state, rows_for(rng, state, 20, loud)) for loud in (1e-3, 1e3)]
    return made


def beside(rng):
    """Return (state, x) by kind: the same rows, and states that differ in one thing."""
    first, other = (state_of(rng, (20, 40, 6), (4, 2), 8) for _ in range(2))
    x, found = rows_for(rng, first, 9), {"another alpha": {**first, "alpha": 3.0}}
    for part in ("bias", "A", "B", "codes"):
        layers = [{**mine, part: theirs[part]} for mine, theirs in zip(first["layers"], other["layers"], strict=True)]
        found[f"another {part}"] = {**first, "layers": layers}
    return {kind: [(first, x), (state, x), (first, x)] for kind, state in found.items()}


def learning(rng):
    """Return (state, x, labels) by kind."""
    made = {}
    for kind, pairs in asked(rng).items():
        classes = [len(state["layers"][-1]["bias"]) for state, _ in pairs]
        made[kind] = [(*pair, rng.integers(0, n, size=len(pair[1]))) for pair, n in zip(pairs, classes, strict=True)]
    state = state_of(rng, (20, 40, 6), (4, 2), 8)
    x = rows_for(rng, state, 25)
    made["labels all the same"] = [(state, x, np.full(25, label)) for label in (0, 5)]
    made["labels that are right already"] = [(state, x, outputs(state, x).argmax(axis=1))]
    return made


def slopes(state, x, labels):
    """Return the gradient of the mean cross-entropy for each layer's A and B, by hand."""
    weights, sums = weights_of(state), forward(state, x)
    share = np.exp(sums[-1] - sums[-1].max(axis=1, keepdims=True))
    delta = share / share.sum(axis=1, keepdims=True)
    delta[np.arange(len(x)), labels] -= 1
    delta /= len(x)
    made = []
    for index in reversed(range(len(weights))):
        layer = state["layers"][index]
        scale = state["alpha"] / len(layer["A"])
        entered = np.maximum(sums[index - 1], 0) if index else x.astype(np.float64)
        whole = scale * delta.T @ entered  # what the product B·A would get, (O, I)
        made.append({"A": layer["B"].T @ whole, "B": whole @ layer["A"].T})
        delta = (delta @ weights[index]) * (entered > 0)
    return made[::-1]


def near(found, wanted, tolerance=nf4.CLOSE):
    """Return whether values agree, relative to the largest."""
    got = expect.array(found, shape=wanted.shape, kind="f", finite=True)
    return bool(np.abs(got - wanted).max() <= tolerance * np.abs(wanted).max())


def each_near(names, tolerance=nf4.CLOSE, single=False):
    """Return what compares the arrays of each layer, by name; `single`: they must be float32."""

    def same(found, wanted):
        for mine, theirs in zip(expect.sequence(found, length=len(wanted)), wanted, strict=True):
            mine = expect.mapping(mine, keys=[*names])
            if set(mine) != set(names):
                raise expect.Unexpected("other keys than stated")
            for name in names:
                if single and expect.array(mine[name], kind="f").dtype != np.float32:
                    raise expect.Unexpected(f"{name} is not float32")
                if not near(mine[name], theirs[name], tolerance):
                    raise expect.Unexpected(f"{name} is another one than the formula's")
        return True

    return same


def opened(state, layers):
    """Return a state with every array checked against the stated layout."""
    state = expect.mapping(state, keys=["alpha", "layers"])
    assert set(state) == {"alpha", "layers"}, "the state has other keys than alpha and layers"
    names, made = {*nf4.PARTS, "bias", "A", "B"}, []
    for layer, base in zip(expect.sequence(state["layers"], length=len(layers)), layers, strict=True):
        outputs, inputs = base["weight"].shape
        layer = expect.mapping(layer, keys=[*names])
        assert set(layer) == names, "a layer of the state has other keys than stated"
        a = expect.array(layer["A"], shape=(None, inputs), kind="f", finite=True)
        assert len(a) >= 1, "A has no rows"
        b = expect.array(layer["B"], shape=(outputs, len(a)), kind="f", finite=True)
        bias = expect.array(layer["bias"], shape=(outputs,), kind="f", finite=True)
        assert a.dtype == b.dtype == bias.dtype == np.float32, "A, B and bias are not float32"
        made.append({**nf4.opened(layer, (outputs, inputs)), "bias": bias, "A": a, "B": b})
    return {"alpha": expect.number(state["alpha"], low=1e-9, high=1e9), "layers": made}
