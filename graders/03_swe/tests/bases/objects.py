"""An object for each event; what is forgotten keeps its id and loses its key."""

import math
from dataclasses import dataclass
from itertools import groupby


@dataclass
class _Event:
    _key: str | None
    _time: int
    _value: float


class FeatureWindow:
    """Events of many keys, and what is known of a key at any moment."""

    def __init__(self, width, lateness=0):
        if min(width - 1, lateness) < 0:
            raise ValueError("width or lateness is too small")
        self._width, self._lateness = width, lateness
        self._events = {}
        self._edge = None

    @property
    def watermark(self):
        """Largest time stored so far, or None."""
        return self._edge

    def add(self, event_id, key, time, value):
        """Store an event; return whether it was stored."""
        if not math.isfinite(value):
            raise ValueError(f"{value} cannot be added up")
        known = event_id in self._events
        late = self._edge is not None and self._edge > time + self._lateness
        if known or late:
            return False
        self._events[event_id] = _Event(key, time, value)
        if self._edge is None or time > self._edge:
            self._edge = time
        return True

    def features(self, key, at):
        """Return the figures of a key's events in the window that ends at a moment."""
        inside = [event for event in self._within(at) if event._key == key]
        if not inside:
            return {"sum": 0, "count": 0, "mean": None, "last": None, "max": None, "min": None}
        values = [event._value for event in sorted(inside, key=lambda event: event._time)]
        total = math.fsum(values)
        return {
            "sum": total,
            "count": len(inside),
            "mean": total / len(inside),
            "last": values[-1],
            "max": max(values),
            "min": min(values),
        }

    def busiest(self, at):
        """Return the keys that have events in the window, most events first, equal ones by name."""
        names = sorted(event._key for event in self._within(at))
        counted = [(len(list(same)), name) for name, same in groupby(names)]
        return [name for count, name in sorted(counted, key=lambda pair: (-pair[0], pair[1]))]

    def forget(self, key):
        """Remove all events of a key; return how many there were."""
        removed = 0
        for event in self._events.values():
            if event._key == key:
                event._key = None
                removed += 1
        return removed

    def _within(self, at):
        oldest = at - self._width
        return [event for event in self._events.values() if event._key is not None and oldest < event._time <= at]
