"""A hundred thousand random, mutated and forged frames: each is a value or a violation, soon, and in little memory.

The frames are received in a process of its own, started by this file as a program, so that what it takes at its peak
is theirs alone.
"""

from __future__ import annotations

import contextlib
import decimal
import fractions
import json
import math
import os
import random
import re
import resource
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tenfold.box.inside import decode, tables, values, wire
from tenfold.box.inside.wire import HEAD, Channel, WireError
from tenfold.errors import SubmissionError

COUNTS = {"noise": 15_000, "mutated": 35_000, "forged": 50_000}
SLOWEST = 1.0  # seconds of processor time for one frame
LARGEST = 1 << 16
GROWTH = 100  # MB: 16 bytes for each byte of the largest frame are 1; the rest is what pandas and malloc keep for later
MOST_MEMORY = 4 << 30
PROMISED = 2_000_000  # items that a value may say it has, beside those that were sent
SEED = 20_260

NUMBERS = [0, 1, 2, 3, -1, -2, 8, 255, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 10**9, 10**15, 10**30, 2**61 - 1]
JUNK = [*NUMBERS, None, True, 1.5, math.nan, math.inf, "", "x", "\ud800", "é\0", [], [[]], {}, {"t": "NA"}, "9" * 5001]
DTYPES = ["<f8", ">f8", "<i8", "|i1", "|b1", "|u1", "<U1", "<U0", "|S0", "|S3", "<M8[s]", "<m8[ns]", "<M8[0s]", "M8",
          "|O", "<f2", "<c16", "<i3", "|V8", "<U999999", "<M8[Y]", "a5"]  # fmt: skip
TEXTS = ["1e999999999", "NaN", "sNaN", "2024-01-01", "2024-02-30T25:61:00", "12:30", "1.50", "ns", "s", "Y", "UTC",
         "UTC+99:99", "Europe/Berlin", "../../etc/passwd", "dateutil//etc/passwd", "object", "str", "string", "Int64",
         "boolean", "torch.float32", "torch.bfloat16", "-0", "Infinity", "0e-999999999999999999"]  # fmt: skip


EIGEN = np.linalg.eig(np.eye(2))  # a tuple of numpy's own


class Remote:
    """Stands for an object in the worker: it must be put away as it is, never asked anything."""

    asked = 0

    def _ask(self, *_: object, **__: object) -> Any:
        Remote.asked += 1
        raise RuntimeError

    __eq__ = __lt__ = __bool__ = __array__ = __len__ = __iter__ = __getitem__ = __call__ = __float__ = _ask
    __hash__ = object.__hash__


def refer(_: object) -> dict[str, Any]:
    return {"t": "handle", "v": 0, "n": "object"}


def honest() -> list[bytes]:
    """Return frames that hold one value of every kind that may cross."""
    days = pd.date_range("2024-01-01", periods=3)
    frame = pd.DataFrame({"a": [1.5, 2, 3], "b": ["x", None, "z"], "c": pd.Categorical(["u", "v", "u"])}, index=days)
    frame["d"] = pd.array([1, None, 3], dtype="Int64")
    frame["e"] = days.tz_localize("Europe/Berlin")
    pairs = pd.MultiIndex.from_product([["a"], [1, 2, 3]], names=["x", None])
    kinds = [
        [1, -2.5, "text", None, True, math.nan],
        {"a": (1, 2), 3: {4, 5}, (1, "b"): b"bytes", None: 2j},
        [decimal.Decimal("1.5"), days[0].date(), days[0].to_pydatetime(), days[1] - days[0], pd.NA, pd.NaT, days[2]],
        [np.arange(6.0).reshape(2, 3), np.array(["ab", "c"]), np.array([True]), np.zeros((0, 3)), np.float32(1)],
        [frame, frame["a"], pd.Series([1, 2, 3], index=pairs), pd.RangeIndex(5)],
        [object(), {"args": [object()]}],
        [EIGEN, fractions.Fraction(1, 3), range(2, 9, 3), pd.array([1, None]), pd.Categorical(["a", "b"])],
        [pd.Series([1.5, 2.5], index=pd.period_range("2024", periods=2, freq="Y")), pd.Timestamp(0, tz="EST5EDT")],
        [pd.DataFrame({"a": pd.period_range("2024", periods=2, freq="Y"), "b": [1, 2]})],
    ]
    if torch := sys.modules.get("torch"):
        kinds.append([torch.ones(2, 2), torch.ones(3, dtype=torch.bfloat16)])
    return [b"".join(map(bytes, wire.pack({"id": "7", "ok": kind}, refer))) for kind in kinds]


