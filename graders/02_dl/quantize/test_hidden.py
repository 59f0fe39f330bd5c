"""Hidden checks for dl-quantize."""

import json
import math
import struct
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from quantize import quantize, run

from tenfold import expect

MOST = 1 << 20  # bytes; the largest honest file here has about 40,000
HEADER = 4096  # bytes, as the statement says
EXACT = 1e-6  # relative, as the statement says
BEYOND_FLOAT64 = ((1692973628, 299269256), (760567128, 855638013))  # (a, m): a·m / 2**52 is just below a half
FOLLOWED = 0.95  # share of the images, as the statement says: a float near a half may round either way


@dataclass(frozen=True)
class Stage:
    """A layer as the file holds it; the last one has a scale and no shift."""

    op: str
    weight: np.ndarray | None = None  # codes as float64, which holds them and their sums exactly
    bias: np.ndarray | None = None  # int64
    multiplier: np.ndarray | None = None  # int64, hidden layers
    shift: int | None = None
    scale: np.ndarray | None = None  # float64, last layer


@dataclass(frozen=True)
class Packed:
    """A file, opened."""

    bits: int
    scale: float
    zero: int
    stages: list[Stage]


def write(packed):
    """Return the bytes of a file, for the checks that bring their own."""
    entries, buffers = [], []
    for stage in packed.stages:
        if stage.op == "pool":
            entries.append({"op": "pool"})
            continue
        codes = stage.weight.astype(np.int8).ravel()
        if packed.bits == 4:
            low = np.append(codes, np.zeros(codes.size % 2, np.int8)).view(np.uint8) & 15
            codes = low[0::2] | low[1::2] << 4
        tail = stage.scale.astype("<f4") if stage.shift is None else stage.multiplier.astype("<i4")
        buffers += [codes.tobytes(), stage.bias.astype("<i4").tobytes(), tail.tobytes()]
        shift = {} if stage.shift is None else {"shift": stage.shift}
        entries.append({"op": stage.op, "shape": list(stage.weight.shape), **shift})
    head = {"bits": packed.bits, "scale": packed.scale, "zero": packed.zero, "layers": entries}
    text = json.dumps(head).encode()
    return struct.pack("<I", len(text)) + text + b"".join(buffers)


def opened(blob, layers, bits):
    """Return the file of a network, read strictly; fail the check where it is not as stated."""
    blob = expect.blob(blob, most=MOST)
    assert len(blob) >= 4, "the file is shorter than its first four bytes"
    at = 4 + struct.unpack_from("<I", blob)[0]
    assert at <= 4 + HEADER, "the header is longer than 4096 bytes"
    try:
        head = json.loads(blob[4:at].decode("utf-8"))
    except (ValueError, RecursionError):
        head = None
    assert isinstance(head, dict), "the header is not a JSON object"
    assert set(head) == {"bits", "scale", "zero", "layers"}, "the header has other keys than stated"
    assert whole(head["bits"], bits, bits), "bits is not what was asked for"
    assert type(head["scale"]) in (int, float), "scale is not a number"
    assert 1e-30 < head["scale"] < 1e30, "scale is not a positive number"
    assert whole(head["zero"], 0, 255), "zero is not an integer in 0 … 255"
    assert isinstance(head["layers"], list), "layers is not a list"
    assert len(head["layers"]) == len(layers), "the file has another number of layers"
    stages = []
    for entry, layer in zip(head["layers"], layers, strict=True):
        stage, at = stage_at(blob, at, entry, layer, bits, last=layer is layers[-1])
        stages.append(stage)
    assert at == len(blob), "the buffers are longer or shorter than the header says"
    return Packed(bits, float(head["scale"]), head["zero"], stages)


def whole(value, low, high):
    """Say whether a value from JSON is an integer in a range."""
    return type(value) is int and low <= value <= high


