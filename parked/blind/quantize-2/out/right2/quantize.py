"""Quantise with torch's float64 convolution; at 4 bits each later row chooses its own best step."""

import json
import struct

import numpy as np
import torch
import torch.nn.functional as F


def _tensor(array):
    return torch.tensor(np.asarray(array), dtype=torch.float64)


def _linear_map(op, weight, x):
    if op == "conv":
        return F.conv2d(x, weight, padding=1)
    return x.flatten(1) @ weight.T


def _shaped(values, x):
    return values.reshape((1, -1) + (1,) * (x.dim() - 2))


def _size(images):
    """Return how many images go through at a time."""
    return max(1, 100_000 // (images.shape[2] * images.shape[3]) // 16)


def _largest(layers, calibration):
    """Return the largest activation of each channel of each hidden layer, by place in the list."""
    found = {}
    weights = [
        None if layer["op"] == "pool" else (_tensor(layer["weight"]), _tensor(layer["bias"])) for layer in layers
    ]
    size = _size(calibration)
    for start in range(0, len(calibration), size):
        x = _tensor(calibration[start : start + size])
        for place, layer in enumerate(layers[:-1]):
            if layer["op"] == "pool":
                x = F.max_pool2d(x, 2)
                continue
            weight, bias = weights[place]
            x = _linear_map(layer["op"], weight, x)
            x = torch.relu(x + _shaped(bias, x))
            most = x.transpose(0, 1).flatten(1).amax(dim=1).numpy()
            found[place] = np.maximum(found.get(place, 0.0), most)
    return found


def _rounded(values):
    return np.floor(values + 0.5)


def _steps(folded, bias, top, search):
    """Return what one unit of each row's sum stands for."""
    most = np.abs(folded).max(axis=1) / top
    best = most.copy()
    if search:
        safe = np.where(most > 0, most, 1.0)
        least = np.full(len(most), np.inf)
        for share in np.linspace(1.0, 0.7, 13):
            step = (safe * share)[:, None]
            error = ((np.clip(_rounded(folded / step), -top, top) * step - folded) ** 2).sum(axis=1)
            better = error < least
            least = np.where(better, error, least)
            best = np.where(better, most * share, best)
    best = np.maximum(best, np.abs(bias) / 2.0**30)  # the bias must fit
    return np.where(best > 0, best, 1.0)


def quantize(layers, calibration, bits):
    """Return the packed file of a network."""
    top = {8: 127, 4: 7}[bits]
    bottom, ceiling = min(float(calibration.min()), 0.0), max(float(calibration.max()), 0.0)
    scale = max(ceiling - bottom, 1e-6) / 255
    zero = int(np.clip(_rounded(-bottom / scale), 0, 255))
    largest = _largest(layers, calibration)
    header = {"bits": int(bits), "scale": float(scale), "zero": zero, "layers": []}
    body = bytearray()
    unit = np.full(calibration.shape[1], float(scale))
    first = True
    for place, layer in enumerate(layers):
        if layer["op"] == "pool":
            header["layers"].append({"op": "pool"})
            continue
        shape = layer["weight"].shape
        weight = layer["weight"].astype(np.float64).reshape(shape[0], len(unit), -1)
        folded = (weight * unit[None, :, None]).reshape(shape[0], -1)
        bias = layer["bias"].astype(np.float64)
        hidden = place < len(layers) - 1
        step = _steps(folded, bias, top, bits == 4 and not first)
        if not hidden:
            step = np.minimum(np.maximum(step, 1.5e-20), 9e19).astype(np.float32).astype(np.float64)
        codes = np.clip(_rounded(folded / step[:, None]), -top, top).astype(np.int8).ravel()
        if bits == 4:
            nibbles = np.zeros(len(codes) + len(codes) % 2, np.uint8)
            nibbles[: len(codes)] = codes.view(np.uint8) & 15
            codes = nibbles[0::2] | (nibbles[1::2] << 4)
        body += codes.tobytes()
        body += _rounded(bias / step).astype("<i4").tobytes()
        entry = {"op": layer["op"], "shape": list(map(int, shape))}
        if hidden:
            unit = largest[place] / 250.0
            ratio = np.divide(step, unit, out=np.zeros_like(step), where=unit > 0)
            ratio = np.minimum(ratio, 16.0)
            unit = np.where(ratio > 0, step / np.where(ratio > 0, ratio, 1.0), 0.0)
            shift = 62
            while shift > 1 and ratio.max() * 2.0**shift > 2.0**30:
                shift -= 1
            entry["shift"] = shift
            body += _rounded(ratio * 2.0**shift).astype("<i4").tobytes()
        else:
            body += step.astype("<f4").tobytes()
        header["layers"].append(entry)
        first = False
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    return struct.pack("<I", len(text)) + text + bytes(body)


class _Reader:
    """Takes arrays off a blob from left to right."""

    def __init__(self, blob, place):
        self.blob, self.place = blob, place

    def take(self, kind, count):
        array = np.frombuffer(self.blob, kind, count, self.place).copy()
        self.place += array.nbytes
        return array


def run(blob, images):
    """Return the logits that the file's integers give."""
    (length,) = struct.unpack("<I", blob[:4])
    header = json.loads(str(blob[4 : 4 + length], "utf-8"))
    reader = _Reader(blob, 4 + length)
    stages = []
    for number, entry in enumerate(header["layers"], 1):
        if entry["op"] == "pool":
            stages.append(("pool",))
            continue
        count = int(np.prod(entry["shape"]))
        if header["bits"] == 4:
            raw = reader.take("u1", -(-count // 2))
            codes = np.empty(2 * len(raw), np.int8)
            codes[0::2], codes[1::2] = raw & 15, raw >> 4
            codes = codes[:count]
            codes[codes >= 8] -= 16
        else:
            codes = reader.take("i1", count)
        outputs = entry["shape"][0]
        bias = torch.from_numpy(reader.take("<i4", outputs).astype(np.int64))
        last = number == len(header["layers"])
        factor = reader.take("<f4" if last else "<i4", outputs)
        factor = torch.from_numpy(factor.astype(np.float64 if last else np.int64))
        stages.append((entry["op"], _tensor(codes.reshape(entry["shape"])), bias, factor, entry.get("shift")))
    size = _size(images)
    answers = []
    for start in range(0, len(images), size):
        exact = images[start : start + size].astype(np.float64)
        q = np.clip(np.floor(exact / float(header["scale"]) + 0.5) + header["zero"], 0, 255)
        x = torch.from_numpy(q - header["zero"])
        for stage in stages:
            if stage[0] == "pool":
                x = F.max_pool2d(x, 2)
                continue
            op, weight, bias, factor, shift = stage
            a = _linear_map(op, weight, x).round().to(torch.int64)
            a = a + _shaped(bias, a)
            if shift is None:
                answers.append((a.to(torch.float64) * factor).numpy())
            else:
                x = (a * _shaped(factor, a) + (1 << (shift - 1))) >> shift
                x = x.clamp(0, 255).to(torch.float64)
    return np.concatenate(answers)
