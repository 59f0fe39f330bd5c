"""What a learner has done so far: one small JSON file in the course, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from .files import write_whole

FILE = Path(".tenfold/progress.json")


def hints_read(course: Path, exercise: str) -> int:
    """Return how many layers of hints have been shown."""
    value = _load(course).get("hints", {}).get(exercise, 0)
    return value if isinstance(value, int) else 0


def note_hint(course: Path, exercise: str, layer: int) -> None:
    """Keep the number of the layer that was shown."""
    known = _load(course)
    known.setdefault("hints", {})[exercise] = layer
    _save(course, known)


def _load(course: Path) -> dict[str, dict[str, object]]:
    try:
        found = json.loads((course / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _save(course: Path, known: dict[str, dict[str, object]]) -> None:
    path = course / FILE
    path.parent.mkdir(exist_ok=True)
    write_whole(path, json.dumps(known, indent=1))
