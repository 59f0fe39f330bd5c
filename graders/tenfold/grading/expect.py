"""What a check may take from a submission: each function returns the value, or fails the check with a useful line."""

from __future__ import annotations

import collections
import contextlib
import decimal
import fractions
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import numpy as np

from ..box.crossing import MAX_INT, Kept, frozen, stays
from ..box.proxy import Bound, Handle, installed
from . import plain_arrays, plain_tables
from .plain_tables import NotPlain

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
KINDS = {
    "b": "bool",
    "i": "signed integer",
    "u": "unsigned integer",
    "f": "float",
    "c": "complex",
    "S": "bytes",
    "U": "text",
}
REAL = (int, float, np.floating, np.integer, fractions.Fraction, decimal.Decimal)


class Unexpected(AssertionError):
    """A returned value is not of the form that the statement asks for; its text holds no hidden data.

    Attributes
    ----------
    form : str
        The text without any number of the submission's choice, which could carry hidden data: for hidden checks.
    """

    def __init__(self, text: str, form: str | None = None) -> None:
        super().__init__(text)
        self.form = text if form is None else form


class FallsShort(Unexpected):
    """A metric earns nothing; the metric itself is shown beside the check."""


def _no(wanted: str, value: Any) -> NoReturn:
    raise Unexpected(f"expected {wanted}, got {_form(value)}{_size(value)}", f"expected {wanted}, got {_form(value)}")


def _form(value: Any) -> str:
    """Say of what form a value is, without a number that who made it could choose."""
    if isinstance(value, (Handle, Bound)):
        return repr(value)[1:-1]
    if value is None:
        return "None (is a return missing?)"
    if isinstance(value, np.ndarray):
        return (
            f"an array with {value.ndim} dimension{'s' * (value.ndim != 1)} of {KINDS.get(value.dtype.kind, 'objects')}"
        )
    kind = "tuple" if isinstance(value, Kept) else type(value).__name__
    if kind == "Tensor":
        return f"a tensor with {value.ndim} dimension{'s' * (value.ndim != 1)}"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return f"a {kind}"


def _size(value: Any) -> str:
    if isinstance(value, (Handle, Bound, Kept)):
        return f" of length {len(value)}" if isinstance(value, Kept) else ""
    with contextlib.suppress(AttributeError, RuntimeError):  # a nested tensor has no shape
        return f", shape {tuple(value.shape)}, dtype {value.dtype}"
    if type(value).__name__ == "DataFrame":
        return f" of shape {value.shape}"
    return f" of length {len(value)}" if isinstance(value, (str, bytes, list, tuple, dict, set)) else ""


def _told(make: Callable[..., T], *args: Any) -> T:
    """Return what `make` makes of a value, or say why it is not plain."""
    try:
        return make(*args)
    except NotPlain as error:
        raise Unexpected(error.why) from None


def _unboxed(value: Any) -> Any:
    """Return the scalar inside an array without dimensions."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _is_real(value: Any) -> bool:
    """Return whether a value is a real number; numpy takes its time spans for integers."""
    return isinstance(value, REAL) and not isinstance(value, (bool, np.bool_, np.timedelta64))


def _as_float(value: Any) -> float:
    """Return a real number as a float, nan where it has none; a class of the learner's own has no say in it."""
    with contextlib.suppress(OverflowError, ValueError):  # an int that no float holds, a signalling nan
        return float.__float__(value) if isinstance(value, float) else float(_base(int, value))
    return math.nan


def _base(base: Any, value: Any) -> Any:
    """Return the value of a subclass of `base` as one of `base` itself."""
    return base.__int__(value) if isinstance(value, base) else value


def number(value: Any, low: float | None = None, high: float | None = None, finite: bool = True) -> float:
    """Return a real number as a float, finite unless `finite` is False; a bool is not one."""
    value = _unboxed(value)
    plain = _as_float(value) if _is_real(value) else math.nan
    wanted = "a finite number" if finite else "a number"
    if not _is_real(value) or (finite and not math.isfinite(plain)):
        _no(wanted, value)
    if (low is not None and plain < low) or (high is not None and plain > high):
        raise Unexpected(f"expected a number between {low} and {high}")
    return plain


def integer(value: Any) -> int:
    """Return an int; a bool is not one."""
    value = _unboxed(value)
    if not isinstance(value, (int, np.integer)) or not _is_real(value):
        _no("an int", value)
    found = int(_base(int, value))
    if not -MAX_INT < found < MAX_INT:
        raise Unexpected("expected an int of at most 4,000 digits")
    return found


def flag(value: Any) -> bool:
    """Return a bool (numpy's counts)."""
    value = _unboxed(value)
    if not isinstance(value, (bool, np.bool_)):
        _no("a bool", value)
    return bool(value)


def text(value: Any) -> str:
    """Return a str."""
    if not isinstance(value, str):
        _no("a str", value)
    found = str.__str__(value)
    if not plain_tables.is_printable(found):
        raise Unexpected(plain_tables.BROKEN)
    return found


def blob(value: Any, most: int | None = None) -> bytes:
    """Return bytes, at most `most` of them; a bytearray or memoryview holds some."""
    if isinstance(value, (bytearray, memoryview)):
        value = bytes(value)
    if not isinstance(value, bytes):
        _no("bytes", value)
    found: bytes = bytes.__getitem__(value, slice(None))
    if most is not None and len(found) > most:
        raise Unexpected(f"expected at most {most:,} bytes, got {len(found):,}", f"expected at most {most:,} bytes")
    return found


