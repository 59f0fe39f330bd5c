"""What `encode` writes of pandas: tables, indexes, arrays of its own, and their scalars; `tables` reads them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from .tables import COLUMN, TABLE, is_label, keys_of
from .values import COST, NULLABLE, Budget, Unfit, zone_name


class Writer(Protocol):
    """What of an encoder is used here."""

    budget: Budget

    def value(self, v: Any, depth: int) -> Any:
        """Return a value as JSON-ready data."""

    def items(self, v: list[Any], depth: int) -> list[Any]:
        """Return the values of a list as JSON-ready data."""

    def array(self, a: np.ndarray) -> dict[str, Any]:
        """Return an array as JSON-ready data."""

    def handle(self, v: Any, why: str = "") -> dict[str, Any]:
        """Return the tag of a handle."""

    def attempt(self, write: Callable[[], Any], otherwise: Callable[[str], Any]) -> Any:
        """Return what `write` returns, or else what `otherwise` does."""

    def take(self, containers: int, values: int = 0, text: int = 0) -> None:
        """Count what JSON will have."""


class TableWriter:
    """Write what pandas made.

    Parameters
    ----------
    writer
        Writes what is not of pandas, and counts.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def write(self, v: Any, depth: int) -> Any:
        """Return `v`, an object of a class of pandas or of a subclass, as JSON-ready data."""
        pd = sys.modules["pandas"]
        kind = type(v)
        if v is pd.NA or v is pd.NaT:
            self._writer.take(1, 1)
            return {"t": "NA" if v is pd.NA else "NaT"}
        if issubclass(kind, (pd.Timestamp, pd.Timedelta)):
            return self._instant(v)
        if issubclass(kind, pd.DataFrame):
            return self._frame(v if kind is pd.DataFrame else pd.DataFrame(v), depth)
        if issubclass(kind, pd.Series):
            return self._series(v if kind is pd.Series else pd.Series(v), depth)
        if issubclass(kind, pd.Index):
            if issubclass(kind, pd.RangeIndex):
                self._writer.budget.unbacked(len(v))
            return self._index(v, depth)
        if type(v) is pd.arrays.NumpyExtensionArray:
            return self._writer.array(v.to_numpy())
        self._writer.take(1, 2)
        return {"t": "column", "v": self._column(v, depth)}

    def _instant(self, v: Any) -> Any:
        pd = sys.modules["pandas"]
        whole = issubclass(type(v), pd.Timestamp)
        name = "Timestamp" if whole else "Timedelta"
        tz = zone_name(v.tzinfo, v.utcoffset()) if whole and v.tzinfo is not None else None
        self._writer.budget.spend(COST[name])
        self._writer.take(1, 4)
        return {"t": name, "v": int(v.asm8.view("i8")), "u": v.unit, "z": tz}

    def _frame(self, v: Any, depth: int) -> Any:
        columns = [self._part(v.iloc[:, i].array, depth) for i in range(v.shape[1])]
        if not columns:
            self._writer.budget.unbacked(len(v.index))
        self._writer.take(2, 5 + len(columns))
        return {"t": "frame", "c": self._labels(v.columns, depth), "i": self._labels(v.index, depth), "v": columns}

    def _series(self, v: Any, depth: int) -> Any:
        self._writer.take(1, 4)
        index, name = self._labels(v.index, depth), self._name(v.name, depth)
        return {"t": "series", "i": index, "v": self._part(v.array, depth), "n": name}

    def _part(self, a: Any, depth: int) -> Any:
        """Write a column, or say that it stays where it is."""
        return self._writer.attempt(lambda: self._column(a, depth), lambda why: self._unwritten(a, why))

    def _labels(self, index: Any, depth: int) -> Any:
        """Write the index of a table, or say that it stays where it is."""

        def instead(why: str) -> dict[str, Any]:
            self._writer.take(2, 5)
            return {"t": "index", "v": self._unwritten(index, why), "n": [None]}

        return self._writer.attempt(lambda: self._index(index, depth), instead)

    def _unwritten(self, v: Any, why: str) -> dict[str, Any]:
        self._writer.budget.spend(COLUMN)
        self._writer.budget.unbacked(len(v))
        self._writer.take(1, 3)
        return {"k": "handle", "v": self._writer.handle(v, why), "s": len(v)}

    def _name(self, name: Any, depth: int) -> Any:
        """Write a name where it may be a label; another is left out."""
        written = self._writer.value(name, depth + 1) if is_label(name) else None
        return written if _is_whole(written) else None

    def _index(self, index: Any, depth: int) -> dict[str, Any]:
        pd = sys.modules["pandas"]
        self._writer.budget.spend(TABLE)
        self._writer.take(3, 6)
        names = [self._name(n, depth) for n in index.names]
        if isinstance(index, pd.RangeIndex):
            return {"t": "range", "v": [index.start, index.stop, index.step], "n": names}
        if isinstance(index, pd.MultiIndex):
            arrays = [index.get_level_values(i).array for i in range(index.nlevels)]
            return {"t": "multi", "v": [self._keys(array, depth) for array in arrays], "n": names}
        return {"t": "index", "v": self._column(index.array, depth), "n": names}

    def _column(self, a: Any, depth: int) -> dict[str, Any]:
        pd = sys.modules["pandas"]
        self._writer.budget.spend(COLUMN)
        self._writer.take(2, 6)
        a = a.to_numpy() if type(a) is pd.arrays.NumpyExtensionArray else a
        kind = a.dtype
        if isinstance(kind, pd.CategoricalDtype):
            codes, categories = self._writer.array(np.asarray(a.codes)), self._keys(kind.categories.array, depth)
            return {"k": "category", "v": codes, "c": categories, "o": bool(kind.ordered)}
        if isinstance(kind, pd.DatetimeTZDtype):
            utc, name = np.asarray(a.asi8), zone_name(kind.tz)
            return {"k": "utc", "v": self._writer.array(utc), "z": name, "u": kind.unit}
        if str(kind) in NULLABLE:
            mask = np.asarray(a.isna())
            values = a.to_numpy(dtype=kind.numpy_dtype, na_value=kind.numpy_dtype.type(0))
            return {"k": "nullable", "d": str(kind), "v": self._writer.array(values), "m": self._writer.array(mask)}
        if str(kind) in ("object", "str", "string"):
            items = self._writer.items(list(a), depth + 1)
            if str(kind) != "object" and not _is_whole(items):
                raise Unfit("half a surrogate pair")
            return {"k": "list", "d": str(kind), "v": items}
        plain = np.asarray(a)  # sparse ones, and Arrow's
        if plain.dtype.kind in "biufcmM":
            return {"k": "numpy", "v": self._writer.array(plain)}
        if plain.dtype != object or not all(map(is_label, plain)):
            raise Unfit
        return {"k": "list", "d": "object", "v": self._writer.items(list(plain), depth + 1)}

    def _keys(self, a: Any, depth: int) -> dict[str, Any]:
        """Write a column that its reader hashes."""
        self._writer.budget.hashed(keys_of(a))
        written = self._column(a, depth)
        if written["k"] == "list" and not _is_whole(written["v"]):
            raise Unfit
        return written


def _is_whole(written: Any) -> bool:
    """Return whether no part of what was written stayed where it is."""
    if isinstance(written, dict):
        return written.get("t") != "handle" and _is_whole(written.get("v"))
    return all(map(_is_whole, written)) if isinstance(written, list) else True
