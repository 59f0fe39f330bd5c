"""Hidden checks for mlops-drift. What is hidden is the draw; each idea is in the statement."""

import numpy as np
import pandas as pd
import pytest
from drift import DriftMonitor, psi

from tenfold import expect

LEAST = 1e-4
SAID = (("you were quiet", False), ("you raised the alarm", True))
SHOPS = np.array([f"shop {k}" for k in range(30)])  # equally likely: more bins, more noise


def psi_of_counts(reference, current):
    """Return the statement's PSI of two rows of counts."""
    p, q = (np.maximum(np.asarray(c) / np.sum(c), LEAST) for c in (reference, current))
    return float(np.sum((q - p) * np.log(q / p)))


def psi_of_numbers(reference, current):
    """Return the statement's PSI of two samples of numbers: ten quantile bins, closed above, and the missing."""
    edges = np.quantile(reference[~np.isnan(reference)], np.arange(1, 10) / 10)

    def counts(x):
        known = x[~np.isnan(x)]
        inside = (known[:, None] > edges).sum(axis=1)  # how many edges lie strictly below
        return [*np.bincount(inside, minlength=10), len(x) - len(known)]

    return psi_of_counts(counts(reference), counts(current))


def monitor_of(reference, season=None):
    """Return the learner's monitor; anything else in its place fails the check."""
    options = {} if season is None else {"season": season}
    return expect.handle(DriftMonitor(reference, **options), ["alarm"])


def rings(monitor, batches):
    """One verdict for each batch."""
    return [expect.flag(monitor.alarm(batch)) for batch in batches]


def disguise(stream, rng):
    """Return reference and batches with new names, in another order of columns, and with some numbers bent.

    An increasing map changes neither a bin nor a rank. Only sums and products are used: they round alike everywhere.
    """
    reference, season = stream.reference, stream.season
    names = rng.permutation([name for name in reference if name != season]).tolist()
    numbers = [name for name in names if pd.api.types.is_numeric_dtype(reference[name])]
    bent = {name for name in numbers if name in ("num_01", "num_02") or rng.random() < 0.5}
    low, middle, high = reference[numbers].quantile([0.16, 0.5, 0.84]).to_numpy()
    middle = dict(zip(numbers, middle, strict=True))
    width = dict(zip(numbers, np.where(high > low, high - low, 2.0) / 2, strict=True))

    def bend(name, values):
        u = (values - middle[name]) / width[name]
        return u * (1 + (u * u) * (u * u))

    def frame(old):
        columns = {} if season is None else {season: old[season]}
        for i, name in enumerate(names):
            columns[f"c{i:02d}"] = bend(name, old[name]) if name in bent else old[name]
        return pd.DataFrame(columns)

    return frame(reference), [frame(batch) for batch in stream.batches]


def watch(stream, rng):
    """Return the verdicts on the quiet batches and on the drifted ones, which come disguised and in random order."""
    reference, batches = disguise(stream, rng)
    order = rng.permutation(len(batches)).tolist()
    verdicts = dict(zip(order, rings(monitor_of(reference, stream.season), [batches[i] for i in order]), strict=True))
    return tuple([verdicts[i] for i, d in enumerate(stream.drifted) if d is want] for want in (False, True))


@pytest.mark.points(1)
def test_bins_come_from_reference(rng):
    """The bins depend on the reference sample only.

    Which sample decides where an edge lies? Try psi(a, b) with a wide b: the edges must not move. Look also at numbers
    with many ties, and at the side on which a value equal to an edge falls.
    """
    samples = [
        (rng.standard_normal(1000), 2 * rng.standard_normal(700) + 0.5),
        (np.exp(rng.standard_normal(600)), np.exp(1.5 * rng.standard_normal(900))),
        (rng.poisson(1.0, 800).astype(float), rng.poisson(1.6, 500).astype(float)),
    ]
    for reference, current in samples:
        expected = psi_of_numbers(reference, current)
        assert expect.number(psi(reference, current)) == pytest.approx(expected, rel=1e-6, abs=1e-9)
        as_series = psi(pd.Series(reference), pd.Series(current, index=np.arange(len(current)) + 7))
        assert expect.number(as_series) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.points(1)