def framed(header: bytes, body: bytes) -> bytes:
    return HEAD.pack(len(header), len(body)) + header + body


def noise(rng: random.Random, good: list[bytes]) -> bytes:
    """Return random bytes, half of them behind a head that fits."""
    data = rng.randbytes(rng.randrange(200))
    if rng.random() < 0.5:
        return data
    size = rng.randrange(len(data) + 1)
    text = "".join(rng.choices('[]{}",:0123456789.eEtmbvds-\\u nulltrue', k=size)).encode()
    return framed(rng.choice((data[:size], text)), data[size:])


def mutated(rng: random.Random, good: list[bytes]) -> bytes:
    """Return an honest frame with bytes, numbers or parts changed; half of them with lengths that fit again."""
    frame = bytearray(rng.choice(good))
    length, _ = HEAD.unpack(frame[: HEAD.size])
    for _ in range(rng.randint(1, 4)):
        way, at = rng.randrange(5), rng.randrange(len(frame))
        if way == 0:
            frame[at] ^= 1 << rng.randrange(8)
        elif way == 1:
            frame[at] = rng.choice(b'[]{}",:019-eE\\tvdbscik')
        elif way == 2 and len(frame) > HEAD.size + 8:
            del frame[max(at, HEAD.size) : at + rng.randrange(40)]
        elif way == 3:
            other = rng.choice(good)
            start = rng.randrange(len(other))
            frame[at:at] = other[start : start + rng.randrange(80)]
        elif places := [*re.finditer(rb"-?\d+", frame[HEAD.size : HEAD.size + length])]:
            start, end = (HEAD.size + n for n in rng.choice(places).span())
            frame[start:end] = str(rng.choice(NUMBERS)).encode()
    end = frame.rfind(b"]}") + 2
    return framed(frame[HEAD.size : end], frame[end:]) if rng.random() < 0.5 else bytes(frame)


