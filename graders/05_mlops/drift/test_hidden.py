"""Hidden checks for mlops-drift. What is hidden is the draw; each idea is in the statement."""

import numpy as np
import pandas as pd
import pytest
from drift import DriftMonitor, psi

from tenfold import expect

LEAST = 1e-4


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


def rings(monitor, batches):
    """One verdict for each batch."""
    return [expect.flag(monitor.alarm(batch)) for batch in batches]


def watch(stream):
    """Return the verdicts on the quiet batches and on the drifted ones."""
    options = {} if stream.season is None else {"season": stream.season}
    verdicts = rings(DriftMonitor(stream.reference, **options), stream.batches)
    quiet = [v for v, drifted in zip(verdicts, stream.drifted, strict=True) if not drifted]
    return quiet, verdicts[len(quiet) :]


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


@pytest.mark.points(3)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite")
def test_quiet_at_every_size(hidden, credit):
    """At most 5 % of the quiet batches alarm, at every size.

    How large is PSI without drift? It depends on the rows of both samples, and on how many columns you look at.
    """
    # rows of a batch and of a reference, streams, quiet batches in each, columns of numbers and of text
    for rows, reference_rows, streams, quiet, numbers, texts in [
        (200, 5000, 2, 20, 24, 5),
        (400, 400, 12, 4, 24, 5),
        (2000, 5000, 2, 10, 9, 2),
        (20000, 5000, 2, 10, 6, 0),
    ]:
        alarms = []
        for i in range(streams):
            columns = {"numbers": numbers, "texts": texts}
            options = {"rows": rows, "reference_rows": reference_rows, "quiet": quiet, "drifted": 1, **columns}
            stream = hidden("drift", draw=1000 * rows + i, kind="shift", size=3.0, **options)
            calm, drifted = watch(stream)
            assert all(drifted), "a monitor that misses a shift of about two standard deviations is not quiet but deaf"
            alarms += calm
        credit(np.mean(alarms), floor=0.25, full=0.10, name=f"quiet batches of {rows} rows that alarm")


@pytest.mark.points(2)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite", "test_monitor_alarms_for_drift_only")
def test_tiny_drift_stays_quiet(hidden, credit):
    """Drift too small to matter raises no alarm.

    A p-value answers "is there any difference?". With enough rows there always is one. How large is it?
    """
    columns = {"numbers": 12, "texts": 0}
    for rows in (20000, 5000, 2000):
        tiny = hidden("drift", draw=rows, kind="tiny", size=0.01, rows=rows, quiet=0, drifted=10, **columns)
        large = hidden("drift", draw=rows + 1, kind="shift", size=3.0, rows=1000, quiet=0, drifted=2, **columns)
        assert all(watch(large)[1]), "a shift of about two standard deviations was missed"
        credit(np.mean(watch(tiny)[1]), floor=0.50, full=0.10, name=f"batches of {rows} rows that alarm")


def found(hidden, credit, kinds):
    """Credit the share of material drifts that alarm within three batches: per kind, and per size of batch."""
    hits, calm = {}, []
    cases = [(kind, *sizes) for kind in kinds for sizes in [(200, 0.30), (500, 0.12), (2000, 0.12)] for _ in range(5)]
    for draw, (kind, rows, size) in enumerate(cases):
        options = {"rows": rows, "reference_rows": 2000, "numbers": 12, "texts": 2, "quiet": 1, "drifted": 3}
        stream = hidden("drift", draw=draw, kind=kind, size=size, **options)
        monitor = DriftMonitor(stream.reference)
        calm += rings(monitor, stream.batches[:1])
        hit = any(expect.flag(monitor.alarm(batch)) for batch in stream.batches[1:])  # not asked again after an alarm
        hits.setdefault(f"{kind} drifts", []).append(hit)
        hits.setdefault(f"drifts in batches of {rows} rows", []).append(hit)
    assert np.mean(calm) <= 0.20, "batches before the drift alarm: a monitor that always rings finds nothing"
    for name, found_ in hits.items():
        credit(np.mean(found_), floor=0.50, full=0.90, name=f"{name} found")


