"""Visible checks: small logs that can be followed by hand. The broker is in datasets/event-log/make.py."""

from collections import Counter

import pytest
from stream import consume, final_until, partition

from tenfold import expect

SETTINGS = {"window": 60.0, "lateness": 30.0, "timeout": 300.0}
EXAMPLE = [
    [  # partition 0: offset, arrived, id, key, time, value
        [0, 10.0, "a1", "pump", 5.0, 3],
        [1, 62.0, "a2", "pump", 60.0, 4],  # an event at 60 belongs to the window that starts at 60
        [2, 70.0, "a3", "pump", 55.0, 10],  # out of order, and in time
        [3, 75.0, "a1", "pump", 5.0, 3],  # a copy
        [4, 95.0, "a4", "valve", 91.0, 7],  # 91 - 30 = 61: the window that ends at 60 closes
        [5, 99.0, "a5", "pump", 58.0, 1],  # too late
    ],
    [[0, 20.0, "b1", "fan", 18.0, 2]],  # partition 1: nothing comes after it; it closes as 500 - 300 >= 60
]
UNTIL = 500.0
WINDOWS = [("pump", 0.0, 2, 13), ("pump", 60.0, 1, 4), ("valve", 60.0, 1, 7), ("fan", 0.0, 1, 2)]
LATE = [("a5", "pump", 58.0, 1)]


def example(public, times=1, shift=0, plus=0):
    """Return the example with its times multiplied and shifted by whole windows, and its values raised."""
    settings = {name: times * length for name, length in SETTINGS.items()}
    move = shift * settings["window"]
    logs = [[[i, times * a + move, e, k, times * t + move, v + plus] for i, a, e, k, t, v in log] for log in EXAMPLE]
    windows = Counter((k, times * s + move, n, total + n * plus) for k, s, n, total in WINDOWS)
    late = Counter((e, k, times * t + move, v + plus) for e, k, t, v in LATE)
    return public("event-log", logs=logs, settings=settings, until=times * UNTIL + move), windows, late


def compare(broker, table, columns, wanted):
    """Fail unless a table has the rows wanted; tell the first that is missing, or not wanted."""
    found = Counter(tuple(row[c] for c in columns) for row in broker.tables[table].values())
    for rows, said in ((wanted - found, "is missing from"), (found - wanted, "should not be in")):
        for row in rows:
            told = ", ".join(f"{name} {value!r}" for name, value in zip(columns, row, strict=True))
            raise AssertionError(f"the row {{{told}}} {said} the table {table}")


def compare_tables(broker, windows, late):
    """Fail unless both tables have the rows wanted."""
    compare(broker, "windows", ("key", "start", "count", "total"), windows)
    compare(broker, "late", ("id", "key", "time", "value"), late)


@pytest.mark.points(1)
def test_partitions_are_even(rng):
    """Keys spread over all partitions, as whole numbers from 0 to n - 1.

    A number made from the whole text of the key, modulo n.
    """
    keys = [f"pump-{i}" for i in range(200)] + [f"{i}.ventil.süd" for i in range(200)]
    keys += ["".join(rng.choice(list("aeioulmnrst"), size=9)) for _ in range(200)]  # not every key has a number
    count = Counter(expect.integer(partition(key, 6)) for key in keys)
    for p in count:
        assert 0 <= p < 6, f"partition(key, 6) gives {p} for a key; it should be 0 to 5"
    for p in range(6):
        assert 0 < count[p] <= 200, f"partition(key, 6) is {p} for {count[p]} of 600 keys; it should be for 1 to 200"
    one = expect.integer(partition("pump-1", 1))
    assert one == 0, f'partition("pump-1", 1) gives {one}, not 0'


@pytest.mark.points(1)
def test_worked_example(public, rng):
    """The example's windows, counts, totals and late event, on a clock of the day.

    Window [start, end) of an event: start is the largest multiple of the window's length that is at most its time.
    """
    stream, windows, late = example(public, int(rng.integers(2, 9)), int(rng.integers(-9, 9)), int(rng.integers(1, 99)))
    broker = stream.broker(rng)
    broker.serve(consume)
    compare_tables(broker, windows, late)
    offsets = [offset for offset, _ in broker.committed.values()]
    assert offsets == [6, 1], f"the offsets committed last are {offsets}, not [6, 1]: the next ones to read"


@pytest.mark.points(1)
def test_goes_on_from_the_commit(public, rng):
    """Taken away after every poll and given back, a partition goes on from what was committed.

    `assigned` holds the state that the last commit left, None before the first. Nothing else is left.
    """
    stream, windows, late = example(public, int(rng.integers(2, 9)), int(rng.integers(-9, 9)), int(rng.integers(1, 99)))
    broker = stream.broker(rng, batch=2)
    for _ in range(12):
        for p in (0, 1):
            broker.serve(consume, [p], polls=1)
    broker.serve(consume)
    compare_tables(broker, windows, late)


@pytest.mark.points(1)
def test_final_until_by_hand(public, rng):
    """Partitions are final as far as the slowest of them, by event time or by the clock.

    One partition: the larger of newest time - lateness and clock - timeout. It may hold no event yet.
    """
    k = int(rng.integers(2, 9))
    stream, _, _ = example(public, k)
    broker = stream.broker(rng)
    found = expect.number(final_until({0: None, 1: None}, {0: k * 100.0, 1: k * 50.0}, stream.settings))
    said = f"final_until({{0: None, 1: None}}, {{0: {k * 100.0}, 1: {k * 50.0}}}, {stream.settings})"
    assert found == k * -250, f"{said} gives {found}, not {k * -250.0}"
    broker.serve(consume)
    states = {p: state for p, (_, state) in broker.committed.items()}
    clocks = {0: k * 100.0, 1: k * 310.0}  # 91 - 30 = 61 and 310 - 300 = 10
    found = expect.number(final_until(states, clocks, stream.settings))
    said = f"final_until(the states after the example, {clocks}, {stream.settings})"
    assert found == k * 10, f"{said} gives {found}, not {k * 10.0}"
