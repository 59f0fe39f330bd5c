"""Visible checks: the indexes are made, and a few rows that can be worked out by hand among others."""

import pytest


def small(k):
    """Return a database to work the answers out by hand; all delays and minutes of remarks are multiples of k."""
    flights = [  # id, carrier, origin, departs, tail, distance, air_time, dep_delay, message
        (1, "UA", "JFK", "2013-07-03 23:59", "N1", 700, 90, 4 * k, ""),
        (2, "UA", "EWR", "2013-07-02 00:00", "N1", 200, 40, -k, ""),
        (3, "UA", "EWR", "2013-07-02 09:30", "N2", 200, None, None, ""),
        (4, "UA", "LGA", "2013-07-03 12:00", None, 500, None, None, ""),
        (5, "UA", "EWR", "2013-07-04 00:00", "N9", 200, 41, 4 * k, ""),
        (6, "UA", "JFK", "2013-07-01 23:59", "N1", 700, 90, 4 * k, ""),
        (7, "DL", "JFK", "2013-07-02 08:00", "N3", 700, 95, 9 * k, ""),
        (8, "UA", "EWR", "2013-07-02 00:00", None, 200, 40, -k, ""),
    ]
    planes = [("N1", "BOEING", 150), ("N2", "BOEING", None), ("N3", None, 100), ("N4", "BOEING", 20)]
    remarks = [  # flight_id, code, minutes, note
        (1, "ice", 2 * k, ""),
        (1, "ice", 2 * k, ""),
        (1, "crew", None, ""),
        (6, "fuel", k, ""),
        (3, "crew", None, ""),
        (7, "ice", 5 * k, ""),
    ]
    late, early = ("N1", "N2") if k % 2 else ("N2", "N1")
    inspections = [  # tail, day, inspector
        (late, "2013-09-01", "a"),
        (early, "2013-08-31", "a"),
        (late, "2013-03-01", "b"),
        (None, "2013-10-01", "b"),
        ("N3", "2013-09-02", "b"),
    ]
    for i in range(100, 1_100):  # what is not asked for
        flights.append((i, "XX", "LGA", f"2012-01-{i % 30 + 1:02} 10:00", f"X{i % 50}", 300, 60, 5, ""))
        remarks.append((i, "fuel", 5, ""))
    planes += [(f"X{i}", "XENON", 9) for i in range(50)]
    inspections += [(f"X{i % 50}", "2014-01-01", "x") for i in range(200)]
    return {"flights": flights, "planes": planes, "remarks": remarks, "inspections": inspections}


def alike(first):
    """Return rows of each table that are equal where rows may be; flights have the ids from `first` on."""
    flights = [("UA", "JFK", "2013-07-02 08:00", tail, 1, 2, 3, "") for tail in ("N1", "n1", None) for _ in range(3)]
    flights += [("UA", "JFK", "2013-07-02 08:00", None, 1, None, None, "")] * 3
    return {
        "flights": [(first + place, *row) for place, row in enumerate(flights)],
        "remarks": [(first, "ice", minutes, "") for minutes in (5, 5, None, None)],
        "inspections": [(tail, "2013-07-02", "a") for tail in ("N1", None) for _ in range(3)],
    }


@pytest.fixture
def sql(submission):
    """Give the text of a submitted file."""
    return lambda name: submission.read(f"{name}.sql", 1).decode("utf-8", "replace")


@pytest.fixture
def answers(boxed, public, sql, rng):
    """Compare a query's rows on the small database with those wanted, which are made from k; and its steps."""
    k = int(rng.integers(2, 9))
    airline, database = public("airline", tables=small(k)), boxed("database.py")

    def compare(name, *runs):
        asked = [parameters for _, parameters in runs]
        found = database.ask(airline.data, sql("indexes"), sql(name), asked)
        assert found["error"] is None, f"{name}.sql: {found['error']}"
        for rows, (wanted, parameters) in zip(found["rows"], runs, strict=True):
            said = ", ".join(f":{key} {value!r}" for key, value in parameters.items())
            wrong = database.difference(rows, wanted(k))
            assert wrong is None, f"{name} for {said}: {wrong}"
        given = database.ask(airline.data, "", airline.given[name], asked)
        steps, most = sum(found["steps"]), 0.9 * sum(given["steps"])
        plan = "; ".join(found["plan"])
        assert steps <= most, f"{name} is right, and takes {steps:,} steps; at most {most:,.0f} were wanted ({plan})"

    return compare


