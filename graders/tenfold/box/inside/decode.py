"""From JSON-ready data and raw buffers back to values; whatever is unexpected is a violation."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import math
from typing import Any

import numpy as np

from . import values as caps
from .tables import Tables
from .values import COST, DTYPE, MAX_DEPTH, MAX_NDIM, TENSORS, Resolve, WireError, is_flat, many, short_text, whole

FIELDS = {
    tag: set(fields.split())
    for tags, fields in {
        "tuple dict set complex decimal fraction timedelta datetime date time span column": "t v",
        "NA NaT": "t",
        "Timestamp Timedelta": "t v u z",
        "range index multi": "t v n",
        "bytes": "t b",
        "named": "t v h",
        "array": "t d s b",
        "scalar tensor": "t d v",
        "frame": "t c i v",
        "series": "t i v n",
    }.items()
    for tag in tags.split()
}
"""Every tag but those of `Resolve`, with the fields that it has."""

PANDAS = {"NA", "NaT", "Timestamp", "Timedelta", "range", "index", "multi", "frame", "series", "column"}


class Decoder:
    """Turn a header and its buffers back into the message.

    Exceptions of any kind mean a violation; they are told apart from nothing by `Channel.receive`.

    Parameters
    ----------
    resolve
        Called with the tags of handles and callbacks.
    buffers
        The raw parts; each may be used once, so that one part cannot become a thousand values.
    """

    def __init__(self, resolve: Resolve, buffers: list[bytearray]) -> None:
        self._resolve = resolve
        self._buffers: list[bytearray | None] = list(buffers)
        self.budget = caps.Budget()
        self._tables = Tables(self)

    def value(self, v: Any, depth: int = 0) -> Any:
        """Return the value that `v` describes."""
        if depth > 2 * MAX_DEPTH:
            raise WireError("nested too deep")
        if v is None or isinstance(v, (bool, int, float, str)):
            return v
        if isinstance(v, list):
            return v if is_flat(v) else [self.value(x, depth + 1) for x in v]
        tag = v["t"]
        self.budget.spend(COST.get(tag, 1))
        if tag in ("handle", "callback"):
            return self._referred(v)
        if v.keys() != FIELDS.get(tag):
            raise WireError("unknown tag or fields")
        if tag in PANDAS:
            return self._tables.read(v, depth + 1)
        return getattr(self, f"_read_{tag}")(v, depth + 1)

    def items(self, v: Any, depth: int) -> list[Any]:
        """Return the values of a list."""
        return list(self.value(many(v), depth))

    def array(self, v: Any) -> np.ndarray:
        """Return the array that a field holds."""
        if not isinstance(v, dict) or v.get("t") != "array" or v.keys() != FIELDS["array"]:
            raise WireError("an array was expected")
        self.budget.spend(COST["array"])
        return self._read_array(v, 0)

    def _referred(self, v: dict[str, Any]) -> Any:
        if not {"t", "v"} <= v.keys() <= {"t", "v", "n"} or not 0 <= whole(v["v"]) < 1 << 53:
            raise WireError("no such object")
        short_text(v.get("n", ""))
        return self._resolve(v)

    def _read_tuple(self, v: dict[str, Any], depth: int) -> Any:
        return tuple(self.items(v["v"], depth))

    def _read_dict(self, v: dict[str, Any], depth: int) -> Any:
        pairs = [(_key(self.value(k, depth)), self.value(x, depth)) for k, x in many(v["v"])]
        self.budget.hashed(k for k, _ in pairs)
        return dict(pairs)

    def _read_set(self, v: dict[str, Any], depth: int) -> Any:
        keys = [_key(k) for k in self.items(v["v"], depth)]
        self.budget.hashed(keys)
        return set(keys)

    def _read_named(self, v: dict[str, Any], depth: int) -> Any:
        if not isinstance(v["h"], dict) or v["h"].get("t") != "handle":
            raise WireError("a handle was expected")
        return caps.Kept(self.items(v["v"], depth), self.value(v["h"], depth))

    def _read_span(self, v: dict[str, Any], depth: int) -> Any:
        start, stop, step = map(whole, many(v["v"]))
        found = range(start, stop, step)
        self.budget.unbacked(max(0, (stop - start) // step + 1))  # its length may be more than len() can say
        return found

    def _read_fraction(self, v: dict[str, Any], depth: int) -> Any:
        top, bottom = map(whole, many(v["v"]))
        return fractions.Fraction(top, bottom)

    def _read_bytes(self, v: dict[str, Any], depth: int) -> Any:
        return bytes(self._take(v["b"]))

    def _read_complex(self, v: dict[str, Any], depth: int) -> Any:
        real, imag = many(v["v"])
        if not type(real) is type(imag) is float:
            raise WireError("two numbers were expected")
        return complex(real, imag)

    def _read_decimal(self, v: dict[str, Any], depth: int) -> Any:
        number = decimal.Decimal(short_text(v["v"], caps.MAX_EXPONENT))
        power = number.as_tuple().exponent
        if isinstance(power, int) and abs(power) > caps.MAX_EXPONENT:
            raise WireError("a decimal out of bounds")
        return number

    def _read_datetime(self, v: dict[str, Any], depth: int) -> Any:
        return dt.datetime.fromisoformat(short_text(v["v"]))

    def _read_date(self, v: dict[str, Any], depth: int) -> Any:
        return dt.date.fromisoformat(short_text(v["v"]))

    def _read_time(self, v: dict[str, Any], depth: int) -> Any:
        return dt.time.fromisoformat(short_text(v["v"]))

    def _read_timedelta(self, v: dict[str, Any], depth: int) -> Any:
        days, seconds, micros = map(whole, many(v["v"]))
        return dt.timedelta(days, seconds, micros)

    def _take(self, number: Any) -> bytearray:
        place = whole(number)
        data = self._buffers[place] if 0 <= place < len(self._buffers) else None
        if data is None:
            raise WireError("no such buffer, or one used before")
        self._buffers[place] = None
        return data

    def _read_array(self, v: dict[str, Any], depth: int) -> np.ndarray:
        shape, data = many(v["s"]), self._take(v["b"])
        if len(shape) > MAX_NDIM or not all(type(n) is int and n >= 0 for n in shape):
            raise WireError("bad shape")
        if not data:  # rows without columns: a sum over the other axis makes an array of them
            self.budget.unbacked(math.prod(n for n in shape if n) if 0 in shape else 1)
        return self._shaped(v["d"], shape, data)

    def _read_scalar(self, v: dict[str, Any], depth: int) -> Any:
        if not isinstance(v["v"], str):
            raise WireError("a text was expected")
        return self._shaped(v["d"], [], bytearray.fromhex(v["v"]))[()]

    def _shaped(self, name: Any, shape: list[int], data: bytearray) -> np.ndarray:
        if not isinstance(name, str) or not DTYPE.fullmatch(name):
            raise WireError("unknown dtype")
        dtype = np.dtype(name)
        if math.prod(shape) * dtype.itemsize != len(data):
            raise WireError("shape and size differ")
        if not data:
            return np.zeros(shape, dtype)
        found = np.frombuffer(data, dtype)
        if dtype.kind == "b":  # a byte that is neither 0 nor 1 would count as itself in a sum
            found = np.frombuffer(data, np.uint8) != 0
        if dtype.kind == "U" and not caps.is_text(found):
            raise WireError("not text")
        return np.reshape(found, shape)

    def _read_tensor(self, v: dict[str, Any], depth: int) -> Any:
        name = TENSORS[v["d"]]
        array = self.array(v["v"])

        import torch

        tensor = torch.from_numpy(array)
        if name == "bfloat16":
            tensor = tensor.view(torch.bfloat16)
        if str(tensor.dtype) != v["d"]:
            raise WireError("dtype and data differ")
        return tensor


def _key(k: Any) -> Any:
    return frozenset(k) if type(k) is set else k
