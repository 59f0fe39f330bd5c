"""Written beside the submission: what a Python whose texts have another salt makes of it."""

import json
from pathlib import Path

import stream


def partitions(*pairs):
    """Return the partition of each key."""
    return [int(stream.partition(key, n)) for key, n in pairs]


def calls(*workers):
    """Let workers consume one after the other; return the rows that each put and what it committed."""
    return [worked(*worker) for worker in workers]


def worked(assigned, batches, settings):
    """Return the calls of one worker."""
    made, left = [], iter(batches)

    def poll():
        batch = next(left, None)
        return None if batch is None else {int(p): part for p, part in batch.items()}

    def put(table, row_id, row):
        made.append(["put", table, row_id, row])

    def commit(partition, offset, state):
        made.append(["commit", partition, offset, "" if isinstance(state, str) else None])

    stream.consume({int(p): state for p, state in assigned.items()}, poll, put, commit, settings)
    return made


if __name__ == "__main__":
    name, arguments = json.loads(Path("asked.json").read_text(encoding="utf-8"))
    answer = {"partitions": partitions, "calls": calls}[name](*arguments)
    print("\n" + json.dumps(answer, default=lambda scalar: scalar.item()))  # numpy's
