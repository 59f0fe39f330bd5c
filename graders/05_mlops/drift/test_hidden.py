"""Hidden checks for mlops-drift. What is hidden is the draw; each idea is in the statement.

`samples` makes pairs for `psi`, and `right` knows the answers. `cases`, `tables` and `seasons` make batches whose
verdict is beyond doubt: their rows are those of the reference, with one change (`blocks`). `streams` has noise.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drift import DriftMonitor, psi

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
right, samples = module(HERE / "right.py"), module(HERE / "samples.py")
cases, tables, seasons, streams = (module(HERE / f"{name}.py") for name in ("cases", "tables", "seasons", "streams"))
TOGETHER = 12  # batches in a message, which has room for so much
SAID = (("you were quiet", False), ("you raised the alarm", True))


def monitor_of(reference, season=None):
    """Return the learner's monitor; anything else in its place fails the check."""
    options = {} if season is None else {"season": season}
    return expect.handle(DriftMonitor(reference, **options), ["alarm"])


def rings(monitor, batches):
    """One verdict for each batch."""
    return [expect.flag(monitor.alarm(batch)) for batch in batches]


def judged(oracle, worlds):
    """Let a monitor of each world judge its batches, some in one message."""
    for world in worlds:
        monitor = monitor_of(world.reference, world.season)
        asked = [(kind, *pair) for kind, of in world.batches.items() for pair in of]
        for start in range(0, len(asked), TOGETHER):
            draws, wanted = {}, iter([alarm for *_, alarm in asked[start : start + TOGETHER]])
            for kind, batch, _ in asked[start : start + TOGETHER]:
                draws.setdefault(kind, []).append((batch,))
            oracle(monitor.alarm, lambda _, wanted=wanted: next(wanted), draws)


def indexes(oracle, draws):
    """Compare `psi` with the right one for pairs of samples, by kind."""
    oracle(psi, right.psi, draws, same=lambda found, wanted: right.close(expect.number(found), wanted))


def watch(stream, rng):
    """Return the verdicts on the quiet batches and on the drifted ones, which come disguised and in random order."""
    reference, batches = streams.disguise(stream, rng)
    order = rng.permutation(len(batches)).tolist()
    verdicts = dict(zip(order, rings(monitor_of(reference, stream.season), [batches[i] for i in order]), strict=True))
    return tuple([verdicts[i] for i, d in enumerate(stream.drifted) if d is want] for want in (False, True))


