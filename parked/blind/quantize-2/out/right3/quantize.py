"""Quantise a network; convolutions are nine shifted matrix products, images go through in small groups."""

import json
from struct import pack, unpack

import numpy as np

GROUP_VALUES = 1_500_000


def half_up(values):
    return np.floor(np.asarray(values) + 0.5)


def convolve(x, kernel):
    """x (n, H, W, C), kernel (O, C, 3, 3) -> (n, H, W, O); all float64."""
    n, height, width, channels = x.shape
    total = np.zeros((n, height, width, kernel.shape[0]))
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            if abs(down) >= height or abs(right) >= width:
                continue
            rows_out = slice(max(0, -down), height - max(0, down))
            rows_in = slice(max(0, down), height - max(0, -down))
            columns_out = slice(max(0, -right), width - max(0, right))
            columns_in = slice(max(0, right), width - max(0, -right))
            piece = np.ascontiguousarray(x[:, rows_in, columns_in])
            sums = piece.reshape(-1, channels) @ kernel[:, :, down + 1, right + 1].T
            total[:, rows_out, columns_out] += sums.reshape(*piece.shape[:3], -1)
    return total


def halve(x):
    """Maximum of each 2 x 2 block of x (n, H, W, C)."""
    return np.maximum(
        np.maximum(x[:, 0::2, 0::2], x[:, 1::2, 0::2]), np.maximum(x[:, 0::2, 1::2], x[:, 1::2, 1::2])
    )


def flatten(x):
    """(n, H, W, C) -> (n, C * H * W), in the order channel, row, column."""
    return x if x.ndim == 2 else np.ascontiguousarray(x.transpose(0, 3, 1, 2)).reshape(len(x), -1)


