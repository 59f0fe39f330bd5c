# Breaks: "exact: `(a · m + 2^(shift−1)) >> shift` in int64"
# Wrong: a · m beyond 2^53 is rounded in float64, and so is what + 0.5 gives near a half.
"""Quantise a network to 8 or 4 bits: write one packed file, and run it with integers alone."""

import json
import math
import struct

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

TOP = 250  # the code of a channel's largest calibration output; what is above it is room for brighter images
MOST_BIAS = 2.0**30  # of a bias code; the products of a row are below 2^26, so that every sum fits in 32 bits
BUDGET = 1 << 22  # numbers in the windows of one batch


def quantize(layers, calibration, bits):
    """Return the packed file of a network."""
    low, high = min(0.0, float(calibration.min())), max(0.0, float(calibration.max()))
    scale = (high - low) / 255
    zero = min(max(math.floor(-low / scale + 0.5), 0), 255)
    largest = _largest_outputs(layers, calibration)
    top = 2 ** (bits - 1) - 1
    unit = np.full(calibration.shape[1], scale)  # what code 1 of an input channel stands for
    entries, buffers = [], []
    for place, layer in enumerate(layers):
        if layer["op"] == "pool":
            entries.append({"op": "pool"})
            continue
        weight = layer["weight"].astype(np.float64)
        bias = layer["bias"].astype(np.float64)
        if layer["op"] == "conv":
            folded = weight * unit[:, None, None]
        else:
            folded = weight * np.repeat(unit, weight.shape[1] // len(unit))  # a flattened channel lies side by side
        step = np.abs(folded).reshape(len(folded), -1).max(1) / top
        step = np.where(step > 0, step, np.abs(bias) / 2**20)  # a row of zeros: its bias alone matters
        step = np.maximum(step, np.abs(bias) / MOST_BIAS)
        step = np.where(step > 0, step, 1.0)
        last = place == len(layers) - 1
        if last:
            step = np.clip(step, 2e-20, 5e19).astype(np.float32).astype(np.float64)
        shape = (-1,) + (1,) * (folded.ndim - 1)
        codes = np.clip(np.floor(folded / step.reshape(shape) + 0.5), -top, top).astype(np.int8)
        bias_codes = np.floor(bias / step + 0.5).astype("<i4")
        buffers += [_packed(codes, bits), bias_codes.tobytes()]
        entry = {"op": layer["op"], "shape": list(weight.shape)}
        if last:
            buffers.append(step.astype("<f4").tobytes())
        else:
            fires = largest[place] > 0
            unit = np.where(fires, np.maximum(largest[place] / TOP, step), 0.0)  # finer than the sum is of no use
            ratio = np.where(fires, step / np.where(fires, unit, 1.0), 0.0)
            entry["shift"] = min(max(30 - math.frexp(ratio.max())[1], 1), 62)
            buffers.append(np.floor(ratio * 2.0 ** entry["shift"] + 0.5).astype("<i4").tobytes())
        entries.append(entry)
    header = json.dumps({"bits": bits, "scale": scale, "zero": zero, "layers": entries}).encode()
    return struct.pack("<I", len(header)) + header + b"".join(buffers)


def run(blob, images):
    """Return the logits that the file's integers give."""
    bits, scale, zero, layers = _opened(blob)
    logits = []
    for some in _batches(layers, images):
        q = np.floor(some.astype(np.float64) / scale + 0.5) + zero
        x = np.clip(q, 0, 255) - zero
        for layer in layers:
            if layer["op"] == "pool":
                x = _pooled(x)
                continue
            a = _sums(layer["op"], layer["weight"], x) + _along(layer["bias"], layer["op"])
            if "shift" not in layer:
                x = a * layer["scale"].astype(np.float64)
                continue
            ratio = _along(layer["m"].astype(np.float64), layer["op"]) / 2.0 ** layer["shift"]
            x = np.clip(np.floor(a * ratio + 0.5), 0, 255)
        logits.append(x)
    return np.concatenate(logits)


def _opened(blob):
    """Return bits, scale, zero and the layers of a file, each with its arrays."""
    size = struct.unpack_from("<I", blob)[0]
    header = json.loads(blob[4 : 4 + size].decode("utf-8"))
    at, layers = 4 + size, []
    for entry in header["layers"]:
        layer = dict(entry)
        if entry["op"] != "pool":
            shape = entry["shape"]
            count = math.prod(shape)
            room = count if header["bits"] == 8 else (count + 1) // 2
            layer["weight"] = _unpacked(blob[at : at + room], count, header["bits"]).reshape(shape)
            at += room
            layer["bias"] = np.frombuffer(blob, "<i4", shape[0], at)
            at += 4 * shape[0]
            name, kind = ("m", "<i4") if "shift" in entry else ("scale", "<f4")
            layer[name] = np.frombuffer(blob, kind, shape[0], at)
            at += 4 * shape[0]
        layers.append(layer)
    return header["bits"], header["scale"], header["zero"], layers


def _packed(codes, bits):
    flat = codes.reshape(-1)
    if bits == 8:
        return flat.tobytes()
    flat = np.append(flat, np.zeros(flat.size % 2, np.int8)).astype(np.uint8) & 15
    return (flat[0::2] | flat[1::2] << 4).astype(np.uint8).tobytes()


def _unpacked(buffer, count, bits):
    """Return weight codes as float64."""
    if bits == 8:
        return np.frombuffer(buffer, np.int8).astype(np.float64)
    pairs = np.frombuffer(buffer, np.uint8)
    codes = np.stack([pairs & 15, pairs >> 4], 1).reshape(-1)[:count].astype(np.float64)
    return np.where(codes > 7, codes - 16, codes)


def _largest_outputs(layers, calibration):
    """Return the largest output of each channel behind the ReLU, by the place of a hidden layer."""
    largest = {}
    for x in _batches(layers, calibration):
        x = x.astype(np.float64)
        for place, layer in enumerate(layers[:-1]):
            if layer["op"] == "pool":
                x = _pooled(x)
                continue
            weight, bias = layer["weight"].astype(np.float64), layer["bias"].astype(np.float64)
            x = np.maximum(_sums(layer["op"], weight, x) + _along(bias, layer["op"]), 0)
            found = x.max(tuple(axis for axis in range(x.ndim) if axis != 1))
            largest[place] = np.maximum(found, largest.get(place, 0.0))
    # as float32, so that the last bits of a sum, which a machine's threads may change, do not decide
    return {place: found.astype(np.float32).astype(np.float64) for place, found in largest.items()}


def _sums(op, weight, x):
    """Return the sums of a layer, without its bias. Codes are small enough for float64 to be exact."""
    if op == "linear":
        return x.reshape(len(x), -1) @ weight.T
    n, c, h, w = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = sliding_window_view(padded, (3, 3), axis=(2, 3))  # n, c, h, w, 3, 3
    columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, c * 9)
    return (columns @ weight.reshape(len(weight), -1).T).reshape(n, h, w, -1).transpose(0, 3, 1, 2)


def _along(values, op):
    return values[:, None, None] if op == "conv" else values


def _pooled(x):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))


def _batches(layers, images):
    """Return the images in parts that leave the windows of each layer small."""
    widest = max([images.shape[1], *(len(layer["weight"]) for layer in layers if layer["op"] == "conv")])
    count = max(1, BUDGET // (9 * widest * images.shape[2] * images.shape[3]))
    return [images[first : first + count] for first in range(0, len(images), count)]
