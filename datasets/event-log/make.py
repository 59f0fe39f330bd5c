"""Events in partitioned logs, made up, and the small broker that serves them: it can crash and rebalance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Record = list[Any]
"""``[offset, arrived, id, key, time, value]``."""
LONGEST_ID, LONGEST_STATE = 200, 4_000_000
COLUMNS = {"windows": {"key", "start", "count", "total"}, "late": {"id", "key", "time", "value"}}
SCALAR = (str, int, float, np.integer, np.floating)
TICKS = 64  # of a window: every time is a whole number of ticks, and a binary fraction, so that no sum is rounded


@dataclass(frozen=True)
class Stream:
    """Logs, and how their events are to be put into windows."""

    settings: dict[str, float]
    """``window``, ``lateness`` and ``timeout``, in seconds."""
    logs: list[list[Record]]
    """The records of each partition, in the order in which they arrived."""
    until: float
    """The broker's time, in seconds, up to which the logs are complete."""

    def broker(self, rng: np.random.Generator, batch: int = 20) -> Broker:
        """Return a broker that serves this stream, at most `batch` records of a partition a poll."""
        return Broker(self, rng, batch)


@dataclass
class Broker:
    """What outlives a worker: the logs, what was committed, and the tables of rows."""

    stream: Stream
    rng: np.random.Generator
    batch: int
    committed: dict[int, tuple[int, str | None]] = field(default_factory=dict)
    """For each partition the next offset to read, and the state."""
    tables: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {name: {} for name in COLUMNS})
    """For each table its rows, by id."""
    lease: Lease | None = None
    """What the last worker did."""

    def __post_init__(self) -> None:
        self.committed = dict.fromkeys(range(len(self.stream.logs)), (0, None))

    def serve(
        self,
        consume: Callable[..., Any],
        partitions: Iterable[int] | None = None,
        polls: int | None = None,
        crash_after: int | None = None,
        crash_before: int | None = None,
    ) -> Lease:
        """Let a worker consume, and return what it did; after a crash that is in `lease`.

        Parameters
        ----------
        consume : callable
            The worker.
        partitions : iterable of int
            Those it is given; None: all.
        polls : int
            After so many polls the partitions are taken away; None: when the logs are read to their end.
        crash_after : int
            After so many calls the connection breaks for good: the call has its effect, but its answer is lost.
        crash_before : int
            At the call of that number, from 1, the connection breaks for good: the call has no effect.
        """
        given = sorted(self.committed if partitions is None else partitions)
        self.lease = lease = Lease(self, given, polls, crash_after, crash_before)
        assigned = {p: self.committed[p][1] for p in given}
        consume(assigned, lease.poll, lease.put, lease.commit, dict(self.stream.settings))
        return lease


class Lease:
    """One worker's connection: the three functions it may call."""

    def __init__(
        self,
        broker: Broker,
        partitions: list[int],
        polls: int | None,
        crash_after: int | None,
        crash_before: int | None = None,
    ) -> None:
        self._broker, self._left = broker, polls
        self._crash_after, self._crash_before = crash_after, crash_before
        self.position = {p: broker.committed[p][0] for p in partitions}
        """For each partition, the offset after the last one delivered."""
        self.clock = dict.fromkeys(partitions, -np.inf)
        self.calls: list[tuple[Any, ...]] = []
        """Every call that had an effect, in order: its name, its arguments, and where the positions and clocks were."""
        self.dead = False

    def poll(self) -> dict[int, dict[str, Any]] | None:
        """Return what comes next of each partition, or None: commit what is left, and return."""
        self._alive()
        broker = self._broker
        logs, until = broker.stream.logs, broker.stream.until
        if self._left == 0 or (self._left is None and all(self.clock[p] == until for p in self.position)):
            return self._did(None, "poll")
        if self._left is not None:
            self._left -= 1
        batch = {}
        for p, start in self.position.items():
            end = min(len(logs[p]), start + int(broker.rng.integers(0, broker.batch + 1)))
            self.position[p] = end
            self.clock[p] = self._read_until(p)
            batch[p] = {"records": [list(record) for record in logs[p][start:end]], "clock": self.clock[p]}
        return self._did(batch, "poll")

    def put(self, table: str, row_id: str, row: dict[str, Any]) -> None:
        """Keep a row; one with the same id is replaced."""
        self._alive()
        if table not in COLUMNS:
            raise ValueError(f"there is no such table; there are {', '.join(COLUMNS)}")
        if not isinstance(row_id, str) or len(row_id) > LONGEST_ID:
            raise TypeError(f"the id of a row is a str of at most {LONGEST_ID} characters")
        if not isinstance(row, dict) or set(row) != COLUMNS[table]:
            raise TypeError(f"a row of {table} is a dict with the keys {', '.join(sorted(COLUMNS[table]))}")
        if not all(isinstance(value, SCALAR) for value in row.values()):
            raise TypeError("the values of a row are texts and numbers")
        self._broker.tables[table][row_id] = dict(row)
        self._did(None, "put", table, row_id, dict(row))

    def commit(self, partition: int, offset: int, state: str) -> None:
        """Keep the next offset to read and the state of a partition, both or neither."""
        self._alive()
        if partition not in self.position:
            raise ValueError("this partition is not assigned")
        if (
            not isinstance(offset, (int, np.integer))
            or not self._broker.committed[partition][0] <= offset <= self.position[partition]
        ):
            raise ValueError("the offset is before the last commit, or after what was polled")
        if not isinstance(state, str) or len(state) > LONGEST_STATE:
            raise TypeError("the state is a str")
        self._broker.committed[partition] = (int(offset), state)
        self._did(None, "commit", partition, offset, len(state))

    def named(self, name: str) -> list[tuple[Any, ...]]:
        """Return the calls of one name."""
        return [call for call in self.calls if call[0] == name]

    def _read_until(self, p: int) -> float:
        """Draw a clock between the last record delivered and the next one."""
        stream, at, rng = self._broker.stream, self.position[p], self._broker.rng
        log = stream.logs[p]
        if at == len(log):
            return stream.until
        low = log[at - 1][1] if at else log[0][1] - stream.settings["window"]
        middle = low + (log[at][1] - low) * int(rng.integers(0, 9)) / 8
        return max(self.clock[p], low if rng.random() < 0.5 else middle)

    def _alive(self) -> None:
        self.dead |= len(self.calls) + 1 == self._crash_before
        if self.dead:
            raise ConnectionError("the connection is lost")

    def _did(self, answer: Any, *call: Any) -> Any:
        self.calls.append((*call, dict(self.position), dict(self.clock)))
        if len(self.calls) == self._crash_after:
            self.dead = True
            self._alive()
        return answer