@pytest.mark.points(1)
def test_indexes_are_made(public, boxed, sql):
    """`indexes.sql` makes an index at least, and refuses no row.

    Which columns may hold the same for two rows? What does a UNIQUE index say to the second?
    """
    planes = [(tail, "BOEING", 9) for tail in ("N1", "n1", "N1 ")] + [("N2", None, None), ("N3", None, None)]
    airline, database = public("airline", tables={"planes": planes} | alike(1)), boxed("database.py")
    found = database.costs(airline.data, sql("indexes"), alike(101))
    assert found["error"] is None, f"indexes.sql: {found['error']}"
    assert found["index_bytes"] > 0, "indexes.sql makes no index yet"


@pytest.mark.points(1)
@pytest.mark.needs("test_indexes_are_made")
def test_punctual_by_hand(answers):
    """Flights, departures and mean delay of UA on 2 and 3 July, by airport.

    Which of the flights 1 to 8 are of these two days? What does a cancelled flight count for?
    """

    def wanted(k):
        return [["EWR", 3, 2, -1.0 * k], ["JFK", 1, 1, 4.0 * k], ["LGA", 1, 0, None]]

    answers("punctual", (wanted, {"carrier": "UA", "first": "2013-07-02", "last": "2013-07-03"}))


@pytest.mark.points(1)
@pytest.mark.needs("test_indexes_are_made")
def test_overdue_by_hand(answers):
    """Planes without an inspection since 1 September.

    One inspection has no tail. What does it say about N4?
    """

    def first(k):
        return [["N2" if k % 2 else "N1", "BOEING"], ["N4", "BOEING"]]

    def second(_):
        return [["N1", "BOEING"], ["N2", "BOEING"], ["N4", "BOEING"]]

    answers("overdue", (first, {"since": "2013-09-01"}), (second, {"since": "2013-09-02"}))


@pytest.mark.points(1)
@pytest.mark.needs("test_indexes_are_made")
def test_fleet_by_hand(answers):
    """Flights, delay and remark minutes of every Boeing, and of the fifty planes of another maker.

    Flight 1 has three remarks, and departs once. N4 never flies. Each of the fifty has 20 flights, with a remark each.
    """

    def wanted(k):
        return [["N1", 3, 7 * k, 5 * k], ["N2", 1, None, None], ["N4", 0, None, None]]

    def others(_):
        return [[tail, 20, 100, 100] for tail in sorted(f"X{i}" for i in range(50))]

    answers("fleet", (wanted, {"maker": "BOEING"}), (others, {"maker": "XENON"}))


@pytest.mark.points(1)
@pytest.mark.needs("test_indexes_are_made")
def test_worst_by_hand(answers):
    """The three and four worst delays of UA.

    Three flights have the same delay. N9 is not listed among the planes.
    """

    def wanted(k):
        return [
            [1, "2013-07-03 23:59", 4 * k, "BOEING", 150],
            [5, "2013-07-04 00:00", 4 * k, None, None],
            [6, "2013-07-01 23:59", 4 * k, "BOEING", 150],
            [2, "2013-07-02 00:00", -k, "BOEING", 150],
        ]

    three, four = {"carrier": "UA", "most": 3}, {"carrier": "UA", "most": 4}
    answers("worst", (lambda k: wanted(k)[:3], three), (wanted, four))


@pytest.mark.points(1)
@pytest.mark.needs("test_indexes_are_made")
def test_review_by_hand(answers):
    """Flights of N1, and of UA on 2 July.

    Flight 2 is both. Flights 2 and 8 look the same, and are two.
    """

    def wanted(k):
        return [
            ["2013-07-01 23:59", "JFK", 4 * k],
            ["2013-07-02 00:00", "EWR", -k],
            ["2013-07-02 00:00", "EWR", -k],
            ["2013-07-02 09:30", "EWR", None],
            ["2013-07-03 23:59", "JFK", 4 * k],
        ]

    answers("review", (wanted, {"tail": "N1", "carrier": "UA", "day": "2013-07-02"}))
