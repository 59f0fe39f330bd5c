"""Hidden checks for llm-qlora. What is hidden is the draw; the rules are the statement's (`nf4.py`, `networks.py`)."""

import ast
from pathlib import Path

import numpy as np
import pytest
from qlora import dequantize, finetune, gradients, logits, merge, prepare, quantize

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
nf4, networks = module(HERE / "nf4.py"), module(HERE / "networks.py")


def itself(value):
    """Return what was asked: the judge of an answer looks at it beside the question."""
    return value


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
        packed = nf4.opened(quantize(given["weight"]), given["weight"].shape)
        assert all(layer[name].tobytes() == packed[name].tobytes() for name in nf4.KEYS), "the base has changed"
        assert layer["bias"].tobytes() == given["bias"].tobytes(), "a bias has changed"


def few_trained(state, layers):
    """Fail where more than the stated share of values was trained; return how many values the float layers have."""
    values = sum(part.size for layer in layers for part in layer.values())
    trained = sum(layer[name].size for layer in state["layers"] for name in "AB")
    assert trained <= 0.05 * values, "A and B together have more than 5 % of the float layers' values"
    return values


def one_of_each_kind(rng):
    """Return (function, arguments) for inputs of every kind."""
    draws = {quantize: nf4.matrices(rng), dequantize: nf4.packs(rng), logits: networks.asked(rng)}
    draws |= {gradients: networks.learning(rng), merge: {k: [(s[0],)] for k, s in networks.states(rng).items()}}
    bases = [networks.floats(rng, sizes) for sizes in ((9, 30, 4), (9, 30, 4), (20, 7))]
    starts = [(prepare, (base, rank, 8.0, seed)) for base in bases for rank, seed in ((2, 1), (3, 1), (2, 5))]
    return [(function, rows[0]) for function, kinds in draws.items() for rows in kinds.values()] + starts


def like_calls(rng):
    """Return (function, arguments) of one form for each function: what was kept of one may be given to another."""
    states = [
        networks.state_of(rng, (20, 40, 6), ranks, alpha) for ranks, alpha in (((4, 2), 8), ((2, 4), 8), ((4, 2), 3))
    ]
    rows = [(state, networks.rows_for(rng, state, 9), rng.integers(0, 6, size=9)) for state in states]
    weights = [nf4.loud(rng, (40, 20)) for _ in range(3)]
    bases = [networks.floats(rng, (20, 40, 6)) for _ in range(2)]
    calls = [(function, args[:many]) for args in rows for function, many in ((logits, 2), (gradients, 3), (merge, 1))]
    calls += [call for weight in weights for call in ((quantize, (weight,)), (dequantize, (nf4.pack(weight),)))]
    return calls + [(prepare, (base, rank, 8.0, seed)) for base in bases for rank, seed in ((2, 1), (3, 1), (2, 5))]


@pytest.mark.points(2)
def test_codes_are_the_nearest_of_nf4(oracle, rng, submission):
    """Each code is that of the nearest NF4 value, by its own block's absmax, two codes a byte.

    Take one row of 128 weights by hand: two blocks. Which sixteen values, which absmax, which half of the byte?
    Then a matrix with an odd number of weights, one that is shorter than a block, and one of thousands of blocks.
    """
    assert "bitsandbytes" not in imports(submission.read("qlora.py")), "`quantize` is yours, not that of bitsandbytes"
    oracle(quantize, itself, nf4.matrices(rng), same=nf4.right_codes)


@pytest.mark.points(2)
@pytest.mark.needs("test_codes_are_the_nearest_of_nf4")
def test_absmax_is_quantised_around_its_mean(oracle, rng):
    """The blocks' absmaxes are stored as 8-bit codes around their mean, a scale for each 256.

    Are all absmaxes positive? Then codes for both signs would be half idle without the mean. How many scales have
    256 blocks, and 257?
    """
    oracle(quantize, itself, nf4.matrices(rng) | nf4.silent(rng), same=nf4.right_absmaxes)


