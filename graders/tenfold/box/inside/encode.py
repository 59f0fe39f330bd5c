"""From values to JSON-ready data and raw buffers; `decode` is the way back.

A subclass crosses as the value of its base class, which is taken with the base class's own methods: what a class makes
up when it is looked at does not cross. What cannot be written stays where it is, and a handle goes in its place, so
that one odd part costs only who needs that part.
"""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import functools
import math
import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .scalar_writer import ScalarWriter
from .table_writer import TableWriter
from .values import (
    COST,
    DTYPE,
    MAX_CONTAINERS,
    MAX_DEPTH,
    MAX_INT,
    MAX_NDIM,
    MAX_TEXT,
    MAX_VALUES,
    TENSORS,
    Budget,
    Kept,
    Refer,
    Unfit,
    Whole,
    WireError,
    are_short,
    is_flat,
    is_text,
)

MAX_DATA = 512 << 20
MAX_COUNT = 4096  # of buffers
MAX_KEPT = 1000  # tuples of one message that remember their class
FIXED = {"with", "args", "kwargs", "error"}
NESTED, PARTS = {"tuple", "dict", "list", "set"}, {"bytes", "whole", "ndarray", "tensor"}
NOTHING = [-1]
MAX_EFFORT = 4 * MAX_CONTAINERS  # parts looked at, also those that were given up again

WAYS: tuple[tuple[type[Any], str], ...] = (
    (np.ndarray, "ndarray"),
    (np.generic, "scalar"),
    (tuple, "tuple"),
    (dict, "dict"),
    (list, "list"),
    (set, "set"),
    (frozenset, "set"),
    (str, "base"),
    (int, "base"),
    (float, "base"),
    (complex, "complex"),
    (bytes, "bytes"),
    (bytearray, "bytes"),
    (memoryview, "bytes"),
    (range, "span"),
    (decimal.Decimal, "decimal"),
    (fractions.Fraction, "fraction"),
    (dt.datetime, "date"),
    (dt.date, "date"),
    (dt.time, "date"),
    (dt.timedelta, "timedelta"),
    (Whole, "whole"),
)
"""How the classes on the list are written, and their subclasses; what pandas and torch have is looked for before."""


class CannotCross(TypeError):
    """There is no handle for it either."""


class TooMuch(CannotCross):
    """It is of a kind that crosses, and it is too large or nested too deep."""


