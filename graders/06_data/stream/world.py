"""A broker whose every delivery is laid down beforehand, and what the statement makes of its logs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np

LONGEST_ID, LONGEST_STATE, MOST_CALLS = 200, 4_000_000, 8_000
TEXT, FLOAT, INT = (str,), (int, float, np.integer, np.floating), (int, np.integer)
COLUMNS = {
    "windows": {"key": TEXT, "start": FLOAT, "count": INT, "total": INT},
    "late": {"id": TEXT, "key": TEXT, "time": FLOAT, "value": INT},
}


def watermark(newest, now, settings):
    """Return the statement's watermark of one partition."""
    return max(newest - settings["lateness"], now - settings["timeout"])


class Truth:
    """What the statement makes of one partition's log, as it is delivered.

    Parameters
    ----------
    log
        Its records.
    stops
        Of each delivery the offset behind its last record, and its clock.
    """

    def __init__(self, log, stops, settings):
        self.newest = [-math.inf]
        """The largest time of the first so many records."""
        self.late, self.late_at = {}, {}
        """Of each late id its key, time and value; and the place of the delivery that brought it."""
        self.rows, self.closed_at, self.open = {}, {}, []
        """Of each closed (key, start) its count and total, and the delivery that closed it; open things behind each."""
        events, at = {}, 0
        for place, (end, clock) in enumerate(stops):
            for _, arrived, event, key, time, value in log[at:end]:
                start = math.floor(Fraction(time) / Fraction(settings["window"])) * settings["window"]
                if start + settings["window"] <= watermark(self.newest[-1], arrived, settings):
                    self.late.setdefault(event, (key, time, value))
                    self.late_at.setdefault(event, place)
                else:
                    events.setdefault((key, start), {}).setdefault(event, value)
                self.newest.append(max(self.newest[-1], time))
            at = end
            until = watermark(self.newest[-1], clock, settings)
            for key, start in [window for window in events if window[1] + settings["window"] <= until]:
                values = events.pop((key, start)).values()
                self.rows[key, start], self.closed_at[key, start] = (len(values), sum(values)), place
            self.open.append(sum(1 + len(values) for values in events.values()))


@dataclass(frozen=True)
class Script:
    """Logs, and how they are cut into deliveries."""

    settings: dict
    logs: dict
    """Of each partition its records: ``[offset, arrived, id, key, time, value]``."""
    stops: dict
    """Of each partition its deliveries: the offset behind the last record, and the clock."""

    @cached_property
    def truths(self):
        """Of each partition what is right."""
        return {p: Truth(log, self.stops[p], self.settings) for p, log in self.logs.items()}

    def rows(self, table):
        """Return the right rows of a table, without their ids."""
        if table == "late":
            return {(event, *rest) for truth in self.truths.values() for event, rest in truth.late.items()}
        return {(*window, *sums) for truth in self.truths.values() for window, sums in truth.rows.items()}


@dataclass
class Broker:
    """What outlives a worker: what was committed, and the tables."""

    script: Script
    committed: dict = field(default_factory=dict)
    """Of each partition the next offset to read, and the state."""
    tables: dict = field(default_factory=lambda: {name: {} for name in COLUMNS})
    """Of each table its rows, by id."""
    clashes: set = field(default_factory=set)
    """The tables in which the row of one window, or late event, took the place of another's."""
    places: dict = field(default_factory=dict)
    """Of each partition the last delivery of a worker that came to its end."""

    def __post_init__(self):
        self.committed = {p: self.committed.get(p, (0, None)) for p in self.script.logs}

    def serve(self, consume, given=None, polls=None, breaks=None, effect=True):
        """Let a worker consume; return what it did.

        Parameters
        ----------
        consume
            The worker.
        given
            The partitions that it is given; None: all.
        polls
            After so many the partitions are taken away; None: at the end of what is laid down.
        breaks
            The number of the call, from 1, at which the connection breaks for good.
        effect
            Whether that call took effect.
        """
        given = list(self.committed if given is None else given)
        lease = Lease(self, given, polls, breaks, effect)
        assigned = {p: self.committed[p][1] for p in given}
        try:
            consume(assigned, lease.poll, lease.put, lease.commit, dict(self.script.settings))
        except ConnectionError:
            if not lease.dead:
                raise
        except Exception:
            if lease.refused:
                raise AssertionError(lease.refused) from None
            raise
        else:
            assert not lease.dead, "the connection broke, and consume did not let the ConnectionError out"
            assert not lease.refused, lease.refused
            assert lease.told, "consume returned before poll had given None"
            self.places.update(lease.places)
        return lease


