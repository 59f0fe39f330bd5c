"""A worker to be measured against: each record costs the same, however many windows are open."""

import json
import math


def consume(assigned, poll, put, commit, settings):
    """Read the assigned partitions until there is nothing more to poll."""
    length, lateness, timeout = settings["window"], settings["lateness"], settings["timeout"]
    parts = {}
    for p, saved in assigned.items():
        newest, opened = json.loads(saved) if saved else (None, [])
        parts[p] = [-math.inf if newest is None else newest, {s: (sums, set(ids)) for s, sums, ids in opened}]
    while (batch := poll()) is not None:
        for p, news in batch.items():
            newest, opened = parts[p]
            for _, arrived, event, key, time, value in news["records"]:
                start = math.floor(time / length) * length
                closed = start + length <= max(newest - lateness, arrived - timeout)
                newest = max(newest, time)
                if closed:
                    put("late", event, {"id": event, "key": key, "time": time, "value": value})
                    continue
                sums, ids = opened.setdefault(start, ({}, set()))
                if event not in ids:
                    ids.add(event)
                    count, total = sums.get(key, (0, 0))
                    sums[key] = (count + 1, total + value)
            until = max(newest - lateness, news["clock"] - timeout)
            for start in [start for start in opened if start + length <= until]:
                for key, (count, total) in opened.pop(start)[0].items():
                    put("windows", f"{start!r} {key}", {"key": key, "start": start, "count": count, "total": total})
            parts[p][0] = newest
            if news["records"]:
                known = None if newest == -math.inf else newest
                state = json.dumps([known, [[s, sums, list(ids)] for s, (sums, ids) in opened.items()]])
                commit(p, news["records"][-1][0] + 1, state)
