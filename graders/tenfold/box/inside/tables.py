"""What `decode` reads of pandas: tables, indexes, and their scalars."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
from typing import Any, Protocol

import numpy as np

from .values import MAX_DEPTH, NULLABLE, Budget, WireError, many, whole, zone

TABLE, COLUMN = 200, 100  # microseconds that pandas takes for a table or index and for each column
MAX_LEVEL_CELLS = 500_000  # of a MultiIndex: pandas hashes and sorts each
UNITS = {"s", "ms", "us", "ns"}
LABELS = (
    type(None),
    bool,
    int,
    float,
    str,
    bytes,
    complex,
    decimal.Decimal,
    fractions.Fraction,
    dt.date,
    dt.time,
    dt.timedelta,
    np.generic,
)


class Reader(Protocol):
    """What of a decoder is used here."""

    budget: Budget

    def value(self, v: Any, depth: int) -> Any:
        """Return the value that `v` describes."""

    def items(self, v: Any, depth: int) -> list[Any]:
        """Return the values of a list."""

    def array(self, v: Any) -> np.ndarray:
        """Return the array that a field holds."""


class Tables:
    """Read what pandas made.

    Parameters
    ----------
    reader
        Reads what is not of pandas, and counts.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, v: dict[str, Any], depth: int) -> Any:
        """Return the value that `v`, whose tag and fields are known, describes."""
        import pandas as pd

        tag = v["t"]
        if tag in ("NA", "NaT"):
            return pd.NA if tag == "NA" else pd.NaT
        if tag in ("Timestamp", "Timedelta"):
            return self._instant(v)
        if tag == "frame":
            return self._frame(v, depth)
        if tag == "column":
            return self._column(v["v"], depth)
        if tag == "series":
            index = self._index(v["i"], depth)
            found = self._series(self._column(v["v"], depth), index)
            found.name = self._label(v["n"], depth)
            return found
        index = self._index(v, depth)
        if isinstance(index, pd.RangeIndex):
            self._reader.budget.unbacked(len(index))
        return index

    def _instant(self, v: dict[str, Any]) -> Any:
        import pandas as pd

        unit, tz = v["u"], None if v["z"] is None else zone(v["z"])
        if unit not in UNITS:
            raise WireError("unknown unit")
        if v["t"] == "Timedelta":
            return pd.Timedelta(np.timedelta64(whole(v["v"]), unit))
        found = pd.Timestamp(np.datetime64(whole(v["v"]), unit))
        return found if tz is None else found.tz_localize(dt.UTC).tz_convert(tz)

    def _frame(self, v: dict[str, Any], depth: int) -> Any:
        import pandas as pd

        index, columns = self._index(v["i"], depth), self._index(v["c"], depth)
        data = {i: self._series(self._column(c, depth), index) for i, c in enumerate(many(v["v"]))}
        if len(data) != len(columns):
            raise WireError("columns and names differ in number")
        if not data:
            self._reader.budget.unbacked(len(index))
        frame = pd.DataFrame(data, index=index)
        frame.columns = columns
        return frame

    def _series(self, values: Any, index: Any) -> Any:
        import pandas as pd

        if len(values) != len(index):
            raise WireError("values and labels differ in number")
        return pd.Series(values, index=index, dtype=values.dtype)  # named, so that text stays object where it was

    def _index(self, v: Any, depth: int) -> Any:
        import pandas as pd

        if not isinstance(v, dict) or v.keys() != {"t", "v", "n"}:
            raise WireError("an index was expected")
        self._reader.budget.spend(TABLE)
        names = [self._label(n, depth) for n in many(v["n"])]
        levels = many(v["v"]) if v["t"] == "multi" else [v["v"]]
        if len(names) != (len(levels) if levels else 1):
            raise WireError("levels and names differ in number")
        if v["t"] == "range":
            start, stop, step = map(whole, many(v["v"]))
            return pd.RangeIndex(start, stop, step, name=names[0])
        if v["t"] == "multi":
            return self._multi([self._column(c, depth) for c in levels], names)
        if v["t"] != "index":
            raise WireError("unknown index")
        values = self._column(v["v"], depth)
        return pd.Index(values, dtype=values.dtype, name=names[0])

    def _multi(self, levels: list[Any], names: list[Any]) -> Any:
        import pandas as pd

        if sum(map(len, levels)) > MAX_LEVEL_CELLS:
            raise WireError("too many labels")
        for level in levels:
            self._hash(level)
        return pd.MultiIndex.from_arrays(levels, names=names)

    def _hash(self, level: Any) -> None:
        """Count what pandas takes to hash labels; its hashes of numbers can be chosen as well as those of Python."""
        self._reader.budget.hashed(keys_of(level))

    def _label(self, v: Any, depth: int) -> Any:
        found = self._reader.value(v, depth + 1)
        if not is_label(found):
            raise WireError("an object is no label")
        return found

    def _column(self, v: Any, depth: int) -> Any:
        if depth > 2 * MAX_DEPTH:
            raise WireError("nested too deep")
        self._reader.budget.spend(COLUMN)
        kind = v["k"]
        fields = {
            "numpy": "kv",
            "category": "kvco",
            "utc": "kvzu",
            "nullable": "kdvm",
            "list": "kdv",
            "handle": "kvs",
        }.get(kind)
        if fields is None or v.keys() != set(fields):
            raise WireError("unknown column")
        if kind == "list":
            return self._objects(v, depth)
        if kind == "handle":
            return self._unwritten(v, depth)
        if kind == "nullable":
            return self._nullable(v)
        values = self._flat(v["v"], {"numpy": "biufcmM", "category": "i", "utc": "i"}[kind])
        if kind == "category":
            return self._categorical(values, v, depth)
        return values if kind == "numpy" else self._utc(values, v)

    def _flat(self, v: Any, kinds: str) -> Any:
        values = self._reader.array(v)
        if values.ndim != 1 or values.dtype.kind not in kinds:
            raise WireError("a column was expected")
        return values

    def _categorical(self, codes: Any, v: dict[str, Any], depth: int) -> Any:
        import pandas as pd

        categories = pd.Index(self._column(v["c"], depth + 1))
        self._hash(categories)
        return pd.Categorical.from_codes(codes, categories, ordered=bool(v["o"]))

    def _utc(self, instants: Any, v: dict[str, Any]) -> Any:
        import pandas as pd

        if v["u"] not in UNITS or instants.dtype.itemsize != 8:
            raise WireError("unknown unit")
        naive = instants.view(f"M8[{v['u']}]")
        return pd.DatetimeIndex(naive).tz_localize("UTC").tz_convert(zone(v["z"])).array

    def _nullable(self, v: dict[str, Any]) -> Any:
        import pandas as pd

        if v["d"] not in NULLABLE:
            raise WireError("unknown column")
        values, mask = self._flat(v["v"], "biuf"), self._flat(v["m"], "b")
        column = pd.array(values, dtype=v["d"])
        if column.dtype.numpy_dtype != values.dtype or len(mask) != len(values):
            raise WireError("values and mask differ")
        column[mask] = pd.NA
        return column

    def _unwritten(self, v: dict[str, Any], depth: int) -> Any:
        """Return a column that stayed where it was: one handle in the place of each cell."""
        rows = whole(v["s"])
        if rows < 0 or not isinstance(v["v"], dict) or v["v"].get("t") != "handle":
            raise WireError("a handle was expected")
        self._reader.budget.unbacked(rows)
        found = np.empty(rows, dtype=object)
        found.fill(self._reader.value(v["v"], depth + 1))  # which does not ask it what it holds
        return found

    def _objects(self, v: dict[str, Any], depth: int) -> Any:
        import pandas as pd

        items = self._reader.items(v["v"], depth)
        objects = np.fromiter(items, dtype=object, count=len(items))  # np.array would ask each what it holds
        if v["d"] == "object":
            return objects
        if v["d"] not in ("str", "string") or not all(
            x is pd.NA or isinstance(x, (str, float, type(None))) for x in items
        ):
            raise WireError("a column of text was expected")
        return pd.array(objects, dtype=v["d"])


def is_label(v: Any) -> bool:
    """Return whether a value may be a label: pandas asks each for its hash, and whether it is another."""
    import pandas as pd

    return all(map(is_label, v)) if isinstance(v, tuple) else v is pd.NA or isinstance(v, LABELS)


def keys_of(labels: Any) -> Any:
    """Return what pandas hashes of a level or of categories, for `Budget.hashed`."""
    plain = np.asarray(labels)
    if len(plain) > MAX_LEVEL_CELLS:
        raise WireError("too many labels")
    if plain.dtype != object:
        return np.unique(plain).tolist()
    if not all(map(is_label, plain)):
        raise WireError("an object is no label")
    return plain