class Forger:
    """Makes headers of this protocol out of every tag, with fields that are right, nearly right or nonsense."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.buffers = rng, []

    def frame(self) -> bytes:
        body = self.value(0)
        if self.rng.random() < 0.02:  # one thing very often
            body = [body] * self.rng.choice((10, 1000))
        sizes = [len(b) for b in self.buffers] if self.rng.random() < 0.95 else [self.junk()]
        if self.rng.random() < 0.01:  # a promise of more than will come
            header = json.dumps({"m": body, "b": [2**28]}).encode()
            return HEAD.pack(len(header), 2**28) + header
        return framed(json.dumps({"m": body, "b": sizes}).encode()[: LARGEST - 1024], b"".join(self.buffers))

    def junk(self) -> Any:
        return self.rng.choice(self.rng.choice((NUMBERS, JUNK, DTYPES, TEXTS)))

    def pick(self, *right: Any) -> Any:
        return self.junk() if self.rng.random() < 0.06 else self.rng.choice(right)

    def many(self, make: Callable[[int], Any], depth: int) -> Any:
        return self.junk() if self.rng.random() < 0.03 else [make(depth + 1) for _ in range(self.rng.randrange(4))]

    def value(self, depth: int) -> Any:
        if depth > 6 or self.rng.random() < 0.25:
            return self.junk()
        tag = self.rng.choice([*decode.FIELDS, "handle", "callback", "nothing", "dict", "list", "array"])
        if tag == "list":
            return self.many(self.value, depth)
        if tag in ("range", "index", "multi"):
            return self.index(depth, tag)
        known = {"t": tag, **self.fields(tag, depth)}
        if self.rng.random() < 0.04:
            known.pop(self.rng.choice(list(known)))
        if self.rng.random() < 0.03:
            known[self.rng.choice("tvdbsnuzicx")] = self.junk()
        return known

    def fields(self, tag: str, depth: int) -> dict[str, Any]:
        if tag == "array":
            return {k: v for k, v in self.array().items() if k != "t"}
        if tag == "scalar":
            return {"d": self.pick(*DTYPES), "v": self.pick("00" * 8, "ff" * 8, "01", "zz")}
        if tag == "tensor":
            return {"d": self.pick(*values.TENSORS), "v": self.pick(self.array())}
        if tag == "bytes":
            return {"b": self.buffer(self.rng.randrange(9))}
        if tag in ("handle", "callback"):
            return {"v": self.pick(0, 1, 7), "n": self.pick("x", "DataFrame")}
        if tag in ("Timestamp", "Timedelta"):
            return {"v": self.pick(*NUMBERS), "u": self.pick("ns", "s", "D"), "z": self.pick(None, "UTC", *TEXTS)}
        if tag == "series":
            rows = self.rng.randrange(4)
            return {"i": self.index(depth, rows=rows), "v": self.column(depth, rows), "n": self.value(depth + 3)}
        if tag == "frame":
            rows, wide = self.rng.randrange(4), self.rng.randrange(4)
            columns = [self.column(depth, rows) for _ in range(wide)]
            return {"i": self.index(depth, rows=rows), "c": self.index(depth, rows=wide), "v": columns}
        if tag == "dict":
            return {"v": self.many(lambda d: [self.value(d + 2), self.value(d)], depth)}
        if tag in ("tuple", "set"):
            return {"v": self.many(self.value, depth)}
        if tag == "named":
            origin = {"t": self.pick("handle", "callback"), "v": self.pick(0, 1), "n": "x"}
            return {"v": self.many(self.value, depth), "h": self.pick(origin)}
        if tag in ("span", "fraction"):
            return {"v": [self.pick(*NUMBERS) for _ in range(self.rng.choice((3, 3, 2, 2, 1)))]}
        if tag == "column":
            return {"v": self.column(depth, self.rng.randrange(4))}
        if tag in ("complex", "timedelta"):
            size = self.rng.choice((2, 2, 3, 3, 0))
            return {"v": [self.rng.choice((1.5, -0.5, *NUMBERS)) for _ in range(size)]}
        return {"v": self.pick(*TEXTS)} if tag in ("decimal", "datetime", "date", "time") else {}

    def buffer(self, size: int) -> Any:
        if self.rng.random() < 0.1:
            return self.junk()
        if self.buffers and self.rng.random() < 0.05:
            return self.rng.randrange(len(self.buffers))
        self.buffers.append(self.rng.choice((bytes(size), self.rng.randbytes(size))))
        return len(self.buffers) - 1

    def array(self, name: Any = None, shape: list[int] | None = None) -> dict[str, Any]:
        name = name or self.rng.choice(DTYPES[:10]) if self.rng.random() < 0.9 else self.pick(*DTYPES)
        shape = [self.rng.randrange(4) for _ in range(self.rng.randrange(3))] if shape is None else shape
        if self.rng.random() < 0.15:
            shape = [self.rng.choice((0, *shape, *NUMBERS)) for _ in range(self.rng.randrange(5))]
            shape += self.rng.choice(([0], []))
        if name in ("<U0", "|S0") and self.rng.random() < 0.5:
            shape = [10**9]
        try:
            size = math.prod(shape) * np.dtype(name).itemsize
        except Exception:
            size = 8
        return {"t": "array", "d": name, "s": shape, "b": self.buffer(size if 0 <= size < 4096 else 0)}

    def index(self, depth: int, tag: str | None = None, rows: int = 2) -> Any:
        tag = tag or self.pick("range", "range", "index", "multi")
        if tag == "range":
            right = [0, rows, 1] if self.rng.random() < 0.7 else [self.pick(*NUMBERS) for _ in range(3)]
            return {"t": "range", "v": right, "n": [self.pick(None, "name")]}
        if tag == "index":
            return {"t": "index", "v": self.column(depth, rows), "n": [self.value(depth + 3)]}
        levels = [self.column(depth, rows) for _ in range(self.rng.randrange(1, 3))]
        names = [self.pick(None, "a", 1) for _ in range(self.rng.choice((len(levels), len(levels), 3)))]
        return {"t": tag, "v": levels, "n": names}

    def column(self, depth: int, rows: int) -> Any:
        kind = self.pick("numpy", "category", "utc", "nullable", "list", "list", "handle")
        size = [self.rng.choice((rows, rows, rows, rows + 1))]
        if kind == "list":
            items = [self.value(depth + 4) for _ in range(size[0])]
            return {"k": kind, "d": self.pick("object", "object", "str", "string"), "v": items}
        if kind == "handle":
            tag = {"t": self.pick("handle", "handle", "callback"), "v": self.pick(0, 1), "n": "x"}
            return {"k": kind, "v": self.pick(tag), "s": self.pick(size[0], size[0], *NUMBERS)}
        if kind == "category":
            codes = {"t": "array", "d": "|i1", "s": size, "b": self.buffer(size[0])}
            categories = self.column(depth + 2, 2) if depth < 8 else self.junk()
            return {"k": kind, "v": codes, "c": categories, "o": self.pick(True, False)}
        if kind == "utc":
            return {"k": kind, "v": self.array("<i8", size), "z": self.pick("UTC", *TEXTS), "u": self.pick("ns", "s")}
        if kind == "nullable":
            name, number = self.rng.choice((("Int64", "<i8"), ("boolean", "|b1"), ("Float64", "<f8"), ("UInt8", "|u1")))
            mask = self.array("|b1", [self.rng.choice((size[0], size[0], 1))])
            return {"k": kind, "d": self.pick(name), "v": self.array(self.pick(number, number, "<f8"), size), "m": mask}
        return {"k": kind, "v": self.array(None, size)}


def forged(rng: random.Random, good: list[bytes]) -> bytes:
    return Forger(rng).frame()


def items(value: Any) -> Iterator[Any]:
    """Yield a value and what it contains."""
    yield value
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from items(item)


def promised(value: Any) -> int:
    """Return how many items a value says it has."""
    if isinstance(value, decimal.Decimal):
        return abs(value.adjusted()) if value.is_finite() else 0
    if isinstance(value, (pd.DataFrame, pd.Series, pd.Index)):
        return len(value)
    if isinstance(value, range):
        return max(0, (value.stop - value.start) // value.step)
    shape = None if isinstance(value, values.Kept) else getattr(value, "shape", None)
    return math.prod(n for n in shape if n) if shape else 0


def attempt(frame: bytes, rng: random.Random) -> str:
    """Receive one frame and say what came of it; anything but a value or a violation is raised."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(frame[: LARGEST * 2])
        patience = 600.0
        if rng.random() < 0.005:
            patience = 0.002
        else:
            theirs.shutdown(socket.SHUT_WR)
        try:
            found = Channel(ours).receive(lambda _: Remote(), time.monotonic() + patience)
        except (WireError, EOFError, TimeoutError) as error:
            return type(error).__name__
    if sum(map(promised, items(found))) > PROMISED:
        raise AssertionError("it promises more than it sent")
    return "value"


