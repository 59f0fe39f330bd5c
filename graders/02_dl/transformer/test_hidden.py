"""Hidden checks for dl-transformer. What is hidden is the draw; the formulas are the statement's (`right.py`)."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformer import attention, attention_gradients, block, causal_mask, forward, multi_head, train

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
attentions, judged, models, right = (
    module(HERE / f"{name}.py") for name in ("attentions", "judged", "models", "right")
)
FUNCTIONS = {
    "causal_mask": causal_mask,
    "attention": attention,
    "attention_gradients": attention_gradients,
    "multi_head": multi_head,
    "block": block,
    "forward": forward,
}
ROWS = 6000  # of the examples; the others are new sequences


@pytest.fixture(scope="module")
def kept():
    """Return where the weights of the first training are kept for a later check."""
    return {}


def wanted(name):
    """Return the formula of a function."""
    return judged.by(getattr(right, name))


def compared(oracle, name, draws):
    """Compare a function with its formula."""
    oracle(FUNCTIONS[name], wanted(name), draws, same=judged.SAME[name])


def examples(data):
    """Return the arguments of `train`."""
    return [*(torch.tensor(a[:ROWS]) for a in (data.tokens, data.lengths, data.targets)), data.vocabulary]


def learnt(weights, data):
    """Return the weights that `train` gave, float32, and for each new token whether the model has it in place."""
    weights = judged.trained(weights, data.vocabulary, data.tokens.shape[1], right.HEADS)
    logits = right.forward(weights, data.tokens[ROWS:], data.lengths[ROWS:])  # nan behind the last token
    real = np.arange(data.tokens.shape[1]) < data.lengths[ROWS:, None]
    return weights, np.where(real, np.nan_to_num(logits).argmax(axis=-1) == data.targets[ROWS:], np.nan)


@pytest.mark.points(2)
def test_attention_agrees_with_the_formula(oracle, rng):
    """Outputs and weights agree with the formula, for any lengths and sizes, with masks and biases that broadcast.

    Give Tq, Tk, d and E four different values and follow the shapes. Which dimension must add up to 1? Does True
    let a query look, or stop it? What happens to the other keys' share when one is masked?
    """
    compared(oracle, "attention", attentions.plain(rng))


@pytest.mark.points(1)
def test_causal_masks_of_any_size(oracle):
    """The causal mask is right for every pair of lengths up to 12, and for long ones.

    Which key does the last query stand at? Then take more keys than queries, and more queries than keys.
    """
    pairs = [(queries, keys) for queries in range(1, 13) for keys in range(1, 13)]
    draws = {
        "as many keys as queries": [pair for pair in pairs if pair[0] == pair[1]],
        "more keys than queries": [pair for pair in pairs if pair[0] < pair[1]],
        "more queries than keys": [pair for pair in pairs if pair[0] > pair[1]],
        "long ones": [(1, 500), (500, 1), (300, 299), (257, 256), (256, 1000), (600, 600)],
    }
    compared(oracle, "causal_mask", draws)


@pytest.mark.points(2)
@pytest.mark.needs("test_attention_agrees_with_the_formula")
def test_a_query_that_sees_nothing_gives_zeros(oracle, rng):
    """A row without a visible key gives zeros, in outputs and weights, and its neighbours stay right.

    What does softmax make of a row of equal numbers, and of a row of minus infinities? A mask that only makes
    scores small still answers when there is nothing else to see.
    """
    compared(oracle, "attention", attentions.nothing(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_a_query_that_sees_nothing_gives_zeros")
def test_large_scores_stay_exact(oracle, rng):
    """Very large scores and biases of any size lose nothing.

    What is exp(1000), and what the sum of seven exp(−1000)? How large can a score be, masked or not, before your
    softmax sees it? And is your "minus infinity" smaller than every number that a bias may hold?
    """
    compared(oracle, "attention", attentions.large(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_large_scores_stay_exact")
def test_results_are_rounded_once(oracle, rng):
    """Near ties of large scores, and all of float16: computed in float64, rounded at the end.

    In which dtype are the products, the sums and the softmax? How many digits has float32 behind the point of
    30,000, and what is 256 · 256 in float16?
    """
    compared(oracle, "attention", attentions.rounded(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_large_scores_stay_exact")
def test_gradients_are_right_and_finite(oracle, rng):
    """Gradients by q, k and v agree with the chain rule, also where a query sees nothing.

    0 · nan is nan: what a later step replaces in the output is still in the gradient. What is in a row that is all
    masked, before its softmax? Do mask, bias and upstream all get there?
    """
    compared(oracle, "attention_gradients", attentions.gradients(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_attention_agrees_with_the_formula")
def test_heads_are_cut_and_joined(oracle, rng):
    """`multi_head` agrees with the formula: any number of heads, odd sizes, other keys, masks that broadcast.

    Set all weights to the identity and follow one number from x to its head. Between (T, heads, d) and
    (heads, T, d) the same numbers lie in another order. Which dimension does a mask of three dimensions lack?
    """
    compared(oracle, "multi_head", models.cut(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_heads_are_cut_and_joined")
def test_heads_share_keys(oracle, rng):
    """Neighbouring query heads share a key head and a value head.

    Write down which key head each of 6 query heads reads when there are 2. How many rows has in_proj_weight then?
    """
    compared(oracle, "multi_head", models.shared(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_heads_share_keys")
def test_slopes_take_off_the_distance(oracle, rng):
    """Slopes take off for the distance between query and key, each head its own.

    With 3 queries and 5 keys, at which key does the first query stand? What is the distance to a key behind it?
    Before or after the scaling, and by which of the heads, where they share keys?
    """
    compared(oracle, "multi_head", models.distant(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_slopes_take_off_the_distance", "test_a_query_that_sees_nothing_gives_zeros")
def test_heads_may_see_nothing(oracle, rng):
    """A query of `multi_head` may see nothing: zero weights, and the bias of the last projection as output.

    Does `multi_head` go through your own `attention`, empty rows too? What does a projection make of zeros?
    """
    compared(oracle, "multi_head", models.empty(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_heads_may_see_nothing")
def test_blocks_agree_with_the_formula(oracle, rng):
    """`block` agrees with the formula: any sizes, masks, and x of any mean and spread.

    Which of x and norm(x) is added to what the sublayer gives? Compare after the attention alone, then after all.
    What is the variance of equal numbers, and what do you lose where the mean is large?
    """
    compared(oracle, "block", models.blocks(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_blocks_agree_with_the_formula")
def test_forward_knows_places_and_no_padding(oracle, rng):
    """`forward` gives the model's logits: places count, padding and the other sequences of a batch do not.

    Shuffle the tokens of a sequence: what may stay the same? Then write other tokens into the padding. In which
    order are the layers, where there are twelve?
    """
    compared(oracle, "forward", models.sequences(rng))


@pytest.mark.points(1)
@pytest.mark.needs(
    "test_attention_follows_the_worked_example",
    "test_causal_mask_lines_up_the_ends",
    "test_forward_and_block_agree_with_torch",
    "test_causal_masks_of_any_size",
    "test_results_are_rounded_once",
    "test_gradients_are_right_and_finite",
    "test_forward_knows_places_and_no_padding",
)
def test_arguments_stay_as_they_are(untouched, rng):
    """No call changes the tensors that it was given.

    Whose tensor is x in your block? And what does `+=`, or a method whose name ends in `_`, do to it?
    """
    untouched(*((FUNCTIONS[name], args) for name, args in models.like_calls(rng)[0].items()))


@pytest.mark.points(3)
@pytest.mark.needs("test_arguments_stay_as_they_are")
def test_nothing_is_kept_between_calls(oracle, submission, rng):
    """What a call gives depends on its arguments alone.

    What is there before the first call, and what after it? Which part of the arguments does a cache go by, and whose
    are the tensors that it hands out? What does `requires_grad_` leave behind?
    """
    first, second, third = models.like_calls(rng)
    for name in FUNCTIONS:
        calls = models.exchanged(first[name], third[name])
        compared(oracle, name, {"a call after one that differs in one thing": calls})
    submission.write("again.py", (HERE / "again.py").read_bytes())
    single = models.like_calls(rng, "float32")[:2]
    pairs = [(name, a[name], b[name]) for name in FUNCTIONS for a, b in ((first, first), (second, third), single)]
    found = expect.sequence(submission.call("again", "all_twice", pairs), length=len(pairs))
    for (name, _, args), answer in zip(pairs, found, strict=True):
        said = f"{name} gave another answer after a call with the same tensors, or once that answer was overwritten"
        assert judged.holds(name, answer, wanted(name)(*args)), said
    for name, args, places in models.as_one(rng):
        answer = submission.call("again", "given_as_one", name, args, places)
        assert judged.holds(name, answer, wanted(name)(*args)), (
            f"{name} gave another answer where one tensor comes twice"
        )


@pytest.mark.points(6)
@pytest.mark.needs("test_nothing_is_kept_between_calls")
def test_the_trained_model_sorts(hidden, credit, figure, submission, kept, rng):
    """The model that `train` returns sorts new sequences in an order that only the examples tell.

    Run your own `forward` with the weights returned, on examples that were not trained on: is it as good as the model
    was in training? Then count what is right by place and by length: where is it wrong?
    """
    data = hidden("secret-order")
    kept["order"] = other = models.resorted(rng, data)
    kept["first"], placed = learnt(train(*examples(data)), data)
    lengths = data.lengths[ROWS:]
    sizes = np.unique(lengths)
    by_length = [100 * np.nanmean(placed[lengths == n]) for n in sizes]
    figure("New sequences, by length", {"tokens in place": (sizes, by_length)}, x="length", y="tokens in place, %")
    credit(np.nanmean(placed), floor=0.95, full=0.98, name="tokens in their place")
    submission.write("again.py", (HERE / "again.py").read_bytes())
    for name, task in (("other", other), ("again", data)):  # for the next check: each process has its start to pay
        kept[name] = submission.call("again", "trained", *examples(task))


@pytest.mark.points(5)
@pytest.mark.needs("test_the_trained_model_sorts")
def test_training_begins_anew(hidden, credit, kept):
    """A second training learns another order, and the first examples give the first weights again.

    What is there before the first training, and what after it? Where do your random numbers begin?
    """
    order, data = kept["order"], hidden("secret-order")
    (other, given, _), (again, given_again, before) = (expect.sequence(kept[n], length=3) for n in ("other", "again"))
    assert expect.unchanged(given, examples(order)), "train changed what it was given"
    assert expect.unchanged(given_again, examples(data)), "train changed what it was given"
    trainings = {"2": (other, order), "2, once training 3 is done": (before, order), "3": (again, data)}
    for name, (weights, examples_of) in trainings.items():
        weights, placed = learnt(weights, examples_of)
        credit(np.nanmean(placed), floor=0.95, full=0.98, name=f"tokens in their place, training {name}")
    one, two = (w["head.weight"] for w in (kept["first"], weights))
    assert one.shape == two.shape, "the same examples gave a model of another size"
    assert np.linalg.norm(two - one) <= 0.1 * np.linalg.norm(one), "the same examples gave other weights"
