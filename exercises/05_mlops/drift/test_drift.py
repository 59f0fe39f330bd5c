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


def compare(what, reference, current, wanted):
    """Fail unless `psi` has the value wanted, and say for which samples it has not."""
    found = expect.number(psi(reference, current), finite=False)
    assert abs(found - wanted) <= 1e-6, f"psi gave {found:.6g} for {what}; {wanted:.6g} was wanted"


def judge(monitor, stream):
    """Fail unless the monitor alarms for the drifted batches of a stream and for no other."""
    verdicts = [expect.flag(monitor.alarm(batch)) for batch in stream.batches]
    wrong = [i for i, (said, wanted) in enumerate(zip(verdicts, stream.drifted, strict=True)) if said != wanted]
    if wrong:
        place, kind = wrong[0], "drifted" if stream.drifted[wrong[0]] else "ordinary"
        raise AssertionError(f"alarm(batches[{place}]) gave {verdicts[place]}, and that batch is {kind}")


@pytest.mark.points(1)
def test_psi_matches_the_worked_example():
    """PSI has the values of the statement's example.

    Nine edges: np.quantile(reference, [0.1, …, 0.9]). Count both samples in the ten bins, divide by the rows, sum.
    """
    reference = np.arange(1000.0)
    wanted = term(0.1, 200 / 1100) + 9 * term(0.1, 100 / 1100)
    compare("0 to 999, then with the lowest tenth twice", reference, np.append(reference, reference[:100]), wanted)
    compare("the same sample twice", reference, reference, 0.0)
    zeros = np.repeat([0.0, 1.0, 2.0], [700, 200, 100])  # a value equal to an edge belongs to the bin below that edge
    fewer = np.repeat([0.0, 1.0, 2.0], [500, 300, 200])
    wanted = term(0.7, 0.5) + term(0.2, 0.3) + term(0.1, 0.2)
    compare("700, 200 and 100 rows of 0, 1 and 2, then 500, 300 and 200", zeros, fewer, wanted)


@pytest.mark.points(1)
def test_psi_counts_missing_values_and_new_categories():
    """Missing values have a bin of their own, and so have new categories.

    Categories that the reference lacks share one bin. No row is ever dropped: the shares of all bins, that of the
    missing included, add up to 1.
    """
    reference = np.append(np.arange(900.0), [np.nan] * 100)
    current = np.append(np.arange(0.0, 900.0, 2.0), [np.nan] * 150)
    wanted = 10 * term(0.09, 0.075) + term(0.10, 0.25)
    compare("numbers of which a tenth is missing, then a quarter", reference, current, wanted)
    reference = pd.Series(["card"] * 60 + ["bank"] * 40)
    current = pd.Series(["card"] * 12 + ["bank"] * 7 + ["Bank"])
    wanted = term(0.60, 0.60) + term(0.40, 0.35) + term(1e-4, 0.05)  # an empty bin counts as 1e-4
    compare("60 card and 40 bank, then 12 card, 7 bank and one Bank", reference, current, wanted)


@pytest.mark.points(1)
def test_monitor_alarms_for_drift_only(public):
    """Three ordinary batches are quiet, three drifted ones alarm.

    One drifted column of twelve is enough for an alarm. alarm(batch) returns True or False.
    """
    stream = public("drift", kind="shift", size=1.0, numbers=6, texts=5, quiet=3, drifted=3)
    judge(monitor_of(stream.reference), stream)


@pytest.mark.points(1)
@pytest.mark.needs("test_monitor_alarms_for_drift_only")
def test_monitor_knows_the_season(public):
    """Seven ordinary days are quiet, two strange weekend days alarm.

    DriftMonitor(reference, season="weekday"): every batch is one day. Compare a Sunday
    with the Sundays of the reference.
    """
    stream = public("drift", kind="season", rows=500, numbers=12, quiet=7, drifted=2)
    judge(monitor_of(stream.reference, season="weekday"), stream)
