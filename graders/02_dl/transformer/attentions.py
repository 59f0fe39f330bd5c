"""What `attention` and its gradients are asked: arguments by kind, at the edges of what the statement allows."""

import itertools

import numpy as np
import torch

LEADS = ((), (3,), (2, 3), (2, 1, 3))
TYPES = ("float64", "float32")
SIZES = {"tq": 5, "tk": 7, "d": 11, "e": 4}


def tensor(array, dtype=None):
    """Return an array as a tensor."""
    array = np.asarray(array)
    return torch.tensor(array if dtype is None else array.astype(dtype))


def qkv(rng, lead=(2, 3), dtype="float64", size=1.0, exact=False, **sizes):
    """Return q, k and v of normal numbers, q and k of this standard deviation; `exact`: whole ones."""
    n = SIZES | sizes
    q, k = (size * rng.normal(size=(*lead, n[t], n["d"])) for t in ("tq", "tk"))
    v = rng.normal(size=(*lead, n["tk"], n["e"]))
    return [tensor(a, dtype) for a in (np.round(q) if exact else q, np.round(k) if exact else k, v)]


def mask_of(rng, *shape, share=0.5):
    """Return a mask that shows about this share of the keys, and at least one to each query."""
    mask = np.asarray(rng.random(shape) < share)
    if shape:
        np.put_along_axis(mask, rng.integers(shape[-1], size=(*shape[:-1], 1)), True, axis=-1)
    return tensor(mask | (not shape))


def with_holes(rng, *shape):
    """Return a mask that shows nothing to some queries, the first and the last ones among them at times."""
    mask = mask_of(rng, *shape).numpy()
    return tensor(mask & (rng.random((*shape[:-1], 1)) < 0.6))


def shapes(full):
    """Return every shape that broadcasts to a shape: some sizes 1, and ones at the front left out."""
    found = {tuple(n if kept else 1 for n, kept in zip(full, choice, strict=True)) for choice in _choices(len(full))}
    return sorted(found | {shape[i:] for shape in found for i in range(len(full) + 1) if set(shape[:i]) <= {1}})


def _choices(n):
    return itertools.product((False, True), repeat=n)


def _typed(values):
    """Return each value with a dtype, by turns."""
    return zip(values, itertools.cycle(TYPES))


def plain(rng):
    """Return inputs of which every query sees a key."""
    full = (2, 3, 5, 7)
    ones = [dict(zip(SIZES, (3 if k else 1 for k in choice), strict=True)) for choice in _choices(4)]

    def equal(*lead):
        return [*qkv(rng, lead, tq=4, tk=4, d=4, e=4), mask_of(rng, 4, 4), tensor(rng.normal(size=(4, 4)))]

    def both(a, b, dtype):
        return [*qkv(rng, dtype=dtype), mask_of(rng, *a), tensor(rng.normal(size=b), dtype)]

    def long(share=None, size=1.0, **sizes):
        given = qkv(rng, (), size=size, **sizes)
        return given if share is None else [*given, mask_of(rng, sizes["tq"], sizes["tk"], share=share)]

    pairs = zip(rng.permutation(np.array(shapes(full), dtype=object)), shapes(full), strict=True)
    keys = {"tq": 9, "tk": 1030, "d": 8, "e": 3}
    return {
        "no to three leading dimensions": [qkv(rng, lead, t) for lead in LEADS for t in TYPES],
        "sizes of 1": [qkv(rng, lead, **n) for lead in ((), (2, 3)) for n in ones],
        "equal sizes": [equal(), equal(4), equal(4, 4)],
        "a mask of any shape": [[*qkv(rng, dtype=t), mask_of(rng, *s)] for s, t in _typed(shapes(full))],
        "a bias of any shape": [
            [*qkv(rng, dtype=t), None, tensor(rng.normal(size=s), t)] for s, t in _typed(shapes(full))
        ],
        "a mask and a bias": [both(*each, t) for each, t in _typed(pairs)],
        "many keys": [long(share, size, **keys) for share in (None, 0.5, 0.004) for size in (0.1, 1.0)],
        "many queries": [long(share, tq=1030, tk=9, d=8, e=3) for share in (None, 0.3)],
        "wide heads": [qkv(rng, (2,), t, 0.5, d=300, e=200) for t in TYPES],
        "many sequences": [[*qkv(rng, (40, 12), tq=3, tk=4), mask_of(rng, 40, 1, 3, 4)]],
    }