@pytest.mark.points(2)
def test_packed_weights_are_read(oracle, rng):
    """`dequantize` reads what is written, whatever the codes, scales and offset are.

    Which absmax and which scale belong to weight number n? What is left of the last byte of an odd matrix?
    """
    oracle(dequantize, nf4.read, nf4.packs(rng), same=nf4.right_values)


@pytest.mark.points(1)
@pytest.mark.needs("test_absmax_is_quantised_around_its_mean", "test_packed_weights_are_read")
def test_silent_blocks_stay_silent(oracle, rng):
    """Zeros come back as exact zeros, also where a block or the whole matrix is zero.

    What is 0 / 0 in your code? What is the largest distance from the mean where all blocks are alike?
    """
    draws = nf4.silent(rng)
    oracle(quantize, itself, draws, same=nf4.right_codes)
    packed = {kind: [(quantize(*args),) for args in rows] for kind, rows in draws.items()}
    written = [
        (nf4.opened(*found, args[0].shape), args[0])
        for k in draws
        for found, args in zip(packed[k], draws[k], strict=True)
    ]
    for found, weight in written:
        got = expect.array(dequantize(found), shape=weight.shape, kind="f", finite=True)
        assert (got[weight == 0] == 0).all(), "a zero did not come back as zero"
        assert np.abs(got - nf4.read(found)).max() <= nf4.CLOSE * np.abs(weight).max(), "other weights come back"


@pytest.mark.points(1)
@pytest.mark.needs("test_absmax_is_quantised_around_its_mean", "test_packed_weights_are_read")
def test_bitsandbytes_packs_the_same_bytes(rng, boxed):
    """The codes are those of bitsandbytes, and it reads your bytes as the weights that you read.

    Compare with `bitsandbytes.functional.quantize_4bit(…, blocksize=64, compress_statistics=True, quant_type="nf4")`.
    """
    oracle = boxed("oracle.py")
    for shape in ((48, 64), (37, 65), (150, 131), (7, 9)):
        weight = nf4.loud(rng, shape)
        packed = nf4.opened(quantize(weight), shape)
        same = (np.asarray(oracle.packs(weight)) == packed["codes"]).mean()
        assert same >= 0.999, "the bytes differ from those of bitsandbytes"
        want = np.asarray(oracle.reads(packed))
        assert networks.near(dequantize(packed), want), "bitsandbytes reads other weights from your bytes"


@pytest.mark.points(2)
@pytest.mark.needs("test_absmax_is_quantised_around_its_mean")
def test_training_starts_at_the_base(rng):
    """`prepare` gives B = 0 and a random A from the seed, at any rank: the start is the base itself.

    With B·A = 0 the first step starts from what was pre-trained. If both were 0, what would their gradients be?
    How alike may the A of two seeds be?
    """
    layers = networks.floats(rng, (12, 30, 30, 30, 5))
    seeds = [0, 2**32 - 1, int(rng.integers(1000))]
    for rank, seed in zip((1, 3, 8, 40), [*seeds, 7], strict=True):
        given = [seed, seed, (seed + 1) % 2**32]
        made = [networks.opened(prepare(layers, rank, 2.5 * rank, s), layers) for s in given]
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
def test_logits_follow_the_formula(oracle, rng):
    """`logits` is base + (alpha / r)·B·A, whatever the ranks, alpha and the number of layers are.

    Double alpha: what doubles? Double the rank by rows of zeros: what halves? Where does each layer's r come from?
    """
    oracle(logits, networks.outputs, networks.asked(rng), same=networks.near)


@pytest.mark.points(2)
@pytest.mark.needs("test_logits_follow_the_formula")
def test_gradients_are_those_of_a_and_b(oracle, rng):
    """`gradients` gives the slopes of the mean cross-entropy for A and B, and for nothing else.

    Check one entry by a small step to each side. What does the chain rule do with alpha / r, and through which
    weight does a slope reach the layer below?
    """
    same = networks.each_near(("A", "B"), 1e-4)
    oracle(gradients, networks.slopes, networks.learning(rng), same=same)


