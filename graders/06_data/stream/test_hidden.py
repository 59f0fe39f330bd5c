"""Hidden checks for data-stream. What is hidden is the draw; the rules are the statement's (`world.py`)."""

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from stream import consume, final_until, partition

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
DRIVER = (HERE / "driver.py").read_bytes()
cases, texts, logs = (module(HERE / f"{name}.py") for name in ("cases", "texts", "logs"))
judges, world = module(HERE / "judges.py"), module(HERE / "world.py")

CALLS_AT_MOST = 150  # of the small log; the reference makes about 30


def elsewhere(submission, name, arguments):
    """Return what a function of the driver gives in a Python of its own, whose texts are salted (-R)."""
    submission.write("driver.py", DRIVER)
    submission.write("asked.json", json.dumps([name, arguments]).encode())
    ran = submission.run([sys.executable, "-R", "driver.py"])
    assert ran.code == 0, "it breaks in another Python process"
    try:
        return expect.sequence(json.loads(ran.output.strip().splitlines()[-1]), length=len(arguments))
    except (ValueError, IndexError, RecursionError):
        raise AssertionError("it ends another Python process, or prints into its output") from None


def follow(scripts, *looks, workers=False):
    """Let a worker consume each script, or with `workers` one a poll; a fault is told with the kind."""
    for kind, script in scripts.items():
        broker, polls = world.Broker(script), max(map(len, script.stops.values()))
        with judges.told(kind):
            for _ in range(polls if workers else 0):
                broker.serve(consume, polls=1)
            broker.serve(consume)
            for look in looks:
                look(broker)


def made(maker, found, **options):
    """Return the scripts of cases, by kind."""
    return {kind: maker.script(case, **options) for kind, case in found.items()}


@pytest.fixture
def maker(rng):
    """Make scripts, no two of a check with the same partitions, ids or scale."""
    return cases.Maker(world.Script, rng)


@pytest.mark.points(1)
@pytest.mark.needs("test_partitions_are_even")
def test_every_process_agrees_on_the_partition(submission, oracle, rng):
    """A key of any text has its partition, the same in every process and whatever keys came before.

    Start Python twice and compare `hash("pump-1")`. Which functions of a text depend on nothing but the whole text?
    """
    odd = [*(text for some in texts.TEXTS.values() for text in some), *texts.KEYS["of digits"][:40]]
    here = {}

    def inside(found, wanted):
        here[wanted] = expect.integer(found)
        return 0 <= here[wanted] < wanted[1]

    draws = {f"{n} partitions": [(key, n) for key in odd] for n in (1, 2, 16, 97, 1_000_000)}
    draws |= {f"keys {kind}": [(key, 6) for key in keys] for kind, keys in texts.KEYS.items()}
    oracle(partition, lambda key, n: (key, n), draws, same=inside)
    asked = [(key, n) for key in [odd[i] for i in rng.permutation(len(odd))] for n in (97, 16)]
    same = elsewhere(submission, "partitions", asked) == [here[pair] for pair in asked]
    assert same, "another Python process gives a key another partition"
    for kind, keys in texts.KEYS.items():
        count = Counter(here[key, 6] for key in keys)
        assert len(count) == 6, f"keys {kind}: a partition gets none of them"
        assert max(count.values()) <= 200, f"keys {kind}: a partition gets more than twice its share"


@pytest.mark.points(1)
def test_windows_follow_event_time(maker, rng):
    """Events count where they happened, not when they arrived: out of order, before 1970, and on a boundary.

    A window [start, end) holds its start and not its end. What is the largest multiple of 60 that is at most -0.5?
    """
    follow(made(maker, cases.windows(rng)), judges.judge_windows)


@pytest.mark.points(1)
def test_copies_count_once(maker, rng):
    """A record that comes again counts once, however late it comes; events that only look alike count each.

    What of an event tells that it is the same one? Is that true of a part of it, or of a hash? Until when may it come?
    """
    plain = cases.copies(rng)
    follow(made(maker, plain), judges.judge_windows)
    follow(made(maker, plain), judges.judge_windows, workers=True)
    follow(made(maker, texts.hashed(), plain=False), judges.judge_windows, workers=True)