def nothing(rng):
    """Return inputs of which some queries see no key."""
    full = (2, 3, 5, 7)
    none = [tensor(np.zeros(s, bool)) for s in ((), (1,), (7,), (5, 1), (5, 7), (2, 3, 5, 7))]
    return {
        "some queries see nothing": [
            [*qkv(rng, dtype=t), with_holes(rng, *s)] for s, t in _typed([s for s in shapes(full) if s])
        ],
        "no query sees anything": [[*qkv(rng, dtype=t), mask] for mask in none for t in TYPES],
        "no leading dimension": [[*qkv(rng, (), t), with_holes(rng, 5, 7)] for t in TYPES],
        "one key": [[*qkv(rng, tk=1), with_holes(rng, *s, 5, 1)] for s in ((), (3,), (2, 1)) for _ in range(3)],
        "a bias too": [
            [*qkv(rng, dtype=t), with_holes(rng, 2, 1, 5, 7), tensor(rng.normal(size=(5, 7)), t)] for t in TYPES
        ],
        "many queries": [[*qkv(rng, (), tq=1030), with_holes(rng, 1030, 7)]],
        "many keys": [[*qkv(rng, (), tk=1030), with_holes(rng, 5, 1030)]],
    }


def _decided(rng, dtype, first, last, masked):
    """Return inputs whose biases decide: seen ones spread between two numbers, and one for what is masked."""
    mask = mask_of(rng, 5, 7)
    bias = np.where(mask, first + rng.permutation(7) / 6 * (last - first), masked)
    return [*qkv(rng, (2,), dtype), mask, tensor(bias, dtype)]


def _apart(rng, dtype):
    """Return inputs with biases as far apart as numbers are: each query sees the highest one, and lowest ones."""
    top, most = rng.integers(7), np.finfo(dtype).max
    mask = mask_of(rng, 5, 7) | tensor(np.arange(7) == top)
    return [*qkv(rng, (2,), dtype), mask, tensor(np.where(np.arange(7) == top, most, -most), dtype)]


def _lonely(rng, dtype, bias, masked):
    """Return inputs of which each query sees one key, with this bias, and a bias for what is masked."""
    mask = tensor(np.arange(7) == rng.integers(7, size=(5, 1)))
    return [*qkv(rng, (2,), dtype), mask, tensor(np.where(mask, bias, masked), dtype)]


def _exact(rng, dtype, size, mask=None, bias=None):
    """Return inputs whose scores any dtype holds exactly."""
    bias = None if bias is None else tensor(np.full(7, bias), dtype)
    return [*qkv(rng, (2,), dtype, size, exact=True, d=16), mask, bias]


def large(rng):
    """Return inputs with very large or very small scores and biases, none near another."""
    ends = {t: np.finfo(t).max for t in TYPES}
    most = {"float64": 13.0, "float32": 120.0}
    mask, holes = mask_of(rng, 5, 7), with_holes(rng, 5, 7)
    far = ((0.0, -1e5), (0.0, -1e12), (-1e12, -1e30), (0.0, 1e30))
    return {
        "large scores": [_exact(rng, t, most[t], m) for t in TYPES for m in (None, mask, mask_of(rng, 7))],
        "all scores far below zero": [_exact(rng, t, 2.0, m, -900.0) for t in TYPES for m in (None, mask)],
        "all scores far above zero": [_exact(rng, t, 2.0, m, 900.0) for t in TYPES for m in (None, mask)],
        "masked scores far above those seen": [
            _decided(rng, t, 0.0, -1e5, masked) for t in TYPES for masked in (1e3, 1e4, 1e9, 1e30, ends[t])
        ],
        "biases far below and above zero": [_decided(rng, t, *seen, 0.0) for t in TYPES for seen in far],
        "the lowest bias, seen": [
            _lonely(rng, t, -ends[t], masked) for t in TYPES for masked in (0.0, -ends[t], ends[t])
        ],
        "biases of both ends": [_apart(rng, t) for t in TYPES for _ in range(2)],
        "a query that sees nothing beside large scores": [_exact(rng, t, most[t], holes) for t in TYPES],
    }


