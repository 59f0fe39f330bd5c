"""Hidden checks for data-stream. What is hidden is the draw; each rule is in the statement."""

import json
import math
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from stream import consume, final_until, partition

from tenfold import expect
from tenfold.errors import FromSubmission, SubmissionError

WINDOW_COLUMNS, LATE_COLUMNS = ("key", "start", "count", "total"), ("id", "key", "time", "value")
CALLS_AT_MOST = 300  # of the small log of the crash check; the reference makes about 50


@dataclass
class Truth:
    """What the statement's rules make of one partition, up to an offset."""

    newest: float = -math.inf
    closed: float = -math.inf
    late: set = field(default_factory=set)
    events: dict = field(default_factory=lambda: defaultdict(dict))
    """Of each (key, start) the values of its events, by id."""

    def open(self, length):
        """Return how many things are still open: events, and pairs of key and window."""
        return sum(1 + len(events) for (_, start), events in self.events.items() if start + length > self.closed)


def watermark(newest, clock, settings):
    """Return the statement's watermark."""
    return max(newest - settings["lateness"], clock - settings["timeout"])


def follow(log, settings):
    """Yield the truth after each record."""
    truth = Truth()
    for _, arrived, event, key, time, value in log:
        start = math.floor(time / settings["window"]) * settings["window"]
        if start + settings["window"] <= watermark(truth.newest, arrived, settings):
            truth.late.add((event, key, time, value))
        else:
            truth.events[key, start].setdefault(event, value)
        truth.newest = max(truth.newest, time)
        truth.closed = watermark(truth.newest, arrived, settings)
        yield truth


def expected(stream):
    """Return the rows of both tables, and the partition of each key."""
    windows, late, places = Counter(), Counter(), {}
    for p, log in enumerate(stream.logs):
        truth = Truth()
        for truth in follow(log, stream.settings):  # noqa: B007 - the last one is wanted
            pass
        closed = watermark(truth.newest, stream.until, stream.settings)
        places.update((key, p) for key, _ in truth.events)
        late.update(truth.late)
        for (key, start), events in truth.events.items():
            if start + stream.settings["window"] <= closed:
                windows[key, start, len(events), sum(events.values())] += 1
    return windows, late, places


def reached(stream, p, position, clock):
    """Return the watermark of a partition when it has been read so far."""
    newest = max((record[4] for record in stream.logs[p][: position[p]]), default=-math.inf)
    return watermark(newest, clock[p], stream.settings)


def keeps_up(lease):
    """Fail unless a worker that began at the first record committed what each poll brought before the next poll."""
    done = due = dict.fromkeys(lease.position, 0)
    for name, *what, position, _ in lease.calls:
        if name == "poll":
            assert done == due, "it polled again before it had committed what it had"
            due = position
        elif name == "commit":
            done = {**done, what[0]: what[1]}


def found(broker, table, columns):
    """Return how often each row is in a table."""
    return Counter(tuple(row[c] for c in columns) for row in broker.tables[table].values())


def judge(broker):
    """Fail unless both tables hold the rows of the statement, each once."""
    windows, late, _ = expected(broker.stream)
    assert windows, "a draw without windows"
    have = found(broker, "windows", WINDOW_COLUMNS)
    named, wanted = Counter((key, start) for key, start, _, _ in have.elements()), {row[:2] for row in windows}
    assert wanted <= set(named), "a window that has closed is missing"
    assert set(named) <= wanted, "there is a row for a window that is still open, or has no event"
    assert max(named.values()) == 1, "a window has more than one row"
    assert have == windows, "a window's count or total is another"
    have = found(broker, "late", LATE_COLUMNS)
    assert not late - have, "a late event is missing from the table late"
    assert not have - late, "the table late holds an event that is not late, or one twice"


def serve(broker, **options):
    """Let the submission consume; return whether it came to its end, False when the connection was broken."""
    try:
        broker.serve(consume, **options)
    except (FromSubmission, SubmissionError):
        if not broker.lease.dead:
            raise
    return not broker.lease.dead


def record_log(events, lag=0.0):
    """Return a log of (id, key, time, value) in which each arrives as it happens, or `lag` after the newest."""
    log, arrived = [], -math.inf
    for i, (event, key, time, value) in enumerate(events):
        arrived = max(arrived, time + lag)
        log.append([i, arrived, event, key, time, value])
    return log


def plain_settings(rng):
    """Return settings of a drawn scale: window 8, lateness 4, timeout 40 of it."""
    scale = float(2.0 ** rng.integers(-1, 6))
    return scale, {"window": 8 * scale, "lateness": 4 * scale, "timeout": 40 * scale}