@pytest.mark.points(1)
@pytest.mark.needs("test_copies_count_once")
def test_late_events_go_aside(maker, rng):
    """An event whose window closed before it goes to the table late, and changes no window; all others count.

    What closes is a window, not a moment. Look at the watermark as it was just before the record, not after its batch;
    and at that of its own partition.
    """
    follow(made(maker, cases.late(rng)), judges.judge_windows, judges.judge_late)
    follow(made(maker, cases.late(rng)), judges.judge_windows, judges.judge_late, workers=True)


@pytest.mark.points(1)
def test_quiet_partition_closes(maker, rng):
    """A partition in which nothing more happens closes its windows by the broker's clock, not before.

    Where does the time come from that goes on when no record comes? A record is judged by the time it arrived.
    """
    follow(made(maker, cases.quiet()), judges.judge_windows, judges.judge_late)


@pytest.mark.points(1)
@pytest.mark.needs("test_copies_count_once", "test_late_events_go_aside")
def test_any_text_is_a_key_or_an_id(maker):
    """Keys and ids of any text stay apart, in the tables and in the state.

    Could two keys and starts make the same text when you join them? And two ids? What if one holds your separator, or
    is longer than the id of a row may be?
    """
    follow(made(maker, texts.run_on()), judges.judge_windows)
    follow(made(maker, texts.texts(), plain=False), judges.judge_windows, judges.judge_late, workers=True)


@pytest.mark.points(1)
@pytest.mark.needs("test_late_events_go_aside", "test_quiet_partition_closes")
def test_each_poll_is_done_before_the_next(maker):
    """What a poll closed and brought is put and committed before the next poll, and nothing is put too soon.

    Which windows may still get an event when this batch is done? All others are put now, also where the batch has no
    record: a stream has no end. Who reads a count that may still change?
    """
    small = logs.mixed()
    ways = {"as it comes": small, "one record a poll": logs.recut(small, 1), "all in one poll": logs.recut(small, 99)}
    ways |= {"three records a poll": logs.recut(small, 3)} | cases.quiet()
    for kind, script in made(maker, ways).items():
        broker = world.Broker(script)
        lease = broker.serve(consume)
        with judges.told(kind):
            judges.judge_calls(broker, lease)


@pytest.mark.points(1)
@pytest.mark.needs("test_each_poll_is_done_before_the_next")
def test_connection_breaks_at_any_call(maker):
    """The connection breaks at call 1, 2, 3, …, and the same process goes on: every window once, with every event.

    What is lost if it breaks between commit and put? What comes twice if it breaks between put and commit, and why must
    that not matter? What does the process still hold from before, and is it what was committed?
    """
    script = maker.script(logs.mixed(2))
    calls = [name for name, *_ in world.Broker(script).serve(consume).calls]
    assert len(calls) <= CALLS_AT_MOST, "it makes far more calls than there are records"
    for number, name in enumerate(calls, start=1):
        for effect in (False, True) if name != "poll" else (True,):
            broker = world.Broker(script)
            broker.serve(consume, breaks=number, effect=effect)
            broker.serve(consume)
            with judges.told(f"after a {name} that broke, and {'took' if effect else 'had no'} effect"):
                judges.judge(broker)


@pytest.mark.points(1)
@pytest.mark.needs("test_connection_breaks_at_any_call")
def test_partitions_move_between_workers(maker, rng, restart, submission):
    """Another worker, in another process, goes on wherever a partition was left: every window once, with every event.

    Is all of it in the state, of this partition and no other? Which texts and files does only this process know?
    """
    script = maker.script(logs.mixed())
    found = world.histories(script, consume)
    restart()
    for turn in rng.permutation(max(map(len, found.values()))).tolist():
        places = {p: (turn + 3 * i) % len(found[p]) for i, p in enumerate(found)}
        broker = world.gathered(script, found, places, turn % 2)
        broker.serve(consume, given=[p for i, p in enumerate(found) if (turn + i) % 3])
        broker.serve(consume)
        judges.judge(broker)
    brokers = [world.gathered(script, found, {p: turn % len(found[p]) for p in found}, 1) for turn in range(1, 8)]
    leases = [world.Lease(broker, list(script.logs)) for broker in brokers]
    asked = [
        ({p: state for p, (_, state) in broker.committed.items()}, list(iter(lease.poll, None)), script.settings)
        for broker, lease in zip(brokers, leases, strict=True)
    ]
    for calls, broker, lease in zip(elsewhere(submission, "calls", asked), brokers, leases, strict=True):
        lease.follow(calls)
        with judges.told("in a Python that hashes texts with another salt"):
            judges.judge(broker)


