# Statement: "No call changes its arguments."
# Wrong: the units are folded into the caller's own weights (in place): quantize changes layers.
"""Quantise a network to 8 or 4 bits: write one packed file, and run it with integers alone (NumPy)."""

import json
import math
import struct

import numpy as np

ROOM = 4_000_000  # float64 values at a time


def _columns(x):
    """Return the 3 x 3 neighbourhoods of x (n, C, H, W) as rows (n * H * W, C * 9); zeros around."""
    n, channels, height, width = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * height * width, channels * 9)


def _affine(op, weight, x):
    """Return the weighted sums of a conv or linear layer, channels on axis 1."""
    if op == "linear":
        return x.reshape(len(x), -1) @ weight.reshape(len(weight), -1).T
    n, _, height, width = x.shape
    sums = _columns(x) @ weight.reshape(len(weight), -1).T
    return sums.reshape(n, height, width, -1).transpose(0, 3, 1, 2)


def _pool(x):
    n, channels, height, width = x.shape
    return x.reshape(n, channels, height // 2, 2, width // 2, 2).max(axis=(3, 5))


def _along(vector, x):
    """Return a vector of one value a channel in a shape that broadcasts over x."""
    return vector.reshape(1, -1, *[1] * (x.ndim - 2))


def _batches(ops, shape):
    """Yield slices of images, so few at a time that no layer needs more than ROOM values."""
    n, channels, height, width = shape
    largest = channels * height * width
    for op, outputs in ops:
        if op == "pool":
            height, width = height // 2, width // 2
        elif op == "conv":
            largest = max(largest, 9 * channels * height * width, outputs * height * width)
            channels = outputs
    size = max(1, ROOM // max(1, largest))
    for start in range(0, n, size):
        yield slice(start, start + size)


def _peaks(layers, images):
    """Return for each layer the largest real output of each channel after the ReLU (None for pools)."""
    ops = [(layer["op"], 0 if layer["op"] == "pool" else len(layer["weight"])) for layer in layers]
    peaks = [None if op == "pool" else np.zeros(outputs) for op, outputs in ops]
    for part in _batches(ops, images.shape):
        x = images[part].astype(np.float64)
        for place, layer in enumerate(layers[:-1]):
            if layer["op"] == "pool":
                x = _pool(x)
                continue
            x = _affine(layer["op"], layer["weight"].astype(np.float64), x)
            x = np.maximum(x + _along(layer["bias"].astype(np.float64), x), 0)
            seen = x.max(axis=(0, *range(2, x.ndim)))
            peaks[place] = np.maximum(peaks[place], seen)
    return peaks


def _pack(codes, bits):
    flat = codes.reshape(-1).astype(np.int64)
    if bits == 8:
        return flat.astype(np.int8).tobytes()
    if len(flat) % 2:
        flat = np.append(flat, 0)
    return ((flat[0::2] & 15) | (flat[1::2] & 15) << 4).astype(np.uint8).tobytes()


def quantize(layers, calibration, bits):
    """Return the packed file of a network."""
    top = 2 ** (bits - 1) - 1
    low, high = min(0.0, float(calibration.min())), max(0.0, float(calibration.max()))
    scale = (high - low) / 255 or 1.0
    zero = int(min(255, max(0, math.floor(-low / scale + 0.5))))
    peaks = _peaks(layers, calibration)
    unit = np.full(calibration.shape[1], scale)  # what code 1 of each channel stands for
    entries, buffers = [], []
    for place, layer in enumerate(layers):
        if layer["op"] == "pool":
            entries.append({"op": "pool"})
            continue
        weight, bias = layer["weight"], layer["bias"].astype(np.float64)
        if layer["op"] == "linear":
            unit = np.repeat(unit, weight.shape[1] // len(unit))
            weight *= unit
            folded = weight.astype(np.float64)
        else:
            weight *= unit[None, :, None, None]
            folded = weight.reshape(len(weight), -1).astype(np.float64)
        step = np.maximum(np.abs(folded).max(axis=1) / top, np.abs(bias) / 2**30)
        step = np.where(step > 0, step, 1.0)
        entry = {"op": layer["op"], "shape": [int(side) for side in weight.shape]}
        last = place == len(layers) - 1
        if last:
            step = np.clip(step, 2e-20, 5e19).astype(np.float32).astype(np.float64)
        codes = np.clip(np.floor(folded / step[:, None] + 0.5), -top, top)
        buffers += [_pack(codes, bits), np.floor(bias / step + 0.5).astype("<i4").tobytes()]
        if last:
            buffers.append(step.astype("<f4").tobytes())
        else:
            fires = peaks[place] > 0
            unit = np.where(fires, np.maximum(peaks[place] / 250, step / 16), 0.0)
            ratio = np.where(fires, step / np.where(fires, unit, 1.0), 0.0)
            shift = int(min(62, max(1, 30 - math.frexp(float(ratio.max()))[1])))
            entry["shift"] = shift
            buffers.append(np.floor(ratio * 2.0**shift + 0.5).astype("<i4").tobytes())
        entries.append(entry)
    header = json.dumps({"bits": int(bits), "scale": scale, "zero": zero, "layers": entries}).encode("utf-8")
    return struct.pack("<I", len(header)) + header + b"".join(buffers)


def _read(blob):
    """Return the header and for each layer its weight codes, biases and multipliers or scales (None for pools)."""
    size = struct.unpack_from("<I", blob)[0]
    header = json.loads(bytes(blob[4 : 4 + size]).decode("utf-8"))
    place = 4 + size
    tables = []
    for number, entry in enumerate(header["layers"]):
        if entry["op"] == "pool":
            tables.append(None)
            continue
        shape = entry["shape"]
        count = math.prod(shape)
        if header["bits"] == 8:
            codes = np.frombuffer(blob, "i1", count, place).astype(np.int64)
            place += count
        else:
            raw = np.frombuffer(blob, "u1", (count + 1) // 2, place).astype(np.int64)
            place += (count + 1) // 2
            codes = np.stack([raw & 15, raw >> 4], axis=1).reshape(-1)[:count]
            codes = np.where(codes > 7, codes - 16, codes)
        bias = np.frombuffer(blob, "<i4", shape[0], place).astype(np.int64)
        kind = "<f4" if number == len(header["layers"]) - 1 else "<i4"
        factor = np.frombuffer(blob, kind, shape[0], place + 4 * shape[0])
        factor = factor.astype(np.float64 if kind == "<f4" else np.int64)
        place += 8 * shape[0]
        tables.append((codes.reshape(shape), bias, factor))
    return header, tables


def run(blob, images):
    """Return the logits that the file's integers give."""
    header, tables = _read(blob)
    ops = [(entry["op"], entry["shape"][0] if "shape" in entry else 0) for entry in header["layers"]]
    logits = []
    for part in _batches(ops, images.shape):
        code = np.floor(images[part].astype(np.float64) / header["scale"] + 0.5) + header["zero"]
        x = np.clip(code, 0, 255) - header["zero"]  # whole numbers in float64: all sums are exact
        for entry, table in zip(header["layers"], tables):
            if table is None:
                x = _pool(x)
                continue
            codes, bias, factor = table
            sums = _affine(entry["op"], codes.astype(np.float64), x).astype(np.int64)
            sums = sums + _along(bias, sums)
            if "shift" in entry:
                shift = entry["shift"]
                x = (sums * _along(factor, sums) + (1 << (shift - 1))) >> shift
                x = np.clip(x, 0, 255).astype(np.float64)
            else:
                logits.append(sums * factor)
    return np.concatenate(logits)
