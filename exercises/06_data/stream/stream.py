"""Event-time windows over partitioned logs: each event counts once, whatever crashes. The statement is in README.md.

Begin with `partition`, then `consume` for the worked example of `test_stream.py`: one partition, no crash.
"""


def partition(key, n):
    """Return the partition of a key (str): an int from 0 to n - 1, the same in every process."""
    raise NotImplementedError("turn the text into a number that does not depend on the process, modulo n")


def consume(assigned, poll, put, commit, settings):
    """Read the assigned partitions until `poll()` returns None.

    assigned: {partition: state of the last commit, or None}
    poll() -> {partition: {"records": [[offset, arrived, id, key, time, value], ...], "clock": float}}, or None
    put(table, row_id, row): "windows" {"key", "start", "count", "total"} or "late" {"id", "key", "time", "value"}
    commit(partition, offset, state): next offset to read, state as str
    settings: {"window", "lateness", "timeout"}, in seconds
    """
    raise NotImplementedError("take each record into its window; put what closed; then commit")


def final_until(states, clocks, settings):
    """Return the time (float) up to which every partition's windows are final."""
    raise NotImplementedError("the watermark of each partition, from its state and its clock; which one decides?")
