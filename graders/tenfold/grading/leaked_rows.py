"""Whether rows that a learner can see come back among the rows that a hidden check draws."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

FEWEST_VALUES = 3
"""A row of fewer numbers may come twice by chance."""


def rows(value: Any) -> Iterator[bytes]:
    """Return a digest of every row of every float table inside a draw: frames, arrays of two and more dimensions."""
    if dataclasses.is_dataclass(value):
        yield from rows([getattr(value, field.name) for field in dataclasses.fields(value)])
    elif isinstance(value, Mapping):
        yield from rows(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from rows(item)
    elif hasattr(value, "select_dtypes"):
        yield from rows(value.select_dtypes("float").to_numpy())
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim >= 2:
        flat = value.reshape(len(value), -1)
        if flat.shape[1] >= FEWEST_VALUES:
            yield from (hashlib.sha256(row.tobytes()).digest() for row in flat)


def shared(public: Iterable[Any], hidden: Iterable[Any]) -> int:
    """Return how many rows of the public draws are among the hidden ones."""
    return len(set(rows(list(public))) & set(rows(list(hidden))))
