"""A small airline database in SQLite: real departures, with planes, remarks and inspections made up around them."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
FLIGHTS = HERE.parent / "flights" / "flights.csv"
LARGE, MIDDLE, SMALL = ["B6", "DL", "EV", "UA"], ["9E", "AA", "MQ"], ["FL", "VX"]  # carriers, by their flights here
MAKERS = ["AIRBUS", "BOEING", "BOMBARDIER", "CANADAIR", "CESSNA", "EMBRAER", "GULFSTREAM", "MCDONNELL"]
CODES = ["baggage", "catering", "crew", "fuel", "ice", "late aircraft", "security", "weather"]
SCHEMA = """\
CREATE TABLE flights (id INTEGER PRIMARY KEY, carrier TEXT NOT NULL, origin TEXT NOT NULL, departs TEXT NOT NULL,
                      tail TEXT, distance INTEGER NOT NULL, air_time INTEGER, dep_delay INTEGER, message TEXT NOT NULL);
CREATE TABLE planes (tail TEXT NOT NULL, maker TEXT, seats INTEGER);
CREATE TABLE remarks (flight_id INTEGER NOT NULL, code TEXT NOT NULL, minutes INTEGER, note TEXT NOT NULL);
CREATE TABLE inspections (tail TEXT, day TEXT NOT NULL, inspector TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Airline:
    """A database, and what is in it."""

    tables: dict[str, list[tuple]]  # the rows of each table, columns in the order of SCHEMA
    arrivals: dict[str, list[tuple]]  # further rows of flights, remarks and inspections
    data: bytes  # the tables (without the arrivals) as an SQLite database file, without an index
    asks: dict[str, list[dict]]  # for each query, the parameters of some runs
    given: dict[str, str]  # each query as it was: right, and slow


def draw(rng, flights=12_000, planes=800, inspections=3_000, arrivals=600, coarse=False, turn=0, tables=None):
    """Draw a database.

    Parameters
    ----------
    flights, planes, inspections, arrivals
        How many rows there are; some planes are left out of the table.
    coarse
        Put departures at 00:00 or 12:00 and round delays to hours, so that many are equal.
    turn
        Ask other questions of the same database.
    tables
        Take these rows instead of drawn ones.
    """
    if tables is not None:
        return Airline(tables, {}, pack(tables), {}, given())
    rows = _flights(rng, flights + arrivals, coarse)
    fleet = _planes(rng, planes)
    rows = _with_tails(rng, rows, fleet)
    remarks = _remarks(rng, rows)
    checks = _inspections(rng, inspections + arrivals // 5, fleet)
    listed = [
        plane for plane in fleet if rng.random() > 0.15
    ]  # as in the real data, some planes that fly are not listed
    known = {row[0] for row in rows[:flights]}
    tables = {
        "flights": rows[:flights],
        "planes": listed,
        "remarks": [r for r in remarks if r[0] in known],
        "inspections": checks[:inspections],
    }
    later = {
        "flights": rows[flights:],
        "remarks": [r for r in remarks if r[0] not in known],
        "inspections": checks[inspections:],
    }
    asks = _asks(np.random.default_rng([int(rng.integers(1 << 30)), turn]), tables)
    return Airline(tables, later, pack(tables), asks, given())


def pack(tables):
    """Return tables as the bytes of an SQLite database file."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(SCHEMA)
        for name, rows in tables.items():
            if rows:
                database.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        database.commit()
        return database.serialize()


def given():
    """Return the text of each query that is right and slow, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.sql"))}


@cache
def _sample():
    """Return the real departures with their day: they are in order of time, so days can be counted off."""
    table = pd.read_csv(FLIGHTS)
    minutes = 60 * table["hour"] + table["minute"]
    before = minutes.groupby(table["month"]).shift()
    table["day"] = (minutes < before).groupby(table["month"]).cumsum() + 1
    return table


def _flights(rng, number, coarse):
    """Return rows of the table flights, without tails."""
    table = _sample()
    table = table.iloc[rng.permutation(len(table))[:number]]
    numbers = rng.integers(100, 999, (number, 4)).tolist()
    rows = []
    for flight, (r, n) in enumerate(zip(table.itertuples(index=False), numbers, strict=True), start=1):
        departs = (
            f"2013-{r.month:02}-{r.day:02} {f'{r.hour // 12 * 12:02}:00' if coarse else f'{r.hour:02}:{r.minute:02}'}"
        )
        delay = None if np.isnan(r.dep_delay) else int(r.dep_delay)
        if coarse and delay is not None:
            delay = 60 * round(delay / 60)
        air_time = None if np.isnan(r.air_time) else int(r.air_time)
        message = f"MVT {r.origin} CREW {n[0]} FUEL {n[1]}00 LB LOAD {n[2]}0 KG TAXI OUT VIA B {n[3]} SI NIL"
        rows.append((flight, r.carrier, r.origin, departs, None, int(r.distance), air_time, delay, message))
    return rows


def _planes(rng, number):
    """Return rows of the table planes: makers and seats are sometimes unknown."""
    codes = rng.permutation(9_000)[:number] + 1_000
    shares = rng.permutation([0.22, 0.2, 0.16, 0.12, 0.1, 0.08, 0.07, 0.05])
    makers, suffixes = rng.choice(MAKERS, number, p=shares), rng.choice(list("ABEJUW"), number)
    unknown, seats = rng.random((number, 2)), rng.integers(4, 60, number) * 5
    return [
        (f"N{c}{s}", None if u[0] < 0.05 else str(m), None if u[1] < 0.1 else int(n))
        for c, s, m, u, n in zip(codes.tolist(), suffixes, makers, unknown, seats, strict=True)
    ]


def _with_tails(rng, rows, fleet):
    """Return rows of the table flights: some planes fly often, some never; 3 % of the tails are unknown."""
    weights = rng.gamma(1.5, size=len(fleet)) * (rng.random(len(fleet)) > 0.1)
    picked = rng.choice(len(fleet), len(rows), p=weights / weights.sum())
    unknown = rng.random(len(rows)) < 0.03
    return [(*row[:4], None if u else fleet[i][0], *row[5:]) for row, i, u in zip(rows, picked, unknown, strict=True)]


def _remarks(rng, rows):
    """Return rows of the table remarks: none to four a flight, in any order; equal ones may come twice."""
    counts = rng.choice(5, len(rows), p=[0.5, 0.27, 0.13, 0.07, 0.03])
    flights = rng.permutation(np.repeat([row[0] for row in rows], counts))
    codes, minutes = rng.choice(CODES, len(flights)), 5 * rng.integers(1, 12, len(flights))
    unknown = rng.random(len(flights)) < 0.15
    return [
        (f, c, None if u else m, f"{c} reported by the station, to be confirmed by the operations desk")
        for f, c, m, u in zip(flights.tolist(), codes.tolist(), minutes.tolist(), unknown, strict=True)
    ]


def _inspections(rng, number, fleet):
    """Return rows of the table inspections of 2013: 4 % of the tails are unknown, a tenth of the planes have none."""
    seen = rng.permutation(len(fleet))[: max(1, len(fleet) * 9 // 10)]
    picked, days = rng.choice(seen, number), rng.integers(0, 365, number)
    unknown, people = rng.random(number) < 0.04, rng.integers(1, 30, number)
    return [
        (None if u else fleet[i][0], (date(2013, 1, 1) + timedelta(int(d))).isoformat(), f"inspector {p}")
        for i, d, u, p in zip(picked, days, unknown, people, strict=True)
    ]


def _asks(rng, tables):
    """Return parameters that touch a small part of the database."""
    flights, large = tables["flights"], rng.permutation(LARGE).tolist()
    month, first = rng.choice(["2013-07", "2013-11"]), int(rng.integers(1, 4))
    other, day = rng.choice(["2013-07", "2013-11"]), int(rng.integers(4, 25))
    own = [row for row in flights if row[4] is not None and row[1] in large]
    reviewed = [own[int(rng.integers(len(own)))] for _ in range(2)]
    makers = sorted({p[1] for p in tables["planes"] if p[1]}, key=lambda m: -sum(p[1] == m for p in tables["planes"]))
    start = int(rng.integers(8, 13))
    return {
        "punctual": [
            {"carrier": str(rng.choice(SMALL)), "first": f"{month}-{first:02}", "last": f"{month}-{first + 11:02}"},
            {"carrier": large[0], "first": f"{other}-{day:02}", "last": f"{other}-{day + 2:02}"},
            {"carrier": str(rng.choice(MIDDLE)), "first": f"{month}-{start:02}", "last": f"{month}-{start + 6:02}"},
        ],
        "overdue": [{"since": f"2013-{int(rng.integers(9, 12)):02}-{int(rng.integers(1, 29)):02}"}],
        "fleet": [{"maker": makers[int(rng.integers(3))]}],
        "worst": [{"carrier": c, "most": int(rng.integers(5, 15))} for c in large[1:3]],
        "review": [{"tail": row[4], "carrier": row[1], "day": row[3][:10]} for row in reviewed],
    }
