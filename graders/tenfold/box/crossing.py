"""What checks must know of the values that cross between a submission and its grader."""

from __future__ import annotations

from typing import Any

from .inside.encode import Encoder
from .inside.values import MAX_INT, Kept, is_tensor, is_text
from .inside.wire import pack, unpack

__all__ = ["MAX_INT", "Kept", "frozen", "is_tensor", "is_text", "stays", "thawed"]


def stays(value: Any) -> bool:
    """Return whether a value would stay in the learner's process, and a handle come in its place."""
    try:
        written = Encoder(lambda _: {"t": "handle"}).value(value)
    except TypeError:  # it has more parts than can be looked at
        return True
    return isinstance(written, dict) and written["t"] in ("handle", "named")


def frozen(value: Any) -> bytes | None:
    """Return a value as bytes, the same for the same value; None where a part of it would cross as a handle."""
    try:
        return b"".join(bytes(part) for part in pack({"value": value}, _refuse))
    except (TypeError, ValueError):
        return None


def thawed(data: bytes) -> Any:
    """Return the value that was frozen."""
    return unpack(data, _refuse)["value"]


def _refuse(value: Any) -> dict[str, Any]:
    if isinstance(value, Kept):  # what it holds is enough
        return {}
    raise TypeError("it would cross as a handle")
