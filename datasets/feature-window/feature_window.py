"""Point-in-time features over a sliding window. The rules that it keeps are those of the statement of `swe-tests`."""

import math


class FeatureWindow:
    """Events of many keys, and what is known of a key at any moment.

    Parameters
    ----------
    width, lateness
        Seconds: length of the window, and how far behind the newest event one may still come.
    """

    def __init__(self, width, lateness=0):
        if width < 1:
            raise ValueError(f"width is {width}, at least 1 is needed")
        if lateness < 0:
            raise ValueError(f"lateness is {lateness}, at least 0 is needed")
        self._width = width
        self._lateness = lateness
        self._events = {}  # key -> [(time, value), ...] in the order in which they were stored
        self._seen = set()
        self._newest = None

    @property
    def watermark(self):
        """Largest time stored so far, or None."""
        return self._newest

    def add(self, event_id, key, time, value):
        """Store an event; return whether it was stored."""
        if not math.isfinite(value):
            raise ValueError(f"value is {value}, a finite number is needed")
        if event_id in self._seen:
            return False
        if self._newest is not None and time < self._newest - self._lateness:
            return False
        self._seen.add(event_id)
        self._newest = time if self._newest is None else max(self._newest, time)
        self._events.setdefault(key, []).append((time, value))
        return True

    def features(self, key, at):
        """Return count, sum, mean, min, max and last of a key's events in the window that ends at a moment."""
        inside = self._inside(key, at)
        values = [value for _, value in inside]
        if not values:
            return {"count": 0, "sum": 0, "mean": None, "min": None, "max": None, "last": None}
        newest = max(time for time, _ in inside)
        return {
            "count": len(values),
            "sum": sum(values),
            "mean": sum(values) / len(values),
            "min": min(values),
            "max": max(values),
            "last": [value for time, value in inside if time == newest][-1],
        }

    def busiest(self, at):
        """Return the keys that have events in the window, most events first, equal ones by name."""
        counts = {key: len(self._inside(key, at)) for key in self._events}
        return sorted((key for key in counts if counts[key]), key=lambda key: (-counts[key], key))

    def forget(self, key):
        """Remove all events of a key; return how many there were."""
        return len(self._events.pop(key, []))

    def _inside(self, key, at):
        return [(time, value) for time, value in self._events.get(key, []) if at - self._width < time <= at]
