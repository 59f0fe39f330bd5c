"""Quantise in two moves: first equalise the float network, so that each channel ends at 1; then round it, layer by layer.

A positive factor commutes with a ReLU and with a maximum, so it can move from the rows of one layer to the columns of the
next. Behind the first move every hidden channel has the same unit, and the second move is the textbook's.
"""

import json
import struct
from dataclasses import dataclass

import numpy as np

UNIT = 1 / 252  # what code 1 of an equalised channel stands for


@dataclass
class Layer:
    """A layer of a network or of a file: three arrays of one row each, or a pool without any."""

    op: str
    weight: np.ndarray = None
    bias: np.ndarray = None
    end: np.ndarray = None  # multipliers or scales, in a file
    shift: int = None

    def sums(self, x):
        """Return bias + sum of weight * x, in float64."""
        weight, bias = self.weight, self.bias
        if self.op == "linear":
            return x.reshape(len(x), -1) @ weight.T + bias
        n, c, h, w = x.shape
        wide = np.zeros((n, c, h + 2, w + 2))
        wide[:, :, 1:-1, 1:-1] = x
        total = np.empty((n, len(weight), h * w))
        total[:] = bias[:, None]
        for row in range(3):
            for column in range(3):
                part = wide[:, :, row : row + h, column : column + w].reshape(n, c, h * w)
                total += np.matmul(np.ascontiguousarray(weight[:, :, row, column]), part)
        return total.reshape(n, len(weight), h, w)

    def rows(self, values):
        """Return one value a row, in the shape that the sums broadcast with."""
        return values.reshape(-1, 1, 1) if self.op == "conv" else values


def pool(x):
    return np.maximum(
        np.maximum(x[:, :, 0::2, 0::2], x[:, :, 0::2, 1::2]), np.maximum(x[:, :, 1::2, 0::2], x[:, :, 1::2, 1::2])
    )


