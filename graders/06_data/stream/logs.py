"""Logs in which all of it meets, long ones, and what `final_until` is asked of. Times are in ticks, as in `cases`."""

from pathlib import Path

from tenfold.datasets import module

cases = module(Path(__file__).resolve().parent / "cases.py")
W = cases.W


def mixed(partitions=3):
    """Return a small case of disorder, copies, late events and windows that the clock closes."""
    first = [
        (0.0, "a1", "A", 0.0, 1),
        (8.0, "a2", "A", 8.0, 2),
        (8.0, "a1", "A", 0.0, 1),  # a copy
        (70.0, "a3", "B", 66.0, 4),
        (100.0, "a4", "A", 100.0, 8),  # 100 - 32 = 68: [0, 64) closes
        (101.0, "a5", "A", 20.0, 16),  # late
        (102.0, "a5", "A", 20.0, 16),
        (104.0, "a3", "B", 66.0, 4),  # a copy in time
        (110.0, "a1", "A", 0.0, 1),  # a copy that is late
        (400.0, "a6", "A", 390.0, 32),
        (405.0, "a7", "B", 70.0, 64),  # late by the clock, too
    ]
    second = [
        (5.0, "b1", "C", 2.0, 1),
        (6.0, "b2", "D", 3.0, 2),
        (9.0, "b1", "C", 2.0, 1),
        (40.0, "b3", "C", 64.0, 4),
        (60.0, "b4", "D", 1.0, 8),
        (97.0, "b5", "C", 97.0, 16),  # 97 - 32 = 65
        (98.0, "b6", "D", 30.0, 32),  # late
        (99.0, "b4", "D", 1.0, 8),
    ]
    third = [(500.0, "c1", "E", 500.0, 5)]
    stops = [
        [(2, 8.0), (5, 100.0), (8, 104.0), (8, 109.0), (9, 110.0), (9, 300.0), (11, 405.0), (11, 900.0)],
        [(0, 5.0), (2, 6.0), (2, 8.0), (6, 97.0), (8, 99.0), (8, 200.0), (8, 300.0), (8, 900.0)],
        [(0, 50.0), (0, 499.0), (1, 500.0), (1, 900.0)],
    ]
    return cases.Case(32, 160, [first, second, third][:partitions], stops[:partitions])


def recut(case, size, until=900.0):
    """Return a case in other deliveries."""
    return cases.Case(case.lateness, case.timeout, case.logs, [cases.cut(log, size, until) for log in case.logs])


def long_log(events, size):
    """Return a case with few things open at any time: nearly every event has a window and a key of its own."""
    rows = [(40.0 * i, f"{i * 2654435761 % 2**32:08x}", f"pump-{i}", 40.0 * i, i) for i in range(events)]
    return cases.Case(32, 320, [rows], [cases.cut(rows, size)])


def crowd(events, size, polls):
    """Return a case in which all events stay open: so many of them, `size` a poll, then polls without a record."""
    log = [(1.0, f"{i:x}", f"p{i % 5}", i * 37 % 4096 / 64, 1) for i in range(events)]
    ends = [*range(size, events + 1, size), *[events] * polls]
    return cases.Case(9 * W, cases.NEVER, [log], [[(end, 1.0) for end in ends]])


def readers(rng, count=12):
    """Return a case of partitions that are more or less far, one of which has nothing, and one a late newest event."""
    logs = [[], [(0.0, "a", "pump-a", 0.0, 1), (800.0, "b", "pump-a", 240.0, 1)]]  # b is late, and the newest
    for p in range(count - len(logs)):
        times = [float(t) for t in rng.integers(-500, 500, size=3)]
        logs.append([(600.0 + i, f"{p}-{i}", f"pump-{p}", t, 1) for i, t in enumerate(times)])
    return cases.Case(32, 320, logs, [cases.cut(log, 1) for log in logs])


def readings(script, states, rng):
    """Return by kind what `final_until` is asked of: pairs of what was read, (partition, offset), and the clocks."""
    read = [state for state in states if state[1]]
    near, tick = script.settings["timeout"] - script.settings["lateness"], script.settings["window"] / W
    newest = [time for p in script.logs for time in script.truths[p].newest[1:]]
    low, high = min(newest) + near - 1000 * tick, max(newest) + near

    def some(least, most):
        """Draw states of as many partitions, in any order."""
        found = dict(rng.permutation(read).tolist())
        return list(found.items())[: int(rng.integers(least, most + 1))]

    def without(p):
        return [*((q, offset) for q, offset in some(3, 5) if q != p), (p, 0)]

    kinds = {
        "one partition": [[state] for state in read for _ in range(3)],
        "one partition that nobody has read": [[(p, 0)] for p in script.logs],
        "two or three partitions": [some(2, 3) for _ in range(60)],
        "all partitions": [some(99, 99) for _ in range(20)],
        "partitions of which nobody has read one": [without(p) for p in script.logs],
    }
    found = {}
    for kind, asked in kinds.items():
        found[kind] = []
        for i, some_read in enumerate(asked):  # a clock that says nothing, one that says all, and one that may decide
            may = [(low, high, low + tick * int(rng.integers((high - low) / tick)))[i % 3] for _ in some_read]
            clocks = {p: clock for (p, _), clock in zip(some_read, may, strict=True)}
            found[kind].append((some_read, dict(sorted(clocks.items(), key=lambda pair: -pair[0]))))
    return found


def stops(stream, rng):
    """Return deliveries of a drawn stream: up to 15 records a poll, the clock somewhere before the next record."""
    found = []
    for log in stream.logs:
        rows, at, clock = [], 0, log[0][1] - stream.settings["window"]
        while at < len(log):
            at = min(len(log), at + int(rng.integers(0, 16)))
            last = log[at - 1][1] if at else clock
            following = log[at][1] if at < len(log) else stream.until
            clock = max(clock, last + (following - last) * int(rng.integers(0, 9)) / 8)
            rows.append((at, clock))
        found.append([*rows, (len(log), stream.until)])
    return found