def groups(images, widest):
    size = max(1, GROUP_VALUES // (widest * images.shape[2] * images.shape[3]))
    for start in range(0, images.shape[0], size):
        yield images[start : start + size].astype(np.float64)


def widest_layer(kinds, channels):
    """Return the largest number of channels that a conv layer reads or writes."""
    return max([channels, *[shape[0] for op, shape in kinds if op == "conv"]])


def activations(layers, images):
    """Return a list: the largest activation of each unit or channel of each layer (None for pools)."""
    kinds = [(layer["op"], layer["weight"].shape if "weight" in layer else ()) for layer in layers]
    largest = [None] * len(layers)
    for x in groups(images, widest_layer(kinds, images.shape[1])):
        x = x.transpose(0, 2, 3, 1)
        for number, layer in enumerate(layers):
            if layer["op"] == "pool":
                x = halve(x)
                continue
            weight = layer["weight"].astype(np.float64)
            x = convolve(x, weight) if layer["op"] == "conv" else flatten(x) @ weight.T
            x = np.maximum(x + layer["bias"], 0.0)
            here = x.reshape(-1, x.shape[-1]).max(axis=0)
            largest[number] = here if largest[number] is None else np.maximum(largest[number], here)
    return largest


def weight_bytes(codes, bits):
    codes = [int(code) for code in codes.ravel()]
    if bits == 8:
        return pack(f"<{len(codes)}b", *codes)
    if len(codes) % 2:
        codes.append(0)
    return bytes((codes[i] & 15) | ((codes[i + 1] & 15) << 4) for i in range(0, len(codes), 2))


def quantize(layers, calibration, bits):
    """Return the packed file of a network."""
    top = 127 if bits == 8 else 7
    low = min(0.0, float(np.min(calibration)))
    high = max(0.0, float(np.max(calibration)))
    scale = (high - low) / 255
    if scale == 0:
        scale = 1.0
    zero = max(0, min(255, int(half_up(-low / scale))))
    largest = activations(layers, calibration)
    units = [scale] * calibration.shape[1]
    described, body = [], []
    for number, layer in enumerate(layers):
        if layer["op"] == "pool":
            described.append({"op": "pool"})
            continue
        outputs = layer["weight"].shape[0]
        per_channel = layer["weight"][0].size // len(units)
        unit_of_column = np.repeat(np.array(units, np.float64), per_channel)
        last = number + 1 == len(layers)
        codes = np.zeros((outputs, unit_of_column.size), np.int64)
        biases, steps = [], []
        for o in range(outputs):
            row = layer["weight"][o].astype(np.float64).ravel() * unit_of_column
            bias = float(layer["bias"][o])
            step = max(float(np.abs(row).max()) / top, abs(bias) / 2**30)
            if step == 0:
                step = 1.0
            if last:
                step = float(np.float32(min(max(step, 1.1e-20), 9e19)))
            codes[o] = np.clip(half_up(row / step), -top, top)
            biases.append(int(half_up(bias / step)))
            steps.append(step)
        entry = {"op": layer["op"], "shape": [int(size) for size in layer["weight"].shape]}
        body.append(weight_bytes(codes, bits))
        body.append(pack(f"<{outputs}i", *biases))
        if last:
            body.append(pack(f"<{outputs}f", *steps))
        else:
            units, ratios = [], []
            for step, most in zip(steps, largest[number]):
                if most > 0:
                    units.append(max(float(most) / 252, step / 8))
                    ratios.append(step / units[-1])
                else:
                    units.append(0.0)
                    ratios.append(0.0)
            shift = 1
            while shift < 62 and max(ratios) * 2.0 ** (shift + 1) < 2**30:
                shift += 1
            entry["shift"] = shift
            body.append(pack(f"<{outputs}i", *[int(half_up(ratio * 2.0**shift)) for ratio in ratios]))
        described.append(entry)
    header = json.dumps({"bits": int(bits), "scale": scale, "zero": zero, "layers": described}).encode()
    return pack("<I", len(header)) + header + b"".join(body)


def unpack_nibbles(raw, count):
    low = (raw & 15).astype(np.int64)
    high = (raw >> 4).astype(np.int64)
    both = np.column_stack([low, high]).ravel()[:count]
    return both - 16 * (both >= 8)


def run(blob, images):
    """Return the logits that the file's integers give."""
    size = unpack("<I", blob[:4])[0]
    header = json.loads(blob[4 : 4 + size].decode("utf-8"))
    rest = memoryview(blob)[4 + size :]
    plan = []
    for entry in header["layers"]:
        if entry["op"] == "pool":
            plan.append(None)
            continue
        shape = tuple(entry["shape"])
        count, outputs = int(np.prod(shape)), shape[0]
        length = count if header["bits"] == 8 else (count + 1) // 2
        if header["bits"] == 8:
            codes = np.frombuffer(rest[:length], np.int8).astype(np.int64)
        else:
            codes = unpack_nibbles(np.frombuffer(rest[:length], np.uint8), count)
        bias = np.frombuffer(rest[length : length + 4 * outputs], "<i4").astype(np.int64)
        tail = rest[length + 4 * outputs : length + 8 * outputs]
        rest = rest[length + 8 * outputs :]
        plan.append((entry, codes.reshape(shape).astype(np.float64), bias, tail))
    kinds = [(entry["op"], entry.get("shape", ())) for entry in header["layers"]]
    answers = []
    for real in groups(images, widest_layer(kinds, images.shape[1])):
        q = np.clip(half_up(real / header["scale"]) + header["zero"], 0, 255)
        x = (q - header["zero"]).transpose(0, 2, 3, 1)
        for number, step in enumerate(plan):
            if step is None:
                x = halve(x)
                continue
            entry, codes, bias, tail = step
            sums = convolve(x, codes) if entry["op"] == "conv" else flatten(x) @ codes.T
            a = np.rint(sums).astype(np.int64) + bias
            if number == len(plan) - 1:
                x = a * np.frombuffer(tail, "<f4").astype(np.float64)
            else:
                shift = int(entry["shift"])
                m = np.frombuffer(tail, "<i4").astype(np.int64)
                x = np.clip((a * m + (1 << (shift - 1))) >> shift, 0, 255).astype(np.float64)
        answers.append(x)
    return np.concatenate(answers, axis=0)