def test_psi_stays_finite(rng):
    """PSI is a finite number of the stated size when bins are empty.

    Which shares can be zero, in which of the two samples? Put the stated least share in before you divide.
    """
    x = rng.standard_normal(500)
    far = psi_of_counts([50] * 10, [0] * 9 + [40])
    assert expect.number(psi(x, np.full(40, 1e9))) == pytest.approx(far, rel=1e-6)
    none_known = psi_of_counts([50] * 10 + [0], [0] * 10 + [40])
    assert expect.number(psi(x, np.full(40, np.nan))) == pytest.approx(none_known, rel=1e-6)
    constant = psi_of_counts([500, 0], [30, 10])
    assert expect.number(psi(np.zeros(500), np.repeat([0.0, 2.0], [30, 10]))) == pytest.approx(constant, rel=1e-6)
    vanished = psi_of_counts([300, 200], [60, 0])
    letters = pd.Series(["a"] * 300 + ["b"] * 200)
    assert expect.number(psi(letters, pd.Series(["a"] * 60))) == pytest.approx(vanished, rel=1e-6)
    for labels, before, after in [
        (["a", "b", "z", None], [200, 100, 0, 100], [30, 20, 20, 30]),  # text has missing rows too
        (["a", "b"], [1, 19999], [5, 95]),  # a bin that is not empty, below the least share
    ]:
        samples = [pd.Series(np.repeat(np.array(labels, object), counts)) for counts in (before, after)]
        assert expect.number(psi(*samples)) == pytest.approx(psi_of_counts(before, after), rel=1e-6)


@pytest.mark.points(3)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite")
def test_quiet_at_every_size(hidden, credit, rng):
    """At most 5 % of the quiet batches alarm, at every size.

    How large is PSI without drift? It depends on the rows of both samples, on how many bins a column has,
    and on how many columns you look at.
    """
    # rows of a batch and of a reference; streams, quiet and drifted batches in each; size; columns of numbers, of text
    for rows, reference_rows, streams, quiet, drifted, size, numbers, texts in [
        (200, 5000, 2, 20, 3, 0.30, 24, 5),
        (400, 400, 8, 6, 1, 3.0, 24, 5),
        (500, 400, 8, 6, 1, 3.0, 24, 5),
        (2000, 5000, 2, 10, 3, 0.12, 9, 2),
        (20000, 5000, 2, 10, 3, 0.12, 6, 0),
    ]:
        alarms, hits = [], []
        for i in range(streams):
            columns = {"numbers": numbers, "texts": texts, "size": size}
            options = {"rows": rows, "reference_rows": reference_rows, "quiet": quiet, "drifted": drifted, **columns}
            stream = hidden("drift", draw=1000 * rows + i, kind="shift", **options)
            if texts:
                for frame in (stream.reference, *stream.batches):
                    frame["text_0"] = SHOPS[rng.integers(len(SHOPS), size=len(frame))]
            calm, found_ = watch(stream, rng)
            alarms += calm
            hits.append(any(found_))
        assert all(hits) if size > 1 else any(hits), "a monitor that misses a material shift is not quiet but deaf"
        credit(np.mean(alarms), floor=0.25, full=0.10, name=f"quiet batches of {rows} rows that alarm")


@pytest.mark.points(2)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite", "test_monitor_alarms_for_drift_only")
def test_tiny_drift_stays_quiet(hidden, credit, rng):
    """Drift too small to matter raises no alarm.

    A p-value answers "is there any difference?". With enough rows there always is one. How large is it?
    """
    columns = {"numbers": 12, "texts": 0}
    for rows in (20000, 5000, 2000):
        tiny = hidden("drift", draw=rows, kind="tiny", size=0.01, rows=rows, quiet=0, drifted=10, **columns)
        large = hidden("drift", draw=rows + 1, kind="shift", size=3.0, rows=rows, quiet=0, drifted=2, **columns)
        assert all(watch(large, rng)[1]), "a shift of about two standard deviations was missed"
        credit(np.mean(watch(tiny, rng)[1]), floor=0.50, full=0.10, name=f"batches of {rows} rows that alarm")


def found(hidden, credit, rng, kinds):
    """Credit the share of material drifts that alarm within three batches: per kind, and per size of batch."""
    hits, calm = {}, []
    cases = [(kind, *sizes) for kind in kinds for sizes in [(200, 0.30), (500, 0.12), (2000, 0.12)] for _ in range(5)]
    for draw, (kind, rows, size) in enumerate(cases):
        options = {"rows": rows, "reference_rows": 2000, "numbers": 12, "texts": 2, "quiet": 1, "drifted": 3}
        stream = hidden("drift", draw=draw, kind=kind, size=size, **options)
        quiet, drifted = watch(stream, rng)
        calm += quiet
        hits.setdefault(f"{kind} drifts", []).append(any(drifted))
        hits.setdefault(f"drifts in batches of {rows} rows", []).append(any(drifted))
    assert np.mean(calm) <= 0.20, "batches before the drift alarm: a monitor that always rings finds nothing"
    for name, found_ in hits.items():
        credit(np.mean(found_), floor=0.50, full=0.90, name=f"{name} found")


@pytest.mark.points(2)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite", "test_monitor_alarms_for_drift_only")
def test_finds_drift_in_numbers(hidden, credit, rng):
    """Material drift in a number column alarms within three batches.

    One column of fifteen changes its location, spread or shape. Look at whole distributions, and at the worst
    column. Does the alarm limit lie between noise and the stated size?
    """
    found(hidden, credit, rng, ["shift", "spread", "shape"])


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_bins_come_from_reference",
    "test_psi_stays_finite",
    "test_psi_counts_missing_values_and_new_categories",
    "test_monitor_alarms_for_drift_only",
)
def test_finds_drift_in_categories_and_gaps(hidden, credit, rng):
    """A new prior, a new category or new gaps alarm within three batches.

    Rows with a missing or unknown value are rows too. In which bin does the monitor count them?
    """
    found(hidden, credit, rng, ["prior", "category", "missing"])