@pytest.mark.points(2)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite", "test_monitor_alarms_for_drift_only")
def test_finds_drift_in_numbers(hidden, credit):
    """Material drift in a number column alarms within three batches.

    One column of fifteen changes its location, spread or shape. Look at whole distributions, and at the worst
    column. Does the alarm limit lie between noise and the stated size?
    """
    found(hidden, credit, ["shift", "spread", "shape"])


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_bins_come_from_reference",
    "test_psi_stays_finite",
    "test_psi_counts_missing_values_and_new_categories",
    "test_monitor_alarms_for_drift_only",
)
def test_finds_drift_in_categories_and_gaps(hidden, credit):
    """A new prior, a new category or new gaps alarm within three batches.

    Rows with a missing or unknown value are rows too. In which bin does the monitor count them?
    """
    found(hidden, credit, ["prior", "category", "missing"])


@pytest.mark.points(2)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite", "test_monitor_alarms_for_drift_only")
def test_finds_changed_relations(hidden, credit):
    """A changed correlation alarms, though no column changes by itself.

    Plot num_01 against num_02 before and after. Which number sums up what you see?
    """
    hits, calm = [], []
    cases = [(rows, relation) for rows in (200, 2000) for relation in [(0.8, 0.0), (0.0, 0.8), (0.6, -0.6)]]
    for draw, (rows, relation) in enumerate(cases):
        options = {"rows": rows, "numbers": 6, "quiet": 3, "drifted": 3}
        quiet, drifted = watch(hidden("drift", draw=draw, kind="relation", relation=relation, **options))
        calm += quiet
        hits.append(any(drifted))
    assert np.mean(calm) <= 0.20, "batches before the change alarm"
    credit(np.mean(hits), floor=0.50, full=0.90, name="changed relations found")


@pytest.mark.points(2)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite", "test_monitor_alarms_for_drift_only")
def test_season_is_not_drift(hidden, credit):
    """An ordinary Sunday is quiet, a Sunday like a Wednesday alarms.

    Compare a batch with the reference rows of its own part of the season, not with all of them.
    """
    stream = hidden("drift", kind="season", rows=500, numbers=12, texts=2, quiet=21, drifted=4)
    quiet, drifted = watch(stream)
    credit(np.mean(quiet), floor=0.35, full=0.15, name="ordinary days that alarm")
    credit(np.mean(drifted), floor=0.50, full=0.90, name="weekends without their swing found")


@pytest.mark.points(2)
@pytest.mark.needs("test_bins_come_from_reference", "test_psi_stays_finite", "test_monitor_alarms_for_drift_only")
def test_reference_stays_fixed(hidden):
    """Slow drift alarms in the end; earlier batches change no verdict.

    What does the monitor remember from one call to the next? Yesterday's batch is not the reference.
    """
    stream = hidden("drift", kind="slow", size=0.06, rows=1000, numbers=12, texts=2, quiet=5, drifted=18)
    monitor = DriftMonitor(stream.reference)
    verdicts = rings(monitor, stream.batches)
    assert all(verdicts[-3:]), "the column has moved by one standard deviation, slowly, and there is no alarm"
    assert sum(verdicts[:5]) <= 1, "batches before the drift alarm"
    again = rings(monitor, stream.batches[::-1])[::-1]
    assert again == verdicts, "the same batches in reverse order get other verdicts"


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
def test_flights_of_july(hidden, credit):
    """Real flights: after a November reference, July alarms, November does not.

    Morning and evening flights differ every day of the year: that is the season here.
    """
    verdicts = [watch(hidden("flights", draw=i)) for i in range(3)]
    quiet = [v for pair in verdicts for v in pair[0]]
    drifted = [v for pair in verdicts for v in pair[1]]
    credit(np.mean(quiet), floor=0.40, full=0.17, name="November batches that alarm")
    credit(np.mean(drifted), floor=0.50, full=0.85, name="July batches found")
