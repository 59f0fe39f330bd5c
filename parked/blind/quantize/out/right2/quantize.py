"""Quantise a network to 8 or 4 bits and run the file, with PyTorch in float64 for the sums."""

import io
import json
import math
import struct

import numpy as np
import torch
import torch.nn.functional as F

BATCH = 50


def _layer(op, weight, bias, x):
    """One layer without its ReLU; exact where all are integers below 2^53."""
    if op == "conv":
        return F.conv2d(x, weight, bias, padding=1)
    return F.linear(x.flatten(1), weight, bias)


def _tensor(array):
    return torch.tensor(np.asarray(array, np.float64))


def _round(values):
    return torch.floor(values + 0.5)


@torch.no_grad()
def _calibrate(layers, calibration):
    """Return what is the largest output of each unit of each hidden layer, None for a pool."""
    net = [(l["op"], *((_tensor(l["weight"]), _tensor(l["bias"])) if l["op"] != "pool" else (None, None))) for l in layers]
    tops = [None] * len(net)
    for x in torch.split(_tensor(calibration), BATCH):
        for i, (op, weight, bias) in enumerate(net[:-1]):
            if op == "pool":
                x = F.max_pool2d(x, 2)
                continue
            x = torch.relu(_layer(op, weight, bias, x))
            top = x.amax(dim=[d for d in range(x.dim()) if d != 1])
            tops[i] = top if tops[i] is None else torch.maximum(tops[i], top)
    return [None if top is None else top.float().double() for top in tops]


@torch.no_grad()
def quantize(layers, calibration, bits):
    most = {8: 127, 4: 7}[bits]
    low, high = min(float(np.min(calibration)), 0.0), max(float(np.max(calibration)), 0.0)
    scale = (high - low) / 255.0
    zero = int(np.clip(np.floor(-low / scale + 0.5), 0, 255))
    tops = _calibrate(layers, calibration)
    units = torch.full((calibration.shape[1],), scale, dtype=torch.float64)
    body, entries = io.BytesIO(), []
    for layer, top in zip(layers, tops):
        if layer["op"] == "pool":
            entries.append({"op": "pool"})
            continue
        weight, bias = _tensor(layer["weight"]), _tensor(layer["bias"])
        rows = weight.shape[0]
        flat = weight.reshape(rows, -1)
        folded = flat * units.repeat_interleave(flat.shape[1] // units.numel())
        steps = folded.abs().amax(1) / most
        # A row without weights is its bias; a row with a very large bias gets coarser weights, so that its sum fits.
        steps = torch.where(steps == 0, bias.abs() / 1e6, steps)
        steps = torch.maximum(steps, bias.abs() / 2.0**30)
        steps[steps == 0] = 1.0
        hidden = top is not None
        if not hidden:
            steps = steps.clamp(1.1e-20, 9e19).float().double()
        codes = _round(folded / steps[:, None]).clamp(-most, most).to(torch.int64).flatten().tolist()
        if bits == 8:
            body.write(struct.pack(f"<{len(codes)}b", *codes))
        else:
            codes += [0] * (len(codes) % 2)
            body.write(bytes((one & 15) | (two & 15) << 4 for one, two in zip(codes[::2], codes[1::2])))
        body.write(_round(bias / steps).numpy().astype("<i4").tobytes())
        entry = {"op": layer["op"], "shape": list(weight.shape)}
        if hidden:
            units = torch.where(top > 0, torch.maximum(top / 254.0, steps), torch.zeros_like(top))
            ratios = torch.where(top > 0, steps / units, torch.zeros_like(top))
            shift = max(1, min(62, 30 - math.frexp(float(ratios.max()))[1]))
            body.write(_round(ratios * 2.0**shift).numpy().astype("<i4").tobytes())
            entry["shift"] = shift
        else:
            body.write(steps.numpy().astype("<f4").tobytes())
        entries.append(entry)
    header = json.dumps({"layers": entries, "zero": zero, "scale": scale, "bits": bits}, separators=(",", ":")).encode()
    return struct.pack("<I", len(header)) + header + body.getvalue()


def _read(file, kind, count):
    kind = np.dtype(kind)
    return np.frombuffer(file.read(kind.itemsize * count), kind)


def _weights(file, shape, bits):
    count = math.prod(shape)
    if bits == 8:
        return _tensor(_read(file, "i1", count)).reshape(shape)
    pairs = _read(file, "u1", -(-count // 2)).astype(np.int64)
    nibbles = np.empty(2 * len(pairs), np.int64)
    nibbles[0::2], nibbles[1::2] = pairs & 15, pairs >> 4
    return _tensor((nibbles[:count] ^ 8) - 8).reshape(shape)


@torch.no_grad()
def run(blob, images):
    file = io.BytesIO(blob)
    (length,) = struct.unpack("<I", file.read(4))
    header = json.loads(file.read(length))
    net = []
    for entry in header["layers"]:
        if entry["op"] == "pool":
            net.append(("pool", None, None, None, None))
            continue
        rows = entry["shape"][0]
        weight, bias = _weights(file, entry["shape"], header["bits"]), _tensor(_read(file, "<i4", rows))
        hidden = "shift" in entry
        ends = torch.tensor(_read(file, "<i4" if hidden else "<f4", rows).astype(np.int64 if hidden else np.float64))
        net.append((entry["op"], weight, bias, ends, entry.get("shift")))
    parts = []
    for first in range(0, len(images), BATCH):
        values = np.floor(images[first : first + BATCH].astype(np.float64) / header["scale"] + 0.5) + header["zero"]
        x = _tensor(np.clip(values, 0, 255) - header["zero"])
        for op, weight, bias, ends, shift in net:
            if op == "pool":
                x = F.max_pool2d(x, 2)
                continue
            a = _layer(op, weight, bias, x)
            if shift is None:
                parts.append((a * ends).numpy())
                break
            m = ends.view(-1, 1, 1) if op == "conv" else ends
            x = ((a.to(torch.int64) * m + (1 << (shift - 1))) >> shift).clamp(0, 255).double()
    return np.concatenate(parts)