def parts(images):
    """Yield the images in small parts, as float64."""
    size = max(1, 20_000 // (images.shape[2] * images.shape[3]))
    for first in range(0, len(images), size):
        yield images[first : first + size].astype(np.float64)


def equalised(layers, calibration, unit, top):
    """Return the network with every hidden channel ending at 1, or at 0 where it never fires."""
    net = [
        Layer("pool") if layer["op"] == "pool" else Layer(layer["op"], np.float64(layer["weight"]), np.float64(layer["bias"]))
        for layer in layers
    ]
    ends = [np.zeros(0 if layer.op == "pool" else len(layer.weight)) for layer in net]
    for x in parts(calibration):
        for layer, end in zip(net[:-1], ends):
            if layer.op == "pool":
                x = pool(x)
                continue
            x = np.maximum(layer.sums(x), 0)
            np.maximum(end, x.max(axis=0).reshape(len(end), -1).max(axis=1), out=end)
    ends = [end.astype(np.float32).astype(np.float64) for end in ends]  # drop bits that the order of a sum decides
    before = np.ones(calibration.shape[1])
    alike = []
    for layer, end in zip(net, ends):
        if layer.op == "pool":
            alike.append(layer)
            continue
        columns = before.reshape(-1, 1, 1) if layer.op == "conv" else np.repeat(before, layer.weight.shape[1] // len(before))
        last = layer is net[-1]
        weight = layer.weight * columns
        coarse = np.abs(weight).reshape(len(weight), -1).max(axis=1) * unit / top  # one unit of the sum: nothing is finer
        end = np.where(end > 0, np.maximum(end, coarse / UNIT), 0.0)
        own = np.ones(len(end)) if last else np.where(end > 0, end, np.inf)
        weight = weight / own.reshape((-1,) + (1,) * (layer.weight.ndim - 1))
        alike.append(Layer(layer.op, weight, layer.bias / own))
        before, unit = end, UNIT
    return net, alike, ends


def quantize(layers, calibration, bits):
    """Return the packed file of a network."""
    low, high = float(min(0, calibration.min())), float(max(0, calibration.max()))
    scale = (high - low) / 255
    zero = int(np.clip(np.floor(-low / scale + 0.5), 0, 255))
    top, unit, header, body = 2 ** (bits - 1) - 1, scale, [], b""
    net, alike, ends = equalised(layers, calibration, scale, top)
    first = True
    for was, layer, end in zip(net, alike, ends):
        if layer.op == "pool":
            header.append({"op": "pool"})
            continue
        last = was is net[-1]
        fires = np.ones(len(end), bool) if last else end > 0
        # a unit that never fires has lost its row above; the first layer's is kept as it was, and m = 0 silences it
        weight = np.where(fires.reshape((-1,) + (1,) * (layer.weight.ndim - 1)), layer.weight, was.weight if first else 0.0)
        bias = np.where(fires, layer.bias, was.bias if first else 0.0)
        step = np.abs(weight).reshape(len(weight), -1).max(axis=1) * unit / top
        step[step == 0] = np.abs(bias)[step == 0] / 2**20
        step = np.maximum(step, np.abs(bias) / 2**30)
        step[step == 0] = 1.0
        if last:
            step = np.float64(np.float32(np.clip(step, 2e-20, 5e19)))
        codes = np.floor(weight * unit / step.reshape((-1,) + (1,) * (weight.ndim - 1)) + 0.5).clip(-top, top)
        body += packed(codes.astype(np.int64).ravel(), bits) + np.floor(bias / step + 0.5).astype("<i4").tobytes()
        entry = {"shape": [int(side) for side in weight.shape], "op": layer.op}
        if last:
            body += step.astype("<f4").tobytes()
        else:
            ratio = np.where(fires, step / UNIT, 0.0)
            shift = 62
            while shift > 1 and ratio.max() * 2.0**shift >= 2**31 - 1:
                shift -= 1
            m = np.floor(np.minimum(ratio * 2.0**shift, 2**31 - 1) + 0.5)
            body += np.minimum(m, 2**31 - 1).astype("<i4").tobytes()
            entry["shift"] = shift
            unit = UNIT
        header.append(entry)
        first = False
    text = json.dumps({"scale": scale, "zero": zero, "bits": bits, "layers": header}).encode("utf-8")
    return len(text).to_bytes(4, "little") + text + body


def packed(codes, bits):
    if bits == 8:
        return codes.astype("i1").tobytes()
    pairs = np.zeros(2 * ((len(codes) + 1) // 2), np.int64)
    pairs[: len(codes)] = codes % 16
    return (pairs[::2] + 16 * pairs[1::2]).astype("u1").tobytes()


def read(blob):
    """Return the header of a file and its layers."""
    end = 4 + int.from_bytes(blob[:4], "little")
    header = json.loads(blob[4:end].decode("utf-8"))
    rest = memoryview(blob)[end:]
    net = []
    for entry in header["layers"]:
        if entry["op"] == "pool":
            net.append(Layer("pool"))
            continue
        count, rows = int(np.prod(entry["shape"])), entry["shape"][0]
        size = count if header["bits"] == 8 else (count + 1) // 2
        if header["bits"] == 8:
            codes = np.frombuffer(rest[:size], "i1").astype(np.float64)
        else:
            table = np.array([[(b & 15) - 16 * ((b & 15) > 7), (b >> 4) - 16 * (b > 127)] for b in range(256)], np.float64)
            codes = table[np.frombuffer(rest[:size], "u1")].ravel()[:count]
        bias = np.frombuffer(rest[size : size + 4 * rows], "<i4").astype(np.float64)
        ends = rest[size + 4 * rows : size + 8 * rows]
        end = np.frombuffer(ends, "<i4").astype(np.int64) if "shift" in entry else np.frombuffer(ends, "<f4").astype(float)
        net.append(Layer(entry["op"], codes.reshape(entry["shape"]), bias, end, entry.get("shift")))
        rest = rest[size + 8 * rows :]
    return header, net


def run(blob, images):
    """Return the logits that the file's integers give."""
    header, net = read(blob)
    answer = np.empty((len(images), len(net[-1].weight)))
    done = 0
    for some in parts(images):
        x = np.clip(np.floor(some / header["scale"] + 0.5) + header["zero"], 0, 255) - header["zero"]
        for layer in net[:-1]:
            if layer.op == "pool":
                x = pool(x)
                continue
            product = layer.sums(x).astype(np.int64) * layer.rows(layer.end)
            x = np.clip((product + 2 ** (layer.shift - 1)) >> layer.shift, 0, 255).astype(np.float64)
        answer[done : done + len(some)] = net[-1].sums(x) * net[-1].end
        done += len(some)
    return answer
