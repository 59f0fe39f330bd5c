"""Which checks are run, and in which order: every check behind those that it needs."""

from __future__ import annotations

import pytest

from ..errors import AuthoringError


def needs(item: pytest.Function) -> list[str]:
    """Return the names of the checks that a check needs."""
    return [name for mark in item.iter_markers("needs") for name in mark.args]


def replays(item: pytest.Item) -> bool:
    """Return whether a check makes calls of the other checks again."""
    return not {"replay", "untouched"}.isdisjoint(getattr(item, "fixturenames", ()))


def selected(items: list[pytest.Function], only: set[str] | None) -> list[pytest.Function]:
    """Return the checks that are wanted, alone; None wants all, and so does one that replays."""
    if only is None or any(replays(item) for item in items if item.name in only):
        return items
    if unknown := only - {item.name for item in items}:
        raise AuthoringError(f"there is no check {min(unknown)!r}")
    return [item for item in items if item.name in only]


def ordered(items: list[pytest.Function]) -> list[pytest.Function]:
    """Put every check behind the checks that it needs, and what replays behind all others; else leave the order."""
    names, placed, left = {item.name for item in items}, list[pytest.Function](), sorted(items, key=replays)
    while left:
        done = {item.name for item in placed}
        ready = [item for item in left if all(need in done or need not in names for need in needs(item))]
        if not ready:
            raise AuthoringError(f"checks need each other in a circle: {[item.name for item in left]}")
        placed.append(ready[0])
        left.remove(ready[0])
    return placed