class Lease:
    """One worker's connection: the three functions that it may call."""

    def __init__(self, broker, given, polls=None, breaks=None, effect=True):
        self._broker, self._left, self._breaks, self._effect = broker, polls, breaks, effect
        self.position = {p: broker.committed[p][0] for p in given}
        self.places = {p: self._behind(p, at) for p, at in self.position.items()}
        """Of each partition the last delivery."""
        self.calls = []
        """Every call that took effect: its name, then for poll where each partition stands, else the arguments."""
        self.dead, self.told, self.refused, self.number = False, False, "", 0

    def _behind(self, p, at):
        """Return the delivery that a partition has had when it was committed up to an offset, -1 for none."""
        stops, last = self._broker.script.stops[p], self._broker.places.get(p, -1)
        if last >= 0 and stops[last][0] == at:
            return last
        first = next(i for i, (end, _) in enumerate(stops) if end >= at)
        return first if at and stops[first][0] == at else first - 1

    def poll(self):
        """Return the next delivery of each partition; None at the end."""
        return self._made(self._poll)

    def put(self, table, row_id, row):
        """Keep a row; one with the same id is replaced."""
        self._made(self._put, table, row_id, row)

    def commit(self, partition, offset, state):
        """Keep the next offset to read and the state of a partition."""
        self._made(self._commit, partition, offset, state)

    def follow(self, calls):
        """Make the calls that a worker elsewhere has made: ``["put", table, row_id, row]`` and such of commit."""
        try:
            for name, *arguments in calls:
                {"put": self.put, "commit": self.commit}[name](*arguments)
        except (TypeError, ValueError, KeyError):
            raise AssertionError(self.refused or "it made another call than put and commit") from None

    def _made(self, act, *arguments):
        if self.dead:
            raise ConnectionError("the connection is lost")
        self.number += 1
        self._demand(self.number <= MOST_CALLS, "it makes far more calls than there are records")
        answer, breaks = None, self.number == self._breaks
        if self._effect or not breaks:
            answer = act(*arguments)
        if breaks:
            self.dead = True
            raise ConnectionError("the connection is lost")
        return answer

    def _poll(self):
        script = self._broker.script
        read = all(self.places[p] + 1 == len(script.stops[p]) for p in self.position)
        if self._left == 0 or (self._left is None and read):
            self.told = True
            self.calls.append(("poll", {}))
            return None
        self._left = None if self._left is None else self._left - 1
        batch = {}
        for p in sorted(self.position, reverse=bool(self.number % 2)):
            self.places[p] = min(self.places[p] + 1, len(script.stops[p]) - 1)
            end, clock = script.stops[p][self.places[p]]
            start, self.position[p] = self.position[p], max(end, self.position[p])
            batch[p] = {"records": [list(record) for record in script.logs[p][start:end]], "clock": clock}
        self.calls.append(("poll", dict(self.places)))
        return batch

    def _put(self, table, row_id, row):
        self._demand(isinstance(table, str) and table in COLUMNS, "there is no table of that name")
        self._demand(isinstance(row_id, str), "the id of a row is not a str")
        self._demand(len(row_id) <= LONGEST_ID, f"the id of a row is longer than {LONGEST_ID} characters")
        columns = COLUMNS[table]
        named = isinstance(row, dict) and all(isinstance(name, str) for name in row) and set(row) == set(columns)
        self._demand(named, f"a row of {table} has not the keys {', '.join(columns)}, and no others")
        for name, kinds in columns.items():
            right = isinstance(row[name], kinds) and not isinstance(row[name], (bool, np.bool_))
            self._demand(right, f"{name!r} in a row of {table} is not of the type in the statement")
        row = {name: row[name] for name in columns}
        before = self._broker.tables[table].get(row_id, row)
        told_by = ("key", "start") if table == "windows" else ("id",)
        if any(before[name] != row[name] for name in told_by):
            self._broker.clashes.add(table)
        self._broker.tables[table][row_id] = row
        self.calls.append(("put", table, row))

    def _commit(self, partition, offset, state):
        known = isinstance(partition, INT) and partition in self.position
        self._demand(known, "it committed a partition that it was not given")
        self._demand(isinstance(offset, INT) and not isinstance(offset, bool), "the offset of a commit is not an int")
        inside = self._broker.committed[partition][0] <= offset <= self.position[partition]
        self._demand(inside, "the offset of a commit is before the last one, or after what was polled")
        self._demand(isinstance(state, str), "the state of a commit is not a str")
        self._demand(len(state) <= LONGEST_STATE, "the state of a commit is longer than 4 million characters")
        self._broker.committed[int(partition)] = (int(offset), state)
        self.calls.append(("commit", int(partition), int(offset), len(state)))

    def _demand(self, holds, otherwise):
        if not holds:
            self.refused = self.refused or otherwise
            raise TypeError(otherwise)


def histories(script, consume):
    """Return what was committed and put of each partition, before its first poll and after each."""
    found = {}
    for p, stops in script.stops.items():
        broker = Broker(script)
        found[p] = [(broker.committed[p], {name: {} for name in COLUMNS})]
        for _ in stops:
            broker.serve(consume, given=[p], polls=1)
            found[p].append((broker.committed[p], {name: dict(rows) for name, rows in broker.tables.items()}))
    return found


def gathered(script, found, places, ahead):
    """Return a broker with every partition at a place of its history, its rows `ahead` by so many polls."""
    broker = Broker(script, {p: found[p][place][0] for p, place in places.items()})
    for p, place in places.items():
        for name, rows in found[p][min(place + ahead, len(found[p]) - 1)][1].items():
            broker.tables[name].update(rows)
    return broker