def peak() -> float:
    """Return the most memory that this process has used, in MB."""
    if sys.platform == "linux":  # getrusage begins at what the process had that started this one
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / (1 << 10)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def fuzz(counts: dict[str, int], seed: int) -> dict[str, Any]:
    """Receive all frames and report."""
    with contextlib.suppress(ImportError):
        import torch  # noqa: F401 - it takes a second, and the first tensor would

    rng, good = random.Random(seed), honest()
    ends: dict[str, Counter[str]] = {}
    for frame in good:
        assert attempt(frame, random.Random(0)) == "value"
    before, slowest, wrong = peak(), 0.0, []
    for kind, count in counts.items():
        ends[kind] = Counter()
        for number in range(count):
            frame = globals()[kind](rng, good)
            start = time.process_time()
            try:
                ends[kind][attempt(frame, rng)] += 1
            except BaseException as error:  # this is what must not happen
                wrong.append(f"{kind} {number}: {error!r} from {frame[:300]!r}")
            slowest = max(slowest, time.process_time() - start)
    return {"ends": ends, "slowest": slowest, "growth": peak() - before, "wrong": wrong[:5], "asked": Remote.asked}


P = 2**61 - 1  # whole numbers that differ by it have one hash in Python


def _alike(high: int) -> int:
    """Return a whole number whose hash in pandas is 0: ``key >> 33 ^ key ^ key << 11``, of which 32 bits count."""
    low = high
    for _ in range(4):
        low = (high ^ low << 11) & 0xFFFFFFFF
    return high << 33 | low


def _raw_header(text: bytes) -> bytes:
    return framed(b'{"m": ' + text + b', "b": []}', b"")


def _header(body: Any, *buffers: bytes) -> bytes:
    return framed(json.dumps({"m": body, "b": [len(b) for b in buffers]}).encode(), b"".join(buffers))


