"""What a check may take from a submission: each function returns the value, or fails the check with a useful line."""

from __future__ import annotations

import contextlib
import math
import numbers
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ..box.proxy import Bound, Handle, installed

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "b": "bool",
    "i": "signed integer",
    "u": "unsigned integer",
    "f": "float",
    "c": "complex",
    "S": "bytes",
    "U": "text",
}
VALUES = ("builtins", "numpy", "pandas")  # where the classes of plain values are from


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
    kind = type(value).__name__
    if kind == "Tensor":
        return f"a tensor with {value.ndim} dimension{'s' * (value.ndim != 1)}"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return f"a {kind}"


def _size(value: Any) -> str:
    if isinstance(value, (Handle, Bound)):
        return ""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f", shape {tuple(value.shape)}, dtype {value.dtype}"
    if type(value).__name__ == "DataFrame":
        return f" of shape {value.shape}"
    return f" of length {len(value)}" if isinstance(value, (str, bytes, list, tuple, dict, set)) else ""


def _unboxed(value: Any) -> Any:
    """Return the scalar inside an array without dimensions."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _is_real(value: Any) -> bool:
    """Return whether a value is a real number; numpy takes its time spans for integers."""
    other = (bool, np.bool_, np.timedelta64)
    return isinstance(value, (numbers.Real, np.floating, np.integer)) and not isinstance(value, other)


def number(value: Any, low: float | None = None, high: float | None = None, finite: bool = True) -> float:
    """Return a real number as a float, finite unless `finite` is False; a bool is not one."""
    value = _unboxed(value)
    plain = math.nan
    if _is_real(value):
        with contextlib.suppress(OverflowError):  # an int that no float holds
            plain = float(value)
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
    return int(value)


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
    return str(value)


def blob(value: Any, most: int | None = None) -> bytes:
    """Return bytes, at most `most` of them."""
    if not isinstance(value, bytes):
        _no("bytes", value)
    if most is not None and len(value) > most:
        raise Unexpected(f"expected at most {most:,} bytes, got {len(value):,}", f"expected at most {most:,} bytes")
    return value


def array(value: Any, shape: Sequence[int | None] | None = None, kind: str = "biuf", finite: bool = True) -> np.ndarray:
    """Return a numpy array.

    Parameters
    ----------
    value
        An array, or a torch tensor, pandas Series or list of numbers that makes one.
    shape
        The shape it must have; None stands for any length.
    kind
        The dtype kinds allowed, of ``biufcSU``.
    finite
        Whether nan and the infinities are refused.
    """
    if isinstance(value, (Handle, Bound)) or value is None or isinstance(value, (str, bytes, dict, set)):
        _no("an array", value)
    try:
        found = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):
        _no("an array", value)
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


def frame(value: Any, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a pandas DataFrame that has at least the columns named; no name twice, none of several levels."""
    import pandas as pd

    if not isinstance(value, pd.DataFrame):
        _no("a DataFrame", value)
    if value.columns.nlevels > 1 or not value.columns.is_unique:
        raise Unexpected("expected a DataFrame with one plain name a column, each once")
    missing = [c for c in columns or () if c not in value.columns]
    if missing:
        raise Unexpected(f"expected the columns {list(columns or ())}; missing: {missing}")
    return value


def series(value: Any) -> pd.Series:
    """Return a pandas Series."""
    import pandas as pd

    if not isinstance(value, pd.Series):
        _no("a Series", value)
    return value


def mapping(value: Any, keys: Sequence[Any] | None = None) -> dict[Any, Any]:
    """Return a dict that has at least the keys named."""
    if not isinstance(value, dict):
        _no("a dict", value)
    missing = [k for k in keys or () if k not in value]
    if missing:
        raise Unexpected(f"expected the keys {list(keys or ())}; missing: {missing}")
    return value


def sequence(value: Any, length: int | None = None) -> list[Any]:
    """Return a list or tuple as a list."""
    if not isinstance(value, (list, tuple)):
        _no("a list", value)
    if length is not None and len(value) != length:
        _no(f"a list of length {length}", value)
    return list(value)


def handle(value: Any, methods: Sequence[str] = ()) -> Any:
    """Return an object of the learner's that has at least the methods named; with plain pytest that is no handle."""
    plain = not installed() and type(value).__module__.partition(".")[0] not in VALUES
    if not (isinstance(value, Handle) or plain):
        _no("an object" + (f" with the methods {list(methods)}" if methods else ""), value)
    for name in methods:
        method = getattr(value, name, None)
        if not (callable(method) if plain else isinstance(method, (Bound, Handle))):
            raise Unexpected(f"expected {name} to be a method")
    return value