def array(value: Any, shape: Sequence[int | None] | None = None, kind: str = "biuf", finite: bool = True) -> np.ndarray:
    """Return a numpy array.

    Parameters
    ----------
    value
        An array, or a number, list, tuple, range, tensor, or object of pandas that makes one.
    shape
        The shape it must have; None stands for any length.
    kind
        The dtype kinds allowed, of ``biufcSU``; objects count as text (U) where all of them are.
    finite
        Whether nan and the infinities are refused.
    """
    found: np.ndarray | None = None
    with contextlib.suppress(TypeError, ValueError, RuntimeError):
        found = _told(plain_arrays.as_array, value)
    if found is None:
        _no("an array", value)
    if "U" in kind:
        found = _told(plain_arrays.as_text, found)
    if found.dtype == object and (held := plain_tables.first_handle(found.flat)) is not None:
        _no("an array of plain values", held)
    if found.dtype.kind not in kind:
        _no(f"an array of dtype {' or '.join(KINDS[k] for k in kind)}", found)
    if shape is not None and not (
        found.ndim == len(shape) and all(want in (None, have) for want, have in zip(shape, found.shape, strict=True))
    ):
        wanted = ", ".join("any" if n is None else str(n) for n in shape)
        _no(f"an array of shape ({wanted}{',' if len(shape) == 1 else ''})", found)
    if finite and found.dtype.kind in "fc" and not np.isfinite(found).all():
        bad = int((~np.isfinite(found)).sum())
        raise Unexpected(f"expected finite numbers, got {bad} nan or infinite ones", "expected finite numbers alone")
    return found


def frame(value: Any, columns: Sequence[Any] | None = None, index: bool = False) -> pd.DataFrame:
    """Return a pandas DataFrame that has at least the columns named; no name twice, none of several levels.

    What comes out is made anew of plain parts, so that no odd index, dtype or name makes pandas raise in a check: the
    rows are numbered from 0, the names are text, and each column named holds numbers, booleans, text or dates alone
    (nan where one is missing). Other columns are made plain where they can be.

    Parameters
    ----------
    value
        What was returned.
    columns
        The names that it must have.
    index
        Whether the rows keep their labels, which must then be plain, each once; the index has no name in any case.
    """
    import pandas as pd

    if not isinstance(value, pd.DataFrame):
        _no("a DataFrame", value)
    if not plain_tables.are_names(value.columns):
        raise Unexpected("expected a DataFrame with one plain name a column, each once")
    missing = [c for c in columns or () if c not in value.columns]
    if missing:
        raise Unexpected(f"expected the columns {list(columns or ())}; missing: {missing}")
    found: pd.DataFrame = _told(plain_tables.table, value, columns or (), index)
    if not found.columns.is_unique:
        raise Unexpected("expected a DataFrame with one plain name a column, each once")
    return found


def series(value: Any, index: bool = False) -> pd.Series:
    """Return a pandas Series of numbers, booleans, text or dates alone, its values numbered from 0.

    Parameters
    ----------
    value
        What was returned.
    index
        Whether the values keep their labels, which must then be plain, each once; the index has no name in any case.
    """
    import pandas as pd

    if not isinstance(value, pd.Series):
        _no("a Series", value)
    found: pd.Series = _told(plain_tables.series, value, index)
    return found


def mapping(value: Any, keys: Sequence[Any] | None = None) -> dict[Any, Any]:
    """Return a dict that has at least the keys named."""
    if not isinstance(value, dict):
        _no("a dict", value)
    found = _pairs(value)
    missing = [k for k in keys or () if k not in found]
    if missing:
        raise Unexpected(f"expected the keys {list(keys or ())}; missing: {missing}")
    return found


def _pairs(value: dict[Any, Any]) -> dict[Any, Any]:
    """Return what a dict holds; a class of the learner's own has no say in it."""
    if isinstance(value, collections.OrderedDict):
        return {k: dict.__getitem__(value, k) for k in collections.OrderedDict.__iter__(value)}
    return value if type(value) is dict else dict(dict.items(value))


def sequence(value: Any, length: int | None = None) -> list[Any]:
    """Return a list or tuple as a list."""
    if not isinstance(value, (list, tuple)):
        _no("a list", value)
    items = plain_arrays.items_of(value)
    if length is not None and len(items) != length:
        _no(f"a list of length {length}", items)
    return items


def handle(value: Any, methods: Sequence[str] = ()) -> Any:
    """Return an object of the learner's that has at least the methods named; with plain pytest that is no handle."""
    plain = not installed() and stays(value)
    if not (isinstance(value, (Handle, Kept)) or plain):
        _no("an object" + (f" with the methods {list(methods)}" if methods else ""), value)
    for name in methods:
        method = getattr(value, name, None)
        if not (callable(method) if plain else isinstance(method, (Bound, Handle))):
            raise Unexpected(f"expected {name} to be a method")
    return value


def unchanged(value: Any, before: Any) -> bool:
    """Return whether a plain value is the one from before, part by part and to the last bit."""
    written = frozen(value)
    return written is not None and written == frozen(before)
