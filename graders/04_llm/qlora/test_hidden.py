"""Hidden checks for llm-qlora."""

import ast
from itertools import pairwise

import numpy as np
import pytest
from qlora import dequantize, finetune, gradients, logits, merge, prepare, quantize
from scipy.stats import norm

from tenfold import expect

BLOCK, GROUP = 64, 256  # as the statement says
CLOSE = 1e-5  # relative to the largest value, as the statement says
TIE = 1e-6  # of a block's absmax: codes so near to a tie may go either way, as the statement says
TIE8 = 1e-5  # of a group's scale: an absmax minus its mean has lost some bits
KEYS = {"codes": "u", "absmax": "u", "scale": "f", "offset": "f"}


def normal_float():
    """Return the 16 values of NF4, float32."""
    up, down = norm.ppf(np.linspace(0.9677083, 0.5, 9)[:-1]), -norm.ppf(np.linspace(0.9677083, 0.5, 8)[:-1])
    values = np.sort([*down, 0.0, *up])
    return (values / values[-1]).astype(np.float32)


def dynamic():
    """Return the 256 values of the second quantisation, float32."""
    values = [0.0, 1.0]
    for power in range(7):
        edges = np.linspace(0.1, 1, 2**power + 1)
        middles = (edges[:-1] + edges[1:]) / 2 * 10.0 ** (power - 6)
        values += [*middles, *-middles]
    return np.sort(values).astype(np.float32)


NF4, EIGHT = normal_float(), dynamic()


