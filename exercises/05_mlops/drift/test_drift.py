"""Visible checks: what `psi` and `DriftMonitor` do on data that you can look at."""

import numpy as np
import pandas as pd
import pytest
from drift import DriftMonitor, psi

from tenfold import expect


def monitor_of(*reference, **season):
    """Return a monitor; anything else in its place fails the check."""
    return expect.handle(DriftMonitor(*reference, **season), ["alarm"])


def term(p, q):
    """Return what one bin adds to PSI: its share in the reference is p, in the current sample q."""
    return (q - p) * np.log(q / p)


@pytest.mark.points(1)
def test_psi_matches_the_worked_example():
    """PSI has the values of the statement's example.

    Nine edges: np.quantile(reference, [0.1, …, 0.9]). Count both samples in the ten bins, divide by the rows, sum.
    """
    reference = np.arange(1000.0)
    current = np.concatenate([reference, reference[:100]])  # the lowest tenth comes twice
    expected = term(0.1, 200 / 1100) + 9 * term(0.1, 100 / 1100)
    assert expect.number(psi(reference, current)) == pytest.approx(expected, abs=1e-6)
    assert expect.number(psi(reference, reference)) == pytest.approx(0.0, abs=1e-6)
    zeros = np.repeat([0.0, 1.0, 2.0], [700, 200, 100])  # a value equal to an edge belongs to the bin below that edge
    fewer = np.repeat([0.0, 1.0, 2.0], [500, 300, 200])
    expected = term(0.7, 0.5) + term(0.2, 0.3) + term(0.1, 0.2)
    assert expect.number(psi(zeros, fewer)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.points(1)
def test_psi_counts_missing_values_and_new_categories():
    """Missing values have a bin of their own, and so have new categories.

    Categories that the reference lacks share one bin. No row is ever dropped: the shares of all bins, that of the
    missing included, add up to 1.
    """
    reference = np.append(np.arange(900.0), [np.nan] * 100)
    current = np.append(np.arange(0.0, 900.0, 2.0), [np.nan] * 150)
    expected = 10 * term(0.09, 0.075) + term(0.10, 0.25)
    assert expect.number(psi(reference, current)) == pytest.approx(expected, abs=1e-6)
    reference = pd.Series(["card"] * 60 + ["bank"] * 40)
    current = pd.Series(["card"] * 12 + ["bank"] * 7 + ["Bank"])
    expected = term(0.60, 0.60) + term(0.40, 0.35) + term(1e-4, 0.05)  # an empty bin counts as 1e-4
    assert expect.number(psi(reference, current)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.points(1)
def test_monitor_alarms_for_drift_only(public):
    """Three ordinary batches are quiet, three drifted ones alarm.

    One drifted column of twelve is enough for an alarm. alarm(batch) returns True or False.
    """
    stream = public("drift", kind="shift", size=1.0, numbers=6, texts=5, quiet=3, drifted=3)
    monitor = monitor_of(stream.reference)
    verdicts = [expect.flag(monitor.alarm(batch)) for batch in stream.batches]
    assert verdicts == stream.drifted


@pytest.mark.points(1)
@pytest.mark.needs("test_monitor_alarms_for_drift_only")
def test_monitor_knows_the_season(public):
    """Seven ordinary days are quiet, two strange weekend days alarm.

    DriftMonitor(reference, season="weekday"): every batch is one day. Compare a Sunday
    with the Sundays of the reference.
    """
    stream = public("drift", kind="season", rows=500, numbers=12, quiet=7, drifted=2)
    monitor = monitor_of(stream.reference, season="weekday")
    verdicts = [expect.flag(monitor.alarm(batch)) for batch in stream.batches]
    assert verdicts == stream.drifted
