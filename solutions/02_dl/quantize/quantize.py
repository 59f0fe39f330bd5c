"""Post-training quantisation to 8 or 4 bits, and inference in integers from the packed file alone.

Everything follows from one picture. Code q of activation channel c stands for the real number unit[c] · q, so

    Σ_c weight[o, c] · (unit[c] · q_c)  =  Σ_c (weight[o, c] · unit[c]) · q_c  ≈  step[o] Σ_c code[o, c] · q_c

Fold the units into the weights first, then quantise each row with a step of its own. A channel may have any
unit it likes: what makes it loud here makes its weights small in the next layer, and only the product is
rounded.
"""

import json
import struct

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

TOP = 255  # activations are unsigned 8-bit codes; after a ReLU all of 0 … 255 lies above zero


def round_half_up(v):
    """Round to the nearest integer, halves up, as the file format says."""
    return np.floor(v + 0.5)


def quantize(layers, calibration, bits):
    """Return the packed file of a network, its activation ranges measured on the calibration images."""
    x = np.asarray(calibration, dtype=np.float64)  # (n, C, H, W): the real activations, layer by layer
    scale, zero = input_range(x)
    header = {"bits": bits, "scale": scale, "zero": zero, "layers": []}
    buffers = []
    unit = np.full(x.shape[1], scale)  # (C,): what one code of each channel stands for
    for index, layer in enumerate(layers):
        if layer["op"] == "pool":
            x = pool(x)
            header["layers"].append({"op": "pool"})
            continue
        weight = np.asarray(layer["weight"], dtype=np.float64)  # (O, C, 3, 3) or (O, I)
        bias = np.asarray(layer["bias"], dtype=np.float64)  # (O,)
        rows = fold(weight, unit)  # (O, weights of a row)
        step = row_steps(rows, bias, bits)  # (O,)
        entry = {"op": layer["op"], "shape": list(weight.shape)}
        buffers.append(pack(round_half_up(rows / step[:, None]), bits))
        buffers.append(round_half_up(bias / step).astype("<i4").tobytes())
        if index == len(layers) - 1:
            buffers.append(step.astype("<f4").tobytes())
        else:
            x = np.maximum(products(layer["op"], x, weight) + along_channels(bias, layer["op"]), 0.0)
            unit = channel_peaks(x) / TOP
            multiplier, entry["shift"] = fixed_point(step, unit)
            buffers.append(multiplier.astype("<i4").tobytes())
        header["layers"].append(entry)
    text = json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + b"".join(buffers)


def input_range(x):
    """Return scale and zero point that spread min … max over 0 … 255; the real 0 has a code of its own."""
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    scale = (high - low) / TOP
    return scale, int(round_half_up(-low / scale))


def fold(weight, unit):
    """Return the weights per code of their input, one row an output channel."""
    per_channel = weight.reshape(len(weight), len(unit), -1)  # flattening keeps a channel's positions together
    return (per_channel * unit[:, None]).reshape(len(weight), -1)


def row_steps(rows, bias, bits):
    """Return each row's step: its largest weight is the largest code, and its bias fits in 32 bits."""
    largest = 2 ** (bits - 1) - 1
    step = np.maximum(np.abs(rows).max(axis=1) / largest, np.abs(bias) / 2**30)
    return np.where(step > 0, step, 1.0)  # a row of zeros with no bias: any step will do


def channel_peaks(x):
    """Return the largest activation of each channel (axis 1) over all calibration images and positions."""
    return x.reshape(len(x), x.shape[1], -1).max(axis=(0, 2))


def fixed_point(step, unit):
    """Return step / unit as integers over 2**shift; a channel that never fires (unit 0) stays at code 0."""
    ratio = np.divide(step, unit, out=np.zeros_like(step), where=unit > 0)
    shift = int(np.clip(30 - np.frexp(ratio.max())[1], 1, 62))  # the largest ratio becomes just below 2**30
    return round_half_up(ratio * 2.0**shift), shift


