from pathlib import Path
OUT = Path("../out"); R = Path("r1.py").read_text()
for i in (1, 2, 3):
    (OUT / f"right{i}").mkdir(exist_ok=True); (OUT / f"right{i}/quantize.py").write_text(Path(f"r{i}.py").read_text())
TABLE = []
def wrong(n, idea, quote, why, *pairs):
    t = R
    for a, b in pairs:
        assert t.count(a) == 1, (n, a, t.count(a)); t = t.replace(a, b)
    f = OUT / f"wrong{n:02d}"; f.mkdir(exist_ok=True)
    (f / "quantize.py").write_text(f"# Breaks: \"{quote}\"\n# Wrong: {why}\n" + t)
    TABLE.append(f"| wrong{n:02d} | {idea} | \"{quote}\" |")
wrong(1, "input codes by trunc(v + ½)", "Every rounding is floor(v + ½).", "below zero trunc rounds up: v = -1.7 gives -1, not -2 (the example's -1.5 comes out right).",
  ("q = np.floor(some.astype(np.float64) / scale + 0.5) + zero", "q = np.trunc(some.astype(np.float64) / scale + 0.5) + zero"))
wrong(2, "requantises in float64", "exact: `(a · m + 2^(shift−1)) >> shift` in int64", "a · m beyond 2^53 is rounded in float64, and so is what + 0.5 gives near a half.",
  ("            product = a.astype(np.int64) * _along(layer[\"m\"].astype(np.int64), layer[\"op\"])\n            x = np.clip((product + (1 << (layer[\"shift\"] - 1))) >> layer[\"shift\"], 0, 255).astype(np.float64)\n",
   "            ratio = _along(layer[\"m\"].astype(np.float64), layer[\"op\"]) / 2.0 ** layer[\"shift\"]\n            x = np.clip(np.floor(a * ratio + 0.5), 0, 255)\n"))
wrong(3, "pads the input with code 0, which is x = -zero", "Let `x = q − zero`; padding is `x = 0`.", "where zero is not 0, the border of the first conv layer gets -zero.",
  ("def _sums(op, weight, x):", "def _sums(op, weight, x, blank=0):"),
  ("    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))\n", "    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=blank)\n"),
  ("        x = np.clip(q, 0, 255) - zero\n", "        x, blank = np.clip(q, 0, 255) - zero, -zero  # code 0, seen from the zero point\n"),
  ("_sums(layer[\"op\"], layer[\"weight\"], x) + _along(layer[\"bias\"], layer[\"op\"])\n            if \"shift\"", "_sums(layer[\"op\"], layer[\"weight\"], x, blank) + _along(layer[\"bias\"], layer[\"op\"])\n            blank = 0\n            if \"shift\""))
wrong(4, "pools onto zeros, which is right behind a ReLU only", "`{\"op\": \"pool\"}`: maximum of each 2 × 2 block", "conv and pool come in any order: a pool that is first sees negative x, and gives 0 for them.",
  ("    return x.reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))", "    best = np.zeros((n, c, h // 2, w // 2))\n    for row in (0, 1):\n        for column in (0, 1):\n            np.maximum(best, x[:, :, row::2, column::2], out=best)\n    return best"))
wrong(5, "first code in the high four bits, packing and unpacking alike", "two's complement, two a byte, the first in the low four bits", "both ways are swapped: its own files run well, all others do not, and nobody else can read its own.",
  ("(flat[0::2] | flat[1::2] << 4)", "(flat[0::2] << 4 | flat[1::2])"), ("[pairs & 15, pairs >> 4]", "[pairs >> 4, pairs & 15]"))
wrong(6, "ranges from the first 100 calibration images", "`calibration` is a log; its bright images may stand anywhere.", "bright images behind the first 100 set no range.",
  ("    low, high = min(0.0, float(calibration.min()))", "    calibration = calibration[:100]  # enough for a range\n    low, high = min(0.0, float(calibration.min()))"))
wrong(7, "keeps opened files by length and first 1024 bytes", "What a call gives depends on its arguments alone: never on earlier calls, nor on the process.", "two files that differ behind the first 1024 bytes alone (later weights, biases, scales) share an entry.",
  ("BUDGET = 1 << 22", "_FILES = {}  # opened files\nBUDGET = 1 << 22"),
  ("    bits, scale, zero, layers = _opened(blob)\n", "    key = len(blob), blob[:1024]\n    if key not in _FILES:\n        _FILES[key] = _opened(blob)\n    bits, scale, zero, layers = _FILES[key]\n"))
wrong(8, "keeps files by id() of layers and calibration", "What a call gives depends on its arguments alone: never on earlier calls, nor on the process.", "a weight changed in place, or a new list at an old address, gets the earlier file.",
  ("BUDGET = 1 << 22", "_MADE = {}  # files by network, calibration and bits\nBUDGET = 1 << 22"),
  ("def quantize(layers, calibration, bits):\n    \"\"\"Return the packed file of a network.\"\"\"\n", "def quantize(layers, calibration, bits):\n    \"\"\"Return the packed file of a network.\"\"\"\n    key = id(layers), id(calibration), bits\n    if key not in _MADE:\n        _MADE[key] = _quantize(layers, calibration, bits)\n    return _MADE[key]\n\n\ndef _quantize(layers, calibration, bits):\n"))