def stage_at(blob, at, entry, layer, bits, last):
    """Return the layer that an entry and the buffers from ``at`` describe, and where the next one's begin."""
    assert isinstance(entry, dict), "an entry of layers is not an object"
    if layer["op"] == "pool":
        assert entry == {"op": "pool"}, "the entry of a pool is not as stated"
        return Stage("pool"), at
    shape = layer["weight"].shape
    shift = None if last else entry.get("shift")
    assert last or whole(shift, 1, 62), "a shift is not an integer in 1 … 62"
    stated = {"op": layer["op"], "shape": list(shape)} | ({} if last else {"shift": shift})
    assert entry == stated, "an entry of layers is not as stated"
    end = at + (math.prod(shape) * bits + 7) // 8
    after = end + 8 * shape[0]
    assert after <= len(blob), "the buffers are longer or shorter than the header says"
    raw = np.frombuffer(blob[at:end], np.uint8)
    if bits == 4:
        raw = np.stack([raw & 15, raw >> 4], axis=1).ravel()[: math.prod(shape)]
        raw = np.where(raw > 7, raw | 0xF0, raw).astype(np.uint8)
    weight = raw.view(np.int8).astype(np.float64).reshape(shape)
    bias, tail = np.frombuffer(blob, "<i4", 2 * shape[0], end).reshape(2, -1)
    if not last:
        return Stage(layer["op"], weight, bias.astype(np.int64), tail.astype(np.int64), shift), after
    scale = tail.view("<f4").astype(np.float64)
    assert (np.isfinite(scale) & (scale > 0)).all(), "a scale of the last layer is not a positive number"
    return Stage(layer["op"], weight, bias.astype(np.int64), scale=scale), after


def products(op, weight, x):
    """Return the sums of products (float64) of a conv or linear layer."""
    if op == "linear":
        return x.reshape(len(x), -1) @ weight.T
    windows = sliding_window_view(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), axis=(2, 3))
    return np.tensordot(windows, weight, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)


def sums(stage, x):
    """Return a layer's accumulators (int64) for codes x (float64, their zero point taken off)."""
    total = products(stage.op, stage.weight, x)
    total = total + channelwise(stage.bias, total)
    assert np.abs(total).max() < 2.0**31, "an accumulator does not fit in 32 bits"
    return total.astype(np.int64)


def channelwise(values, x):
    """Return (O,) values so that they broadcast over x (n, O) or (n, O, H, W)."""
    return values.reshape(-1, *[1] * (x.ndim - 2))


