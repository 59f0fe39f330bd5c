"""The same task with torch: equalise the float network across its layers, then quantise each layer plainly.

Cross-layer equalisation (Nagel et al. 2019, section 4.1) divides channel i of a hidden layer by a gain and
multiplies what reads it by the gain, until the weights that write a channel are as large as those that read
it. After that one activation scale a layer is enough.
"""

import json
import struct
from itertools import pairwise

import torch
from torch.nn.functional import conv2d, max_pool2d, pad

HEADROOM = 1.05  # images may be a little brighter than those of the calibration


def quantize(layers, calibration, bits):
    """Return the packed file."""
    layers = equalised([dict(layer) for layer in layers])
    images = torch.as_tensor(calibration).double()
    low, high = min(images.min().item(), 0.0), max(images.max().item(), 0.0)
    scale = (high - low) / 255
    head = {"scale": scale, "zero": round(-low / scale), "bits": bits, "layers": []}
    body, x, unit = b"", images, scale
    for layer in layers:
        if layer["op"] == "pool":
            x = max_pool2d(x, 2)
            head["layers"].append({"op": "pool"})
            continue
        weight, bias = layer["weight"], layer["bias"]
        flat = weight.flatten(1)
        row = flat.abs().amax(1) / (2 ** (bits - 1) - 1)
        row = torch.where(row > 0, row, torch.ones_like(row))
        row = torch.maximum(row, bias.abs() / (unit * 2**30))  # a code of 31 bits, so that every sum fits in 32
        step = row * unit
        entry = {"shape": list(weight.shape), "op": layer["op"]}
        body += packed(torch.floor(flat / row[:, None] + 0.5).to(torch.int64).flatten(), bits)
        body += struct.pack(f"<{len(bias)}i", *torch.floor(bias / step + 0.5).long().tolist())
        if layer is layers[-1]:
            body += struct.pack(f"<{len(bias)}f", *step.tolist())
        else:
            x = linear_map(layer["op"], x, weight, bias).relu()
            unit = HEADROOM * x.max().item() / 255
            ratio = step / unit
            entry["shift"] = 0
            while ratio.max() * 2 ** (entry["shift"] + 1) < 2**31 - 1 and entry["shift"] < 62:
                entry["shift"] += 1
            body += struct.pack(f"<{len(bias)}i", *torch.round(ratio * 2.0 ** entry["shift"]).long().tolist())
        head["layers"].append(entry)
    text = json.dumps(head, separators=(",", ":")).encode("utf-8")
    return len(text).to_bytes(4, "little") + text + body


def equalised(layers):
    """Return the layers with the weights that write and read each hidden channel equally large."""
    real = [layer for layer in layers if layer["op"] != "pool"]
    for layer in real:
        layer["weight"] = torch.as_tensor(layer["weight"]).double()
        layer["bias"] = torch.as_tensor(layer["bias"]).double()
    for _ in range(40):
        for writes, reads in pairwise(real):
            channels = len(writes["bias"])
            columns = reads["weight"].reshape(len(reads["weight"]), channels, -1)
            written = writes["weight"].flatten(1).abs().amax(1)
            read = columns.abs().amax((0, 2))
            gain = torch.sqrt(written / read)
            silent = (written == 0) & (writes["bias"] <= 0)
            gain = torch.where((gain > 0) & gain.isfinite(), gain, torch.ones_like(gain))
            columns = columns * torch.where(silent, torch.zeros_like(gain), gain)[:, None]
            reads["weight"] = columns.reshape(reads["weight"].shape)
            writes["weight"] = writes["weight"] / gain.reshape(-1, *[1] * (writes["weight"].ndim - 1))
            writes["bias"] = writes["bias"] / gain
    return layers


def linear_map(op, x, weight, bias):
    """Apply a conv or linear layer without its ReLU."""
    if op == "conv":
        return conv2d(x, weight, bias, padding=1)
    return x.flatten(1) @ weight.T + bias


def packed(codes, bits):
    """Return integer codes as bytes."""
    if bits == 8:
        return bytes((codes % 256).tolist())
    codes = pad(codes % 16, (0, len(codes) % 2)).reshape(-1, 2)
    return bytes((codes[:, 0] + 16 * codes[:, 1]).tolist())


def run(blob, images):
    """Return the logits."""
    view = memoryview(blob)
    start = 4 + int.from_bytes(view[:4], "little")
    head = json.loads(bytes(view[4:start]))
    x = torch.floor(torch.as_tensor(images).double() / head["scale"] + 0.5) + head["zero"]
    x = x.clamp(0, 255) - head["zero"]
    rest = view[start:]
    for layer in head["layers"]:
        if layer["op"] == "pool":
            x = max_pool2d(x, 2)
            continue
        count, outputs = torch.Size(layer["shape"]).numel(), layer["shape"][0]
        held = count if head["bits"] == 8 else -(-count // 2)
        raw = torch.tensor(list(rest[:held]))
        if head["bits"] == 4:
            raw = torch.stack([raw % 16, raw // 16], 1).flatten()[:count]
        full = 2 ** head["bits"]
        weight = torch.where(raw < full // 2, raw, raw - full).double().reshape(layer["shape"])
        bias = torch.tensor(struct.unpack_from(f"<{outputs}i", rest, held))
        kind = "i" if "shift" in layer else "f"
        last = torch.tensor(struct.unpack_from(f"<{outputs}{kind}", rest, held + 4 * outputs))
        rest = rest[held + 8 * outputs :]
        # float64 holds every integer below 2**53 exactly, so these sums are whole numbers without rounding
        total = linear_map(layer["op"], x, weight, bias.double())
        if kind == "f":
            return (total * last).float().numpy()
        last = last.long().reshape(-1, *[1] * (total.ndim - 2))
        x = ((total.long() * last + 2 ** (layer["shift"] - 1)) >> layer["shift"]).clamp(0, 255).double()
    raise ValueError("no last layer")
