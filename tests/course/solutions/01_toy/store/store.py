"""A store that counts: totals in a dictionary, then one transaction."""

import csv
import sqlite3
from collections import defaultdict
from pathlib import Path


def main():
    """Read readings.csv, write store.sqlite."""
    totals = defaultdict(float)
    with Path("readings.csv").open() as file:
        for row in csv.DictReader(file):
            totals[row["sensor"]] += float(row["value"])
    with sqlite3.connect("store.sqlite") as connection:
        connection.execute("drop table if exists totals")
        connection.execute("create table if not exists totals (sensor text, total real)")
        connection.executemany("insert into totals values (?, ?)", totals.items())


if __name__ == "__main__":
    main()
