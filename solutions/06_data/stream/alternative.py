"""Event-time windows, the other way round: every open event is kept, and a window is counted when it closes."""

import base64
import hashlib
import pickle
from collections import defaultdict
from operator import itemgetter


def partition(key, n):
    """Return the partition of a key, from the first bytes of its digest."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8")).digest()[:8], "big") % n


def _name(text):
    """Return a row's id for a text of any length."""
    return hashlib.blake2b(text.encode("utf-8"), digest_size=20).hexdigest()


def _load(saved):
    """Return the newest event time (None: none yet) and the open events by window."""
    return pickle.loads(base64.b64decode(saved)) if saved else (None, {})


def _reached(newest, clock, settings):
    """Return how far the time of a partition has got."""
    by_clock = clock - settings["timeout"]
    return by_clock if newest is None else max(newest - settings["lateness"], by_clock)


def _saved(state):
    """Return the text of a state."""
    return base64.b64encode(pickle.dumps(state)).decode()


def _advance(state, records, clock, settings):
    """Return the new state, the late events and the rows of the windows that closed."""
    newest, windows = state
    size, late, rows = settings["window"], [], []
    for _, arrived, event, key, time, value in records:
        window = time // size
        if (window + 1) * size <= _reached(newest, arrived, settings):
            late.append((event, key, time, value))
        else:
            windows.setdefault(window, {})[event] = (key, value)
        newest = time if newest is None else max(newest, time)
    now = _reached(newest, clock, settings)
    for window in [w for w in windows if (w + 1) * size <= now]:
        values = defaultdict(list)
        for key, value in windows.pop(window).values():
            values[key].append(value)
        rows += [(key, window * size + 0.0, len(vs), sum(vs)) for key, vs in values.items()]
    return (newest, windows), late, rows


def consume(assigned, poll, put, commit, settings):
    """Poll, put, commit, until there is nothing more."""
    states = {p: _load(saved) for p, saved in assigned.items()}
    while True:
        batch = poll()
        if batch is None:
            return
        offsets = {}
        for p in sorted(batch, reverse=True):
            records = sorted(batch[p]["records"], key=itemgetter(0))
            states[p], late, rows = _advance(states[p], records, batch[p]["clock"], settings)
            for key, start, count, total in rows:
                put("windows", _name(f"{start} {key}"), {"key": key, "start": start, "count": count, "total": total})
            for event, key, time, value in late:
                put("late", _name(event), {"id": event, "key": key, "time": time, "value": value})
            if records:
                offsets[p] = records[-1][0] + 1
        for p, offset in offsets.items():
            commit(p, offset, _saved(states[p]))


def final_until(states, clocks, settings):
    """Return the least time that a partition has reached."""
    return min(_reached(_load(states[p])[0], clocks[p], settings) for p in states)
