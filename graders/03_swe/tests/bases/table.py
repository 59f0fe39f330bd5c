"""A table in SQLite, asked anew each time."""

import math
import sqlite3

_MADE = "create table event (n integer primary key, id text unique, key text, time integer, value, gone integer)"
_SPAN = "gone = 0 and time > :at - :width and time <= :at"


class FeatureWindow:
    """Events of many keys, and what is known of a key at any moment."""

    def __init__(self, width, lateness=0):
        if width < 1:
            raise ValueError("width")
        if lateness < 0:
            raise ValueError("lateness")
        self._width, self._lateness = width, lateness
        self._base = sqlite3.connect(":memory:")
        self._base.execute(_MADE)

    @property
    def watermark(self):
        """Largest time stored so far, or None."""
        return self._one("select max(time) from event")[0]

    def add(self, event_id, key, time, value):
        """Store an event; return whether it was stored."""
        if value - value != 0:
            raise ValueError("a finite number is needed")
        taken, top = self._one("select count(*) from event where id = ?", event_id)[0], self.watermark
        if taken or (top is not None and top - time > self._lateness):
            return False
        row = (event_id, key, time, value)
        self._base.execute("insert into event (id, key, time, value, gone) values (?, ?, ?, ?, 0)", row)
        return True

    def features(self, key, at):
        """Return the figures of a key's events in the window that ends at a moment."""
        place = {"key": key, "at": at, "width": self._width}
        rows = self._base.execute(f"select value from event where key = :key and {_SPAN} order by time, n", place)
        values = [value for (value,) in rows]
        count, total = len(values), math.fsum(values)
        found = {"count": count, "sum": total, "mean": None, "min": None, "max": None, "last": None}
        if values:
            found.update(mean=total / count, min=min(values), max=max(values), last=values[-1])
        return found

    def busiest(self, at):
        """Return the keys that have events in the window, most events first, equal ones by name."""
        asked = f"select key from event where {_SPAN} group by key order by count(*) desc, key"
        return [key for (key,) in self._base.execute(asked, {"at": at, "width": self._width})]

    def forget(self, key):
        """Remove all events of a key; return how many there were."""
        return self._base.execute("update event set gone = 1 where key = ? and gone = 0", (key,)).rowcount

    def _one(self, asked, *values):
        return self._base.execute(asked, values).fetchone()
