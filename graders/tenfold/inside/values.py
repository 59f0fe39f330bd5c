"""The values that may cross between grader and worker: a closed list, turned into JSON-ready data and raw buffers.

Numbers, text and lists are JSON; everything else is an object with a tag ``t``. What is not on the list goes through
`refer` (a handle or a callback) or raises `TypeError`. Both sides use this module; it imports nothing else of the
engine.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

Refer = Callable[[Any], dict[str, Any]]
Resolve = Callable[[dict[str, Any]], Any]

MAX_DEPTH = 40
MAX_ODD_KEYS = 10_000  # keys whose hash a sender can choose: more would let it make a dict quadratic
MAX_NDIM = 32
DTYPE = re.compile(r"[<>|=]?([biufc]\d{1,2}|[SU]\d{1,6}|[mM]8(\[\d*[a-zA-Z]{1,2}\])?)")
ZONE = re.compile(r"UTC([+-]\d\d:\d\d)?|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+){0,2}")
PLAIN: tuple[type[Any], ...] = (bool, int, float, str, list)
FLAT = {type(None), bool, int, float, str}
NULLABLE = {"boolean", *(f"{u}Int{n}" for u in ("", "U") for n in (8, 16, 32, 64)), "Float32", "Float64"}
TENSORS = {
    f"torch.{n}": n
    for n in ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "bfloat16",
              "complex64", "complex128")
}  # fmt: skip


def _is_flat(items: list[Any]) -> bool:
    """Return whether a list is JSON as it stands: long columns of text then cross in one step."""
    return FLAT.issuperset(map(type, items))


class WireError(Exception):
    """The other side sent something that is not a message of this protocol."""


class Encoder:
    """Turn one message into JSON-ready data; its raw parts gather in `buffers`.

    Parameters
    ----------
    refer
        Called with every value that is not on the list; returns its tag or raises `TypeError`.
    """

    def __init__(self, refer: Refer) -> None:
        self._refer = refer
        self.buffers: list[Any] = []

    def value(self, v: Any, depth: int = 0) -> Any:
        """Return `v` as JSON-ready data."""
        if depth > MAX_DEPTH:
            raise ValueError(f"the value is nested more than {MAX_DEPTH} deep")
        kind = type(v)
        if v is None or kind in (bool, int, float, str):
            return v
        if kind is list:
            return v if _is_flat(v) else [self.value(x, depth + 1) for x in v]
        if isinstance(v, np.generic):
            return self._numpy_scalar(v)
        if isinstance(v, np.ndarray):
            return self._array(np.asarray(v))
        tagged = self._plain(v, depth) or self._pandas(v, depth) or self._torch(v)
        return tagged or self._refer(v)

    def _plain(self, v: Any, depth: int) -> dict[str, Any] | None:
        if isinstance(v, tuple) and type(v) is tuple:
            return {"t": "tuple", "v": [self.value(x, depth + 1) for x in v]}
        if isinstance(v, dict):
            return {
                "t": "dict",
                "v": [[self.value(k, depth + 1), self.value(x, depth + 1)] for k, x in v.items()],
            }
        if isinstance(v, (set, frozenset)):
            ordered = sorted(v, key=repr)  # the same set is the same frame
            return {"t": "set", "v": [self.value(x, depth + 1) for x in ordered]}
        if isinstance(v, (bytes, bytearray, memoryview)):
            return {"t": "bytes", "b": self._buffer(bytes(v))}
        for base in PLAIN:  # an IntEnum, a Counter's value: the plain value inside
            if isinstance(v, base):
                return {"t": "plain", "v": self.value(base(v), depth + 1)}
        if isinstance(v, complex):
            return {"t": "complex", "v": [v.real, v.imag]}
        if isinstance(v, decimal.Decimal):
            return {"t": "decimal", "v": str(v)}
        return self._date(v)

    def _date(self, v: Any) -> dict[str, Any] | None:
        if type(v) in (dt.datetime, dt.date, dt.time):
            return {"t": type(v).__name__, "v": v.isoformat()}
        if type(v) is dt.timedelta:
            return {"t": "timedelta", "v": [v.days, v.seconds, v.microseconds]}
        return None

    def _buffer(self, data: Any) -> int:
        self.buffers.append(data)
        return len(self.buffers) - 1

    def _array(self, a: np.ndarray) -> dict[str, Any]:
        if a.dtype.kind not in "biufcSUmM" or a.ndim > MAX_NDIM:
            return self._refer(a)
        raw = np.ascontiguousarray(a).reshape(-1).view(np.uint8).data if a.nbytes else b""
        return {"t": "array", "d": a.dtype.str, "s": list(a.shape), "b": self._buffer(raw)}

    def _numpy_scalar(self, v: np.generic) -> dict[str, Any]:
        if v.dtype.kind not in "biufcSUmM":
            return self._refer(v)
        return {"t": "scalar", "v": self._array(np.asarray(v))}

    def _torch(self, v: Any) -> dict[str, Any] | None:
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(v, torch.Tensor) or str(v.dtype) not in TENSORS:
            return None
        plain = v.detach().cpu().resolve_conj().contiguous()
        bits = plain.view(torch.int16) if plain.dtype == torch.bfloat16 else plain
        return {"t": "tensor", "d": str(v.dtype), "v": self._array(bits.numpy())}

    def _pandas(self, v: Any, depth: int) -> dict[str, Any] | None:
        pd = sys.modules.get("pandas")
        if pd is None:
            return None
        if isinstance(v, pd.DataFrame):
            columns = [self._column(v.iloc[:, i].array, depth) for i in range(v.shape[1])]
            return {
                "t": "frame",
                "c": self._index(v.columns, depth),
                "i": self._index(v.index, depth),
                "v": columns,
            }
        if isinstance(v, pd.Series):
            name = self.value(v.name, depth + 1)
            return {
                "t": "series",
                "i": self._index(v.index, depth),
                "v": self._column(v.array, depth),
                "n": name,
            }
        if isinstance(v, pd.Index):
            return self._index(v, depth)
        if v is pd.NA or v is pd.NaT:
            return {"t": "NA" if v is pd.NA else "NaT"}
        if isinstance(v, (pd.Timestamp, pd.Timedelta)):
            tz = str(v.tz) if isinstance(v, pd.Timestamp) and v.tz is not None else None
            return {"t": type(v).__name__, "v": int(v.as_unit("ns").value), "u": v.unit, "z": tz}
        return None

    def _index(self, index: Any, depth: int) -> dict[str, Any]:
        pd = sys.modules["pandas"]
        names = [self.value(n, depth + 1) for n in index.names]
        if isinstance(index, pd.RangeIndex):
            return {"t": "range", "v": [index.start, index.stop, index.step], "n": names}
        if isinstance(index, pd.MultiIndex):
            levels = [self._column(index.get_level_values(i).array, depth) for i in range(index.nlevels)]
            return {"t": "multi", "v": levels, "n": names}
        return {"t": "index", "v": self._column(index.array, depth), "n": names}

    def _column(self, a: Any, depth: int) -> dict[str, Any]:
        pd = sys.modules["pandas"]
        a = a.to_numpy() if type(a) is pd.arrays.NumpyExtensionArray else a
        kind = a.dtype
        if isinstance(kind, pd.CategoricalDtype):
            categories = self._column(kind.categories.array, depth)
            return {
                "k": "category",
                "v": self._array(np.asarray(a.codes)),
                "c": categories,
                "o": bool(kind.ordered),
            }
        if isinstance(kind, pd.DatetimeTZDtype):
            utc = a.asi8 if hasattr(a, "asi8") else np.asarray(a, dtype="M8[ns]").view("i8")
            return {"k": "utc", "v": self._array(np.asarray(utc)), "z": str(kind.tz), "u": kind.unit}
        if str(kind) in NULLABLE:
            mask = np.asarray(a.isna())
            values = a.to_numpy(dtype=kind.numpy_dtype, na_value=kind.numpy_dtype.type(0))
            return {"k": "nullable", "d": str(kind), "v": self._array(values), "m": self._array(mask)}
        if isinstance(kind, np.dtype) and kind.kind in "biufcmM":
            return {"k": "numpy", "v": self._array(np.asarray(a))}
        if str(kind) in ("object", "str", "string"):
            return {"k": "list", "d": str(kind), "v": self.value(list(a), depth + 1)}
        raise TypeError(f"a column of dtype {kind} cannot cross")


class Decoder:
    """Turn a header and its buffers back into the message; anything unexpected is a `WireError`."""

    def __init__(self, resolve: Resolve, buffers: list[bytearray]) -> None:
        self._resolve = resolve
        self._buffers = buffers

    def value(self, v: Any, depth: int = 0) -> Any:
        """Return the value that `v` describes."""
        if depth > 2 * MAX_DEPTH:
            raise WireError("nested too deep")
        if v is None or isinstance(v, (bool, int, float, str)):
            return v
        if isinstance(v, list):
            return v if _is_flat(v) else [self.value(x, depth + 1) for x in v]
        tag = v["t"]
        if tag in ("handle", "callback"):
            return self._resolve(v)
        read = getattr(self, f"_read_{tag}", None) if isinstance(tag, str) and tag.isidentifier() else None
        if read is None:
            raise WireError("unknown tag")
        return read(v, depth + 1)

    def _many(self, v: Any, depth: int) -> list[Any]:
        if not isinstance(v, list):
            raise WireError("a list was expected")
        return list(self.value(v, depth))

    def _keys(self, keys: list[Any]) -> list[Any]:
        odd = sum(not isinstance(k, (str, bytes)) and not (isinstance(k, int) and abs(k) < 1 << 53) for k in keys)
        if odd > MAX_ODD_KEYS:
            raise WireError("too many keys")
        return keys

    def _read_tuple(self, v: dict[str, Any], depth: int) -> Any:
        return tuple(self._many(v["v"], depth))

    def _read_dict(self, v: dict[str, Any], depth: int) -> Any:
        keys = self._keys([self.value(k, depth) for k, _ in v["v"]])
        return dict(zip(keys, [self.value(x, depth) for _, x in v["v"]], strict=True))

    def _read_set(self, v: dict[str, Any], depth: int) -> Any:
        return set(self._keys(self._many(v["v"], depth)))

    def _read_plain(self, v: dict[str, Any], depth: int) -> Any:
        return self.value(v["v"], depth)

    def _read_bytes(self, v: dict[str, Any], depth: int) -> Any:
        return bytes(self._take(v["b"]))

    def _read_complex(self, v: dict[str, Any], depth: int) -> Any:
        real, imag = v["v"]
        return complex(float(real), float(imag))

    def _read_decimal(self, v: dict[str, Any], depth: int) -> Any:
        return decimal.Decimal(_text(v["v"], 5000))

    def _read_datetime(self, v: dict[str, Any], depth: int) -> Any:
        return dt.datetime.fromisoformat(_text(v["v"]))

    def _read_date(self, v: dict[str, Any], depth: int) -> Any:
        return dt.date.fromisoformat(_text(v["v"]))

    def _read_time(self, v: dict[str, Any], depth: int) -> Any:
        return dt.time.fromisoformat(_text(v["v"]))

    def _read_timedelta(self, v: dict[str, Any], depth: int) -> Any:
        days, seconds, micros = v["v"]
        return dt.timedelta(int(days), int(seconds), int(micros))

    def _take(self, number: Any) -> bytearray:
        if type(number) is not int or not 0 <= number < len(self._buffers):
            raise WireError("no such buffer")
        return self._buffers[number]

    def _read_array(self, v: dict[str, Any], depth: int) -> Any:
        name, shape, data = v["d"], v["s"], self._take(v["b"])
        if not isinstance(name, str) or not DTYPE.fullmatch(name):
            raise WireError("unknown dtype")
        dtype = np.dtype(name)
        if not isinstance(shape, list) or len(shape) > MAX_NDIM or not all(type(n) is int and n >= 0 for n in shape):
            raise WireError("bad shape")
        if math.prod(shape) * dtype.itemsize != len(data):
            raise WireError("shape and size differ")
        if not data:
            return np.zeros(shape, dtype)
        if dtype.kind == "b":  # a byte that is neither 0 nor 1 would count as itself in a sum
            return (np.frombuffer(data, np.uint8) != 0).reshape(shape)
        if dtype.kind == "U" and np.frombuffer(data, np.dtype("u4").newbyteorder(dtype.byteorder)).max() > 0x10FFFF:
            raise WireError("not text")
        return np.frombuffer(data, dtype).reshape(shape)

    def _read_scalar(self, v: dict[str, Any], depth: int) -> Any:
        return self._read_array(v["v"], depth)[()]

    def _read_tensor(self, v: dict[str, Any], depth: int) -> Any:
        import torch

        name = TENSORS[v["d"]]
        tensor = torch.from_numpy(self._read_array(v["v"], depth))
        if name == "bfloat16":
            tensor = tensor.view(torch.bfloat16)
        if str(tensor.dtype) != v["d"]:
            raise WireError("dtype and data differ")
        return tensor

    def _read_frame(self, v: dict[str, Any], depth: int) -> Any:
        import pandas as pd

        index, columns = self._index(v["i"], depth), self._index(v["c"], depth)
        data = {i: self._series(c, index, depth) for i, c in enumerate(v["v"])}
        if len(data) != len(columns):
            raise WireError("columns and names differ in number")
        frame = pd.DataFrame(data, index=index)
        frame.columns = columns
        return frame

    def _read_series(self, v: dict[str, Any], depth: int) -> Any:
        return self._series(v["v"], self._index(v["i"], depth), depth).rename(self.value(v["n"], depth))

    def _series(self, column: dict[str, Any], index: Any, depth: int) -> Any:
        import pandas as pd

        values = self._column(column, depth)
        return pd.Series(values, index=index, dtype=values.dtype)  # named, so that text stays object where it was

    def _read_NA(self, v: dict[str, Any], depth: int) -> Any:  # noqa: N802 - named after its tag
        import pandas as pd

        return pd.NA

    def _read_NaT(self, v: dict[str, Any], depth: int) -> Any:  # noqa: N802 - named after its tag
        import pandas as pd

        return pd.NaT

    def _read_Timestamp(self, v: dict[str, Any], depth: int) -> Any:  # noqa: N802 - named after its tag
        import pandas as pd

        return pd.Timestamp(int(v["v"]), unit="ns", tz=v["z"] and _zone(v["z"])).as_unit(v["u"])

    def _read_Timedelta(self, v: dict[str, Any], depth: int) -> Any:  # noqa: N802 - named after its tag
        import pandas as pd

        return pd.Timedelta(int(v["v"]), unit="ns").as_unit(v["u"])

    def _read_range(self, v: dict[str, Any], depth: int) -> Any:
        return self._index(v, depth)

    _read_multi = _read_index = _read_range

    def _index(self, v: dict[str, Any], depth: int) -> Any:
        import pandas as pd

        names = self._many(v["n"], depth)
        if v["t"] == "range":
            start, stop, step = (int(n) for n in v["v"])
            return pd.RangeIndex(start, stop, step, name=names[0])
        if v["t"] == "multi":
            return pd.MultiIndex.from_arrays([self._column(c, depth) for c in v["v"]], names=names)
        values = self._column(v["v"], depth)
        return pd.Index(values, dtype=values.dtype, name=names[0])

    def _column(self, v: dict[str, Any], depth: int) -> Any:
        import pandas as pd

        if v["k"] == "numpy":
            return self._read_array(v["v"], depth)
        if v["k"] == "category":
            categories = pd.Index(self._column(v["c"], depth))
            return pd.Categorical.from_codes(self._read_array(v["v"], depth), categories, ordered=bool(v["o"]))
        if v["k"] == "utc":
            naive = self._read_array(v["v"], depth).view(f"M8[{_text(v['u'], 2)}]")
            return pd.DatetimeIndex(naive).tz_localize("UTC").tz_convert(_zone(v["z"])).array
        if v["k"] == "nullable" and v["d"] in NULLABLE:
            values, mask = self._read_array(v["v"], depth), self._read_array(v["m"], depth)
            column = pd.array(values, dtype=v["d"])
            column[mask.astype(bool)] = pd.NA
            return column
        if v["k"] == "list" and v["d"] in ("object", "str", "string"):
            objects = np.array([*self._many(v["v"], depth), None], dtype=object)[:-1]  # None keeps it one-dimensional
            return objects if v["d"] == "object" else pd.array(objects, dtype=v["d"])
        raise WireError("unknown column")


def _text(v: Any, longest: int = 100) -> str:
    if not isinstance(v, str) or len(v) > longest:
        raise WireError("a short text was expected")
    return str(v)


def _zone(v: Any) -> str:
    name = _text(v)
    if not ZONE.fullmatch(name):
        raise WireError("unknown time zone")
    return name
