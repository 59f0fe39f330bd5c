"""Tables and columns that a check can compute with: what pandas would stumble over is made plain.

A column comes out as numbers, booleans, text or dates, of numpy's dtypes where there is one; a row has no label but its
number. How large a column of text will be is known before it is made.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import fractions
import math
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..box.proxy import Bound, Handle

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 128 << 20
"""Bytes that are made of a value whatever it holds; beyond that, twice what it holds."""
KINDS: tuple[tuple[tuple[type[Any], ...], str], ...] = (
    ((bool, np.bool_), "bool"),
    ((np.timedelta64, dt.timedelta), "span"),
    ((int, float, np.integer, np.floating), "number"),
    ((complex, np.complexfloating), "complex"),
    ((str,), "text"),
    ((dt.datetime, np.datetime64), "datetime"),
    ((dt.date,), "date"),
    ((dt.time,), "time"),
    ((decimal.Decimal,), "decimal"),
    ((fractions.Fraction,), "fraction"),
)


BROKEN = "expected text that can be printed, without half a surrogate pair"


class NotPlain(Exception):
    """A table or column is not one that a check can compute with.

    Attributes
    ----------
    why : str
        What is wrong, without anything of the submission's choice.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def table(value: pd.DataFrame, needed: Iterable[Any], index: bool) -> pd.DataFrame:
    """Return a table with plain columns; those that nobody asked for stay as they are where they cannot be.

    Parameters
    ----------
    value
        A table with one name a column, each once.
    needed
        The columns that must be plain; their names are kept as they are, other names become text.
    index
        Whether the rows keep their labels.
    """
    import pandas as pd

    value, needed = pd.DataFrame(value), set(needed)
    rows = labels(value.index) if index else pd.RangeIndex(len(value))
    columns: dict[int, pd.Series] = {}
    for place, name in enumerate(value.columns):
        cells = value.iloc[:, place]
        try:
            columns[place] = column(cells).set_axis(rows)
        except NotPlain as error:
            if name in needed:
                raise NotPlain(f"in the column {name!r}: {error.why}") from None
            columns[place] = cells.set_axis(rows)
    found = pd.DataFrame(columns, index=rows)
    names = [name if name in needed or isinstance(name, str) else f"{name}" for name in value.columns]
    found.columns = pd.Index(names, dtype=object)
    return found


def series(value: pd.Series, index: bool) -> pd.Series:
    """Return a series with plain values, and with plain labels where it keeps them."""
    import pandas as pd

    value = pd.Series(value)
    rows = labels(value.index) if index else pd.RangeIndex(len(value))
    return pd.Series(column(value).array, index=rows, name=value.name if isinstance(value.name, str) else None)


def are_names(columns: pd.Index) -> bool:
    """Return whether the names of columns are of one level, plain, and each there once."""
    if columns.nlevels > 1 or not all(_is_missing(x) or isinstance(x, tuple) or _kind(x) for x in columns):
        return False  # others are not compared, as `is_unique` does
    try:
        return bool(columns.is_unique)
    except TypeError:  # a tuple that holds a list has no hash
        return False


def labels(index: pd.Index) -> pd.Index:
    """Return the labels of rows, plain, each once, and without a name."""
    import pandas as pd

    once = "expected one label a row, each once"
    if index.nlevels > 1:
        raise NotPlain(once)
    try:
        plain: pd.Index = pd.Index(column(pd.Series(index.array)).array)
    except NotPlain as error:
        raise NotPlain(f"in the index: {error.why}") from None
    if not plain.is_unique:  # asked of plain labels alone: others may not be compared
        raise NotPlain(once)
    return plain


def column(cells: pd.Series) -> pd.Series:
    """Return a column of numbers, booleans, text or dates alone; nan, None or NaT where one is missing."""
    import pandas as pd

    kind = cells.dtype
    if isinstance(kind, pd.DatetimeTZDtype) or (isinstance(kind, np.dtype) and kind.kind in "biufcmM"):
        return pd.Series(cells.array)
    if isinstance(kind, pd.StringDtype):
        return pd.Series(cells.array, dtype="str")
    if isinstance(kind, pd.CategoricalDtype):
        return _objects(spread(cells.array))
    if isinstance(kind, pd.BooleanDtype) and cells.isna().any():
        return _objects(cells.array.to_numpy(dtype=object, na_value=None))
    plain = np.asarray(cells.array)
    return _objects(plain) if plain.dtype == object else pd.Series(plain)


def spread(cells: Any) -> np.ndarray:
    """Return what a categorical stands for, each category once in memory."""
    kinds = np.fromiter([*cells.categories, None], dtype=object, count=len(cells.categories) + 1)
    spread: np.ndarray = kinds[np.asarray(cells.codes)]  # -1, which is missing, is the last
    return spread


def _objects(cells: np.ndarray) -> pd.Series:
    """Return objects as a column of the dtype that they have in common."""
    import pandas as pd

    present = [x for x in cells if not _is_missing(x)]
    if (held := first_handle(present)) is not None:
        raise NotPlain(f"expected plain values, got {repr(held)[1:-1]}")
    kinds = {_kind(x) for x in present}
    if len(kinds) > 1 or None in kinds:
        raise NotPlain("expected text, numbers, booleans or dates, and all of one kind")
    kind = next(iter(kinds), "number")
    gaps = len(present) < len(cells)
    if kind == "text":
        if sum(map(len, present)) > LARGEST // 4:
            raise NotPlain("expected less text")
        if not all(map(is_printable, present)):
            raise NotPlain(BROKEN)
        return pd.Series([None if _is_missing(x) else str.__str__(x) for x in cells], dtype="str")
    if kind in ("number", "complex"):
        return pd.Series(_numbers([math.nan if _is_missing(x) else x for x in cells], kind))
    if kind == "bool" and not gaps:
        return pd.Series(np.array([bool(x) for x in cells], dtype=bool))
    plain = np.fromiter((None if _is_missing(x) else x for x in cells), dtype=object, count=len(cells))
    if kind in ("datetime", "span"):
        with contextlib.suppress(ValueError, TypeError, OverflowError):  # several zones, or too far away for one unit
            return pd.Series(pd.to_datetime(plain) if kind == "datetime" else pd.to_timedelta(plain))
    return pd.Series(plain, dtype=object)


def first_handle(cells: Iterable[Any]) -> Handle | Bound | None:
    """Return the first of some cells that stayed in the learner's process."""
    return next((x for x in cells if isinstance(x, (Handle, Bound))), None)


def _numbers(cells: list[Any], kind: str) -> np.ndarray:
    if kind == "complex":
        return np.array(cells, dtype=complex)
    if all(isinstance(x, (int, np.integer)) and -(2**63) <= int(x) < 2**63 for x in cells):
        return np.array(cells, dtype=np.int64)
    try:
        return np.array([float(x) for x in cells], dtype=float)
    except OverflowError:
        raise NotPlain("expected numbers that a float can hold") from None


def _is_missing(x: Any) -> bool:
    pandas = sys.modules["pandas"]
    if x is None or x is pandas.NA or x is pandas.NaT:
        return True
    return isinstance(x, (float, np.floating)) and math.isnan(x)


def _kind(x: Any) -> str | None:
    kind = next((kind for classes, kind in KINDS if isinstance(x, classes)), None)
    return f"{kind} in a zone" if kind == "datetime" and getattr(x, "tzinfo", None) is not None else kind


def is_printable(text: str) -> bool:
    """Return whether a text holds no half of a surrogate pair."""
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)