@pytest.mark.points(1)
def test_psi_stays_finite(oracle, rng):
    """PSI is a finite number of the stated size when bins are empty.

    Which shares can be zero, in which of the two samples, and which are only small? When do you put in the least share?
    """
    indexes(oracle, samples.thin(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_psi_stays_finite")
def test_bins_come_from_reference(oracle, rng):
    """PSI of numbers is right for every kind of sample, and the bins depend on the reference alone.

    Which sample decides where an edge lies, and on which side of it is a value that is equal to it? What is the type of
    the numbers, and how large are they?
    """
    indexes(oracle, samples.numbers(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_psi_stays_finite")
def test_psi_counts_every_row(oracle, rng):
    """PSI counts every row of texts and of columns with gaps, whatever the texts.

    Is a text ever taken for another one, for a number, or for a gap? In which bin is a row that is like none before?
    """
    indexes(oracle, samples.texts(rng) | samples.gaps(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_counts_every_row", "test_monitor_alarms_for_drift_only")
def test_finds_drift_in_numbers(oracle, rng):
    """A number column that changes its location, spread or shape by what matters alarms, at every size.

    Look at whole distributions, and at the worst column. Does the alarm limit lie between noise and the stated size?
    """
    judged(oracle, cases.numbers(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_finds_drift_in_numbers")
def test_finds_drift_in_categories_and_gaps(oracle, rng):
    """A new prior, a new category or new gaps alarm, at every size.

    Rows with a missing or unknown value are rows too. In which bin does the monitor count them?
    """
    judged(oracle, cases.categories(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_finds_drift_in_numbers")
def test_finds_changed_relations(oracle, rng):
    """A changed correlation of any pair alarms, though no column changes by itself.

    Plot one column against another, before and after. Which number sums up what you see, and does not depend on the
    scale? Which pairs do you look at, and which of their rows?
    """
    judged(oracle, cases.relations(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_finds_drift_in_categories_and_gaps", "test_finds_changed_relations")
def test_reference_stays_fixed(rng):
    """Slow drift alarms in the end; neither earlier batches nor the order of rows change a verdict.

    What does the monitor remember from one call to the next? Yesterday's batch is not the reference. And where does
    chance come in?
    """
    world = seasons.ladders(rng)
    monitor, batches, asked = monitor_of(world.reference), [], []
    for kind, of in world.batches.items():
        steps = [batch for batch, _ in of]
        verdicts = rings(monitor, steps)
        assert not any(verdicts[:2]), f"{kind}: the reference's own rows alarm"
        assert all(verdicts[-2:]), f"{kind}: step by step it has changed much, and there is no alarm"
        batches, asked = batches + steps, asked + verdicts
    for other, name in ((monitor, "the same monitor"), (monitor_of(world.reference), "another monitor")):
        order = rng.permutation(len(batches)).tolist()
        shuffled = [batches[i].iloc[rng.permutation(len(batches[i]))].reset_index(drop=True) for i in order]
        same = rings(other, shuffled) == [asked[i] for i in order]
        assert same, f"asked again in another order of batches and rows, {name} gives other verdicts"


@pytest.mark.points(1)
@pytest.mark.needs("test_reference_stays_fixed")
def test_every_row_counts(oracle, rng):
    """Drift is found in whichever rows it is, and none where the rows only stand in an order.

    Which rows of a long batch do you read?
    """
    judged(oracle, cases.orders(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_reference_stays_fixed")
def test_every_column_is_watched(oracle, rng):
    """In tables of every form, each column that drifts raises the alarm.

    What do you assume of names, types, texts and labels, of how many columns of a kind there are, of their scale?
    """
    judged(oracle, tables.worlds(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_reference_stays_fixed")
def test_quiet_at_every_size(hidden, credit, rng):
    """At most 5 % of the quiet batches alarm, at every size.

    How large is PSI without drift, and how far does a correlation move? It depends on the rows of both samples that
    are known, on how many bins a column has, and on how many columns and pairs you look at.
    """
    everything = []
    for rows, reference_rows, references, batches, numbers in streams.QUIET:
        alarms, draw, sizes = [], 1000 * rows + reference_rows, (rows, reference_rows)
        for i in range(references):
            stream = streams.noisy(hidden, rng, draw + i, sizes, batches, numbers)
            *calm, moved = rings(monitor_of(stream.reference), stream.batches)
            assert moved, "a monitor that misses a shift of two standard deviations is not quiet but deaf"
            alarms += calm
        beside = "" if reference_rows == 5000 else f" beside a reference of {reference_rows:,}"
        credit(np.mean(alarms), floor=0.40, full=0.20, name=f"quiet batches of {rows} rows that alarm{beside}")
        everything += alarms
    credit(np.mean(everything), floor=0.22, full=0.12, name="all quiet batches that alarm")


@pytest.mark.points(1)
@pytest.mark.needs("test_reference_stays_fixed")
def test_tiny_drift_stays_quiet(oracle, rng):
    """Drift too small to matter raises no alarm.

    A p-value answers "is there any difference?". With enough rows there always is one. How large is it? How many rows
    must be odd before it matters, and how odd may a few of them be?
    """
    judged(oracle, cases.small(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_reference_stays_fixed")
def test_season_is_not_drift(oracle, rng):
    """A batch like its own part of the season is quiet, one like another part alarms.

    In which ways can two parts differ? Compare a batch with the reference rows of its own part, not with all of them.
    """
    judged(oracle, seasons.worlds(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_every_column_is_watched", "test_season_is_not_drift")
def test_arguments_stay_as_they_are(submission, rng):
    """Neither `psi` nor a monitor changes the tables and columns that it is given.

    Who else holds the same table? What does a new column, a filled gap or a sort in place leave behind?
    """
    submission.write("driver.py", (HERE / "driver.py").read_bytes())
    pairs = [of[0] for made in (samples.numbers, samples.texts, samples.gaps) for of in made(rng).values()]
    worlds = [*tables.worlds(rng)[:4], *seasons.worlds(rng)[:1]]
    watched = [[w.reference, w.season, *(of[0][0] for of in w.batches.values())][:5] for w in worlds]
    for function, calls in (("psi", [list(pair) for pair in pairs]), ("a monitor", watched)):
        given, left = expect.sequence(submission.call("driver", "left", function, calls), length=2)
        assert expect.unchanged(left, given), f"{function} changed what it was given"


@pytest.mark.points(1)
@pytest.mark.needs(
    "test_every_row_counts",
    "test_every_column_is_watched",
    "test_quiet_at_every_size",
    "test_tiny_drift_stays_quiet",
    "test_season_is_not_drift",
)
def test_streams_of_every_kind(hidden, credit, rng):
    """Streams with all their noise: drift alarms within three batches, and batches before it do not.

    Which kind is missed, or which is loud? Rehearse with the public streams.
    """
    hits, calm = [], []
    for draw, options in enumerate(streams.KINDS):
        quiet, drifted = watch(hidden("drift", draw=draw, **options), rng)
        calm += quiet
        if options["kind"] == "tiny":
            calm += drifted
        else:
            hits.append(any(drifted))
    credit(np.mean(calm), floor=0.40, full=0.20, name="batches without drift that matters that alarm")
    credit(np.mean(hits), floor=0.45, full=0.70, name="drifts found within three batches")


@pytest.mark.points(3)
@pytest.mark.needs("test_streams_of_every_kind", "test_arguments_stay_as_they_are")
def test_nothing_is_kept_between_calls(submission, replay, rng):
    """What a call gives depends on its arguments and on its own monitor's reference alone.

    What is there before the first call, and what after it? By which part of a table would what is kept be found?
    """
    references, batches = seasons.alike(rng)
    wanted = [[i != j for j in range(len(batches))] for i in range(len(references))]
    monitors = [monitor_of(reference) for reference in references]
    asked = [(i, j) for i in range(len(references)) for j in range(len(batches))]
    for i, j in (asked[k] for k in rng.permutation(len(asked))):
        said = rings(monitors[i], batches[j : j + 1]) == [wanted[i][j]]
        assert said, "beside other monitors, or after other batches of the same form, the verdict is another one"
    submission.write("driver.py", (HERE / "driver.py").read_bytes())
    found = expect.sequence(submission.call("driver", "in_place", references, batches), length=len(references))
    same = [[expect.flag(v) for v in expect.sequence(row, length=len(batches))] for row in found] == wanted
    assert same, "a table that comes to hold other values changes its reference, or gets the verdict of the old ones"
    draws = samples.numbers(rng) | samples.texts(rng)
    for kind in ("normal numbers", "ties", "one to nine rows", "new categories"):
        for pair in draws[kind][-2:]:
            psi(*pair)
    replay(psi, DriftMonitor)


def max_psi(stream, batch):
    """Return the largest PSI of a batch's number columns against the reference of the same part of the day."""
    reference = stream.reference[stream.reference[stream.season] == batch[stream.season].iloc[0]]
    numbers = [name for name in reference if pd.api.types.is_numeric_dtype(reference[name])]
    return max(right.psi(reference[name], batch[name]) for name in numbers)


@pytest.mark.points(3)
@pytest.mark.needs("test_nothing_is_kept_between_calls")
def test_flights_of_july(hidden, credit, rng, figure):
    """Real flights: after a November reference, July alarms, November does not.

    Morning and evening flights differ every day of the year: that is the season here.
    """
    flown = [hidden("flights", draw=i) for i in range(3)]
    verdicts = [watch(stream, rng) for stream in flown]
    largest = np.array([max_psi(flown[0], batch) for batch in flown[0].batches])
    rang = np.array([*verdicts[0][0], *verdicts[0][1]])
    points = {name: (1 + np.flatnonzero(rang == said), largest[rang == said]) for name, said in SAID}
    figure("Largest PSI of a batch, November 1 to 6, then July", points, x="batch", y="PSI", kind="points")
    quiet, drifted = ([v for pair in verdicts for v in pair[i]] for i in (0, 1))
    credit(np.mean(quiet), floor=0.40, full=0.23, name="November batches that alarm")
    credit(np.mean(drifted), floor=0.50, full=0.80, name="July batches found")