def _near(rng, dtype, score, **more):
    """Return inputs whose scores all lie near one number."""
    q, k, v = qkv(rng, (2,), dtype, d=8, **more)
    q[..., 0] = k[..., 0] = (score * 8**0.5) ** 0.5
    return [q, k, v]


def _balanced(rng, dtype, score):
    """Return inputs whose scores all lie near one number, and come from other parts of q from key to key."""
    q, k, v = qkv(rng, (2,), dtype, d=8)
    size = (score * 8**0.5) ** 0.5
    q[..., 0], q[..., 1], k[..., :2] = 1.7 * size, size / 1.7, 0.0
    k[:, ::2, 0], k[:, 1::2, 1] = size / 1.7, 1.7 * size
    return [q, k, v]


def rounded(rng):
    """Return inputs for which the place of rounding counts: near ties of large scores, and float16."""
    half = "float16"

    def high(dtype):
        return tensor(990 + rng.normal(size=7), dtype)

    def wide(size, mask=None, bias=None):
        return [*qkv(rng, (2,), half, size, d=64), mask, bias]

    return {
        "float32, scores near 30,000": [[*_near(rng, "float32", 3e4), m] for m in (None, mask_of(rng, 5, 7))],
        "float32, other parts of each score near 30,000": [_balanced(rng, "float32", 3e4) for _ in range(2)],
        "float32, more than a million scores": [_near(rng, "float32", 3e4, tq=520, tk=1030)],
        "float32, biases near 1,000": [[*qkv(rng, (2,), "float32"), None, high("float32")] for _ in range(2)],
        "float64, scores near 900": [[*_near(rng, "float64", 9e2), m] for m in (None, mask_of(rng, 5, 7))],
        "float16, scores beyond its range": [wide(100.0, mask_of(rng, 5, 7)), wide(100.0)],
        "float16, scores near 1,000": [[*_near(rng, half, 1e3), m] for m in (None, mask_of(rng, 5, 7))],
        "float16, biases near 1,000": [wide(1.0, m, high(half)) for m in (None, mask_of(rng, 5, 7))],
        "float16, the lowest bias": [_lonely(rng, half, -65504.0, masked) for masked in (0.0, -65504.0, 65504.0)],
        "float16, many keys": [qkv(rng, (), half, size, tk=1030) for size in (0.1, 1.0)],
        "float16, a query that sees nothing": [wide(1.0, with_holes(rng, 2, 5, 7)) for _ in range(3)],
        "float16, no leading dimension": [qkv(rng, (), half), qkv(rng, (), half, tq=1, tk=1)],
    }


def gradients(rng):
    """Return (q, k, v, upstream, mask, bias) by kind, all float64."""

    def with_upstream(q, k, v, *rest):
        return [q, k, v, tensor(rng.normal(size=(*q.shape[:-1], v.shape[-1]))), *rest]

    chosen = {**plain(rng), **nothing(rng), **large(rng)}
    chosen["scores near 900"] = [_near(rng, "float64", 9e2)]
    found = {}
    for kind, inputs in chosen.items():
        fit = [args for args in inputs if args[0].dtype == torch.float64]
        found[kind] = [with_upstream(*args) for args in fit[:: max(1, len(fit) // 8)]]
    return found
