"""The same rules with other insides: events by id, nothing ever removed, one pass for all figures."""

from collections import Counter, OrderedDict
from math import fsum, inf


class BadNumber(ValueError):
    """What cannot be stored or used."""


class FeatureWindow:
    """Events of many keys, and what is known of a key at any moment."""

    def __init__(self, width, lateness=0):
        if width <= 0 or lateness <= -1:
            raise BadNumber
        self.span, self.grace, self.book, self.gone = width, lateness, {}, set()

    watermark = property(lambda self: max((entry[1] for entry in self.book.values()), default=None))

    def add(self, event_id, key, time, value):
        """Store an event; return whether it was stored."""
        if not -inf < value < inf:
            raise BadNumber(value)
        if event_id in self.book or (self.book and time + self.grace < self.watermark):
            return False
        self.book[event_id] = (key, time, value)
        return True

    def features(self, key, at):
        """Return the figures of a key's events in the window that ends at a moment."""
        inside = [(when, n, value) for n, (who, when, value) in self._live(at) if who == key]
        values = [value for _, _, value in inside]
        some = bool(values)
        found = OrderedDict(last=max(inside)[2] if some else None, count=len(values), sum=fsum(values))
        found.update(mean=found["sum"] / len(values) if some else None)
        found.update(max=max(values, default=None), min=min(values, default=None))
        return found

    def busiest(self, at):
        """Return the keys that have events in the window, most events first, equal ones by name."""
        return [key for key, _ in sorted(Counter(who for _, (who, _, _) in self._live(at)).most_common(), key=_rank)]

    def forget(self, key):
        """Remove all events of a key; return how many there were."""
        found = {name for name, entry in self.book.items() if entry[0] == key} - self.gone
        self.gone |= found
        return len(found)

    def _live(self, at):
        entries = enumerate(self.book.items())
        return [(n, e) for n, (name, e) in entries if name not in self.gone and 0 <= at - e[1] < self.span]


def _rank(pair):
    return -pair[1], pair[0]