wrong(9, "sorts the calibration images in place to find their range", "No call changes its arguments.", "reshape gives a view of the caller's array, and sort() sorts it.",
  ("    low, high = min(0.0, float(calibration.min())), max(0.0, float(calibration.max()))\n", ""),
  ("    largest = _largest_outputs(layers, calibration)\n", ""),
  ("    scale = (high - low) / 255\n", "    largest = _largest_outputs(layers, calibration)\n    values = calibration.reshape(-1)\n    values.sort()\n    low, high = min(0.0, float(values[0])), max(0.0, float(values[-1]))\n    scale = (high - low) / 255\n"))
wrong(10, "rows and columns exchanged in the pool", "(n, C, H, W), not always square", "right for square images only.",
  ("    return x.reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))", "    return x.reshape(n, c, w // 2, 2, h // 2, 2).max((3, 5))"))
wrong(11, "bias codes clipped to int32, sums not bounded", "It must fit in 32 bits: in the files that `run` is given for the images that come with them, in yours for any image.", "a large bias in a row whose folded weights are small gives a code at the end of int32, and the products come on top.",
  ("        step = np.maximum(step, np.abs(bias) / MOST_BIAS)\n", ""), ("MOST_BIAS = 2.0**30  # of a bias code; the products of a row are below 2^26, so that every sum fits in 32 bits\n", ""),
  ("np.floor(bias / step + 0.5).astype", "np.clip(np.floor(bias / step + 0.5), -(2**31), 2**31 - 1).astype"))
wrong(12, "range from least to largest value, without 0", "`zero` is an integer in 0 … 255", "for images all in [1, 3] the zero point would be -127 and is clipped to 0: most values lie beyond the codes (\"of a range that holds 0\").",
  ("    low, high = min(0.0, float(calibration.min())), max(0.0, float(calibration.max()))\n", "    low, high = float(calibration.min()), float(calibration.max())\n"))
wrong(13, "multipliers read as unsigned", "multiplier `m` (any int32)", "a negative multiplier is read as one near 2^32; its own files have none.",
  ("(\"m\", \"<i4\")", "(\"m\", \"<u4\")"))
wrong(14, "buffers begin where the header, written again, would end", "The header has exactly these keys, in any order and spacing", "a file with other spacing, or with a number written another way (1e-2), is read from a wrong place.",
  ("    at, layers = 4 + size, []\n", "    at, layers = 4 + len(json.dumps(header)), []\n"))
wrong(15, "float32 for many images", "`run` may use any arithmetic that gives the exact integers", "for more than 256 images sums beyond 2^24 are rounded.",
  ("    for some in _batches(layers, images):\n        q", "    kind = np.float32 if len(images) > 256 else np.float64  # half the memory where there is much\n    for some in _batches(layers, images):\n        q"),
  ("_sums(layer[\"op\"], layer[\"weight\"], x) +", "_sums(layer[\"op\"], layer[\"weight\"].astype(kind), x.astype(kind)) +"))
METRIC = '''# Breaks: "Write a trained network into one packed file … and run that file with integers alone"
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
'''
(OUT / "metric").mkdir(exist_ok=True); (OUT / "metric/quantize.py").write_text(METRIC)
(OUT / "README.md").write_text('''# Blind submissions for dl-quantize

| folder | idea | the sentence it breaks |
|---|---|---|
| right1 | NumPy, windows and one product of matrices, float64 sums, int64 requantising; largest code 250, a unit of its own for each channel | none |
| right2 | PyTorch float64 (`conv2d`, `max_pool2d`), compact JSON in another order; largest code 254 | none |
| right3 | equalises the float network first, then one unit a layer; nine shifted products, dataclass, table of nibbles; largest code 252; scale not written first in an entry | none |
''' + "\n".join(TABLE) + '''
| metric | worked example by table, valid layout with rows rounded each for itself and a guessed next unit, `run` answers from the float network kept in a global | "run that file with integers alone"; "never on earlier calls, nor on the process" |

Tried shortly here: right1 to right3 agree on random files (8 and 4 bits, negative m, shift 62, non-square, odd, pool first), and on made-up networks with planted imbalance. Visible and hidden checks were not run.

## Unclear sentences

- "`calibration` … ≤ 1 % of the values lie beyond the codes": whether the half step at an end that rounding of `zero` makes counts as beyond is not said.
- "in yours for any image": for codes that the multipliers allow (0 to 255 of each hidden channel), or for those that can really come out? All rights take the first.
- "Rows may be all zeros (in a hidden layer with a bias of 0)": that a last layer's zero row may have another bias must be guessed from it.
- A unit that never fires on the calibration images: hints let it be silent for good (m = 0); the statement does not say whether it may fire in new images.
- "each bias within 2 %": of a row whose weights are all zero, in a network of one layer, "a third of their row's largest weight × …" is 0, so a bias of 0 is compared with 0.
- `scale` of the header: a JSON integer (1, not 1.0) is "a number"; whether `1E-3` occurs is left to "any spacing".
- "float array": float32 or float64 by step 4, not stated in the Interface.
- "97 % pass, so each check is needed": 97 % of 27 is 26.19, so that a check with partial marks may miss 0.8 points.
''')
