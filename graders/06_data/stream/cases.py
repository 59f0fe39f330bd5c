"""Logs that tell wrong ideas apart, by kind. Times are in ticks here: a window is 64 of them."""

import itertools
from dataclasses import dataclass

import numpy as np

W = 64
NEVER = None
"""A timeout that no clock reaches."""
LONGEST = 2.0**33
TICKS = (1.0, 1 / 1024, 60 / 64, 3 / 512, 1350.0, 1 / 8, 900 / 64)
"""Seconds of a tick: windows of 64 s, 1/16 s, 60 s, 3/8 s, a day, 8 s, 15 minutes."""
ORIGINS = (0, -3, 27_000_000, 5, -1_000_000, 0, 1_960_000)
"""Where tick 0 lies, in windows; cut to what a float holds exactly."""


@dataclass(frozen=True)
class Case:
    """A log of each partition, and how it is delivered."""

    lateness: int
    timeout: int | None
    logs: list
    """Of each partition its records: when it arrived, id, key, time, value."""
    stops: list
    """Of each partition its deliveries: the offset behind the last record, and the clock."""
    scale: tuple[float, int] | None = None
    """The seconds of a window, and where tick 0 lies, in windows; None: the maker's choice."""


class Maker:
    """Makes scripts of cases: each on another scale, at another time, in other partitions, with other ids."""

    def __init__(self, script, rng):
        self._script = script
        self._place = itertools.count(int(rng.integers(3, 60)), int(rng.integers(1, 9)))
        self._turn = itertools.count(int(rng.integers(len(TICKS))))
        self._names = itertools.count(int(rng.integers(10**5)), 7)

    def script(self, case, plain=True):
        """Return the script of a case; its ids get a prefix of their own where they are `plain`."""
        turn = next(self._turn) % len(TICKS)
        window, shift = case.scale or (W * TICKS[turn], ORIGINS[turn])
        tick, most = window / W, LONGEST / 4 // window
        origin = float(max(-most, min(most, shift))) * window
        prefix = f"{next(self._names):x}-" if plain else ""

        def at(time):
            return time * tick + origin if origin else time * tick  # -0.0 stays what it is

        settings = {
            "window": window,
            "lateness": case.lateness * tick,
            "timeout": LONGEST if case.timeout is NEVER else case.timeout * tick,
        }
        places = [next(self._place) for _ in case.logs]
        logs = {
            p: [[i, at(a), prefix + e, k, at(t), v] for i, (a, e, k, t, v) in enumerate(log)]
            for p, log in zip(places, case.logs, strict=True)
        }
        stops = {p: [(n, at(c)) for n, c in rows] for p, rows in zip(places, case.stops, strict=True)}
        return self._script(settings, logs, stops)


def cut(log, size, until=None):
    """Return deliveries of `size` records, their clock as early as it may be; a last one up to `until`."""
    ends = [*range(size, len(log), size), len(log)] if log else [0]
    stops = [(end, log[end - 1][0] if end else -9.0 * W) for end in ends]
    return stops if until is None else [*stops, (len(log), until)]


def one(events, lateness, size, lead=0.0, scale=None):
    """Return a case of one partition without a clock: events (id, key, time, value) arrive as they come.

    They arrive `lead` before the newest of them happened. The last one, far ahead, closes the windows of all others.
    """
    far = max(time for _, _, time, _ in events) + lateness + 9 * W
    log, newest = [], -1e9
    for event, key, time, value in [*events, ("last", "the last", far, 3)]:
        newest = max(newest, time)
        log.append((newest - lead, event, key, time, value))
    return Case(lateness, NEVER, [log], [cut(log, size)], scale)


def numbered(times, keys=("pump-1",), name="e"):
    """Return events at some times, each with another value."""
    return [(f"{name}{i}", keys[i % len(keys)], t, 3 + 7 * i) for i, t in enumerate(times)]


def shuffled(rng, times, by):
    """Return times out of order, none more than `by` behind the newest before it."""
    return sorted(times, key=lambda t: t + float(rng.uniform(0, by)))


# --- event time ------------------------------------------------------------------------------------------------------


