"""What checks must know of the values that cross between a submission and its grader."""

from __future__ import annotations

from typing import Any

from .inside.encode import Encoder
from .inside.values import MAX_INT, Kept, is_text

__all__ = ["MAX_INT", "Kept", "is_text", "stays"]


def stays(value: Any) -> bool:
    """Return whether a value would stay in the learner's process, and a handle come in its place."""
    try:
        written = Encoder(lambda _: {"t": "handle"}).value(value)
    except TypeError:  # it has more parts than can be looked at
        return True
    return isinstance(written, dict) and written["t"] in ("handle", "named")
