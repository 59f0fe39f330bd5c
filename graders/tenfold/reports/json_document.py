"""A result's document, or several, as text."""

from __future__ import annotations

import json
from typing import Any


def as_json(document: Any) -> str:
    """Return a result's document, or several, as text."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