def _moments(rng: np.random.Generator, events: int, tick: float, timeout: float) -> np.ndarray:
    """Draw when events arrive, in ticks: busy, with two pauses longer than the timeout."""
    steps = np.maximum(1, rng.exponential(TICKS / 10, size=events).round()).astype(int)
    steps[rng.choice(np.arange(events // 4, events), size=min(2, events // 4), replace=False)] += int(
        timeout / tick * rng.uniform(1.2, 2)
    )
    return np.cumsum(steps) - int(rng.integers(5, 15)) * TICKS  # the first ones before 0


def _log(
    rng: np.random.Generator, settings: dict[str, float], events: int, keys: list[str], late: float, copies: float
) -> list[Record]:
    """Draw the log of one partition."""
    tick = settings["window"] / TICKS
    lateness, timeout = round(settings["lateness"] / tick), round(settings["timeout"] / tick)
    arrived = _moments(rng, events, tick, settings["timeout"])
    delay = rng.integers(0, lateness, size=events, endpoint=True)
    behind = rng.random(events) < late
    delay[behind] += rng.integers(TICKS // 2, timeout + 2 * TICKS, size=int(behind.sum()))
    ids = rng.choice(16**6, size=events, replace=False)
    rows = []
    for i in range(events):
        event = [
            f"{ids[i]:06x}",
            keys[int(rng.integers(len(keys)))],
            int(arrived[i] - delay[i]),
            int(rng.integers(-50, 200)),
        ]
        rows.append((int(arrived[i]), event))
        if rng.random() < 0.05:  # another event that looks the same
            rows.append((int(arrived[i]), [f"{ids[i]:06x}b", *event[1:]]))
        while rng.random() < copies:  # sent again, as the producer saw no answer
            rows.append((int(arrived[i]) + int(rng.exponential(TICKS)), event))
    rows.sort(key=lambda row: row[0])
    return [[i, at * tick, event[0], event[1], event[2] * tick, event[3]] for i, (at, event) in enumerate(rows)]


def draw(
    rng: np.random.Generator,
    partitions: int = 3,
    events: int = 200,
    late: float = 0.06,
    copies: float = 0.15,
    keys: int = 6,
    logs: list[list[Record]] | None = None,
    settings: dict[str, float] | None = None,
    until: float | None = None,
) -> Stream:
    """Draw a stream.

    Parameters
    ----------
    rng : numpy.random.Generator
    partitions : int
    events : int
        Of each partition; copies come on top.
    late : float
        Share of the events that come later than the lateness allows. Some of them find their window still open.
    copies : float
        Share of the records that are sent once more.
    keys : int
        In each partition.
    logs : list of list of record
    settings : dict of float
    until : float
        Each of these three is taken instead of a drawn one.

    Returns
    -------
    Stream
        See ``README.md`` beside this file.
    """
    if settings is None:
        window = float(rng.choice([8.0, 60.0, 900.0]))
        lateness = window * int(rng.integers(1, 7)) / 4
        settings = {"window": window, "lateness": lateness, "timeout": lateness + window * int(rng.integers(3, 6))}
    if logs is None:
        names = [f"{kind}-{n}" for n in range(keys * partitions // 2 + 1) for kind in ("pump", "valve")]
        names = [str(name) for name in rng.permutation(names)]
        logs = [_log(rng, settings, events, names[p::partitions], late, copies) for p in range(partitions)]
    last = max((log[-1][1] for log in logs if log), default=0.0)
    pause = settings["window"] * int(rng.integers(1, 3))
    return Stream(settings, logs, last + pause if until is None else until)
