"""Weights rounded to the grid and stored as float32; activations stay real: quantised in name only."""

import json
import struct

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def quantize(layers, calibration, bits):
    """Return the rounded network, 4 bytes a weight."""
    most = 2 ** (bits - 1) - 1
    low, high = float(calibration.min()), float(calibration.max())
    header = {
        "bits": bits,
        "scale": (high - low) / 255,
        "zero": round(-255 * low / (high - low)),
        "layers": [],
    }
    buffers = []
    for layer in layers:
        entry = {"op": layer["op"]}
        if layer["op"] != "pool":
            weight = layer["weight"]
            step = np.abs(weight).max() / most
            entry["shape"] = list(weight.shape)
            buffers += [(np.rint(weight / step) * step).astype("<f4"), layer["bias"].astype("<f4")]
        header["layers"].append(entry)
    text = json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + b"".join(b.tobytes() for b in buffers)


def run(blob, images):
    """Run the network in float32."""
    size = struct.unpack_from("<I", blob)[0]
    at, x = 4 + size, images
    layers = json.loads(blob[4:at])["layers"]
    for index, layer in enumerate(layers):
        if layer["op"] == "pool":
            n, c, h, w = x.shape
            x = x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))
            continue
        count, outputs = int(np.prod(layer["shape"])), layer["shape"][0]
        weight = np.frombuffer(blob, "<f4", count, at).reshape(layer["shape"])
        bias = np.frombuffer(blob, "<f4", outputs, at + 4 * count)
        at += 4 * (count + outputs)
        if layer["op"] == "conv":
            windows = sliding_window_view(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), axis=(2, 3))
            x = np.tensordot(windows, weight, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
            x = x + bias[:, None, None]
        else:
            x = x.reshape(len(x), -1) @ weight.T + bias
        x = x if index == len(layers) - 1 else np.maximum(x, 0)
    return x
