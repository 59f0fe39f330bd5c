"""Hidden checks for dl-quantize: `run` on files that we wrote, then what `quantize` writes.

`roundings` and `layered` write files, `networks` draws what is quantised; `files` and `integers` say what is right,
`measures` how far off something is.
"""

from pathlib import Path

import numpy as np
import pytest
from quantize import quantize, run

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
files, integers, roundings = (module(HERE / f"{name}.py") for name in ("files", "integers", "roundings"))
layered, networks, measures = (module(HERE / f"{name}.py") for name in ("layered", "networks", "measures"))


def as_the_file_says(oracle, draws):
    """Compare `run` with the file's integers."""
    oracle(run, integers.logits, draws, same=integers.same)


def packed(layers, calibration, bits):
    """Return the learner's file of a network, opened; fail the check where it is not as stated."""
    return files.opened(quantize(layers, calibration, bits), layers, bits)


# --- run


@pytest.mark.points(1)
@pytest.mark.needs("test_run_follows_the_worked_example")
def test_run_codes_the_input(oracle, rng):
    """`run` turns images into codes exactly: rounding, zero point, both ends.

    In which type do you divide, and by what? Which way does a half go below 0? What is cut off, before or after the
    zero point is added, and can every number become an integer first?
    """
    as_the_file_says(oracle, roundings.inputs(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_run_codes_the_input")
def test_run_requantises_exactly(oracle, rng):
    """`run` multiplies, shifts, rounds and cuts off hidden sums exactly, for every sum, multiplier and shift.

    How many bits has the product of two numbers of 32? Which of them may be below 0? Which number is added before the
    shift, and of which type are all of them?
    """
    as_the_file_says(oracle, roundings.multipliers(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_run_requantises_exactly")
def test_run_walks_through_every_layer(oracle, rng):
    """`run` follows 8-bit files with layers of every kind, in every order that the statement allows.

    What stands around an image, and along which axis lies a channel's multiplier? Which sizes may be 1? In which order
    are an image's values once it is flat?
    """
    as_the_file_says(oracle, layered.networks(rng, 8))


@pytest.mark.points(1)
@pytest.mark.needs("test_run_walks_through_every_layer")
def test_run_unpacks_four_bits(oracle, rng):
    """`run` reads two signed 4-bit codes from each byte, in the stated order.

    Write down the byte that holds the codes 1 and -1, and take it apart again. What is left over at an odd count, and
    where does the next buffer begin?
    """
    as_the_file_says(oracle, layered.networks(rng, 4) | layered.turns(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_run_unpacks_four_bits")
def test_run_takes_large_input(oracle, rng):
    """`run` is as exact for 2,000 images, wide layers and large sums.

    What is done otherwise when there is much of it? How many digits has a sum of a thousand products, and how many
    does float32 hold?
    """
    as_the_file_says(oracle, layered.large(rng, 8) | layered.hard(rng))
    as_the_file_says(oracle, layered.large(rng, 4))


# --- quantize, part by part


@pytest.mark.points(1)
@pytest.mark.needs("test_file_has_the_stated_layout")
def test_file_is_small_and_whole_numbers(hidden, rng, credit):
    """Files of every kind of network hold integers as the layout says; that of the digits network is small.

    Count the bytes by hand: weights, biases, multipliers, header. Nothing else belongs in the file. How large can a
    sum get, whatever the image?
    """
    asked = [(net.layers, net.single, 8) for net in networks.kinds(rng).values()]
    drawn = [*networks.kinds(rng).values(), *networks.largest(rng).values()]
    asked += [(net.layers, net.calibration, 4) for net in drawn]
    asked += [(*networks.far_biases(rng), bits) for bits in (8, 4)]
    for layers, images, bits in asked:
        file = packed(layers, images, bits)
        assert integers.farthest(file) < 2.0**31, "there are codes whose sum does not fit in 32 bits"
    net = hidden("digits-cnn", images=1)
    parameters = sum(layer[part].size for layer in net.layers for part in ("weight", "bias") if part in layer)
    for bits, floor, full in ((8, 0.5, 0.28), (4, 0.28, 0.16)):
        blob = quantize(net.layers, net.calibration, bits)
        files.opened(blob, net.layers, bits)
        credit(len(blob) / (4 * parameters), floor=floor, full=full, name=f"{bits}-bit file / float32")


@pytest.mark.points(1)
@pytest.mark.needs("test_file_is_small_and_whole_numbers")
def test_each_row_has_its_own_step(rng, credit):
    """A first layer's rows keep their weights, however small (8 and 4 bits).

    Read your file back into real numbers and compare row by row: error against the row's own largest weight, whatever
    its sign. What do you divide by in a row of zeros?
    """
    for layers, images in networks.readable(rng).values():
        for bits in (8, 4):
            off = measures.steps_off(packed(layers, images, bits), layers[0])
            credit(off, floor=0.5, full=0.4, name="worst row off by", unit=" steps")


@pytest.mark.points(1)
@pytest.mark.needs("test_each_row_has_its_own_step")
def test_each_bias_is_kept(rng, credit):
    """A first layer's biases are kept, large or small, in rows of zeros too.

    What does one unit of a sum stand for? How large may a bias be beside its row's weights, and how many bits does its
    code have?
    """
    for least, most in ((1 / 3, 1 / 3), (1, 5), (900, 1000)):
        for layers, images in networks.readable(rng, least, most).values():
            for bits in (8, 4) if len(layers) == 1 else (8,):
                off = measures.bias_off(packed(layers, images, bits), layers[0])
                credit(off, floor=5.0, full=2.0, name="worst bias off by", unit=" %")


@pytest.mark.points(1)
@pytest.mark.needs("test_file_is_small_and_whole_numbers")
def test_input_codes_cover_the_images(rng, credit):
    """The input codes of the calibration images use 0 … 255, and hardly any value lies beyond them.

    Which images set the range: all of them, wherever the bright ones stand? Must the range hold 0? Then try another
    unit: very small, very large, nothing below zero, nothing above.
    """
    for images in (networks.units(rng) | networks.signs(rng) | networks.orders(rng)).values():
        file = packed(networks.one_layer(rng, images), images, 8)
        credit(measures.input_span(file, images), floor=160, full=205, name="input codes spanned, of a range with 0")
        credit(measures.beyond(file, images), floor=2.0, full=1.0, name="values beyond the input codes", unit=" %")


def hidden_codes(layers, images, bits):
    """Return the codes of each hidden layer of a network for its calibration images."""
    return integers.replay(packed(layers, images, bits), images)[1][1:]


@pytest.mark.points(1)
@pytest.mark.needs("test_input_codes_cover_the_images")
def test_hidden_codes_reach_the_top(hidden, credit):
    """On the calibration images each hidden layer uses its 256 codes nearly to the top.

    Which codes does the output of a ReLU use? How many bits has an activation, whatever those of the weights?
    """
    net = hidden("digits-cnn", imbalance=1.0, images=1)
    for bits in (8, 4):
        top = min(codes.max() for codes in hidden_codes(net.layers, net.calibration, bits))
        credit(top, floor=160, full=200, name="highest code of a hidden layer")


@pytest.mark.points(1)
@pytest.mark.needs("test_input_codes_cover_the_images")
def test_hidden_codes_hardly_saturate(hidden, rng, credit):
    """On the calibration images hardly any code of a hidden layer is 255.

    Which images set the range of a hidden layer, and what of them: the largest value, or a mean that hides it?
    """
    for place, net in enumerate([hidden("digits-cnn", imbalance=1.0, images=1), *networks.kinds(rng, 1.0).values()]):
        log = net.calibration if place % 2 else networks.rolled(net.calibration)  # either half may be the dark one
        layers = hidden_codes(net.layers, log, 8)
        full = max((codes == integers.TOP).mean() for codes in layers)
        credit(100 * full, floor=2.0, full=1.0, name="codes of a hidden layer that are 255", unit=" %")


# --- quantize and run: what a call may read and write


@pytest.mark.points(1)
@pytest.mark.needs("test_run_takes_large_input", "test_file_is_small_and_whole_numbers")
def test_run_needs_only_the_file(oracle, rng, restart):
    """`run` gives what a file of `quantize` says, in the same process and in another, for one image or many.

    What does your `run` know that is not in its arguments?
    """
    drawn = [*networks.kinds(rng).values(), *networks.largest(rng).values()]
    blobs = [quantize(net.layers, net.calibration, (8, 4)[place % 2]) for place, net in enumerate(drawn)]
    calls = [(blob, net.images) for blob, net in zip(blobs, drawn, strict=True)]
    one = [(blob, images[:1].copy()) for blob, images in calls]
    as_the_file_says(oracle, {"the process that wrote the file": calls})
    restart()
    as_the_file_says(oracle, {"another process": calls[::-1], "one image, another process": one[::-1]})


@pytest.mark.points(1)
@pytest.mark.needs("test_run_follows_the_worked_example", "test_file_has_the_stated_layout")
def test_arguments_stay_as_they_are(untouched, hidden, rng):
    """No call changes the layers, images and calibration that it was given.

    Who else holds the same arrays, and the same dicts? What does an operation in place leave behind?
    """
    nets = [*networks.kinds(rng).values(), hidden("digits-cnn", images=1)]
    written = [(quantize, (net.layers, net.calibration, (8, 4)[place % 2])) for place, net in enumerate(nets)]
    draws = [roundings.inputs(rng), layered.networks(rng, 8), layered.turns(rng)]
    untouched(*written, *((run, calls[0]) for by_kind in draws for calls in by_kind.values()))


# --- both together


@pytest.mark.points(2)
@pytest.mark.needs("test_each_bias_is_kept", "test_hidden_codes_reach_the_top", "test_hidden_codes_hardly_saturate")
def test_8_bits_keep_accuracy(hidden, credit):
    """At 8 bits, networks with loud and quiet channels keep their accuracy and their logits.

    A row's step cures loud rows. What does a loud channel do to the activations that it shares a range with,
    and to the weights that read it?
    """
    keeps(hidden, credit, 8, {"floor": 3.0, "full": 1.0}, {"floor": 9.0, "full": 6.0})


def keeps(hidden, credit, bits, points, percent):
    """Credit what quantisation costs on two imbalanced networks: points of accuracy, and the worse error of logits."""
    lost, errors = [], []
    for draw in (0, 1):
        net = hidden("digits-cnn", draw, images=690)
        logits, _ = integers.replay(packed(net.layers, net.calibration, bits), net.images)
        right = [(x.argmax(axis=1) == net.labels).mean() for x in (net.logits, logits)]
        lost.append(100 * (right[0] - right[1]))
        errors.append(measures.off_by(logits, net.logits))
    credit(np.mean(lost), **points, name="accuracy lost", unit=" points")
    credit(max(errors), **percent, name="logits off by", unit=" %")


@pytest.mark.points(2)
@pytest.mark.needs("test_8_bits_keep_accuracy")
def test_8_bits_keep_other_networks(rng, credit):
    """At 8 bits, networks of every kind keep their logits, whatever the unit of their images.

    What do you take for granted of a network: which layers follow which, how many there are, where a bias goes, what
    a pool does with a channel's unit, and how an image with more columns than rows lies in memory?
    """
    for net in networks.kinds(rng).values():
        logits, _ = integers.replay(packed(net.layers, net.calibration, 8), net.images)
        off, worst = measures.off_by(logits, net.logits), measures.worst_output(logits, net.logits)
        credit(off, floor=60.0, full=30.0, name="logits of another network off by", unit=" %")
        credit(worst, floor=90.0, full=45.0, name="worst output of another network off by", unit=" %")


@pytest.mark.points(3)
@pytest.mark.needs("test_run_unpacks_four_bits", "test_8_bits_keep_accuracy")
def test_4_bits_keep_accuracy(hidden, credit):
    """At 4 bits, networks with loud and quiet channels keep their accuracy and their logits.

    With 15 levels there is no slack. Is the imbalance gone, or only smaller? And one useless large weight spoils a
    row: which weights can never matter, because what they multiply is always zero?
    """
    keeps(hidden, credit, 4, {"floor": 10.0, "full": 4.0}, {"floor": 23.0, "full": 17.0})


@pytest.mark.points(3)
@pytest.mark.needs(
    "test_run_needs_only_the_file",
    "test_arguments_stay_as_they_are",
    "test_8_bits_keep_other_networks",
    "test_4_bits_keep_accuracy",
)
def test_nothing_is_kept_between_calls(oracle, replay, restart, rng):
    """What a call gives depends on its arguments alone.

    What is there before the first call, and what after it? By which part of the arguments would what is kept be found?
    """
    as_the_file_says(oracle, layered.apart(rng))
    calls = networks.apart(rng)
    first = [expect.blob(quantize(*call), most=files.MOST) for call in calls]
    restart()
    again = [expect.blob(quantize(*call), most=files.MOST) for call in reversed(calls)]
    assert first == again[::-1], "quantize gave another file after calls that differ in one thing"
    for call, blob in zip(calls, first, strict=True):
        run(blob, call[1])
    replay(quantize, run)