PARTITIONS = """
import json
from stream import partition
print(json.dumps([int(partition(key, 16)) for key in json.load(open("keys.json"))]))
"""


@pytest.mark.points(1)
@pytest.mark.needs("test_partitions_are_even")
def test_every_process_agrees_on_the_partition(submission, rng):
    """A key has the same partition in every process, today and after the next start.

    Start Python twice and compare `hash("pump-1")`. Which functions of a text depend on nothing but the text?
    """
    keys = [f"{kind}-{n}" for kind in ("pump", "ventil süd", "") for n in rng.integers(10**6, size=30).tolist()]
    here = {key: expect.integer(partition(key, 16)) for key in keys}
    for _ in range(2):
        rng.shuffle(keys)  # nor does it depend on which keys came before
        submission.write("keys.json", json.dumps(keys).encode())
        ran = submission.run([sys.executable, "-R", "-c", PARTITIONS])  # -R: texts are salted, as they usually are
        assert ran.code == 0, "partition does not work in a process of its own"
        last = ran.output.strip().splitlines()[-1:] or [""]
        assert last[0] == json.dumps([here[key] for key in keys]), "another process gives a key another partition"


@pytest.mark.points(1)
def test_windows_follow_event_time(hidden, public, rng):
    """Events count where they happened, not when they arrived: out of order, before 1970, and on a boundary.

    A window [start, end) holds its start and not its end. What is the largest multiple of 60 that is at most -0.5?
    """
    scale, settings = plain_settings(rng)
    edges = [-16.0, -8.0, -8.5, 0.0, -0.5, 0.5, 7.5, 8.0, 16.0, 15.5, 13.0, 24.0, 100.0]
    log = record_log([(f"e{i}", "edge", t * scale, 1 << i) for i, t in enumerate(edges)])
    broker = public("event-log", logs=[log], settings=settings, until=104 * scale).broker(rng, batch=4)
    assert serve(broker)
    judge(broker)
    for draw in range(3):
        broker = hidden("event-log", draw, partitions=2, events=100, late=0.0, copies=0.0).broker(rng)
        assert serve(broker)
        judge(broker)


@pytest.mark.points(1)
def test_copies_count_once(hidden, public, rng):
    """An event that is sent twice counts once; two events that look alike count twice.

    A copy may come in a later batch, after thousands of other events, as long as its window is open. One that comes
    after its window has closed is late, whatever is still remembered.
    """
    scale, settings = plain_settings(rng)
    crowd = record_log([(f"c{i}", f"pump-{i % 3}", i / 512 * scale, i) for i in range(3000)])
    log = crowd + [[3000 + i, 30 * scale, *crowd[i][2:]] for i in range(50)]  # the window is open until 8 + 40
    broker = public("event-log", logs=[log], settings=settings, until=60 * scale).broker(rng, batch=1000)
    assert serve(broker)
    judge(broker)
    for draw in range(4):
        broker = hidden("event-log", draw, partitions=2, events=90, late=0.0, copies=0.45).broker(rng, batch=30)
        assert serve(broker)
        judge(broker)


@pytest.mark.points(1)
def test_late_events_go_aside(hidden, rng):
    """An event whose window closed before it goes to the table late, and changes no window; all others count.

    What closes is a window, not a moment. Look at the watermark as it was just before the record, not after its batch.
    """
    for draw in range(4):
        broker = hidden("event-log", draw, partitions=2, events=90, late=0.3, copies=0.0).broker(rng, batch=30)
        assert serve(broker)
        judge(broker)


@pytest.mark.points(1)
def test_quiet_partition_closes(public, rng):
    """A partition in which nothing more happens closes its windows by the broker's clock, not before.

    Where does the time come from that goes on when no record comes? A record is judged by the time it arrived.
    """
    scale, settings = plain_settings(rng)
    times = [3.0, 5.0, 1.0, 9.0]
    quiet = record_log([(f"q{i}", "quiet", t * scale, 7 + i) for i, t in enumerate(times)])
    busy = record_log([(f"b{i}", "busy", i * scale, i) for i in range(90)])
    back = [*quiet, *([4 + i, (30 + 10 * i) * scale, f"r{i}", "quiet", (6 + i) * scale, 90] for i in range(6))]
    for until in (47.5, 48.0, 55.5, 56.0, 89.0):  # 8 + 40 = 48 and 16 + 40 = 56 close its windows
        logs = [quiet, [r for r in busy if r[1] <= until * scale]]
        broker = public("event-log", logs=logs, settings=settings, until=until * scale).broker(rng)
        if expected(broker.stream)[0]:
            assert serve(broker)
            judge(broker)
    broker = public("event-log", logs=[quiet, []], settings=settings, until=20 * scale).broker(rng)
    for until in (20, 47, 50, 60):  # polls without a record, whose clock closes windows
        broker.stream = replace(broker.stream, until=until * scale)
        assert serve(broker)
    judge(broker)
    for batch in (2, 20):
        broker = public("event-log", logs=[back, busy], settings=settings, until=100 * scale).broker(rng, batch)
        assert serve(broker)
        judge(broker)