def pack(codes, bits):
    """Return codes as int8, or two to a byte with the first in the low four bits."""
    codes = codes.astype(np.int8).ravel()
    if bits == 8:
        return codes.tobytes()
    nibbles = np.append(codes, np.zeros(len(codes) % 2, np.int8)).view(np.uint8) & 0x0F
    return (nibbles[0::2] | nibbles[1::2] << 4).tobytes()


def unpack(data, count, bits):
    """Return ``count`` signed codes (int64)."""
    if bits == 8:
        return np.frombuffer(data, np.int8).astype(np.int64)
    packed = np.frombuffer(data, np.uint8)
    nibbles = np.stack([packed & 0x0F, packed >> 4], axis=1).ravel()[:count].astype(np.int64)
    return np.where(nibbles > 7, nibbles - 16, nibbles)  # 8 … 15 stand for -8 … -1


def run(blob, images):
    """Return the logits (n, O) that the file's integer arithmetic gives for the images (n, C, H, W)."""
    header, buffers = read(blob)
    real = np.asarray(images, dtype=np.float64)
    code = np.clip(round_half_up(real / header["scale"]) + header["zero"], 0, 255)
    x = code.astype(np.int64) - header["zero"]  # from here on 0 stands for the real 0, in the padding too
    for layer in header["layers"]:
        if layer["op"] == "pool":
            x = pool(x)
            continue
        weight, bias, last = next(buffers)
        total = products(layer["op"], x, weight) + along_channels(bias, layer["op"])
        if "shift" not in layer:
            return total * last.astype(np.float64)
        half = 1 << (layer["shift"] - 1)
        x = (total * along_channels(last, layer["op"]) + half) >> layer["shift"]
        x = np.clip(x, 0, 255)  # the ReLU, and the upper end of 8 bits
    raise ValueError("the file has no last layer")


def read(blob):
    """Return the header, and a generator of (weight codes, bias, multiplier or scale) for each layer."""
    size = struct.unpack_from("<I", blob)[0]
    header = json.loads(blob[4 : 4 + size])
    return header, layer_buffers(header, blob, 4 + size)


def layer_buffers(header, blob, at):
    """Walk through the buffers, which follow one another without gaps."""
    for layer in header["layers"]:
        if layer["op"] == "pool":
            continue
        outputs, count = layer["shape"][0], int(np.prod(layer["shape"]))
        end = at + (count * header["bits"] + 7) // 8
        weight = unpack(blob[at:end], count, header["bits"]).reshape(layer["shape"])
        bias = np.frombuffer(blob, "<i4", outputs, end).astype(np.int64)
        last = np.frombuffer(blob, "<i4" if "shift" in layer else "<f4", outputs, end + 4 * outputs)
        yield weight, bias, last.astype(np.int64) if "shift" in layer else last
        at = end + 8 * outputs


def products(op, x, weight):
    """Return the sums of products of a conv (3 × 3, zeros around) or linear layer, in the type of ``x``.

    Integers are multiplied in float64, which BLAS does fast and which holds every integer below 2**53.
    """
    weight = weight.astype(np.float64)
    if op == "linear":
        sums = x.reshape(len(x), -1) @ weight.T  # (n, O)
    else:
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = sliding_window_view(padded, (3, 3), axis=(2, 3))  # (n, C, H, W, 3, 3)
        sums = np.tensordot(windows, weight, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)  # (n, O, H, W)
    return sums.astype(x.dtype)


def along_channels(values, op):
    """Return (O,) values in a shape that broadcasts over a layer's output."""
    return values[:, None, None] if op == "conv" else values


def pool(x):
    """Return the maximum of each 2 × 2 block."""
    n, channels, height, width = x.shape
    return x.reshape(n, channels, height // 2, 2, width // 2, 2).max(axis=(3, 5))