class Encoder:
    """Turn one message into JSON-ready data; its raw parts gather in `buffers`.

    Parameters
    ----------
    refer
        Called with every value that cannot be written; returns its tag, or raises `TypeError` where there is no
        handle for it, and then nothing of the message crosses. Called with a `Kept` it may return nothing.
    careful
        Measure every text: what is too long, or holds half a surrogate pair, is found before JSON is made of it.
    """

    def __init__(self, refer: Refer, careful: bool = False) -> None:
        self._refer, self.careful = refer, careful
        self.buffers: list[Any] = []
        self.budget = Budget()
        self._room = [MAX_CONTAINERS, MAX_VALUES, MAX_TEXT, MAX_DATA, MAX_COUNT]
        self._effort, self._kept = MAX_EFFORT, MAX_KEPT
        self._open: set[int] = set()
        self._too_large: dict[int, list[int]] = {}
        self._tables, self._scalars = TableWriter(self), ScalarWriter(self)

    def message(self, m: Any) -> Any:
        """Return a message as JSON-ready data; what the protocol itself is made of is written or refused."""
        if type(m) is not dict:
            return self.value(m)
        return {"t": "dict", "v": [[k, self._fixed(x) if k in FIXED else self.value(x, 1)] for k, x in m.items()]}

    def _fixed(self, v: Any) -> Any:
        return [self.value(x, 2) for x in v] if type(v) is list else self.message(v)

    def value(self, v: Any, depth: int = 0) -> Any:
        """Return `v` as JSON-ready data; what cannot be written is handed over by a handle."""
        kind = type(v)
        if v is None or kind is bool or (not self.careful and (kind is float or (kind is str and len(v) <= MAX_TEXT))):
            return v
        if kind is int and not self.careful and -MAX_INT < v < MAX_INT:
            return v
        self._effort -= 1
        if self._effort < 0:
            raise TooMuch("the value has too many parts")
        before = self._mark()
        try:
            return self._written(v, kind, depth)
        except CannotCross:
            raise
        except Exception as error:  # classes of the learner's take part, and libraries have their own words for no
            why = self._undone(before, error)
        return self.handle(v, why)

    def attempt(self, write: Callable[[], Any], otherwise: Callable[[str], Any]) -> Any:
        """Return what `write` returns; when that fails, undo what it took and return what `otherwise` does."""
        before = self._mark()
        try:
            return write()
        except CannotCross:
            raise
        except Exception as error:
            why = self._undone(before, error)
        return otherwise(why)

    def items(self, v: list[Any], depth: int) -> list[Any]:
        """Return the values of a list as JSON-ready data; it fails where there are too many."""
        self.take(1, len(v))
        if not self.careful and is_flat(v) and are_short(v):
            return v
        return [self.value(x, depth + 1) for x in v]

    def _mark(self) -> tuple[Any, ...]:
        budget = self.budget
        return len(self.buffers), self._room[:], budget.work, budget.key_work, budget.promises

    def _undone(self, before: tuple[Any, ...], error: Exception) -> str:
        """Give back what a part took that was not written, and return why it was not."""
        size, self._room, self.budget.work, self.budget.key_work, self.budget.promises = before
        del self.buffers[size:]
        if isinstance(error, Unfit):
            return str(error)
        return "too large" if isinstance(error, (WireError, MemoryError)) else ""

    def handle(self, v: Any, why: str = "") -> dict[str, Any]:
        """Return the tag of a handle, with the reason why it is one."""
        self.take(1, 3)
        self.budget.spend(COST["handle"])
        try:
            tag = self._refer(v)
        except TypeError as error:
            raise (TooMuch(f"{error}: {why}") if why else CannotCross(str(error))) from None
        return {**tag, "n": f"{tag['n']}: {why}"} if why and "n" in tag else tag

    def take(self, containers: int, values: int = 0, text: int = 0) -> None:
        """Count what JSON will have of brackets, of values and, where it is known, of text."""
        for place, size in enumerate((containers, values, text + 50 * containers)):
            self._room[place] -= size
            if self._room[place] < 0:
                raise WireError("too large")

    def array(self, a: np.ndarray) -> dict[str, Any]:
        """Return an array as JSON-ready data."""
        if a.dtype.kind in "OT":
            a = _as_text(a)
        if a.dtype.itemsize == 0:
            a = a.astype(f"{a.dtype.kind}1")
        if a.dtype.kind not in "biufcSUmM" or a.ndim > MAX_NDIM or not DTYPE.fullmatch(a.dtype.str):
            raise Unfit
        self.budget.spend(COST["array"])
        if not a.nbytes:  # as in `decode`: a shape that nothing stands behind
            self.budget.unbacked(math.prod(n for n in a.shape if n))
        self.take(2, 5 + a.ndim)
        place = self._buffer(a.nbytes)  # before a view of one cell becomes an array of many
        if a.dtype.kind == "U" and not is_text(a):
            raise Unfit("half a surrogate pair")
        self.buffers.append(np.ascontiguousarray(a).reshape(-1).view(np.uint8).data if a.nbytes else b"")
        return {"t": "array", "d": a.dtype.str, "s": list(a.shape), "b": place}

    def _buffer(self, size: int) -> int:
        self._room[3] -= size
        self._room[4] -= 1
        if min(self._room[3:]) < 0:
            raise WireError("too large")
        return len(self.buffers)

    def _written(self, v: Any, kind: type[Any], depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise Unfit("nested too deep")
        known: Any = kind
        way = _way(known)
        if way is None:
            return self.handle(v)
        self.budget.spend(COST.get(way, 1))
        if way in NESTED:
            return self._nested(v, way, depth)
        if way == "pandas":
            return self._tables.write(v, depth)
        if way in PARTS:
            return getattr(self, f"_write_{way}")(v)
        return self._scalars.write(way, v)

    def _nested(self, v: Any, way: str, depth: int) -> Any:
        if id(v) in self._open:
            raise Unfit("contains itself")
        room = self._room[:]
        if all(map(operator.le, room, self._too_large.get(id(v), NOTHING))):
            raise WireError("too large")  # it had no place when there was more
        self._open.add(id(v))
        try:
            return getattr(self, f"_write_{way}")(v, depth)
        except WireError:
            self._too_large[id(v)] = room
            raise
        finally:
            self._open.discard(id(v))

    def _write_list(self, v: list[Any], depth: int) -> Any:
        return self.items(v if type(v) is list else list.__getitem__(v, slice(None)), depth)

    def _write_tuple(self, v: tuple[Any, ...], depth: int) -> Any:
        if type(v) is Kept and (tag := self._refer(v)):
            return tag
        items = tuple.__getitem__(v, slice(None))
        self.take(2, 2 + len(items))
        written = [self.value(x, depth + 1) for x in items]
        if type(v) in (tuple, Kept) or not self._kept:
            return {"t": "tuple", "v": written}
        self._kept -= 1
        return {"t": "named", "v": written, "h": self.handle(v)}

    def _write_dict(self, v: dict[Any, Any], depth: int) -> Any:
        if issubclass(type(v), collections.OrderedDict):  # which may be in an order of its own
            pairs = [(k, dict.__getitem__(v, k)) for k in collections.OrderedDict.__iter__(v)]
        else:
            pairs = list(dict.items(v))
        self.take(2 + len(pairs), 2 + 2 * len(pairs))
        self.budget.hashed([k for k, _ in pairs])
        return {"t": "dict", "v": [[self.value(k, depth + 1), self.value(x, depth + 1)] for k, x in pairs]}

    def _write_set(self, v: Any, depth: int) -> Any:
        items = list((set if isinstance(v, set) else frozenset).__iter__(v))
        self.take(2, 2 + len(items))
        self.budget.hashed(items)
        ordered = sorted(items, key=repr)  # the same set is the same frame
        return {"t": "set", "v": [self.value(x, depth + 1) for x in ordered]}

    def _write_bytes(self, v: Any) -> Any:
        size = memoryview(v).nbytes
        self.take(1, 2)
        place = self._buffer(size)
        self.buffers.append(bytes.__getitem__(v, slice(None)) if isinstance(v, bytes) else bytes(memoryview(v)))
        return {"t": "bytes", "b": place}

    def _write_whole(self, v: Whole) -> Any:
        return self.handle(v.value, "too large")

    def _write_ndarray(self, v: np.ndarray) -> Any:
        return self.array(np.asarray(v))

    def _write_tensor(self, v: Any) -> Any:
        torch = sys.modules["torch"]
        if str(v.dtype) not in TENSORS or v.layout != torch.strided:
            raise Unfit
        plain = v.detach().cpu()
        if plain.nbytes > self._room[3]:
            raise WireError("too large")
        plain = plain.resolve_conj().resolve_neg().contiguous()
        bits = plain.view(torch.int16) if plain.dtype == torch.bfloat16 else plain
        self.take(1, 3)
        return {"t": "tensor", "d": str(plain.dtype), "v": self.array(np.asarray(bits.numpy()))}


@functools.cache
def _way(kind: Any) -> str | None:
    """Return how a class is written, None where it is not on the list."""
    if (pd := sys.modules.get("pandas")) and any(issubclass(kind, known) for known in _of_pandas(pd)):
        return "pandas"
    if (torch := sys.modules.get("torch")) and issubclass(kind, torch.Tensor):
        return "tensor"
    return next((way for base, way in WAYS if issubclass(kind, base)), None)


def _of_pandas(pd: Any) -> tuple[type[Any], ...]:
    return (pd.DataFrame, pd.Series, pd.Index, pd.api.extensions.ExtensionArray, pd.Timestamp, pd.Timedelta,
            type(pd.NaT), type(pd.NA))  # fmt: skip


def _as_text(a: np.ndarray) -> np.ndarray:
    """Return an array of text where objects, or texts of varying width, are all text; numpy drops a NUL at the end."""
    cells = a.reshape(-1).tolist()
    if not cells or not all(issubclass(type(x), str) for x in cells):
        raise Unfit
    texts = [str.__str__(x) for x in cells]
    if any(x.endswith("\0") for x in texts):
        raise Unfit
    longest = max(1, *map(len, texts))
    if longest * len(texts) * 4 > MAX_DATA:
        raise WireError("too large")
    return np.array(texts, dtype=f"U{longest}").reshape(a.shape)