def _numbers(name: str, place: int, rows: int) -> dict[str, Any]:
    return {"k": "numpy", "v": {"t": "array", "d": name, "s": [rows], "b": place}}


def _turns(count: int, tail: int = 14) -> list[Any]:
    """Return tuples that all have one hash, as -1 and -2 have."""
    return [{"t": "tuple", "v": [-1 - (i >> k & 1) for k in range(tail)]} for i in range(count)]


HELD = {"t": "handle", "v": 1, "n": "x"}
F = 10**2000 + 7, 10**2000 + 9
EMPTY = {"t": "range", "v": [0, 0, 1], "n": [None]}
COSTLY: dict[str, Callable[[], bytes]] = {
    "lists": lambda: _raw_header(b"[" + b"[]," * 9_000_000 + b"1]"),
    "objects": lambda: _raw_header(b"[" + b'{"":1},' * 4_000_000 + b"1]"),
    "tuples": lambda: _raw_header(b"[" + b'{"t":"tuple","v":[]},' * 120_000 + b"1]"),
    "short text": lambda: _raw_header(b"[" + b'"ab",' * 1_900_000 + b"1]"),
    "wide text": lambda: _raw_header(b'"' + b"a" * 20_000_000 + b'\\ud83d\\ude00"'),
    "long numbers": lambda: _raw_header(b"[" + b",".join([b"9" * 4300] * 7000) + b"]"),
    "depth": lambda: _raw_header(b"[1," * 100_000),
    "one buffer often": lambda: _header([{"t": "bytes", "b": 0}] * 2000, bytes(1 << 20)),
    "one hash": lambda: _header([{"t": "set", "v": [P * (i + 2**60) for i in range(10_000)]}] * 20),
    "one hash of tuples": lambda: _header({"t": "set", "v": _turns(9_999)}),
    "one hash of long tuples": lambda: _header({"t": "set", "v": _turns(2_000, 400)}),
    "many sets": lambda: _header([{"t": "set", "v": [i + 0.5 for i in range(33)]}] * 50_000),
    "instants": lambda: _header([{"t": "Timestamp", "v": i, "u": "ns", "z": None} for i in range(120_000)]),
    "scalars": lambda: _header([{"t": "scalar", "d": "<f8", "v": "00" * 8}] * 120_000),
    "handles": lambda: _header([{"t": "handle", "v": 1, "n": "x"}] * 240_000),
    "tuples with a class": lambda: _header([{"t": "named", "v": [], "h": HELD}] * 80_000),
    "fractions": lambda: _header([{"t": "fraction", "v": [F[0] + i, F[1] - i]} for i in range(7_000)]),
    "ranges": lambda: _header([{"t": "span", "v": [0, 10**9, 1]}] * 10),
    "columns that stayed": lambda: _header(
        {"t": "frame", "c": {**EMPTY, "v": [0, 100, 1]}, "i": {**EMPTY, "v": [0, 10**6, 1]},
         "v": [{"k": "handle", "v": HELD, "s": 10**6}] * 100}
    ),
    "many categories": lambda: _header(
        {"t": "series", "i": EMPTY, "n": None,
         "v": {"k": "category", "v": {"t": "array", "d": "|i1", "s": [0], "b": 0}, "c": _numbers("<i8", 1, 8 << 20),
               "o": False}}, b"", np.arange(8 << 20).tobytes()
    ),
    "zones": lambda: _header(
        [{"t": "Timestamp", "v": i, "u": "ns", "z": f"UTC+{i % 24:02}:00"} for i in range(80_000)]
    ),
    "series": lambda: _header(
        [{"t": "series", "i": EMPTY, "v": {"k": "list", "d": "object", "v": []}, "n": None}] * 20_000
    ),
    "columns": lambda: _header(
        {"t": "frame", "c": {**EMPTY, "v": [0, 9000, 1]}, "i": {**EMPTY, "v": [0, 1, 1]},
         "v": [{"k": "list", "d": "str", "v": ["a"]}] * 9000}
    ),
    "text in pandas": lambda: _header({"t": "index", "v": _numbers("|S2", 0, 8 << 20), "n": [None]}, bytes(16 << 20)),
    "one hash in pandas": lambda: _header(
        {"t": "multi", "v": [_numbers("<i8", 0, 50_000)], "n": [None]},
        np.array([_alike(i) for i in range(1, 50_001)]).tobytes(),
    ),
}  # fmt: skip
"""Frames that cost little to send, and would cost much to read."""


