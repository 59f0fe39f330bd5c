"""From values to JSON-ready data and raw buffers; `decode` is the way back."""

from __future__ import annotations

import datetime as dt
import decimal
import sys
from typing import Any

import numpy as np

from .values import MAX_DEPTH, MAX_NDIM, MAX_TEXT, NULLABLE, TENSORS, Refer, is_flat, is_text

PLAIN: tuple[type[Any], ...] = (bool, int, float, str, list)


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
        if kind is str and len(v) > MAX_TEXT:  # said before it is written out
            raise ValueError("the value is too large to cross")
        if v is None or kind in (bool, int, float, str):
            return v
        if kind is list:
            return v if is_flat(v) else [self.value(x, depth + 1) for x in v]
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
        if a.dtype.kind == "U" and not is_text(a):
            raise ValueError("half a surrogate pair")
        raw = np.ascontiguousarray(a).reshape(-1).view(np.uint8).data if a.nbytes else b""
        return {"t": "array", "d": a.dtype.str, "s": list(a.shape), "b": self._buffer(raw)}

    def _numpy_scalar(self, v: np.generic) -> dict[str, Any]:
        if v.dtype.kind not in "biufcSUmM":
            return self._refer(v)
        plain = np.asarray(v)
        if plain.dtype.kind == "U" and not is_text(plain):
            raise ValueError("half a surrogate pair")
        return {"t": "scalar", "d": plain.dtype.str, "v": plain.tobytes().hex()}  # a buffer each would be too many

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
