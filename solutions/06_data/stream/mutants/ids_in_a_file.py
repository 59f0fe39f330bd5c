"""The state stays short, as the ids lie in a file: whose folder another process does not have."""

import hashlib
import json
import math
import tempfile
import uuid
import zlib
from pathlib import Path


def partition(key, n):
    """Return the partition of a key: CRC-32 is the same in every process, `hash` of a text is not."""
    return zlib.crc32(key.encode()) % n


def watermark(newest, clock, settings):
    """Return the time before which no event is waited for: by the newest event, and by the clock where it is quiet."""
    return max(newest - settings["lateness"], clock - settings["timeout"])


def row_id(*parts):
    """Return a row's id: the same in every process, another for other parts, and short however long they are."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()  # JSON keeps the parts apart


class Part:
    """The state of one partition: a plain function of its records, however they were cut into batches."""

    def __init__(self, saved, settings):
        self.settings = settings
        kept = json.loads(saved) if saved else {"newest": None, "open": []}
        self.newest = -math.inf if kept["newest"] is None else kept["newest"]
        file = Path(kept.get("file", ""))
        ids = json.loads(file.read_text()) if file.is_file() else {}
        self.open = {start: (sums, set(ids.get(str(start), []))) for start, sums in kept["open"]}

    def saved(self):
        """Return the state as text; it is as large as what is open."""
        newest = None if self.newest == -math.inf else self.newest
        file = Path(tempfile.gettempdir()) / f"ids-{uuid.uuid4().hex}"
        file.write_text(json.dumps({str(start): list(ids) for start, (_, ids) in self.open.items()}))
        opened = [[start, sums] for start, (sums, _) in self.open.items()]
        return json.dumps({"newest": newest, "open": opened, "file": str(file)})

    def add(self, arrived, event, key, time, value):
        """Take one record; return whether its window had closed before it."""
        length = self.settings["window"]
        start = math.floor(time / length) * length  # floor, as times may be negative
        closed = watermark(self.newest, arrived, self.settings)  # by this record's arrival, not by the batch's clock
        self.newest = max(self.newest, time)
        if start + length <= closed:
            return True
        sums, ids = self.open.setdefault(start, ({}, set()))
        if event not in ids:
            ids.add(event)
            count, total = sums.get(key, (0, 0))
            sums[key] = [count + 1, total + value]
        return False

    def close(self, clock):
        """Forget the windows that have closed, and return their rows."""
        until = watermark(self.newest, clock, self.settings)
        done = sorted(start for start in self.open if start + self.settings["window"] <= until)
        return [
            {"key": key, "start": start, "count": count, "total": total}
            for start in done
            for key, (count, total) in self.open.pop(start)[0].items()
        ]


def consume(assigned, poll, put, commit, settings):
    """Read the assigned partitions until there is nothing more to poll."""
    parts = {p: Part(saved, settings) for p, saved in assigned.items()}  # what was committed, and nothing else
    while (batch := poll()) is not None:
        for p, news in batch.items():
            part, records = parts[p], news["records"]
            for _, arrived, event, key, time, value in records:
                if part.add(arrived, event, key, time, value):
                    put("late", row_id(event), {"id": event, "key": key, "time": time, "value": value})
            for row in part.close(news["clock"]):  # effects first; the ids make them harmless when they come again
                put("windows", row_id(row["key"], row["start"]), row)
            if records:
                commit(p, records[-1][0] + 1, part.saved())  # the next offset to read, and the state that belongs to it


def final_until(states, clocks, settings):
    """Return the time up to which every window of every partition is final: the slowest partition decides."""
    return min(watermark(Part(saved, settings).newest, clocks[p], settings) for p, saved in states.items())