@pytest.mark.points(1)
def test_state_does_not_grow(maker):
    """The committed state is as large as what is open, however long the log.

    Which ids can still matter once their window has closed? And which sums, which keys, which starts?
    """
    script = maker.script(logs.long_log(1600, 20), plain=False)
    (truth,) = script.truths.values()
    lengths = [call[3] for call in world.Broker(script).serve(consume).calls if call[0] == "commit"]
    assert lengths, "nothing was committed"
    assert max(lengths) <= 2000 + 100 * (max(truth.open) + 20), "the state is longer than allowed"


@pytest.mark.points(1)
def test_slowest_partition_decides(maker, rng, restart, oracle):
    """Final is what is final in every partition: in the slowest, the quiet, and the one that nobody has read.

    The least or the greatest? What does a partition say whose last event is long ago? The state has to tell it, in any
    process, and whatever was asked before.
    """
    script = maker.script(logs.readers(rng))
    states = {(p, 0): None for p in script.logs}
    for p, history in world.histories(script, consume).items():
        states |= {(p, offset): state for (offset, state), _ in history}
    restart()
    draws, wanted = {}, []
    for kind, asked in logs.readings(script, list(states), rng).items():
        draws[kind] = [({p: states[p, at] for p, at in read}, clocks, dict(script.settings)) for read, clocks in asked]
        wanted += [judges.final(script, read, clocks) for read, clocks in asked]
    answers, most = iter(wanted), 1e-9 * script.settings["window"]
    close = {"same": lambda found, right: abs(expect.number(found) - right) <= most}
    oracle(final_until, lambda *_: next(answers), draws, **close)


@pytest.mark.points(1)
@pytest.mark.needs("test_copies_count_once")
def test_work_stays_small(maker, boxed, faster):
    """A record costs the same however much is open, and a poll without a record next to nothing.

    How long does it take to find an id in a list, and in a set? What is copied, sorted or written at every poll?
    """
    reference = boxed("reference.py")
    faster(
        lambda script: world.Broker(script).serve(consume),
        than=lambda script: world.Broker(script).serve(reference.consume),
        inputs=lambda i: (maker.script(logs.crowd(9000, 3000, 300), plain=False),),
        at_most=2.0,
        rounds=2,
    )


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
    "test_any_text_is_a_key_or_an_id",
    "test_each_poll_is_done_before_the_next",
    "test_connection_breaks_at_any_call",
    "test_partitions_move_between_workers",
    "test_state_does_not_grow",
    "test_slowest_partition_decides",
    "test_work_stays_small",
)
def test_six_bad_days(hidden, rng, restart, credit):
    """Six streams with everything at once: disorder, copies, late events, pauses, crashes, moves. Share of right rows.

    Each of these has a check of its own. Which two of them meet?
    """
    streams = [hidden("event-log", draw, partitions=3, events=50, late=0.1, copies=0.25) for draw in range(6)]
    scripts = [
        world.Script(day.settings, dict(enumerate(day.logs)), dict(enumerate(logs.stops(day, rng)))) for day in streams
    ]
    brokers = [world.Broker(script) for script in scripts]
    for _ in range(3):
        for broker in brokers:
            for _ in range(2):
                some = rng.choice(3, size=int(rng.integers(1, 4)), replace=False).tolist()
                breaks = int(rng.integers(1, 25)) if rng.random() < 0.7 else None
                effect = bool(rng.random() < 0.5)
                broker.serve(consume, some, polls=int(rng.integers(1, 4)), breaks=breaks, effect=effect)
        restart()
    shares = []
    for broker in brokers:
        broker.serve(consume)
        wanted = {(name, *row) for name in world.COLUMNS for row in broker.script.rows(name)}
        found = Counter((name, *row.values()) for name, rows in broker.tables.items() for row in rows.values())
        shares.append((Counter(wanted) & found).total() / (Counter(wanted) | found).total())
    credit(float(np.mean(shares)), floor=0.98, full=1.0, name="rows that are right")
