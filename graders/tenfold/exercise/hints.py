"""`hints.md`: three layers, from a question to the hard step."""

from __future__ import annotations

import re

from ..errors import AuthoringError
from .exercise import Exercise

LAYERS = 3


def hints(exercise: Exercise) -> list[str]:
    """Return the layers of `hints.md`, each with its heading."""
    path = exercise.folder / "hints.md"
    if not path.exists():
        raise AuthoringError(f"{path} is missing")
    layers = re.split(r"(?m)^(?=## )", path.read_text(encoding="utf-8"))[1:]
    if len(layers) != LAYERS:
        raise AuthoringError(f"{path} must have {LAYERS} sections that begin with '## '")
    return [layer.rstrip() for layer in layers]