def windows(rng):
    """Return cases by kind in which nothing is late and nothing comes twice."""
    spread = sorted(float(t) for t in rng.choice(np.arange(-40, 600), size=40, replace=False))
    huge = [10**29 + 7, -(10**29), 2**63, -5, 0, 3]
    zeros = [("a", "zero", -0.0, 1), ("b", "zero", 0.0, 2), ("c", "other", 0.0, 4), ("d", "other", -0.0, 8)]
    edges = [-2 * W, -W, -W - 4, 0, -4, 4, W - 4, W - 1, W, 2 * W, 2 * W - 4, 104, 3 * W]
    busy = shuffled(rng, [float(t) for t in range(0, 3 * W, 2)], W)
    return {
        "events on and beside the boundaries": one(numbered([float(t) for t in edges]), 2 * W, 4, scale=(60.0, 0)),
        "events out of order": one(numbered(shuffled(rng, spread, 2 * W), ("a", "b", "c")), 2 * W, 5),
        "times below 0": one(numbered([t - 900.0 for t in spread], ("a", "b")), 16, 7, scale=(8.0, 0)),
        "times at 0.0 and at -0.0": one(zeros, 8, 2, scale=(60.0, 0)),
        "windows of 1/16 s": one(numbered(spread, ("a", "b")), 16, 7, scale=(1 / 16, 16)),
        "times since 1970": one(numbered(spread, ("a", "b")), 16, 7, scale=(60.0, 28_000_000)),
        "devices whose clocks run ahead": one(numbered(spread, ("a", "b")), 24, 6, lead=5.0 * W),
        "a lateness of many windows": one(numbered(shuffled(rng, spread, 8 * W), ("a", "b")), 8 * W, 9),
        "a lateness of one tick": one(numbered(spread, ("a", "b")), 1, 8),
        "windows without an event between others": one(numbered([3.0, 5.0, 40.0 * W, 40.0 * W + 1, 900.0 * W]), 16, 2),
        "many events of many keys in a window": one(numbered(busy, [f"pump-{i}" for i in range(17)]), W, 40),
        "values of 30 digits, negative ones and 0": one(
            [(f"v{i}", "pump", i + 0.0, value) for i, value in enumerate(huge)]
            + [("n", "none", 1.0, 0), ("o", "sum", 2.0, 5), ("p", "sum", 3.0, -5)],
            16,
            3,
        ),
        "one record a poll": one(numbered(shuffled(rng, spread, W), ("a", "b")), W, 1),
        "all records in one poll": one(numbered(shuffled(rng, spread, W), ("a", "b")), W, 99),
    }


# --- copies ----------------------------------------------------------------------------------------------------------


def copies(rng):
    """Return cases by kind in which records come again while their window is open."""
    some = numbered([3.0, 9.0, 70.0, 12.0, 75.0, 130.0], ("a", "b"))
    twins = [(f"{name}{i}", "twin", 5.0, 9) for i in range(7) for name in "xy"]
    crowd = [(f"c{i}", f"pump-{i % 3}", i / 64.0, i) for i in range(3001)]
    order = [int(i) for i in rng.permutation(len(some))]
    return {
        "copies in the same poll": one([event for event in some for _ in range(3)], 9 * W, 3 * len(some)),
        "copies in the next poll": one([*some, *(some[i] for i in order)], 9 * W, len(some)),
        "copies one record a poll": one([event for event in some for _ in range(2)], 9 * W, 1),
        "copies 3,000 records later": one([*crowd, *crowd[:50], *crowd[-3:]], 9 * W, 1017),
        "events that look alike": one([*twins, *twins], 9 * W, 5),
        "copies of events of another window": one([*some, *some[:2], *some[2:3], *some[5:], *some[:1]], 9 * W, 4),
    }


# --- late events -----------------------------------------------------------------------------------------------------


