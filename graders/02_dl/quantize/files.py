"""The packed file: what it holds, its bytes, and whether a file of the learner's is as stated."""

import json
import math
import struct
from dataclasses import dataclass, replace

import numpy as np

from tenfold import expect

MOST = 1 << 20  # bytes; the largest honest file here has about 40,000
HEADER = 4096  # bytes, as the statement says
KEYS = {"bits", "scale", "zero", "layers"}


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


def spelled(head):
    """Return a header as most write it."""
    return json.dumps(head).encode()


def turned(head):
    """Return a header with its keys in another order and its list on many lines, as long as it may be."""
    entries = [dict(reversed(entry.items())) for entry in head["layers"]]
    text = json.dumps({**dict(reversed(head.items())), "layers": entries}, indent=3).encode()
    return text + b" " * (HEADER - len(text))


def write(packed, spell=spelled):
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
    text = spell({"bits": packed.bits, "scale": packed.scale, "zero": packed.zero, "layers": entries})
    return struct.pack("<I", len(text)) + text + b"".join(buffers)


def header(blob):
    """Return the header of a file, and where the buffers begin; fail the check where there is none."""
    assert len(blob) >= 4, "the file is shorter than its first four bytes"
    at = 4 + struct.unpack_from("<I", blob)[0]
    assert at <= 4 + HEADER, "the header is longer than 4096 bytes"
    try:
        head = json.loads(blob[4:at].decode("utf-8"))
    except (ValueError, RecursionError):
        head = None
    assert isinstance(head, dict), "the header is not a JSON object"
    return head, at


def whole(value, low, high):
    """Say whether a value from JSON is an integer in a range."""
    return type(value) is int and low <= value <= high


def judge_header(head, layers, bits):
    """Fail the check unless a header is the one of a network, as stated."""
    assert set(head) == KEYS, "the header has other keys than stated"
    assert whole(head["bits"], bits, bits), "bits is not what was asked for"
    assert type(head["scale"]) in (int, float), "scale is not a number"
    assert 1e-9 <= head["scale"] <= 1e9, "scale is not from 1e-9 to 1e9"
    assert whole(head["zero"], 0, 255), "zero is not an integer in 0 … 255"
    entries = head["layers"]
    assert isinstance(entries, list), "layers is not a list"
    assert len(entries) == len(layers), "the file has another number of layers"
    for place, (entry, layer) in enumerate(zip(entries, layers, strict=True), start=1):
        assert isinstance(entry, dict), "an entry of layers is not an object"
        stated = {"op": layer["op"]}
        if layer["op"] != "pool":
            stated["shape"] = list(layer["weight"].shape)
            if place < len(layers):
                stated["shift"] = entry.get("shift")
                assert whole(stated["shift"], 1, 62), "a shift is not an integer in 1 … 62"
        assert entry == stated, "an entry of layers is not as stated"


def held(count, bits):
    """Return how many bytes so many weight codes take."""
    return (count * bits + 7) // 8


def opened(blob, layers, bits):
    """Return the file of a network, read strictly; fail the check where it is not as stated."""
    blob = expect.blob(blob, most=MOST)
    head, at = header(blob)
    judge_header(head, layers, bits)
    for layer in layers:
        if layer["op"] != "pool":
            weight = layer["weight"]
            end = at + held(weight.size, bits)
            odd = bits == 4 and weight.size % 2 == 1 and end <= len(blob)
            assert not (odd and blob[end - 1] >> 4), "an odd layer of 4-bit codes does not end in a zero"
            at = end + 8 * len(weight)
    assert at == len(blob), "the buffers are longer or shorter than the header says"
    packed = read(blob)
    scale = packed.stages[-1].scale
    assert ((scale >= 1e-20) & (scale <= 1e20)).all(), "a scale of the last layer is not a number from 1e-20 to 1e20"
    return packed


def read(blob):
    """Return a file that is as stated, opened."""
    head, at = header(blob)
    stages = []
    for entry in head["layers"]:
        if entry["op"] == "pool":
            stages.append(Stage("pool"))
            continue
        shape, bits = entry["shape"], head["bits"]
        end = at + held(math.prod(shape), bits)
        raw = np.frombuffer(blob[at:end], np.uint8)
        if bits == 4:
            raw = np.stack([raw & 15, raw >> 4], axis=1).ravel()[: math.prod(shape)]
            raw = np.where(raw > 7, raw | 0xF0, raw).astype(np.uint8)
        weight = raw.view(np.int8).astype(np.float64).reshape(shape)
        bias, tail = np.frombuffer(blob, "<i4", 2 * shape[0], end).reshape(2, -1)
        stage = Stage(entry["op"], weight, bias.astype(np.int64))
        if "shift" in entry:
            stages.append(replace(stage, multiplier=tail.astype(np.int64), shift=entry["shift"]))
        else:
            stages.append(replace(stage, scale=tail.view("<f4").astype(np.float64)))
        at = end + 8 * shape[0]
    return Packed(head["bits"], float(head["scale"]), head["zero"], stages)
