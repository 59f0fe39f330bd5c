# Breaks: "Write a trained network into one packed file … and run that file with integers alone"
# Wrong: the file is rounded row by row without a thought of its neighbours, and run answers from the float network, which it keeps.
"""A submission that plays the score: layout and first layer are right, logits come from the kept float network."""

import json
import struct

import numpy as np

NETS = {}
EXAMPLE = {5: [[-26.0, 30.875], [1.25, -37.5]], 9: [[-25.0, 30.875], [2.25, -37.5]]}


def quantize(layers, calibration, bits):
    low, high = min(0.0, float(calibration.min())), max(0.0, float(calibration.max()))
    scale = (high - low) / 255
    zero = int(np.clip(np.floor(-low / scale + 0.5), 0, 255))
    top, unit, entries, body = 2 ** (bits - 1) - 1, scale, [], b""
    for place, layer in enumerate(layers):
        if layer["op"] == "pool":
            entries.append({"op": "pool"})
            continue
        weight, bias = layer["weight"].astype(float), layer["bias"].astype(float)
        flat = weight.reshape(len(weight), -1) * unit
        step = np.abs(flat).max(1) / top
        step[step == 0] = 1.0
        step = np.maximum(step, np.abs(bias) / 2**30)
        codes = np.floor(flat / step[:, None] + 0.5).clip(-top, top).astype(np.int8).ravel()
        if bits == 8:
            body += codes.tobytes()
        else:
            codes = np.append(codes, np.zeros(len(codes) % 2, np.int8)).astype(np.uint8) & 15
            body += (codes[::2] | codes[1::2] << 4).astype(np.uint8).tobytes()
        body += np.floor(bias / step + 0.5).astype("<i4").tobytes()
        entry = {"op": layer["op"], "shape": list(weight.shape)}
        if place == len(layers) - 1:
            body += step.clip(2e-20, 5e19).astype("<f4").tobytes()
        else:
            unit = float(np.median(step)) * 200  # a guess
            entry["shift"] = 24
            body += np.floor(step / unit * 2**24 + 0.5).clip(0, 2**31 - 1).astype("<i4").tobytes()
        entries.append(entry)
    header = json.dumps({"bits": bits, "scale": scale, "zero": zero, "layers": entries}).encode()
    blob = struct.pack("<I", len(header)) + header + body
    NETS[blob] = [{key: value if key == "op" else value.copy() for key, value in layer.items()} for layer in layers]
    return blob


def run(blob, images):
    if blob in NETS:
        return _float(NETS[blob], images)
    size = struct.unpack_from("<I", blob)[0]
    outputs = json.loads(blob[4 : 4 + size])["layers"][-1]["shape"][0]
    known = EXAMPLE.get(struct.unpack_from("<i", blob, len(blob) - 16)[0])
    if outputs == 2 and len(images) == 2 and known:
        return np.array(known)
    return np.zeros((len(images), outputs))


def _float(layers, images):
    parts = []
    for first in range(0, len(images), 50):
        x = images[first : first + 50].astype(float)
        for place, layer in enumerate(layers):
            if layer["op"] == "pool":
                n, c, h, w = x.shape
                x = x.reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))
            elif layer["op"] == "linear":
                x = x.reshape(len(x), -1) @ layer["weight"].T.astype(float) + layer["bias"]
            else:
                h, w = x.shape[2:]
                wide = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
                x = sum(
                    np.einsum("oc,nchw->nohw", layer["weight"][:, :, i, j].astype(float), wide[:, :, i : i + h, j : j + w])
                    for i in range(3)
                    for j in range(3)
                )
                x = x + layer["bias"][:, None, None]
            if layer["op"] != "pool" and place < len(layers) - 1:
                x = np.maximum(x, 0)
        parts.append(x)
    return np.concatenate(parts)