def opened(packed, shape):
    """Return a packed dict with its arrays checked against the stated layout, the shape as a list."""
    packed = expect.mapping(packed, keys=[*KEYS, "shape"])
    size = int(np.prod(shape))
    blocks = -(-size // BLOCK)
    lengths = {"codes": -(-size // 2), "absmax": blocks, "scale": -(-blocks // GROUP), "offset": 1}
    made = {name: expect.array(packed[name], shape=(lengths[name],), kind=kind) for name, kind in KEYS.items()}
    for name, kind in KEYS.items():
        assert made[name].dtype == (np.uint8 if kind == "u" else np.float32), f"{name} has another dtype than stated"
    stated = [expect.integer(side) for side in expect.sequence(packed["shape"], length=2)]
    assert stated == list(shape), "shape is not the matrix's"
    return {**made, "shape": stated}


def nibbles(packed):
    """Return the codes one by one, the padding of an odd matrix too."""
    return np.stack([packed["codes"] >> 4, packed["codes"] & 15], axis=1).ravel()


def absmaxes(packed):
    """Return each block's absmax as the packed dict gives it (float64)."""
    blocks = len(packed["absmax"])
    around = EIGHT[packed["absmax"]].astype(np.float64) * np.repeat(packed["scale"], GROUP)[:blocks]
    return around + packed["offset"][0]


def read(packed):
    """Return the matrix of a packed dict (float64)."""
    size = int(np.prod(packed["shape"]))
    each = np.repeat(absmaxes(packed), BLOCK)[:size]
    return (NF4[nibbles(packed)[:size]] * each).reshape(packed["shape"])


def rows_of(values, width):
    """Return values as rows of a width, zeros after the last."""
    return np.pad(values, (0, -len(values) % width)).reshape(-1, width)


def pack(weight):
    """Return the packed dict of a matrix without a block of zeros."""
    blocks = rows_of(weight.astype(np.float64).ravel(), BLOCK)
    absmax = np.abs(blocks).max(axis=1)
    codes = np.abs(blocks[..., None] / absmax[:, None, None] - NF4).argmin(axis=-1)
    codes = codes.ravel()[: weight.size + weight.size % 2].astype(np.uint8)
    offset = absmax.mean().astype(np.float32)
    around = rows_of(absmax - offset, GROUP)
    scale = np.maximum(np.abs(around).max(axis=1), 1e-12).astype(np.float32)
    eight = np.abs((around / scale[:, None])[..., None] - EIGHT).argmin(axis=-1).astype(np.uint8)
    return {
        "codes": codes[0::2] << 4 | codes[1::2],
        "absmax": eight.ravel()[: len(absmax)],
        "scale": scale,
        "offset": offset.reshape(1),
        "shape": list(weight.shape),
    }


def matrices(rng, shapes=((48, 64), (37, 65), (150, 131), (7, 9))):
    """Yield matrices as networks have them: loud rows, odd counts, a short last block, more blocks than a group."""
    for shape in shapes:
        loud = 10.0 ** rng.uniform(-2, 1, size=(shape[0], 1))
        yield (rng.normal(size=shape) * loud * 10.0 ** rng.uniform(-2, 1)).astype(np.float32)


def state_of(rng, sizes, rank, alpha):
    """Return a state whose adapters have learnt something, for the checks that bring their own."""
    layers = []
    for inputs, outputs in pairwise(sizes):
        weight = rng.normal(size=(outputs, inputs)) * np.sqrt(2 / inputs)
        a, b = rng.normal(size=(rank, inputs)) / np.sqrt(inputs), rng.normal(size=(outputs, rank)) * 0.3
        parts = {"bias": rng.normal(size=outputs) * 0.3, "A": a, "B": b}
        layers.append({**pack(weight), **{name: part.astype(np.float32) for name, part in parts.items()}})
    return {"alpha": alpha, "layers": layers}


def weights_of(state):
    """Return the weight that each layer of a state acts with (float64)."""
    return [
        read(layer) + state["alpha"] / len(layer["A"]) * layer["B"].astype(np.float64) @ layer["A"]
        for layer in state["layers"]
    ]


def forward(weights, biases, x):
    """Return the sums of each layer; the last ones are the logits."""
    sums, x = [], x.astype(np.float64)
    for weight, bias in zip(weights, biases, strict=True):
        sums.append(x @ weight.T + bias)
        x = np.maximum(sums[-1], 0)
    return sums


def outputs(state, x):
    """Return the logits of a state (float64)."""
    with np.errstate(all="ignore"):  # adapters may be of any size
        return forward(weights_of(state), [layer["bias"] for layer in state["layers"]], x)[-1]


def clear_rows(rng, state, rows):
    """Return inputs whose hidden sums all lie away from 0, where a ReLU has no slope."""
    x = rng.normal(size=(4 * rows, state["layers"][0]["shape"][1])).astype(np.float32)
    sums = forward(weights_of(state), [layer["bias"] for layer in state["layers"]], x)
    least = np.min([np.abs(part).min(axis=1) for part in sums[:-1]], axis=0)
    return x[np.argsort(least)[-rows:]]


def slopes(state, x, labels):
    """Return the gradient of the mean cross-entropy for each layer's A and B, by hand."""
    weights = weights_of(state)
    sums = forward(weights, [layer["bias"] for layer in state["layers"]], x)
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


def alike(got, want, tolerance=CLOSE):
    """Say whether values agree, relative to the largest."""
    got = expect.array(got, shape=want.shape, kind="f", finite=True)
    return np.abs(got - want).max() <= tolerance * np.abs(want).max()


def opened_state(state, layers):
    """Return a state with every array checked against the stated layout."""
    state = expect.mapping(state, keys=["alpha", "layers"])
    assert set(state) == {"alpha", "layers"}, "the state has other keys than alpha and layers"
    made = []
    for layer, base in zip(expect.sequence(state["layers"], length=len(layers)), layers, strict=True):
        shape = base["weight"].shape
        layer = expect.mapping(layer, keys=[*KEYS, "shape", "bias", "A", "B"])
        assert set(layer) == {*KEYS, "shape", "bias", "A", "B"}, "a layer of the state has other keys than stated"
        a = expect.array(layer["A"], shape=(None, shape[1]), kind="f", finite=True)
        assert len(a) >= 1, "A has no rows"
        b = expect.array(layer["B"], shape=(shape[0], len(a)), kind="f", finite=True)
        bias = expect.array(layer["bias"], shape=(shape[0],), kind="f", finite=True)
        assert a.dtype == b.dtype == bias.dtype == np.float32, "A, B and bias are not float32"
        made.append({**opened(layer, shape), "bias": bias, "A": a, "B": b})
    return {"alpha": expect.number(state["alpha"], low=1e-9, high=1e9), "layers": made}


def imports(source):
    """Return the packages that a source imports, anywhere in it; none where it is not Python."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def base_kept(state, layers):
    """Fail unless each layer's base is, bit for bit, what `quantize` gives, and each bias the given one."""
    for layer, given in zip(state["layers"], layers, strict=True):
        packed = opened(quantize(given["weight"]), given["weight"].shape)
        assert all(layer[name].tobytes() == packed[name].tobytes() for name in KEYS), "the base has changed"
        assert layer["bias"].tobytes() == given["bias"].tobytes(), "a bias has changed"


def few_trained(state, layers):
    """Fail where more than the stated share of values was trained; return how many values the float layers have."""
    values = sum(part.size for layer in layers for part in layer.values())
    trained = sum(layer[name].size for layer in state["layers"] for name in "AB")
    assert trained <= 0.05 * values, "A and B together have more than 5 % of the float layers' values"
    return values


@pytest.mark.points(2)
def test_codes_are_the_nearest_of_nf4(rng, submission):
    """Each code is that of the nearest NF4 value, by its own block's absmax, two codes a byte.

    Take one row of 128 weights by hand: two blocks. Which sixteen values, which absmax, which half of the byte?
    Then a matrix with an odd number of weights, and one that is shorter than a block.
    """
    assert "bitsandbytes" not in imports(submission.read("qlora.py")), "`quantize` is yours, not that of bitsandbytes"
    for weight in matrices(rng):
        packed = opened(quantize(weight), weight.shape)
        blocks = rows_of(weight.astype(np.float64).ravel(), BLOCK)
        share = (blocks / np.abs(blocks).max(axis=1, keepdims=True)).ravel()[: 2 * len(packed["codes"])]
        distance = np.abs(share[:, None] - NF4)
        taken = distance[np.arange(len(share)), nibbles(packed)]
        assert (taken <= distance.min(axis=1) + TIE).all(), "a code is not that of the nearest value"


@pytest.mark.points(2)
def test_absmax_is_quantised_around_its_mean(rng):
    """The blocks' absmaxes are stored as 8-bit codes around their mean, a scale for each 256.

    Are all absmaxes positive? Then codes for both signs would be half idle without the mean. How many scales have
    300 blocks?
    """
    for weight in matrices(rng):
        packed = opened(quantize(weight), weight.shape)
        absmax = np.abs(rows_of(weight.astype(np.float64).ravel(), BLOCK)).max(axis=1)
        assert abs(packed["offset"][0] - absmax.mean()) <= CLOSE * absmax.mean(), "offset is not the mean absmax"
        around = rows_of(absmax - packed["offset"][0], GROUP)
        scale = np.abs(around).max(axis=1)
        assert (np.abs(packed["scale"] - scale) <= CLOSE * absmax.mean()).all(), "a scale is not its group's largest"
        share = (around / np.maximum(scale, 1e-30)[:, None]).ravel()[: len(absmax)]
        distance = np.abs(share[:, None] - EIGHT)
        taken = distance[np.arange(len(share)), packed["absmax"]]
        told = np.repeat(scale, GROUP)[: len(absmax)] > 1e-3 * absmax.mean()  # else what is left is rounding
        assert (taken <= distance.min(axis=1) + TIE8)[told].all(), "an absmax is not rounded to the nearest value"


@pytest.mark.points(1)
@pytest.mark.needs("test_codes_are_the_nearest_of_nf4", "test_absmax_is_quantised_around_its_mean")
def test_silent_blocks_stay_silent(rng):
    """A block of zeros comes back as zeros, and a single block as its codes times its absmax.

    What is 0 / 0 in your code? What is the largest distance from the mean when there is one block?
    """
    for weight in (np.zeros((4, 32)), rng.normal(size=(4, 160)), rng.normal(size=(3, 20))):
        weight = weight.astype(np.float32)
        weight.ravel()[64:192] = 0.0
        packed = opened(quantize(weight), weight.shape)
        got = expect.array(dequantize(packed), shape=weight.shape, kind="f", finite=True)
        assert (got[weight == 0] == 0).all(), "a zero did not come back as zero"
        assert np.abs(got - read(packed)).max() <= CLOSE * max(np.abs(weight).max(), 1e-30)


@pytest.mark.points(2)
@pytest.mark.needs("test_codes_are_the_nearest_of_nf4", "test_absmax_is_quantised_around_its_mean")
def test_bitsandbytes_reads_the_same_weights(rng, boxed):
    """The codes are those of bitsandbytes, and it reads your bytes as the weights that you read.

    Compare with `bitsandbytes.functional.quantize_4bit(…, blocksize=64, compress_statistics=True, quant_type="nf4")`.
    """
    oracle = boxed("oracle.py")
    for weight in matrices(rng):
        packed = opened(quantize(weight), weight.shape)
        assert (np.asarray(oracle.packs(weight)) == packed["codes"]).mean() >= 0.999, (
            "the bytes differ from those of bitsandbytes"
        )
        want = np.asarray(oracle.reads(packed))
        assert alike(dequantize(packed), want), "bitsandbytes reads other weights from your bytes"


@pytest.mark.points(2)
def test_training_starts_at_the_base(rng):
    """`prepare` gives B = 0 and a random A from the seed, at any rank: the start is the base itself.

    With B·A = 0 the first step starts from what was pre-trained. If both were 0, what would their gradients be?
    How alike may the A of two seeds be?
    """
    layers = [
        {"weight": rng.normal(size=(o, i)).astype(np.float32), "bias": rng.normal(size=o).astype(np.float32)}
        for i, o in ((12, 30), (30, 30), (30, 30), (30, 5))
    ]
    for rank in (1, 3, 8):
        seed = int(rng.integers(1000))
        made = [opened_state(prepare(layers, rank, 2.5 * rank, s), layers) for s in (seed, seed, seed + 1)]
        for state in made:
            base_kept(state, layers)
            assert abs(state["alpha"] - 2.5 * rank) <= 1e-6, "alpha is not the one asked for"
            for layer in state["layers"]:
                assert layer["A"].shape[0] == rank, "the adapter has another rank than asked for"
                assert (layer["B"] == 0).all(), "B is not zero at the start"
                assert np.linalg.matrix_rank(layer["A"]) == min(layer["A"].shape), "A is not random"
        first, again, other = ([layer["A"].ravel() for layer in state["layers"]] for state in made)
        assert all((a == b).all() for a, b in zip(first, again, strict=True)), "one seed gives two starts"
        if rank == 8:  # 96 values and more: by chance, 0.4 is four deviations
            likeness = [abs(np.corrcoef(a, b)[0, 1]) for a, b in zip(first, other, strict=True)]
            assert max(likeness) <= 0.6, "two seeds give like starts"
            assert abs(np.corrcoef(first[1], first[2])[0, 1]) <= 0.6, "two layers start from a like A"


@pytest.mark.points(2)
def test_logits_follow_the_formula(rng):
    """`logits` is base + (alpha / r)·B·A at ranks 1 to 16, for whatever state it is given.

    Double alpha: what doubles? Double the rank by rows of zeros: what halves? Call it twice, then with another base
    of the same shape: each answer depends on its own state alone.
    """
    sizes = (20, 40, 40, 6)
    x = rng.normal(size=(30, 20)).astype(np.float32)
    for rank in (1, 2, 5, 16):
        state = state_of(rng, sizes, rank, float(rng.uniform(1, 32)))
        louder = {**state, "alpha": 3 * state["alpha"]}
        for each in (state, louder, state):
            assert alike(logits(each, x), outputs(each, x)), "the logits are not those of the state"


@pytest.mark.points(2)
@pytest.mark.needs("test_logits_follow_the_formula")
def test_gradients_are_those_of_a_and_b(rng):
    """`gradients` gives the slopes of the mean cross-entropy for A and B, and for nothing else.

    Check one entry by a small step to each side. What does the chain rule do with alpha / r, and through which
    weight does a slope reach the layer below?
    """
    for rank in (1, 4, 9):
        state = state_of(rng, (15, 24, 24, 5), rank, float(rng.uniform(1, 32)))
        x = clear_rows(rng, state, 16)
        labels = rng.integers(0, 5, size=len(x))
        want = slopes(state, x, labels)
        got = expect.sequence(gradients(state, x, labels), length=3)
        for mine, theirs in zip(got, want, strict=True):
            mine = expect.mapping(mine, keys=["A", "B"])
            assert set(mine) == {"A", "B"}, "something other than A and B has a gradient"
            assert all(alike(mine[name], theirs[name], 1e-4) for name in "AB"), "a gradient is not the formula's"


@pytest.mark.points(1)
@pytest.mark.needs("test_logits_follow_the_formula")
def test_merged_layers_do_the_same(rng):
    """`merge` gives float32 layers that answer as the state does.

    Write the adapter as one matrix. Which factor stood before it in the forward pass?
    """
    for rank in (1, 4, 9):
        state = state_of(rng, (15, 24, 17, 5), rank, float(rng.uniform(1, 32)))
        merged = expect.sequence(merge(state), length=3)
        for layer, was, want in zip(merged, state["layers"], weights_of(state), strict=True):
            layer = expect.mapping(layer, keys=["weight", "bias"])
            assert expect.array(layer["weight"], kind="f").dtype == np.float32, "a merged weight is not float32"
            assert alike(layer["weight"], want), "a merged weight is not base plus adapter"
            assert alike(layer["bias"], was["bias"]), "a bias has changed"


@pytest.mark.points(2)
@pytest.mark.needs("test_codes_are_the_nearest_of_nf4", "test_absmax_is_quantised_around_its_mean")
def test_base_is_bit_identical_and_small(hidden):
    """After `finetune` the base is what `quantize` gave, bit for bit; little is trained, little is kept.

    Compare each array of the state before and after. What may have changed? Count weights and bytes by hand.
    """
    base = hidden("qlora", draw=9, rows=600, tests=1)
    state = opened_state(finetune(base.layers, base.inputs, base.labels, 1), base.layers)
    base_kept(state, base.layers)
    assert any((layer["B"] != 0).any() for layer in state["layers"]), "nothing was trained"
    values = few_trained(state, base.layers)
    kept = sum(layer[name].nbytes for layer in state["layers"] for name in (*KEYS, "bias", "A", "B"))
    assert kept <= 0.2 * 4 * values, "the state has more than 20 % of the float layers' bytes"


@pytest.mark.points(5)
@pytest.mark.needs(
    "test_bitsandbytes_reads_the_same_weights",
    "test_silent_blocks_stay_silent",
    "test_training_starts_at_the_base",
    "test_gradients_are_those_of_a_and_b",
    "test_merged_layers_do_the_same",
    "test_base_is_bit_identical_and_small",
)
def test_adapters_come_close_to_full_fine_tuning(hidden, credit, boxed):
    """On two shifted tasks the adapted network is nearly as accurate as full fine-tuning of the float base.

    Plot the loss by step on the public draw. An adapter wants another rate than a whole network. Which layers does
    this shift ask for?
    """
    full = boxed("reference.py")
    for draw in (0, 1):
        task = hidden("qlora", draw=draw)
        state = opened_state(finetune(task.layers, task.inputs, task.labels, draw), task.layers)
        base_kept(state, task.layers)
        few_trained(state, task.layers)
        mine = (outputs(state, task.test_inputs).argmax(axis=1) == task.test_labels).mean()
        theirs = full.predictions(task.layers, task.inputs, task.labels, task.test_inputs)
        theirs = (np.asarray(theirs) == task.test_labels).mean()
        credit(mine / theirs, floor=0.95, full=0.97, name="accuracy / full fine-tuning")
