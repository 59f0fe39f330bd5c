"""What `encode` writes of single values: numbers, text, dates, and those of numpy."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import json
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from .values import DTYPE, MAX_EXPONENT, MAX_INT, MAX_TEXT, Budget, Unfit, is_text

BASES: dict[type[Any], Callable[[Any], Any]] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    complex: complex.__complex__,
}


class Writer(Protocol):
    """What of an encoder is used here."""

    budget: Budget
    careful: bool

    def take(self, containers: int, values: int = 0, text: int = 0) -> None:
        """Count what JSON will have."""


class ScalarWriter:
    """Write one value with the methods of the class that it is of, or a subclass of.

    Parameters
    ----------
    writer
        Counts.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def write(self, way: str, v: Any) -> Any:
        """Return `v` as JSON-ready data; `way` is one of `encode.WAYS`."""
        return getattr(self, f"_{way}")(v)

    def _base(self, v: Any) -> Any:
        plain = next(take for base, take in BASES.items() if isinstance(v, base))(v)
        if isinstance(plain, int) and not -MAX_INT < plain < MAX_INT:
            raise Unfit("too large")
        if isinstance(plain, str) and len(plain) > MAX_TEXT:  # said before it is read through
            raise Unfit("too large")
        if isinstance(plain, str) and self._writer.careful and _is_broken(plain):
            raise Unfit("half a surrogate pair")
        self._writer.take(0, 0, len(json.dumps(plain)) if self._writer.careful else 0)
        return plain

    def _complex(self, v: complex) -> Any:
        plain = complex.__complex__(v)
        self._writer.take(2, 4)
        return {"t": "complex", "v": [plain.real, plain.imag]}

    def _span(self, v: range) -> Any:
        self._writer.budget.unbacked(max(0, (v.stop - v.start) // v.step + 1))
        self._writer.take(2, 5, 8 * max(abs(v.start), abs(v.stop)).bit_length())
        return {"t": "span", "v": [v.start, v.stop, v.step]}

    def _decimal(self, v: decimal.Decimal) -> Any:
        text, (_, _, power) = decimal.Decimal.__str__(v), decimal.Decimal.as_tuple(v)
        if len(text) > MAX_EXPONENT or (isinstance(power, int) and abs(power) > MAX_EXPONENT):
            raise Unfit("too large")
        self._writer.take(1, 2, len(text))
        return {"t": "decimal", "v": text}

    def _fraction(self, v: fractions.Fraction) -> Any:
        parts = [int(v.numerator), int(v.denominator)]
        if not all(-MAX_INT < part < MAX_INT for part in parts):
            raise Unfit("too large")
        self._writer.take(2, 4, sum(part.bit_length() for part in parts))
        return {"t": "fraction", "v": parts}

    def _date(self, v: Any) -> Any:
        base = next(base for base in (dt.datetime, dt.date, dt.time) if isinstance(v, base))
        text = base.isoformat(v)
        base.fromisoformat(text)  # a zone of the learner's own may be any distance away
        self._writer.take(1, 2)
        return {"t": base.__name__, "v": text}

    def _timedelta(self, v: dt.timedelta) -> Any:
        fields = [field.__get__(v) for field in (dt.timedelta.days, dt.timedelta.seconds, dt.timedelta.microseconds)]
        self._writer.take(2, 5)
        return {"t": "timedelta", "v": fields}

    def _scalar(self, v: np.generic) -> Any:
        plain = np.asarray(v)
        if plain.dtype.itemsize == 0:
            plain = plain.astype(f"{plain.dtype.kind}1")
        if plain.dtype.kind not in "biufcSUmM" or plain.ndim or not DTYPE.fullmatch(plain.dtype.str):
            raise Unfit
        if plain.dtype.kind == "U" and not is_text(plain):
            raise Unfit("half a surrogate pair")
        self._writer.take(1, 3, 2 * plain.nbytes)
        return {"t": "scalar", "d": plain.dtype.str, "v": plain.tobytes().hex()}  # a buffer each would be too many


def _is_broken(text: str) -> bool:
    """Return whether a text holds half a surrogate pair."""
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)
