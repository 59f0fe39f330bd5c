"""The packed form of the statement: its two tables, how it is read, written and looked at."""

import numpy as np
from scipy.stats import norm

from tenfold import expect

BLOCK, GROUP = 64, 256  # as the statement says
CLOSE = 1e-5  # relative to the largest value, as the statement says
TIE = 1e-6  # of a block's absmax: codes so near to a tie may go either way, as the statement says
TIE8 = 1e-5  # of a group's scale: an absmax minus its mean has lost some bits
KEYS = {"codes": "u", "absmax": "u", "scale": "f", "offset": "f"}
PARTS = {*KEYS, "shape"}


def normal_float():
    """Return the 16 values of NF4, float32."""
    up, down = norm.ppf(np.linspace(0.9677083, 0.5, 9)[:-1]), -norm.ppf(np.linspace(0.9677083, 0.5, 8)[:-1])
    values = np.sort([*down, 0.0, *up])
    return (values / values[-1]).astype(np.float32)


def dynamic():
    """Return the 256 values of the second quantisation, float32."""
    values = [0.0, 1.0]
    for power in range(7):
        edges = np.linspace(0.1, 1, 2**power + 1)
        middles = (edges[:-1] + edges[1:]) / 2 * 10.0 ** (power - 6)
        values += [*middles, *-middles]
    return np.sort(values).astype(np.float32)


NF4, EIGHT = normal_float(), dynamic()


def rows_of(values, width):
    """Return values as rows of a width, zeros after the last."""
    return np.pad(values, (0, -len(values) % width)).reshape(-1, width)


def nearest(values, table):
    """Return the index of the table's value that lies nearest to each."""
    return np.searchsorted((table[:-1].astype(np.float64) + table[1:]) / 2, values).astype(np.uint8)


def pack(weight):
    """Return the packed dict of a matrix."""
    blocks = rows_of(weight.astype(np.float64).ravel(), BLOCK)
    absmax = np.abs(blocks).max(axis=1)
    codes = nearest(blocks / np.where(absmax == 0, 1, absmax)[:, None], NF4)
    codes = codes.ravel()[: weight.size + weight.size % 2]
    offset = absmax.mean().astype(np.float32)
    around = rows_of(absmax - offset, GROUP)
    scale = np.abs(around).max(axis=1)
    eight = nearest(around / np.where(scale == 0, 1, scale)[:, None], EIGHT)
    return {
        "codes": codes[0::2] << 4 | codes[1::2],
        "absmax": eight.ravel()[: len(absmax)],
        "scale": scale.astype(np.float32),
        "offset": offset.reshape(1),
        "shape": list(weight.shape),
    }


