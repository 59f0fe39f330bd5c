"""The values that may cross between grader and worker, and what they may cost the one who receives them.

Numbers, text and lists are JSON; everything else is an object with a tag ``t``. What is not on the list goes through
`Refer` (a handle or a callback) or raises `TypeError`. `encode` writes them and `decode` reads them, on both sides, and
both count by one `Budget` what that costs; these modules import nothing else of the engine.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import re
import sys
import zoneinfo
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

Refer = Callable[[Any], dict[str, Any]]
Resolve = Callable[[dict[str, Any]], Any]

MAX_DEPTH = 40
MAX_TEXT = 30 << 20  # of JSON: `wire.MAX_HEADER` has some more for what stands around it
MAX_NDIM = 32
MAX_NESTING = 6 * MAX_DEPTH  # brackets within brackets: one level of a value is at most five of them
MAX_VALUES = 2_000_000  # Python makes 72 bytes of the 5 of a short text
MAX_CONTAINERS = 250_000  # lists and objects: some 400 bytes and a microsecond each
MAX_WORK = 1_000_000  # what decoding one message may take, in microseconds, by the estimates in `decode` and `tables`
MAX_KEY_WORK = 400_000_000  # what hashing may take, in nanoseconds: see `crowding`
MAX_UNBACKED = 1_000_000  # what a shape or a range may promise where no bytes stand behind it
MAX_EXPONENT = 5_000  # int(Decimal("1e999999999")) would take the memory of the machine
MAX_INT = 10**4_000  # Python reads and writes 4,300 digits
CHUNK = 1 << 20

DTYPE = re.compile(r"[<>|=]?([biufc]\d{1,2}|[SU][1-9]\d{0,5}|[mM]8(\[\d{0,4}[a-zA-Z]{1,2}\])?)")
ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
OFFSET = re.compile(r"UTC(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?")
LONE = re.compile(rb"\\u[dD](?:[89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..\\u[dD])[c-fC-F])", re.DOTALL)
FLAT = {type(None), bool, int, float, str}
NULLABLE = {"boolean", *(f"{u}Int{n}" for u in ("", "U") for n in (8, 16, 32, 64)), "Float32", "Float64"}
TENSORS = {
    f"torch.{n}": n
    for n in ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "bfloat16",
              "complex64", "complex128")
}  # fmt: skip


COST = {
    "array": 5,
    "scalar": 5,
    "tensor": 20,
    "Timestamp": 12,
    "Timedelta": 8,
    "decimal": 3,
    "fraction": 5,
    "handle": 2,
}
"""Microseconds that reading a tag takes, where it is more than one."""


class WireError(Exception):
    """The other side sent something that is not a message of this protocol."""


class Unfit(ValueError):
    """A value that cannot be written; the text says why where that is one of `proxy.REASONS`."""


class Budget:
    """What one message may still cost the one who reads it."""

    def __init__(self) -> None:
        self.work, self.key_work, self.promises = MAX_WORK, MAX_KEY_WORK, MAX_UNBACKED

    def spend(self, microseconds: int) -> None:
        """Count work."""
        self.work -= microseconds
        if self.work < 0:
            raise WireError("too much to read")

    def unbacked(self, items: int) -> None:
        """Count what is promised and not sent."""
        self.promises -= items
        if self.promises < 0:
            raise WireError("more is promised than sent")

    def hashed(self, keys: Iterable[Any]) -> None:
        """Count what it takes to hash keys."""
        self.key_work -= crowding(keys)
        if self.key_work < 0:
            raise WireError("too many keys that are neither text nor count up")


class Whole:
    """Stands for a value that is to cross as a handle, whatever it is."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Kept(tuple[Any, ...]):
    """A tuple whose class stayed with who sent it: its attributes are asked for there, and it goes back as it was.

    A class made with `NamedTuple` may have methods, and the learner's code may ask one of its objects for a field.
    """

    origin: Any

    def __new__(cls, items: Iterable[Any], origin: Any) -> Kept:
        """Make a tuple of `items`; `origin` is the handle of the object that they are from."""
        made = super().__new__(cls, items)
        made.origin = origin
        return made

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "origin":  # pytest looks for such names in everything
            raise AttributeError(name)
        try:
            return getattr(self.origin, name)
        except Exception as error:
            if getattr(error, "missing", False):  # numpy and pandas look whether a name is there
                raise AttributeError(name) from None
            raise

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(self),)


def is_flat(items: list[Any]) -> bool:
    """Return whether a list is JSON as it stands: long columns of text then cross in one step."""
    return FLAT.issuperset(map(type, items))


def are_short(items: list[Any]) -> bool:
    """Return whether every int of a flat list is short enough to be read."""
    kinds = set(map(type, items))
    if kinds == {int}:
        return bool(min(items) > -MAX_INT and max(items) < MAX_INT)
    return int not in kinds or all(-MAX_INT < x < MAX_INT for x in items if type(x) is int)


