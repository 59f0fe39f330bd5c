"""What a check asks of a value: each returns it, or fails the check with a line that the learner can use."""

from .grading.expect import (
    Unexpected,
    array,
    blob,
    flag,
    frame,
    handle,
    integer,
    mapping,
    number,
    sequence,
    series,
    text,
    unchanged,
)

__all__ = [
    "Unexpected",
    "array",
    "blob",
    "flag",
    "frame",
    "handle",
    "integer",
    "mapping",
    "number",
    "sequence",
    "series",
    "text",
    "unchanged",
]
