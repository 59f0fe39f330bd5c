"""Visible checks for llm-qlora."""

import numpy as np
import pytest
from qlora import dequantize, logits, prepare, quantize

from tenfold import expect

SIXTEEN = [
    *[-1.0, -0.6961928, -0.5250731, -0.3949175, -0.2844414, -0.1847734, -0.0910500, 0.0],
    *[0.0795803, 0.1609302, 0.2461123, 0.3379152, 0.4407098, 0.5626170, 0.7229568, 1.0],
]  # as printed in the paper, appendix E


@pytest.mark.points(1)
def test_sixteen_codes_are_normal_float():
    """`dequantize` gives the 16 published values for the codes 0 to 15.

    Both nibbles count: 0x01 holds the codes 0 and 1. An absmax of code 127 is the offset alone.
    """
    packed = {
        "codes": np.array([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF], np.uint8),
        "absmax": np.array([127], np.uint8),
        "scale": np.zeros(1, np.float32),
        "offset": np.ones(1, np.float32),
        "shape": [2, 8],
    }
    weight = expect.array(dequantize(packed), shape=(2, 8), kind="f")
    assert np.abs(weight.ravel() - SIXTEEN).max() <= 1e-6


@pytest.mark.points(1)
def test_worked_example_is_packed():
    """`quantize` packs the worked example into the stated bytes, and `dequantize` reads them.

    Go through the table of the worked example. Which block has which absmax, and what is their mean?
    """
    weight = np.zeros((2, 64), np.float32)
    weight[0, :4], weight[1, :4] = [2.0, -1.0, 0.5, 0.1], [0.3, -0.6, 0.0, 0.6]
    packed = expect.mapping(quantize(weight), keys=["codes", "absmax", "scale", "offset", "shape"])
    codes = expect.array(packed["codes"], shape=(64,), kind="u")
    assert [f"{code:02x}" for code in codes[[0, 1, 2, 32, 33]].tolist()] == ["f2", "a8", "77", "c0", "7f"]
    assert expect.array(packed["absmax"], shape=(2,), kind="u").tolist() == [255, 0]
    assert expect.array(packed["scale"], shape=(1,), kind="f") == pytest.approx([0.7])
    assert expect.array(packed["offset"], shape=(1,), kind="f") == pytest.approx([1.3])
    read = expect.array(dequantize(packed), shape=(2, 64), kind="f")
    assert read[0, :4] == pytest.approx([2.0, -1.05015, 0.49222, 0.15916], abs=1e-4)
    assert read[1, :4] == pytest.approx([0.26660, -0.60492, 0.0, 0.60492], abs=1e-4)


@pytest.mark.points(1)
def test_start_is_close_to_the_base(public):
    """Before training, the logits are close to those of the float base (within 15 %, root mean square).

    Four bits cost some: the reference is off by about 6 %. Compare layer by layer what goes in and what comes out.
    """
    base = public("qlora", rows=10, tests=200)
    got = expect.array(logits(prepare(base.layers, 4, 8.0, 0), base.test_inputs), shape=(200, 10), kind="f")
    x = base.test_inputs
    for layer in base.layers:
        want = x @ layer["weight"].T + layer["bias"]
        x = np.maximum(want, 0)
    assert np.sqrt(((got - want) ** 2).mean() / (want**2).mean()) <= 0.15