@pytest.mark.points(1)
def test_open_windows_stay_inside(hidden, rng):
    """A row is put in the batch that closes its window, once and for good: nobody reads a count that may still change.

    Which windows may still get an event when this batch is done? All others are put now: a stream has no end.
    """
    for draw in range(2):
        stream = hidden("event-log", draw, partitions=2, events=80)
        broker, (windows, _, places) = stream.broker(rng), expected(stream)
        assert serve(broker)
        before, now, seen = None, None, set()
        for name, *what, position, clock in broker.lease.calls:
            if name == "poll":
                before, now = now, (position, clock)
            if name == "put" and what[0] == "windows":
                row = tuple(what[2][c] for c in WINDOW_COLUMNS)
                p, end = places.get(row[0]), expect.number(row[1]) + stream.settings["window"]
                assert p is not None, "a row has a key that no event has"
                assert end <= reached(stream, p, position, clock), "a window was put while open"
                assert row in windows, "a row that was put is not final"
                if before and row not in seen:
                    assert end > reached(stream, p, *before), "a window was put after the batch that closed it"
                seen.add(row)
        judge(broker)


@pytest.mark.points(2)
def test_crash_after_any_call(hidden, restart):
    """The process dies after any call, a new one goes on one batch back at most: every window once, with every event.

    What is lost if it dies between commit and put? What comes twice if it dies between put and commit, and
    why must that not matter? Only what was committed is left; a row with the same id is replaced.
    """
    stream = hidden("event-log", partitions=2, events=13, late=0.15, copies=0.3, keys=2)
    for last in range(1, CALLS_AT_MOST):
        broker = stream.broker(np.random.default_rng(last // 8), batch=6)  # eight neighbours share how batches are cut
        whole = serve(broker, crash_after=last)
        keeps_up(broker.lease)
        restart()
        assert serve(broker)
        judge(broker)
        if whole:
            break
    else:
        raise AssertionError("it makes far more calls than there are records")


@pytest.mark.points(1)
def test_partitions_move_between_workers(hidden, rng, restart):
    """Partitions go from worker to worker, connections break and come back: every window once, with every event.

    Each partition's state moves with that partition. What does the same process still hold from an earlier call,
    and is it what was committed?
    """
    for draw in range(2):
        broker = hidden("event-log", draw, partitions=3, events=60).broker(rng, batch=12)
        for _ in range(16):
            some = rng.choice(3, size=int(rng.integers(1, 3)), replace=False).tolist()
            broken = int(rng.integers(1, 12)) if rng.random() < 0.4 else None
            if serve(broker, partitions=some, polls=int(rng.integers(1, 4)), crash_after=broken):
                left = [p for p in some if broker.committed[p][0] != broker.lease.position[p]]
                assert not left, "it returned without a commit of all that it polled"
            if rng.random() < 0.3:
                restart()
        assert serve(broker)
        judge(broker)


@pytest.mark.points(1)
def test_state_does_not_grow(hidden, rng):
    """The committed state is as large as what is open, however long the log.

    Which ids can still matter once their window has closed? And which sums, which keys?
    """
    settings = {"window": 64.0, "lateness": 32.0, "timeout": 512.0}
    stream = hidden("event-log", partitions=1, events=5000, keys=1500, settings=settings)
    most = max(truth.open(64.0) for truth in follow(stream.logs[0], settings))
    broker = stream.broker(rng, batch=60)
    assert serve(broker)
    judge(broker)
    lengths = [call[3] for call in broker.lease.named("commit")]
    assert max(lengths) <= 2000 + 100 * (most + 60), "the state is longer than allowed"


@pytest.mark.points(1)
def test_slowest_partition_decides(hidden, public, rng, restart):
    """Final is what is final in every partition: in the slowest, the quiet, and the one that nobody has read.

    The least or the greatest? What does a partition say whose last event is long ago? The state has to tell it, in
    any process.
    """
    scale, settings = plain_settings(rng)
    log = [[0, 0.0, "a", "pump", 0.0, 1], [1, 100 * scale, "b", "pump", 30 * scale, 1]]  # b is late, and the newest
    broker = public("event-log", logs=[log], settings=settings, until=101 * scale).broker(rng)
    assert serve(broker)
    got = expect.number(final_until({0: broker.committed[0][1]}, {0: 10 * scale}, dict(settings)))
    assert abs(got - 26 * scale) <= 8e-9 * scale, "a late record counts for newest, too"
    for draw in range(3):
        stream = hidden("event-log", draw, partitions=3, events=40)
        broker, length = stream.broker(rng), stream.settings["window"]
        for p, polls in ((0, 1), (1, 2), (0, 2), (2, 1)):
            assert serve(broker, partitions=[p], polls=polls)
            restart()
            states = {q: state for q, (_, state) in broker.committed.items()}
            newest = {
                q: max((r[4] for r in stream.logs[q][:offset]), default=-math.inf)
                for q, (offset, _) in broker.committed.items()
            }
            read = [n for n in newest.values() if n > -math.inf] or [0.0]
            near = stream.settings["timeout"] - stream.settings["lateness"]
            for base in (min(read), max(read)):
                clocks = {q: base + near + length * float(rng.integers(-128, 129)) / 64 for q in states}
                want = min(watermark(newest[q], clocks[q], stream.settings) for q in states)
                assert abs(expect.number(final_until(states, clocks, dict(stream.settings))) - want) <= 1e-9 * length
        states, clocks = {0: states[0]}, {0: clocks[0]}
        want = watermark(newest[0], clocks[0], stream.settings)
        assert abs(expect.number(final_until(states, clocks, dict(stream.settings))) - want) <= 1e-9 * length


@pytest.mark.points(1)
@pytest.mark.needs("test_worked_example", "test_copies_count_once")
def test_work_stays_small(public, rng, boxed, faster):
    """A record costs the same however much is open; a commit comes once a poll and partition, not once a record.

    How long does it take to find an id in a list, and in a set? To write the whole state once for each record?
    """
    settings = {"window": 1.0, "lateness": 8.0, "timeout": 20_000.0}  # nothing closes: only the records cost time
    crowd = [(f"c{i}", "pump", t / 4096, 1) for i, t in enumerate(rng.integers(0, 4096, size=9_000).tolist())]
    stream = public("event-log", logs=[record_log(crowd)], settings=settings, until=2.0)
    broker = stream.broker(rng, batch=4000)
    assert serve(broker)
    commits, polls = broker.lease.named("commit"), broker.lease.named("poll")
    assert len(commits) <= len(polls), "it commits more often than once a poll and partition"
    reference = boxed("reference.py")
    faster(
        lambda seed: stream.broker(np.random.default_rng(seed), batch=4000).serve(consume),
        than=lambda seed: stream.broker(np.random.default_rng(seed), batch=4000).serve(reference.consume),
        inputs=lambda i: (i,),
        at_most=3.0,
        rounds=2,
    )
    assert broker.committed[0][0] == len(stream.logs[0]), "it did not commit all records"


@pytest.mark.points(4)
@pytest.mark.needs(
    "test_partitions_are_even",
    "test_worked_example",
    "test_goes_on_from_the_commit",
    "test_final_until_by_hand",
    "test_every_process_agrees_on_the_partition",
    "test_windows_follow_event_time",
    "test_copies_count_once",
    "test_late_events_go_aside",
    "test_quiet_partition_closes",
    "test_open_windows_stay_inside",
    "test_crash_after_any_call",
    "test_partitions_move_between_workers",
    "test_state_does_not_grow",
    "test_slowest_partition_decides",
    "test_work_stays_small",
)
def test_six_bad_days(hidden, rng, restart, credit):
    """Six streams with everything at once: disorder, copies, late events, pauses, crashes, moves. Share of right rows.

    Each of these has a check of its own. Which two of them meet?
    """
    shares = []
    for draw in range(6):
        broker = hidden("event-log", draw, partitions=3, events=50, late=0.1, copies=0.25).broker(rng, batch=15)
        for _ in range(10):
            some = rng.choice(3, size=int(rng.integers(1, 4)), replace=False).tolist()
            broken = int(rng.integers(1, 25)) if rng.random() < 0.7 else None
            whole = serve(broker, partitions=some, polls=int(rng.integers(1, 4)), crash_after=broken)
            if not whole and rng.random() < 0.5:
                restart()
        assert serve(broker)
        windows, late, _ = expected(broker.stream)
        wanted = Counter(
            [("windows", *row) for row in windows.elements()] + [("late", *row) for row in late.elements()]
        )
        have = Counter(
            (table, *row)
            for table, columns in (("windows", WINDOW_COLUMNS), ("late", LATE_COLUMNS))
            for row in found(broker, table, columns).elements()
        )
        shares.append((wanted & have).total() / (wanted | have).total())
    credit(float(np.mean(shares)), floor=0.98, full=1.0, name="rows that are right")
