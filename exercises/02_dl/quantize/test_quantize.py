"""Visible checks: the worked example of the statement, the layout of a file, and a network without planted trouble."""

import json
import struct

import numpy as np
import pytest
from quantize import quantize, run

from tenfold import expect

EXAMPLE = {  # the worked example of README.md: 3 inputs, 2 hidden units, 2 logits
    "bits": 8,
    "scale": 0.5,
    "zero": 10,
    "layers": [{"op": "linear", "shape": [2, 3], "shift": 4}, {"op": "linear", "shape": [2, 2]}],
}
KEYS = [["op", "shape", "shift"], ["op"], ["op", "shape"]]  # of a conv layer, a pool, and the last layer


def compare(what, found, wanted):
    """Fail unless something is what was wanted, and say what it is."""
    assert found == wanted, f"{what}: {found}; {wanted} was wanted"


def opened(blob):
    """Return the header of a file and its length in bytes; fail the check where there is none."""
    assert len(blob) >= 4, f"the file has {len(blob)} bytes; its first four hold the length of the header"
    size = struct.unpack_from("<I", blob)[0]
    assert size <= 4096, f"the first four bytes say that the header has {size} bytes; 4096 are the most"
    try:
        header = json.loads(blob[4 : 4 + size].decode("utf-8"))
    except (ValueError, RecursionError):
        header = None
    assert isinstance(header, dict), f"the {size} bytes behind the first four are not a JSON object"
    compare("the keys of the header", sorted(header), sorted(EXAMPLE))
    layers = header["layers"]
    assert isinstance(layers, list), "layers is not a list"
    assert all(isinstance(layer, dict) for layer in layers), "an entry of layers is not an object"
    return header, size


@pytest.mark.points(1)
def test_run_follows_the_worked_example():
    """`run` gives the logits of the worked example.

    Do the example by hand first. Each line of the table in README.md is one step of `run`.
    """
    first = struct.pack("<6b2i2i", 10, -20, 3, -1, 50, 100, 1, -100, 3, 1)  # codes, biases, multipliers
    last = struct.pack("<4b2i2f", 1, -1, 2, 1, 5, -300, 0.25, 0.125)  # codes, biases, scales
    other = struct.pack("<4b2i2f", 1, -1, 2, 1, 9, -300, 0.25, 0.125)  # the first bias is another one
    header = json.dumps(EXAMPLE).encode()
    head = struct.pack("<I", len(header)) + header
    images = np.array([[1.0, -0.75, 200.0], [0.0, 0.0, 0.0]], np.float32).reshape(2, 3, 1, 1)
    logits = expect.array(run(head + first + last, images), shape=(2, 2), kind="f").tolist()
    compare("the logits of the image [1, -0.75, 200]", logits[0], [-26.0, 30.875])
    compare("the logits of the image [0, 0, 0]", logits[1], [1.25, -37.5])
    logits = expect.array(run(head + first + other, images), shape=(2, 2), kind="f").tolist()
    compare(
        "the logits of [1, -0.75, 200] in a second file, whose last bias codes are 9, -300", logits[0], [-25.0, 30.875]
    )


@pytest.mark.points(1)
def test_file_has_the_stated_layout():
    """`quantize` returns a file whose header and length are as stated (8 and 4 bits).

    Open your file and compare it with the layout, key by key, byte by byte. 27 codes of 4 bits take 14 bytes.
    """
    rng = np.random.default_rng(0)
    conv = {"op": "conv", "weight": rng.normal(size=(3, 1, 3, 3)).astype(np.float32)}
    linear = {"op": "linear", "weight": rng.normal(size=(5, 12)).astype(np.float32)}
    conv["bias"], linear["bias"] = np.float32([0.1, 0.2, 0.3]), np.zeros(5, np.float32)
    layers = [conv, {"op": "pool"}, linear]
    images = rng.normal(size=(20, 1, 4, 4)).astype(np.float32)
    for bits, weights in ((8, 27 + 60), (4, 14 + 30)):
        blob = expect.blob(quantize(layers, images, bits), most=10_000)
        header, size = opened(blob)
        compare("bits in the header", header["bits"], bits)
        compare("the keys of each entry of layers", [sorted(layer) for layer in header["layers"]], KEYS)
        compare("the shape of the conv layer", header["layers"][0]["shape"], [3, 1, 3, 3])
        compare("the shape of the linear layer", header["layers"][2]["shape"], [5, 12])
        behind = 4 + size + weights + 8 * 3 + 8 * 5  # bias and multiplier, bias and scale
        compare(f"bytes of the file at {bits} bits, with a header of {size}", len(blob), behind)


@pytest.mark.points(1)
@pytest.mark.needs("test_run_follows_the_worked_example", "test_file_has_the_stated_layout")
def test_8_bits_follow_a_balanced_network(public):
    """At 8 bits the logits of the digits network stay within 10 % (root mean square), all channels alike.

    Compare layer by layer with the float32 network and find the first layer that leaves it.
    """
    net = public("digits-cnn", imbalance=1.0, images=100)
    logits = run(quantize(net.layers, net.calibration, 8), net.images)
    logits = expect.array(logits, shape=(100, 10), kind="f")
    error = 100 * np.sqrt(((logits - net.logits) ** 2).mean() / (net.logits**2).mean())
    assert error <= 10, f"the logits of 100 images are {error:.3g} % off; 10 % is the most"
