"""Hidden checks for toy-store."""

import sys

import pytest


@pytest.mark.points(3)
@pytest.mark.needs("test_the_table_has_its_columns")
def test_totals_are_right(submission, artefact, hidden):
    """Every sensor has one row with its total, however often the program runs.

    Replace what an earlier run has left.
    """
    for draw in range(2):
        values, _ = hidden("numbers", draw=draw)
        lines = [f"s{i % 7},{value!r}" for i, value in enumerate(values.tolist())]
        submission.write("readings.csv", "\n".join(["sensor,value", *lines]).encode())
        assert submission.run([sys.executable, "store.py"]).code == 0
        rows = artefact("sqlite").query(submission.read("store.sqlite", 1), "select sensor, total from totals")
        want = {f"s{i}": float(values[i::7].sum()) for i in range(7)}
        assert len(rows) == len(want), "there is not one row a sensor"
        assert dict(rows) == pytest.approx(want, abs=1e-9)