def _measured(frame: bytes) -> dict[str, Any]:
    """Receive a frame in a fork, whose memory counts from here on, and report."""
    ours, theirs = socket.socketpair()
    told, tell = os.pipe()
    if (child := os.fork()) == 0:
        theirs.close()
        start, before, wrong = time.process_time(), peak(), ""
        try:
            kept = Channel(ours).receive(lambda _: Remote(), time.monotonic() + 600)
            del kept
        except WireError:
            pass
        except BaseException as error:
            wrong = repr(error)
        took, growth = time.process_time() - start, peak() - before
        os.write(tell, json.dumps({"wrong": wrong, "took": took, "growth": growth}).encode())
        os._exit(0)
    ours.close()
    os.close(tell)
    with theirs, contextlib.suppress(OSError):
        theirs.sendall(frame)
    with open(told) as reports:  # noqa: PTH123 - a descriptor
        said = json.load(reports)
    os.waitpid(child, 0)
    return {**said, "bound": 16 * len(frame) / (1 << 20) + 128}


def costly() -> dict[str, Any]:
    """Receive the costly frames and report on each."""
    for frame in honest():
        attempt(frame, random.Random(0))
    return {name: _measured(make()) for name, make in COSTLY.items()}


FAULTS: dict[str, Callable[[], None]] = {
    "none": lambda: None,
    "unbacked": lambda: setattr(values, "MAX_UNBACKED", 1 << 200),
    "exponent": lambda: setattr(values, "MAX_EXPONENT", 1 << 200),
    "empty text": lambda: setattr(decode, "DTYPE", re.compile(values.DTYPE.pattern.replace("[1-9]", "[0-9]"))),
    "promised bytes": lambda: setattr(Channel, "_read", _reserve),
    "handles": lambda: setattr(tables.np, "fromiter", lambda v, **_: np.array([*v, None], dtype=object)[:-1]),
    "errors": lambda: setattr(Channel, "receive", _raw),
}
"""Faults that the fuzzing must notice."""


def _reserve(self: Channel, size: int, deadline: float | None) -> bytearray:
    data = bytearray(size)
    got = self._sock.recv_into(data) if size else 0
    if got < size:
        raise EOFError
    return data


def _raw(self: Channel, resolve: Any, deadline: float | None = None) -> Any:
    length, _ = HEAD.unpack(self._read(HEAD.size, deadline))
    header = json.loads(self._read(min(length, LARGEST), deadline))
    return decode.Decoder(resolve, [self._read(min(n, 9999), deadline) for n in header["b"]]).value(header["m"])


def outcome(fault: str = "none", share: float = 1.0) -> dict[str, Any]:
    """Run this file and return what it reports."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, fault, str(share)], capture_output=True, text=True, timeout=3600
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def faults(report: dict[str, Any]) -> list[str]:
    """Return what is wrong with a run."""
    found = list(report["wrong"])
    if report["slowest"] > SLOWEST:
        found.append(f"a frame took {report['slowest']:.2f} s")
    if report["growth"] > GROWTH:
        found.append(f"memory grew by {report['growth']:.0f} MB")
    if report["asked"]:
        found.append(f"an object of the worker was asked {report['asked']} times")
    return found


@pytest.mark.parametrize("share", [0.1, pytest.param(1.0, marks=pytest.mark.long)])
def test_a_hundred_thousand_frames_do_no_more_than_fail(share):
    report = outcome("none", share)
    print(report)
    assert not faults(report)
    assert sum(sum(ends.values()) for ends in report["ends"].values()) == 100_000 * share
    assert report["ends"]["mutated"]["value"] > 1000 * share  # some get through, and most get behind the first check
    assert report["ends"]["forged"]["value"] > 10_000 * share
    assert report["ends"]["forged"]["WireError"] > 10_000 * share


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "none"])
def test_the_fuzzing_notices(fault):
    assert faults(outcome(fault, 0.05))


def test_what_is_cheap_to_send_is_cheap_to_read():
    report = outcome("costly")
    for name, said in report.items():
        print(name, said)
        assert not said["wrong"], name
        assert said["took"] < 5 * SLOWEST, name  # the largest take some 0.8 s on a quiet machine
        assert said["growth"] < said["bound"], name


SOURCE = """
import os

def double(x): return 2 * x