def advance(stage, x):
    """Return the codes (float64) after a pool or a hidden layer."""
    if stage.op == "pool":
        n, channels, height, width = x.shape
        return x.reshape(n, channels, height // 2, 2, width // 2, 2).max(axis=(3, 5))
    total = sums(stage, x)
    half = np.int64(1) << np.int64(stage.shift - 1)
    codes = (total * channelwise(stage.multiplier, total) + half) >> np.int64(stage.shift)
    return np.clip(codes, 0, 255).astype(np.float64)


def read_in(images, scale, zero):
    """Return the codes of the images, 0 … 255."""
    return np.clip(np.floor(images.astype(np.float64) / scale + 0.5) + zero, 0, 255)


def replay(packed, images):
    """Return the file's logits for the images, and the codes of the input and of each hidden layer."""
    tensors = [read_in(images, packed.scale, packed.zero)]
    x = tensors[0] - packed.zero
    for stage in packed.stages[:-1]:
        x = advance(stage, x)
        if stage.op != "pool":
            tensors.append(x)
    last = packed.stages[-1]
    return sums(last, x) * last.scale, tensors


def same_rows(got, want):
    """Say for each image whether its logits are those that the file gives."""
    got = expect.array(got, shape=want.shape, kind="f", finite=True).astype(np.float64)
    return (np.abs(got - want) <= EXACT * np.abs(want)).all(axis=1)


def random_file(rng, images, bits, zero, plan):
    """Return a file whose hidden codes fill 0 … 255, overflow, and often end in exact halves on these images.

    ``plan`` lists (op, outputs, multipliers): "halves" are small powers of two, "wide" ones need 30 bits.
    """
    most, scale, stages = 2 ** (bits - 1) - 1, 0.25, []
    x = read_in(images, scale, zero) - zero
    for op, outputs, kind in plan:
        shape = (outputs, x.shape[1], 3, 3) if op == "conv" else (outputs, x[0].size)
        weight = rng.integers(-most - 1, most, size=shape, endpoint=True).astype(np.float64)
        bias = rng.integers(-500, 500, size=outputs)
        if kind == "last":
            stages.append(Stage(op, weight, bias, scale=rng.uniform(0.01, 0.1, outputs).astype("<f4")))
        elif op == "pool":
            stages.append(Stage("pool"))
        else:
            total = np.moveaxis(sums(Stage(op, weight, bias), x), 1, 0).reshape(outputs, -1)
            ratio = np.log2(rng.uniform(200, 600, outputs) / np.abs(total).max(axis=1))
            shift = int(30 - np.ceil(ratio.max())) if kind == "wide" else int(np.ceil(-ratio.min()))
            power = ratio + shift if kind == "wide" else np.round(ratio + shift)
            stages.append(Stage(op, weight, bias, np.floor(2.0**power).astype(np.int64), shift))
        x = x if kind == "last" else advance(stages[-1], x)
    return Packed(bits, scale, zero, stages)


def files(rng, bits):
    """Yield files with every kind of layer, and images that reach past both ends of the input's range."""
    for zero in (0, 37, 200):
        images = (rng.integers(-500, 900, size=(12, 2, 4, 6)) / 8).astype(np.float32)
        plan = [
            ("conv", 3, "halves"),
            ("pool", 0, ""),
            ("conv", 5, "wide"),
            ("linear", 9, "halves"),
            ("linear", 4, "last"),
        ]
        yield random_file(rng, images, bits, zero, plan), images


def tight_file(rng):
    """Return a file whose sums pass 2**24 and almost cancel (32-bit floats lose the result), and images."""
    images = (rng.integers(150, 256, size=1200) + rng.integers(-1, 2, size=(20, 1200))).astype(np.float32)
    images = np.clip(images, 0, 255).reshape(20, 12, 10, 10)
    hidden = Stage("linear", rng.integers(60, 128, size=(16, 1200)).astype(np.float64), np.zeros(16, np.int64))
    total = sums(hidden, images.astype(np.float64))
    bias = 700 - np.median(total, axis=0).astype(np.int64)
    stages = [
        Stage("linear", hidden.weight, bias, np.full(16, 3, np.int64), 4),
        Stage(
            "linear",
            rng.integers(-128, 128, size=(5, 16)).astype(np.float64),
            bias[:5] % 99,
            scale=np.ones(5),
        ),
    ]
    return Packed(8, 1.0, 0, stages), images


def near_halves(pairs, shift):
    """Return a file whose hidden sums are the a of pairs (a, m), one a unit, and the image that leads to them."""
    total, multiplier = np.array(pairs, np.int64).T
    units = len(pairs)
    stages = [
        Stage("linear", np.ones((units, 1)), total - 1, multiplier, shift),
        Stage("linear", np.eye(units), np.zeros(units, np.int64), scale=np.ones(units)),
    ]
    return Packed(8, 1.0, 0, stages), np.ones((1, 1, 1, 1), np.float32)


def precise_files(rng):
    """Yield files and images that come so close to a half that rounding before it, in 32 or 64 bits, shows."""
    total = rng.integers(2**18, 2**20, size=64)
    multiplier = (rng.integers(1, 250, size=64) * 2**40 + 2**39) // total
    yield near_halves(np.stack([total, multiplier], axis=1), 40)
    yield near_halves(BEYOND_FLOAT64, 52)
    last = Stage("linear", np.eye(250), np.zeros(250, np.int64), scale=np.ones(250))
    yield Packed(8, 0.1, 0, [last]), ((np.arange(250) + 0.5) * 0.1).astype(np.float32).reshape(1, 250, 1, 1)


@pytest.mark.points(2)
def test_run_is_exact_integer_arithmetic(rng):
    """`run` follows the file's integers exactly: zero point, padding, rounding, saturation, 32-bit sums.

    Take the worked example by hand, step by step, with whole numbers. Then ask what happens at the border of
    an image, below 0, above 255, at an exact half, just below one, and in a sum of more than 2**24. How many bits
    has the product of a sum and its multiplier?
    """
    for packed, images in [*files(rng, 8), tight_file(rng), *precise_files(rng)]:
        want, _ = replay(packed, images)
        assert same_rows(run(write(packed), images), want).all()


@pytest.mark.points(1)
@pytest.mark.needs("test_run_is_exact_integer_arithmetic")
def test_run_unpacks_four_bits(rng):
    """`run` reads two signed 4-bit codes from each byte, in the stated order.

    Write down the byte that holds the codes 1 and -1, and take it apart again. What is left over at an odd
    count?
    """
    for packed, images in files(rng, 4):
        want, _ = replay(packed, images)
        assert same_rows(run(write(packed), images), want).all()


@pytest.mark.points(1)
def test_file_is_small_and_whole_numbers(hidden, credit):
    """The file of the digits network holds integers as the layout says, and is small (8 and 4 bits).

    Count the bytes by hand: weights, biases, multipliers, header. Nothing else belongs in the file.
    """
    net = hidden("digits-cnn", images=1)
    parameters = sum(layer[part].size for layer in net.layers for part in ("weight", "bias") if part in layer)
    for bits, floor, full in ((8, 0.5, 0.28), (4, 0.28, 0.16)):
        blob = quantize(net.layers, net.calibration, bits)
        opened(blob, net.layers, bits)
        credit(len(blob) / (4 * parameters), floor=floor, full=full, name=f"{bits}-bit file / float32")


@pytest.mark.points(1)
@pytest.mark.needs("test_file_is_small_and_whole_numbers")
def test_each_row_has_its_own_step(rng, credit):
    """In a network of one linear layer each row keeps its weights and bias, however small (8 and 4 bits).

    Read your file back into real numbers and compare row by row: error against the row's own largest weight.
    Look at a row of zeros too. Then change the range of the images: very small, very large, nothing below zero.
    """
    for low in (-1, 1):
        far = 10.0 ** rng.uniform(-2, 2)  # the images' range is far from that of the digits
        calibration = (far * rng.uniform(low, 3, size=(64, 301, 1, 1))).astype(np.float32)
        rows_keep_their_steps(rng, credit, calibration, far)


def rows_keep_their_steps(rng, credit, calibration, far):
    """Credit how well one linear layer keeps its rows, and how well its input codes cover the calibration images."""
    rows, inputs = 11, 301
    size = 10.0 ** rng.permutation(np.linspace(-3, 1, rows))
    weight = (rng.uniform(-1, 1, size=(rows, inputs)) * size[:, None]).astype(np.float32)
    bias = (far * size * rng.choice([-1, 1], rows) * rng.uniform(1, 5, rows)).astype(np.float32)
    weight[[3, 7]], bias[[3, 7]] = 0.0, [2.5 * far, 0.0]  # nothing to take a step from, with and without a bias
    share = np.ptp(calibration) / max(np.ptp(calibration), calibration.max())  # of a range that holds 0
    layers = [{"op": "linear", "weight": weight, "bias": bias}]
    for bits in (8, 4):
        packed = opened(quantize(layers, calibration, bits), layers, bits)
        last = packed.stages[0]
        error = np.sqrt(((last.weight * (last.scale / packed.scale)[:, None] - weight) ** 2).mean(axis=1))
        step = np.abs(weight).max(axis=1) / (2 ** (bits - 1) - 1)
        off = np.abs(last.bias * last.scale - bias)
        credit(worst(error, step), floor=0.5, full=0.4, name="worst row, weights off by", unit=" steps")
        credit(100 * worst(off, np.abs(bias)), floor=5.0, full=2.0, name="worst row, bias off by", unit=" %")
        codes = read_in(calibration, packed.scale, packed.zero)
        credit(np.ptp(codes) / share, floor=160, full=205, name="input codes spanned, of a range with 0")
        credit(100 * (codes == 255).mean(), floor=2.0, full=1.0, name="input codes that are 255", unit=" %")


def worst(error, size):
    """Return the largest error / size; no error is too small where the size is 0."""
    return float(np.divide(error, size, out=np.where(error > 0, np.inf, 0.0), where=size > 0).max())


@pytest.mark.points(1)
@pytest.mark.needs("test_file_is_small_and_whole_numbers")
def test_activations_fill_their_codes(hidden, credit):
    """On all calibration images the activations fill 0 … 255 and hardly ever saturate (8 and 4 bits).

    Which images set your ranges, and which of the 256 codes does a ReLU's output use? Count both.
    """
    net = hidden("digits-cnn", imbalance=1.0, images=1)
    for bits in (8, 4):
        packed = opened(quantize(net.layers, net.calibration, bits), net.layers, bits)
        _, (inputs, *activations) = replay(packed, net.calibration)
        credit(np.ptp(inputs), floor=160, full=205, name="input codes spanned")
        credit(min(codes.max() for codes in activations), floor=160, full=200, name="highest code of a hidden layer")
        full = max((codes == 255).mean() for codes in (inputs, *activations))
        credit(100 * full, floor=2.0, full=1.0, name="codes that are 255", unit=" %")


@pytest.mark.points(1)
@pytest.mark.needs("test_file_is_small_and_whole_numbers")
def test_run_needs_only_the_file(hidden, restart):
    """After a restart `run` gives what each file says, for one image or many, whichever file came before.

    What does your `run` know that is not in its arguments?
    """
    nets = [hidden("digits-cnn", draw, images=40) for draw in (10, 11)]
    blobs = [quantize(net.layers, net.calibration, 8) for net in nets]
    restart()
    for net, blob in zip(nets[::-1], blobs[::-1], strict=True):
        want, _ = replay(opened(blob, net.layers, 8), net.images)
        logits = run(blob, net.images)
        assert same_rows(logits, want).mean() >= FOLLOWED
        assert same_rows(run(blob, net.images[:1]), np.asarray(logits)[:1]).all()


def off_by(got, want):
    """Return the root mean square error of logits, relative to the logits' own root mean square."""
    return float(np.sqrt(((got - want) ** 2).mean() / (want**2).mean()))


def costs(hidden, bits):
    """Return what quantisation costs on two imbalanced networks: points of accuracy, the worse error, the bytes.

    The logits counted are those that the file gives, so that `run` can neither add to them nor take away.
    """
    lost, errors, sizes = [], [], []
    for draw in (0, 1):
        net = hidden("digits-cnn", draw, images=690)
        blob = quantize(net.layers, net.calibration, bits)
        logits, _ = replay(opened(blob, net.layers, bits), net.images)
        assert same_rows(run(blob, net.images), logits).mean() >= FOLLOWED
        right = [(x.argmax(axis=1) == net.labels).mean() for x in (net.logits, logits)]
        lost.append(100 * (right[0] - right[1]))
        errors.append(off_by(logits, net.logits))
        sizes.append(len(blob))
    return lost, max(errors), sizes


def drawn_network(rng):
    """Return a network of random weights with loud and quiet channels, images, and its logits for them.

    conv, pool, conv, linear, linear on images (400, 2, 4, 6) in any unit. Each layer's biases are as large as the
    spread of its sums.
    """
    size = 10.0 ** rng.uniform(-2, 2)
    images = rng.uniform(-0.3 * rng.uniform() * size, size, size=(400, 2, 4, 6))
    images = (images * rng.uniform(0.3, 1.0, size=(400, 1, 1, 1))).astype(np.float32)
    layers, x, loud = [], images.astype(np.float64), np.ones(2)
    for op, outputs in (("conv", 6), ("pool", 0), ("conv", 8), ("linear", 24), ("linear", 7)):
        if op == "pool":
            layers.append({"op": "pool"})
            x = advance(Stage("pool"), x)
            continue
        shape = (outputs, x.shape[1], 3, 3) if op == "conv" else (outputs, x[0].size)
        weight = rng.normal(size=shape).reshape(outputs, len(loud), -1) / loud[:, None]
        weight = weight.reshape(shape)
        total = products(op, weight, x)
        across = (0, *range(2, total.ndim))
        spread = total.std(axis=across)
        bias = spread * rng.normal(size=outputs) - total.mean(axis=across)
        loud = 50.0 ** rng.uniform(-1, 1, outputs)
        gain = loud / spread
        weight = (weight * gain.reshape(-1, *[1] * (weight.ndim - 1))).astype(np.float32)
        bias = (bias * gain).astype(np.float32)
        layers.append({"op": op, "weight": weight, "bias": bias})
        total = products(op, weight.astype(np.float64), x)
        total = total + channelwise(bias.astype(np.float64), total)
        x = np.maximum(total, 0.0)
    return layers, images, total


@pytest.mark.points(2)
@pytest.mark.needs("test_run_is_exact_integer_arithmetic")
@pytest.mark.needs("test_each_row_has_its_own_step")
@pytest.mark.needs("test_activations_fill_their_codes")
@pytest.mark.needs("test_run_needs_only_the_file")
def test_8_bits_keep_accuracy(rng, hidden, credit):
    """At 8 bits, networks with loud and quiet channels keep their accuracy and their logits.

    A row's step cures loud rows. What does a loud channel do to the activations that it shares a range with,
    and to the weights that read it? Then try another architecture, and images in another unit.
    """
    lost, error, _ = costs(hidden, 8)
    credit(np.mean(lost), floor=3.0, full=1.0, name="accuracy lost", unit=" points")
    credit(100 * error, floor=9.0, full=6.0, name="logits off by", unit=" %")
    errors = []
    for _ in range(3):
        layers, images, logits = drawn_network(rng)
        packed = opened(quantize(layers, images[:200], 8), layers, 8)
        errors.append(off_by(replay(packed, images[200:])[0], logits[200:]))
    credit(100 * max(errors), floor=50.0, full=25.0, name="logits of other networks off by", unit=" %")


@pytest.mark.points(4)
@pytest.mark.needs("test_run_unpacks_four_bits")
@pytest.mark.needs("test_8_bits_keep_accuracy")
def test_4_bits_keep_accuracy(hidden, credit, figure):
    """At 4 bits, networks with loud and quiet channels keep their accuracy and their logits.

    With 15 levels there is no slack. Is the imbalance gone, or only smaller? And one useless large weight spoils a
    row: which weights can never matter, because what they multiply is always zero?
    """
    lost, error, size = costs(hidden, 4)
    more, _, larger = costs(hidden, 8)
    points = {"4 bits": (size, lost), "8 bits": (larger, more)}
    figure(
        "What the bytes buy, two networks", points, x="bytes of the file", y="points of accuracy lost", kind="points"
    )
    credit(np.mean(lost), floor=10.0, full=4.0, name="accuracy lost", unit=" points")
    credit(100 * error, floor=23.0, full=17.0, name="logits off by", unit=" %")