@pytest.mark.points(2)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite", "test_monitor_alarms_for_drift_only")
def test_finds_changed_relations(hidden, credit, rng):
    """A changed correlation alarms, though no column changes by itself.

    Plot num_01 against num_02 before and after. Which number sums up what you see, and does not
    depend on the scale?
    """
    hits, calm = [], []
    cases = [(rows, relation) for rows in (200, 2000) for relation in [(0.8, 0.0), (0.0, 0.8), (0.6, -0.6)]]
    for draw, (rows, relation) in enumerate(cases):
        options = {"rows": rows, "numbers": 6, "quiet": 3, "drifted": 3}
        stream = hidden("drift", draw=draw, kind="relation", relation=relation, **options)
        quiet, drifted = watch(stream, rng)
        calm += quiet
        hits.append(any(drifted))
    assert np.mean(calm) <= 0.20, "batches before the change alarm"
    credit(np.mean(hits), floor=0.50, full=0.90, name="changed relations found")


@pytest.mark.points(2)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite", "test_monitor_alarms_for_drift_only")
def test_season_is_not_drift(hidden, credit, rng):
    """An ordinary Sunday is quiet, a Sunday like a Wednesday alarms.

    Compare a batch with the reference rows of its own part of the season, not with all of them.
    """
    stream = hidden("drift", kind="season", rows=500, numbers=12, texts=2, quiet=21, drifted=4)
    quiet, drifted = watch(stream, rng)
    credit(np.mean(quiet), floor=0.35, full=0.15, name="ordinary days that alarm")
    credit(np.mean(drifted), floor=0.50, full=0.90, name="weekends without their swing found")


@pytest.mark.points(2)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite", "test_monitor_alarms_for_drift_only")
def test_reference_stays_fixed(hidden, rng):
    """Slow drift alarms in the end; earlier batches change no verdict.

    What does the monitor remember from one call to the next? Yesterday's batch is not the reference.
    """
    step = rng.choice([-0.06, 0.06])
    stream = hidden("drift", kind="slow", size=step, rows=1000, numbers=12, texts=2, quiet=5, drifted=18)
    monitor = monitor_of(stream.reference)
    verdicts = rings(monitor, stream.batches)
    assert all(verdicts[-3:]), "the column has moved by one standard deviation, slowly, and there is no alarm"
    assert sum(verdicts[:5]) <= 1, "batches before the drift alarm"
    order = rng.permutation(len(verdicts)).tolist()
    shuffled = [stream.batches[i].iloc[rng.permutation(1000)].reset_index(drop=True) for i in order]
    for other in (monitor_of(stream.reference), monitor):
        same = rings(other, shuffled) == [verdicts[i] for i in order]
        assert same, "the same batches in another order get other verdicts"


def max_psi(stream, batch):
    """Return the largest PSI of a batch's number columns against the reference of the same part of the day."""
    part = batch[stream.season].iloc[0]
    reference = stream.reference[stream.reference[stream.season] == part]
    numbers = [name for name in reference if pd.api.types.is_numeric_dtype(reference[name])]
    return max(psi_of_numbers(reference[name].to_numpy(float), batch[name].to_numpy(float)) for name in numbers)


@pytest.mark.points(4)
@pytest.mark.needs(
    "test_quiet_at_every_size",
    "test_tiny_drift_stays_quiet",
    "test_finds_drift_in_numbers",
    "test_finds_drift_in_categories_and_gaps",
    "test_finds_changed_relations",
    "test_season_is_not_drift",
    "test_reference_stays_fixed",
)
def test_flights_of_july(hidden, credit, rng, figure):
    """Real flights: after a November reference, July alarms, November does not.

    Morning and evening flights differ every day of the year: that is the season here.
    """
    streams = [hidden("flights", draw=i) for i in range(3)]
    verdicts = [watch(stream, rng) for stream in streams]
    largest = np.array([max_psi(streams[0], batch) for batch in streams[0].batches])
    rang = np.array([*verdicts[0][0], *verdicts[0][1]])
    points = {name: (1 + np.flatnonzero(rang == said), largest[rang == said]) for name, said in SAID}
    figure("Largest PSI of a batch, November 1 to 6, then July", points, x="batch", y="PSI", kind="points")
    quiet = [v for pair in verdicts for v in pair[0]]
    drifted = [v for pair in verdicts for v in pair[1]]
    credit(np.mean(quiet), floor=0.40, full=0.17, name="November batches that alarm")
    credit(np.mean(drifted), floor=0.50, full=0.85, name="July batches found")
