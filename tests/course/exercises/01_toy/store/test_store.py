"""Visible checks for toy-store."""

import sys

import pytest


@pytest.fixture
def store(submission):
    """Run the program on some lines and return the database that it leaves."""

    def run(*lines):
        submission.write("readings.csv", "\n".join(["sensor,value", *lines]).encode())
        ran = submission.run([sys.executable, "store.py"])
        assert ran.code == 0, ran.output
        return submission.read("store.sqlite", 1)

    return run


@pytest.mark.points(1)
def test_it_leaves_a_database(store):
    """It leaves an SQLite database of at most 1 MB.

    Write store.sqlite beside the program.
    """
    assert store("a,1.5")[:15] == b"SQLite format 3"


@pytest.mark.points(1)
@pytest.mark.needs("test_it_leaves_a_database")
def test_the_table_has_its_columns(store, artefact):
    """The table totals has the columns sensor and total.

    Create it before you insert.
    """
    assert artefact("sqlite").tables(store("a,1.5")) == {"totals": ["sensor", "total"]}


@pytest.mark.points(1)
@pytest.mark.needs("test_the_table_has_its_columns")
def test_no_readings_make_no_rows(store, artefact):
    """A file of no readings makes an empty table.

    Create the table whatever there is to put into it.
    """
    assert artefact("sqlite").query(store(), "select sensor, total from totals") == []
