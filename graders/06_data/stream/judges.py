"""What is wrong with what workers did, in words for the learner."""

import contextlib
import math


@contextlib.contextmanager
def told(where):
    """Say where it was that an assertion failed."""
    try:
        yield
    except AssertionError as error:
        raise AssertionError(f"{where}: {error}") from None


def judge_windows(broker, more=False):
    """Fail unless the windows that have closed have their rows, each once; with `more` no other window may have one."""
    wanted = {row[:2]: row[2:] for row in broker.script.rows("windows")}
    found = [tuple(row.values()) for row in broker.tables["windows"].values()]
    known = [row[:2] for row in found if row[:2] in wanted]
    assert "windows" not in broker.clashes, "two windows have rows of one id, so that one replaced the other"
    assert set(known) == set(wanted), "a window that has closed is missing"
    assert len(known) == len(set(known)), "a window has more than one row"
    assert all(wanted.get(row[:2], row[2:]) == row[2:] for row in found), "a window has another count or total"
    assert not more or len(found) == len(known), "there is a row for a window that is open, or has no event"


def judge_late(broker):
    """Fail unless the table late holds the late events, each once."""
    wanted, found = broker.script.rows("late"), [tuple(row.values()) for row in broker.tables["late"].values()]
    assert "late" not in broker.clashes, "two late events have rows of one id, so that one replaced the other"
    assert wanted <= set(found), "a late event is missing from the table late"
    assert set(found) <= wanted, "the table late holds an event that is not late"
    assert len(found) == len(wanted), "the table late holds an event twice"


def judge(broker):
    """Fail unless both tables hold the rows of the statement, and no others."""
    judge_windows(broker, more=True)
    judge_late(broker)


def judge_calls(broker, lease):
    """Fail unless an unbroken worker that began at the first record put and committed all of a poll before the next."""
    stops, truths = broker.script.stops, broker.script.truths
    places = {key: p for p, log in broker.script.logs.items() for _, _, _, key, _, _ in log}
    put, offsets, shown, commits = {"windows": set(), "late": set()}, {}, {}, []
    for name, *what in lease.calls:
        if name == "poll":
            for p, place in shown.items():
                due = {window for window, at in truths[p].closed_at.items() if at <= place}
                assert due <= put["windows"], "a window was not put in the batch that closed it"
                due = {event for event, at in truths[p].late_at.items() if at <= place}
                assert due <= put["late"], "a late event was not put in the batch that brought it"
                assert offsets.get(p, 0) == stops[p][place][0], "it polled again before it had committed what it had"
            shown, commits = what[0], []
        elif name == "commit":
            assert what[0] not in commits, "it committed a partition twice for one poll"
            commits.append(what[0])
            offsets[what[0]] = what[1]
        elif what[0] == "windows":
            key, start, *sums = what[1].values()
            truth = truths[places[key]] if key in places else None
            assert truth is not None, "a row has a key that no event has"
            at = truth.closed_at.get((key, start), math.inf)
            assert at <= shown.get(places[key], -1), "a window was put that is not closed, or that has no event"
            assert tuple(sums) == truth.rows[key, start], "a window was put with a count or total that is not its last"
            put["windows"].add((key, start))
        else:
            put["late"].add(what[1]["id"])


def final(script, read, clocks):
    """Return until when all is final in partitions of which so many records have been read."""
    least = math.inf
    for p, offset in read:
        newest, settings = script.truths[p].newest[offset], script.settings
        least = min(least, max(newest - settings["lateness"], clocks[p] - settings["timeout"]))
    return least
