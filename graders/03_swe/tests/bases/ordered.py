"""The events of each key in the order of time, found by bisection."""

from bisect import bisect_right, insort
from collections import defaultdict
from math import fsum, inf, isfinite


class NotAllowed(ValueError):
    """What cannot be stored or used."""


class FeatureWindow:
    """Events of many keys, and what is known of a key at any moment."""

    def __init__(self, width, lateness=0):
        if not (width > 0 and lateness >= 0):
            raise NotAllowed(width, lateness)
        self._width, self._lateness = width, lateness
        self._rows = defaultdict(list)
        self._arrivals = {}
        self._peak = -inf

    @property
    def watermark(self):
        """Largest time stored so far, or None."""
        return None if self._peak == -inf else self._peak

    def add(self, event_id, key, time, value):
        """Store an event; return whether it was stored."""
        if not isfinite(value):
            raise NotAllowed(value)
        late = time < self._peak - self._lateness
        if late or event_id in self._arrivals:
            return False
        self._arrivals[event_id] = len(self._arrivals)
        self._peak = max(self._peak, time)
        insort(self._rows[key], (time, self._arrivals[event_id], value))
        return True

    def features(self, key, at):
        """Return the figures of a key's events in the window that ends at a moment."""
        values = [value for _, _, value in self._cut(key, at)]
        if not values:
            return dict.fromkeys(("mean", "min", "max", "last")) | {"sum": 0.0, "count": 0}
        total, ranked = fsum(values), sorted(values)
        found = {"last": values[-1], "min": ranked[0], "max": ranked[-1]}
        return {**found, "mean": total / len(values), "sum": total, "count": len(values)}

    def busiest(self, at):
        """Return the keys that have events in the window, most events first, equal ones by name."""
        sizes = [(-len(self._cut(key, at)), key) for key in list(self._rows)]
        return [key for size, key in sorted(sizes) if size < 0]

    def forget(self, key):
        """Remove all events of a key; return how many there were."""
        rows = self._rows.pop(key, ())
        return len(rows)

    def _cut(self, key, at):
        rows = self._rows.get(key, [])
        first = bisect_right(rows, (at - self._width, inf))
        end = bisect_right(rows, (at, inf))
        return rows[first:end]