def late(rng):
    """Return cases by kind in which events come after their window has closed; no clock closes one."""
    size = int(rng.integers(2, 4))

    def of(events, cuts, lateness=32):
        return one(events, lateness, cuts)

    first = ("a", "pump", 10.0, 1)
    closed = ("z", "valve", 2.0 * W, 2)  # 128 - 32 = 96: [0, 64) has closed, [64, 128) has not
    behind = ("l", "pump", 63.0, 4)
    exact, before = ("x", "valve", W + 32.0, 2), ("y", "valve", W + 31.0, 2)
    newest = [("w", "valve", 500.0, 5), ("v", "valve", 440.0, 5), ("u", "pump", 380.0, 4)]
    fast = [(5.0 * i, f"f{i}", "fast", 30.0 * i, i) for i in range(40)]
    slow = [(5.0 * i, f"s{i}", "slow", 2.0 * i, i) for i in range(40)]
    ends = [(300.0, "end", "slow", 900.0, 1)]
    both = Case(32, NEVER, [fast, [*slow, *ends]], [cut(fast, 8), cut([*slow, *ends], 8)])
    quiet = Case(32, NEVER, [fast, slow[:3]], [cut(fast, 8), cut(slow[:3], 8)])
    return {
        "an event whose window an earlier record has closed, in the same poll": of([first, closed, behind], 3),
        "the same, in a later poll": of([first, closed, behind], 1),
        "a window that ends just at the watermark": of([first, exact, behind], size),
        "a window that ends just after the watermark": of([first, before, behind], size),
        "an event behind the watermark, in a window that is open": of([closed, ("o", "pump", 70.0, 8), first], size),
        "an event of a window that nobody saw": of([closed, behind, ("n", "new", -300.0, 0)], size),
        "a copy after its window has closed, in the same poll": of([first, closed, first, behind], 4),
        "the same, in another poll": of([first, closed, first, first], size),
        "copies of a late event": of([closed, behind, behind, first, behind], size),
        "late events that look alike": of([closed, behind, ("m", *behind[1:]), ("k", *behind[1:])], size),
        "the newest event is not the last": of(newest, 1, lateness=64),
        "a partition beside a faster one": both,
        "a partition beside a slower one": quiet,
    }


# --- the clock -------------------------------------------------------------------------------------------------------


def quiet():
    """Return cases by kind in which the clock closes windows: window 64, lateness 32, mostly; timeout 320."""
    moments = [(24.0, 24.0), (40.0, 40.0), (40.0, 8.0), (72.0, 72.0)]
    few = [(arrived, f"q{i}", "quiet", time, 7 + i) for i, (arrived, time) in enumerate(moments)]
    busy = [(8.0 * i, f"b{i}", "busy", 8.0 * i, i) for i in range(90)]
    back = [*few, *((240.0 + 80 * i, f"r{i}", "quiet", 48.0 + 8 * i, 90 + i) for i in range(6))]
    lost = [(0.0, "a", "pump", 0.0, 1), (330.0, "b", "pump", 60.0, 2), (383.0, "c", "pump", 60.0, 4)]
    gone = [*lost[:2], (384.0, "d", "pump", 60.0, 8), (900.0, "e", "pump", 1.0, 16)]
    ahead = [(0.0, "a", "pump", 500.0, 1), (1.0, "b", "pump", 480.0, 2), (700.0, "c", "pump", 505.0, 4)]
    found = {}
    for nth, end in (("first", 384.0), ("second", 448.0)):  # 64 + 320 and 128 + 320 close its windows
        for said, until in (("up to a tick before", end - 1), ("until", end)):
            stops = [[*cut(few, 3), (4, until)], cut(busy, 20, 730.0)]
            found[f"nothing but the clock, {said} the {nth} window closes"] = Case(32, 320, [few, busy], stops)
    found |= {
        "polls without a record, whose clock closes windows": Case(
            32, 320, [few, []], [[(4, 80.0), (4, 383.0), (4, 400.0), (4, 448.0)], [(0, 3.0), (0, 500.0)]]
        ),
        "records that come back after a pause": Case(
            32, 320, [back, busy], [cut(back, 3, 999.0), cut(busy, 30, 999.0)]
        ),
        "a poll that ends between two records of one moment": Case(
            32, 320, [back], [[(2, 40.0), (7, 400.0), (10, 999.0)]]
        ),
        "a record in time by its arrival, though not by the clock of its poll": Case(32, 320, [lost], [[(3, 9e3)]]),
        "a record that is late by its own arrival": Case(32, 320, [gone], [[(4, 9e2), (4, 9e3)]]),
        "a record that is late by its own arrival, alone in its poll": Case(32, 320, [gone], [cut(gone, 1, 9e3)]),
        "a timeout shorter than the lateness": Case(512, 96, [back], [cut(back, 3, 999.0)]),
        "a timeout of one tick": Case(512, 1, [back], [cut(back, 2, 999.0)]),
        "an event ahead of the clock": Case(32, 64, [ahead], [cut(ahead, 2, 999.0)]),
    }
    return found