def is_tensor(value: Any) -> bool:
    """Return whether a value is a tensor of torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_text(array: np.ndarray) -> bool:
    """Return whether every code point of an array of text is a character; half a surrogate pair cannot be printed."""
    points = np.ascontiguousarray(array).reshape(-1).view(np.dtype("u4").newbyteorder(array.dtype.byteorder))
    return not points.size or bool(points.max() <= 0x10FFFF and not ((points >= 0xD800) & (points <= 0xDFFF)).any())


def survey(header: bytes | bytearray) -> None:
    """Look at JSON before it is parsed: what would grow out of proportion is refused.

    Raises
    ------
    WireError
        It is not ASCII (the encoder escapes), holds half a surrogate pair, or is too deep or too large.
    """
    if not header.isascii():
        raise WireError("not ASCII")
    plain = header.replace(b"\\\\", b"__")
    if b"\\u" in plain and LONE.search(plain):
        raise WireError("half a surrogate pair")
    if header.count(b"[") + header.count(b"{") <= MAX_NESTING and header.count(b",") <= MAX_VALUES - MAX_NESTING:
        return  # most are; brackets in text only make it look closer
    plain = plain.replace(b'\\"', b"__")
    inside, depth, containers, values = 0, 0, 0, 0
    for start in range(0, len(plain), CHUNK):
        part = np.frombuffer(plain, np.uint8, min(CHUNK, len(plain) - start), start)
        text = np.bitwise_xor.accumulate((part == ord('"')).view(np.uint8)) ^ inside
        inside = int(text[-1])
        part = part[text == 0]
        opened = (part == ord("[")) | (part == ord("{"))
        closed = (part == ord("]")) | (part == ord("}"))
        heights = depth + np.cumsum(opened.view(np.int8) - closed.view(np.int8), dtype=np.int32)
        if heights.size:
            depth = int(heights[-1])
            if heights.max() > MAX_NESTING:
                raise WireError("nested too deep")
        containers += int(np.count_nonzero(opened))
        values += int(np.count_nonzero(opened) + np.count_nonzero(part == ord(",")))
    if containers > MAX_CONTAINERS or values > MAX_VALUES:
        raise WireError("too many values")


def crowding(keys: Iterable[Any]) -> int:
    """Return how many nanoseconds it may take, at worst, to put keys into one dict or set.

    The hash of text is salted, all others a sender can choose: each key may then have to pass all before it, and where
    the whole hash is the same, to be compared with them.
    """
    odd = [k for k in keys if type(k) not in (str, bytes)]
    if all(type(k) is int for k in odd) and all(b - a == 1 for a, b in itertools.pairwise(odd)):
        return 0  # they count up: each has a place of its own
    work = len(odd) ** 2
    if len(odd) <= 32 or work > MAX_KEY_WORK:
        return work
    if len(set(map(hash, odd))) < len(odd):
        for _, same in itertools.groupby(sorted(odd, key=hash), key=hash):
            group = list(same)
            if len(group) > 1:
                work += 12 * len(group) * sum(map(_weight, group))
    return work


def _weight(key: Any) -> int:
    """Return about how many steps it takes to compare a key with one that differs at its end."""
    if isinstance(key, (tuple, frozenset)):
        return 2 + sum(map(_weight, key))
    if isinstance(key, (str, bytes)):
        return 1 + len(key) // 64
    if type(key) is int:
        return 1 + key.bit_length() // 640
    return 1 if type(key) in FLAT else 100


def short_text(v: Any, longest: int = 100) -> str:
    """Return `v` where it is a text of at most so many characters."""
    if not isinstance(v, str) or len(v) > longest:
        raise WireError("a short text was expected")
    return v


def whole(v: Any) -> int:
    """Return `v` where it is a whole number."""
    if type(v) is not int:
        raise WireError("a whole number was expected")
    return v


def many(v: Any) -> list[Any]:
    """Return `v` where it is a list."""
    if not isinstance(v, list):
        raise WireError("a list was expected")
    return v


def zone(v: Any) -> dt.tzinfo:
    """Return the time zone that `v` names; others name files."""
    name = short_text(v)
    if fixed := OFFSET.fullmatch(name):
        sign, hours, minutes, seconds = fixed.groups()
        if sign is None:
            return dt.UTC
        away = dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
        return dt.timezone(away if sign == "+" else -away)
    if not ZONE.fullmatch(name):
        raise WireError("unknown time zone")
    return zoneinfo.ZoneInfo(name)


def zone_name(tz: dt.tzinfo, away: dt.timedelta | None = None) -> str:
    """Return the name by which `zone` finds a time zone, whichever library it is of.

    Parameters
    ----------
    tz
        The zone.
    away
        How far from UTC it was at the instant meant, for one instant in a zone without a name.

    Raises
    ------
    ValueError
        It has no such name.
    """
    file = str(getattr(tz, "_filename", "")).rpartition("zoneinfo/")[2]  # of dateutil's
    for name in (getattr(tz, "key", None), getattr(tz, "zone", None), file):
        with contextlib.suppress(Exception):  # there is no such zone, or not here
            zone(name)
            return str(name)
    away = tz.utcoffset(None) if away is None else away
    if away is None or away.microseconds:
        raise ValueError("a time zone without a name")
    minutes, seconds = divmod(abs(away).days * 86_400 + abs(away).seconds, 60)
    sign = "-" if away < dt.timedelta(0) else "+"
    tail = f":{seconds:02}" if seconds else ""
    return f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}{tail}" if away else "UTC"