def write(frame):
    os.write(3, frame)
    return 1
"""


def violations() -> dict[str, bytes]:
    """Return frames that each break the protocol in another way."""
    array = {"t": "array", "d": "<f8", "s": [1], "b": 0}
    bodies: dict[str, Any] = {
        "no tag": {"v": 1}, "unknown tag": {"t": "nothing"}, "a tag that is no text": {"t": [1]}, "a field more":
        {"t": "tuple", "v": [], "x": 1}, "a field less": {"t": "tuple"}, "half a pair": "\ud800",
        "objects": {**array, "d": "|O"}, "records": {**array, "d": "|V8"}, "no width": {**array, "d": "<U0"},
        "no rows and many": {**array, "s": [0, 10**15]}, "less than nothing": {**array, "s": [-1]},
        "no such buffer": {**array, "b": 7}, "not a number": {**array, "b": "0"},
        "range": {**EMPTY, "v": [0, 10**15, 1]},
        "no step": {**EMPTY, "v": [0, 1, 0]}, "wide range": {**EMPTY, "v": [0, 10**30, 1]},
        "exponent": {"t": "decimal", "v": "1e999999999"}, "no decimal": {"t": "decimal", "v": "one"},
        "file": {"t": "Timestamp", "v": 0, "u": "ns", "z": "../../etc/passwd"},
        "late": {"t": "Timestamp", "v": 2**70, "u": "ns", "z": None}, "long": {"t": "timedelta", "v": [10**12, 0, 0]},
        "a set of lists": {"t": "set", "v": [[1]]}, "keys": {"t": "set", "v": [P * (i + 9) for i in range(9_000)]},
        "no pairs": {"t": "dict", "v": [1]}, "a callback": {"t": "callback", "v": 0},
        "a handle": {"t": "handle", "v": -1},
        "a handle's name": {"t": "handle", "v": 1, "n": "x" * 999},
        "a frame": {"t": "frame", "c": EMPTY, "i": EMPTY, "v": 3},
        "codes": {"t": "index", "n": [None], "v": {"k": "category", "v": {**array, "d": "<i8"}, "o": 1, "c": 1}},
        "a tensor": {"t": "tensor", "d": "torch.float16", "v": array}, "a bare array": array, "a text": "hello",
        "another's reply": {"t": "dict", "v": [["id", "0"], ["ok", 3]]},
        "no reply": {"t": "dict", "v": [["ready", True]]}, "a callback's reply": {"t": "dict", "v": [["ok", 1]]},
    }  # fmt: skip
    frames = {
        name: _header(body) if name == "a bare array" else _header(body, bytes(8)) for name, body in bodies.items()
    }
    return frames | {
        "long header": HEAD.pack(wire.MAX_HEADER + 1, 0), "many buffers": HEAD.pack(2, wire.MAX_BUFFERS + 1),
        "noise": framed(random.Random(0).randbytes(64), b""), "depth": _raw_header(b"[" * 3000 + b"]" * 3000),
        "no end": _raw_header(b"[1"), "not ASCII": _raw_header('"é"'.encode()), "empty": framed(b"", b""),
        "sizes": framed(b'{"m":1,"b":[true]}', b"x"), "sum": framed(b'{"m":1,"b":[2]}', b"x"),
        "more": framed(b'{"m":1,"b":[],"x":1}', b""), "promise": HEAD.pack(100, 1 << 20), "half a head": b"\0\0",
    }  # fmt: skip


def test_a_worker_that_breaks_the_protocol_is_ended_and_the_next_call_has_a_new_one(work, boxes_end, impatient):
    frames = violations()
    assert len(frames) > 40
    session = work(SOURCE, seconds=5.0, total=900.0)  # two frames are waited for to the end
    for name, frame in frames.items():
        with pytest.raises(SubmissionError, match="your program was stopped"):
            print(name, session.call("work", "write", (frame,), {}))
        assert boxes_end(), name
        assert session.call("work", "double", (4,), {}) == 8, name
    session.close()
    assert boxes_end()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))  # a fault may promise, and make, any number
    if sys.argv[1] == "costly":
        json.dump(costly(), sys.stdout)
    else:
        FAULTS[sys.argv[1]]()
        shares = {kind: int(count * float(sys.argv[2])) for kind, count in COUNTS.items()}
        json.dump(fuzz(shares, SEED), sys.stdout)