def opened(packed, shape):
    """Return a packed dict with its arrays checked against the stated layout, the shape as a list."""
    packed = expect.mapping(packed, keys=[*PARTS])
    size = int(np.prod(shape))
    blocks = -(-size // BLOCK)
    lengths = {"codes": -(-size // 2), "absmax": blocks, "scale": -(-blocks // GROUP), "offset": 1}
    made = {name: expect.array(packed[name], shape=(lengths[name],), kind=kind) for name, kind in KEYS.items()}
    for name, kind in KEYS.items():
        if made[name].dtype != (np.uint8 if kind == "u" else np.float32):
            raise expect.Unexpected(f"{name} has another dtype than stated")
    if [expect.integer(side) for side in expect.sequence(packed["shape"], length=2)] != list(shape):
        raise expect.Unexpected("shape is not the matrix's")
    return {**made, "shape": list(shape)}


def nibbles(packed):
    """Return the codes one by one, the padding of an odd matrix too."""
    return np.stack([packed["codes"] >> 4, packed["codes"] & 15], axis=1).ravel()


def read(packed):
    """Return the matrix of a packed dict (float64)."""
    size, blocks = int(np.prod(packed["shape"])), len(packed["absmax"])
    absmax = EIGHT[packed["absmax"]].astype(np.float64) * np.repeat(packed["scale"], GROUP)[:blocks]
    each = np.repeat(absmax + packed["offset"][0], BLOCK)[:size]
    return (NF4[nibbles(packed)[:size]] * each).reshape(packed["shape"])


def right_codes(found, weight):
    """Return whether each code of what `quantize` gave is that of the nearest value; else say what is not."""
    found = expect.mapping(found, keys=[*PARTS])
    if set(found) != PARTS:
        raise expect.Unexpected("other keys than stated")
    packed = opened(found, weight.shape)
    blocks = rows_of(weight.astype(np.float64).ravel(), BLOCK)
    absmax = np.abs(blocks).max(axis=1, keepdims=True)
    share = (blocks / np.where(absmax == 0, 1, absmax)).ravel()[: 2 * len(packed["codes"])]
    distance = np.abs(share - NF4[nibbles(packed)])
    if (distance > np.abs(share - NF4[nearest(share, NF4)]) + TIE).any():
        raise expect.Unexpected("a code is not that of the nearest value")
    return True


def right_absmaxes(found, weight):
    """Return whether offset, scales and indices of what `quantize` gave are right; else say which are not."""
    packed = opened(found, weight.shape)
    absmax = np.abs(rows_of(weight.astype(np.float64).ravel(), BLOCK)).max(axis=1)
    mean = absmax.mean()
    if abs(packed["offset"][0] - mean) > CLOSE * mean:
        raise expect.Unexpected("offset is not the mean absmax")
    around = rows_of(absmax - packed["offset"][0], GROUP)
    around.ravel()[len(absmax) :] = 0  # no block is there
    scale = np.abs(around).max(axis=1)
    if (np.abs(packed["scale"] - scale) > CLOSE * mean).any():
        raise expect.Unexpected("a scale is not its group's largest")
    share = (around / np.where(scale == 0, 1, scale)[:, None]).ravel()[: len(absmax)]
    distance = np.abs(share - EIGHT[packed["absmax"]])
    told = np.repeat(scale, GROUP)[: len(absmax)] > 1e-3 * mean  # else what is left is rounding
    if (distance > np.abs(share - EIGHT[nearest(share, EIGHT)]) + TIE8)[told].any():
        raise expect.Unexpected("an absmax is not rounded to the nearest value")
    return True


def right_values(found, wanted):
    """Return whether a matrix is the one wanted, relative to its largest value, and zero where that one is."""
    got = expect.array(found, shape=wanted.shape, kind="f", finite=True)
    if got.dtype != np.float32:
        raise expect.Unexpected("another dtype than float32")
    if (got[wanted == 0] != 0).any():
        raise expect.Unexpected("a zero did not come back as zero")
    return bool(np.abs(got - wanted).max() <= CLOSE * np.abs(wanted).max())


def loud(rng, shape, size=1.0):
    """Return a matrix whose rows are of different loudness, as in networks."""
    weight = rng.normal(size=shape) * 10.0 ** rng.uniform(-2, 1, size=(shape[0], 1)) * size
    return weight.astype(np.float32)


def matrices(rng):
    """Return matrices (in tuples, as arguments) by kind."""
    alone = [loud(rng, shape) for shape in ((1, 1), (1, 63), (1, 64), (65, 1), (3, 20), (2, 64), (7, 9), (16, 8))]
    signs = rng.choice([-1.0, 1.0], size=(12, 40)).astype(np.float32)
    late = loud(rng, (300, 260), 1e-3)
    late[-40:, -30:] *= 1e4  # what a shortcut for large matrices takes from their beginning is wrong at their end
    peaks = np.abs(loud(rng, (9, 64))) * 0.5
    peaks[:, 17] = -2 * peaks.max(axis=1)  # the largest magnitude is that of a negative weight
    return {
        "loud and quiet rows": [(loud(rng, (48, 64)),), (loud(rng, (150, 131)),)],
        "an odd number of weights": [(loud(rng, (37, 65)),), (loud(rng, (5, 13)),)],
        "one or two blocks": [(weight,) for weight in alone],
        "the largest is negative": [(peaks,), (-np.abs(loud(rng, (4, 70))),)],
        "one size, both signs": [(signs,), (signs * np.float32(0.37),)],
        "tiny and huge weights": [(loud(rng, (20, 33), size),) for size in (1e-18, 1e17)],
        "exactly 256 and 257 blocks": [(loud(rng, (256, 64)),), (loud(rng, (257, 64)),)],
        "thousands of blocks": [(late,)],
    }


def silent(rng):
    """Return matrices with blocks of zeros, by kind."""
    some = {"all zeros": np.zeros((4, 32)), "zeros from the third block": rng.normal(size=(4, 160))}
    some |= {"zeros first": rng.normal(size=(6, 48)), "a few zeros": rng.normal(size=(8, 64))}
    some["zeros from the third block"].ravel()[128:] = 0
    some["zeros first"].ravel()[:64] = 0
    some["a few zeros"][:, ::3] = 0
    return {kind: [(weight.astype(np.float32),)] for kind, weight in some.items()}


def packs(rng):
    """Return packed dicts (in tuples, as arguments) by kind."""

    def drawn(shape, **parts):
        size = int(np.prod(shape))
        blocks = -(-size // BLOCK)
        codes = rng.integers(0, 256, size=-(-size // 2)).astype(np.uint8)
        if size % 2:
            codes[-1] = codes[-1] & 0xF0 | 7
        made = {
            "codes": codes,
            "absmax": rng.integers(0, 256, size=blocks).astype(np.uint8),
            "scale": rng.uniform(0.1, 1, size=-(-blocks // GROUP)).astype(np.float32),
            "offset": rng.uniform(1, 3, size=1).astype(np.float32),
            "shape": list(shape),
        }
        return ({**made, **parts},)

    (first,) = drawn((6, 70))
    written = {f"as quantize writes {kind}": [(pack(w),) for (w,) in rows] for kind, rows in matrices(rng).items()}
    return {
        "any codes": [drawn(shape) for shape in ((2, 64), (16, 100), (3, 1), (1, 7), (33, 33))],
        "a scale for each 256 blocks": [drawn((300, 120)), drawn((257, 64))],
        "a scale of zero": [drawn((5, 64), scale=np.zeros(1, np.float32))],
        "the same codes at another size": [
            (first,),
            ({**first, "offset": first["offset"] * 2},),
            ({**first, "scale": first["scale"] / 2},),
        ],
        "an offset of zero": [drawn((5, 64), offset=np.zeros(1, np.float32))],
        **written,
    }