@pytest.mark.points(2)
@pytest.mark.needs("test_logits_follow_the_formula")
def test_merged_layers_do_the_same(oracle, rng):
    """`merge` gives float32 layers that answer as the state does.

    Write the adapter as one matrix. Which factor stood before it in the forward pass?
    """
    draws = {kind: [(state,) for state in some] for kind, some in networks.states(rng).items()}
    oracle(merge, networks.merged, draws, same=networks.each_near(("weight", "bias"), single=True))


@pytest.mark.points(2)
@pytest.mark.needs("test_absmax_is_quantised_around_its_mean")
def test_base_is_bit_identical_and_small(hidden):
    """After `finetune` the base is what `quantize` gave, bit for bit; little is trained, little is kept.

    Compare each array of the state before and after. What may have changed? Count weights and bytes by hand. And what
    does the same call give a second time?
    """
    base = hidden("qlora", draw=9, rows=600, tests=1)
    asked = base.layers, base.inputs, base.labels, 1
    state, again = (networks.opened(finetune(*asked), base.layers) for _ in range(2))
    base_kept(state, base.layers)
    assert any((layer["B"] != 0).any() for layer in state["layers"]), "nothing was trained"
    values = few_trained(state, base.layers)
    kept = sum(layer[name].nbytes for layer in state["layers"] for name in (*nf4.KEYS, "bias", "A", "B"))
    assert kept <= 0.2 * 4 * values, "the state has more than 20 % of the float layers' bytes"
    for first, second in zip(state["layers"], again["layers"], strict=True):
        same = [
            networks.near(second[name], first[name], 0.01) for name in "AB" if second[name].size == first[name].size
        ]
        assert same == [True, True], "the same arguments give other adapters"


@pytest.mark.points(5)
@pytest.mark.needs(
    "test_sixteen_codes_are_normal_float",
    "test_worked_example_is_packed",
    "test_start_is_close_to_the_base",
    "test_silent_blocks_stay_silent",
    "test_bitsandbytes_packs_the_same_bytes",
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
        state = networks.opened(finetune(task.layers, task.inputs, task.labels, draw), task.layers)
        base_kept(state, task.layers)
        few_trained(state, task.layers)
        mine = (networks.outputs(state, task.test_inputs).argmax(axis=1) == task.test_labels).mean()
        theirs = full.predictions(task.layers, task.inputs, task.labels, task.test_inputs)
        theirs = (np.asarray(theirs) == task.test_labels).mean()
        credit(mine / theirs, floor=0.95, full=0.97, name="accuracy / full fine-tuning")


@pytest.mark.points(1)
@pytest.mark.needs(
    "test_sixteen_codes_are_normal_float",
    "test_worked_example_is_packed",
    "test_start_is_close_to_the_base",
    "test_silent_blocks_stay_silent",
    "test_bitsandbytes_packs_the_same_bytes",
    "test_training_starts_at_the_base",
    "test_gradients_are_those_of_a_and_b",
    "test_merged_layers_do_the_same",
    "test_base_is_bit_identical_and_small",
)
def test_arguments_stay_as_they_are(untouched, hidden, rng):
    """No call changes the layers, the state or the arrays that it was given.

    Whose array is the bias of the state? And what does `+=` do to it?
    """
    base = hidden("qlora", draw=8, rows=64, tests=1)
    given = base.layers, base.inputs, base.labels, 3
    untouched((finetune, given), *one_of_each_kind(rng))


@pytest.mark.points(5)
@pytest.mark.needs("test_arguments_stay_as_they_are")
def test_nothing_is_kept_between_calls(oracle, replay, rng):
    """What a call gives depends on its arguments alone.

    What is there before the first call, and what after it? Which part of a state does a cache go by?
    """
    for function, args in like_calls(rng):
        function(*args)
    oracle(logits, networks.outputs, networks.beside(rng), same=networks.near)
    replay(quantize, dequantize, prepare, logits, gradients, merge, rel=1e-4, tiny=1e-6)
