"""What one would do without thinking: count what arrives, by the time it arrives, and write the counts every time."""

from collections import defaultdict


def partition(key, n):
    """Return the partition of a key."""
    return hash(key) % n


def consume(assigned, poll, put, commit, settings):
    """Count by arrival."""
    windows = defaultdict(list)
    while (batch := poll()) is not None:
        for p, news in batch.items():
            for offset, arrived, _event, key, _time, value in news["records"]:
                windows[key, arrived // settings["window"] * settings["window"]].append(value)
                commit(p, offset + 1, "")
        for (key, start), values in windows.items():
            row = {"key": key, "start": start, "count": len(values), "total": sum(values)}
            put("windows", f"{key} {start}", row)


def final_until(states, clocks, settings):
    """Return the newest clock."""
    return max(clocks.values())
