"""The values of each key by their second."""

from math import inf


class FeatureWindow:
    """Events of many keys, and what is known of a key at any moment."""

    def __init__(self, width, lateness=0):
        for name, number, least in (("width", width, 1), ("lateness", lateness, 0)):
            if number < least:
                raise ValueError(f"{name} must be at least {least}")
        self._width, self._lateness = width, lateness
        self._seconds = {}
        self._known = {}
        self._latest = None

    @property
    def watermark(self):
        """Largest time stored so far, or None."""
        return self._latest

    def add(self, event_id, key, time, value):
        """Store an event; return whether it was stored."""
        if value != value or value in (inf, -inf):
            raise ValueError("not a finite number")
        if self._known.get(event_id):
            return False
        if self._latest is None:
            self._latest = time
        if self._latest - time > self._lateness:
            return False
        self._known[event_id] = True
        self._latest = max(time, self._latest)
        self._seconds.setdefault(key, {}).setdefault(time, []).append(value)
        return True

    def features(self, key, at):
        """Return the figures of a key's events in the window that ends at a moment."""
        slots = self._seconds.get(key, {})
        times = sorted(time for time in slots if self._age_fits(at - time))
        values = [value for time in times for value in slots[time]]
        back = values[::-1]  # newest first: the last digit of a sum is another one
        names = ("count", "sum", "mean", "min", "max", "last")
        if values:
            found = (len(values), sum(back), sum(back) / len(back), min(values), max(values), values[-1])
            return dict(zip(names, found, strict=True))
        return dict(zip(names, (0, 0, *[None] * 4), strict=True))

    def busiest(self, at):
        """Return the keys that have events in the window, most events first, equal ones by name."""
        ranks = []
        for key in sorted(self._seconds):
            size = sum(len(values) for time, values in self._seconds[key].items() if self._age_fits(at - time))
            if size > 0:
                ranks.append((size, key))
        ranks.sort(key=lambda rank: rank[0], reverse=True)  # stable: equal ones stay in the order of names
        return [key for _, key in ranks]

    def forget(self, key):
        """Remove all events of a key; return how many there were."""
        return sum(map(len, self._seconds.pop(key, {}).values()))

    def _age_fits(self, age):
        return 0 <= age < self._width
