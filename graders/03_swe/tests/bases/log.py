"""A log of all events, read from the beginning for each answer."""

import math


class FeatureWindow:
    """Events of many keys, and what is known of a key at any moment."""

    def __init__(self, width, lateness=0):
        if width < 1 or lateness < 0:
            raise ValueError("width from 1, lateness from 0")
        self._width, self._lateness = width, lateness
        self._log = []
        self._ids = set()
        self._top = None

    @property
    def watermark(self):
        """Largest time stored so far, or None."""
        return self._top

    def add(self, event_id, key, time, value):
        """Store an event; return whether it was stored."""
        if math.isnan(value) or math.isinf(value):
            raise ValueError("neither nan nor infinite")
        if event_id in self._ids:
            return False
        if self._top is not None and time < self._top - self._lateness:
            return False
        self._ids.add(event_id)
        self._top = time if self._top is None else max(self._top, time)
        self._log.append((key, time, value))
        return True

    def features(self, key, at):
        """Return the figures of a key's events in the window that ends at a moment."""
        count, total, low, high, last, newest = 0, 0, None, None, None, None
        for who, when, value in self._log:
            if who != key or not self._inside(when, at):
                continue
            count += 1
            total += value
            low = value if low is None else min(low, value)
            high = value if high is None else max(high, value)
            if newest is None or when >= newest:
                newest, last = when, value
        mean = total / count if count else None
        return {"count": count, "sum": total, "mean": mean, "min": low, "max": high, "last": last}

    def busiest(self, at):
        """Return the keys that have events in the window, most events first, equal ones by name."""
        counts = {}
        for who, when, _ in self._log:
            if self._inside(when, at):
                counts[who] = counts.get(who, 0) + 1
        return sorted(counts, key=lambda who: (-counts[who], who))

    def forget(self, key):
        """Remove all events of a key; return how many there were."""
        kept = [event for event in self._log if event[0] != key]
        removed = len(self._log) - len(kept)
        self._log = kept
        return removed

    def _inside(self, when, at):
        return at - self._width < when <= at
