"""Hidden checks for data-sql. What is hidden is the draw: each query is given, and its rows are computed here again."""

import pytest

SMALL = {"flights": 1_500, "planes": 60, "inspections": 160}
DRAWS = 3


@pytest.fixture
def sql(submission):
    """Give the text of a submitted file."""
    return lambda name: submission.read(f"{name}.sql", 1).decode("utf-8", "replace")


@pytest.fixture
def check_rows(boxed, hidden, sql):
    """Compare a query's rows on redrawn databases with those wanted, and its steps with the given query's.

    SQLite is asked a second time to go the other way round wherever no order is asked for: what then changes was luck.
    """
    database = boxed("database.py")

    def check(name, wanted, *more):
        for draw in range(DRAWS):
            airline = hidden("airline", draw=draw, coarse=draw > 0, **SMALL)
            asked = [*airline.asks[name], *more]
            found = database.ask(airline.data, sql("indexes"), sql(name), asked)
            assert found["error"] is None, "the SQL of this query or of indexes.sql is refused, fails or has no end"
            for rows, parameters in zip(found["rows"], asked, strict=True):
                assert same(rows, wanted(airline.tables, **parameters)), "other rows, or in another order"
            again = database.ask(airline.data, sql("indexes"), sql(name), asked, backwards=True)
            assert again["error"] is None, "the SQL of this query is stopped when SQLite goes the other way round"
            still = all(map(same, again["rows"], found["rows"]))
            assert still, "in this order by luck only: the query does not ask for it"
            given = database.ask(airline.data, "", airline.given[name], asked, 1 << 40)
            assert sum(found["steps"]) <= 0.9 * sum(given["steps"]), "right, in no fewer steps than the given query"

    return check


@pytest.fixture
def check_steps(boxed, hidden, sql, credit):
    """Give credit for a query's steps, as a share of the given query's on the same large database."""

    def check(name, wanted, floor, full):
        airline = hidden("airline", draw=DRAWS)
        asked, database = airline.asks[name], boxed("database.py")
        given = database.ask(airline.data, "", airline.given[name], asked, 1 << 40)
        found = database.ask(airline.data, sql("indexes"), sql(name), asked, sum(given["steps"]))
        assert found["error"] is None, "stopped: it takes more steps than the given query"
        for rows, parameters in zip(found["rows"], asked, strict=True):
            assert same(rows, wanted(airline.tables, **parameters)), "other rows, or in another order"
        share = 100 * sum(found["steps"]) / sum(given["steps"])
        credit(share, floor=floor, full=full, name="steps", unit=" % of the given query's")

    return check


def same(found, wanted):
    """Return whether rows are equal, in their order: numbers within a billionth of them, NULL only to NULL."""
    return len(found) == len(wanted) and all(
        len(f) == len(w) and all(map(equal, f, w)) for f, w in zip(found, wanted, strict=True)
    )


def equal(found, wanted):
    """Return whether two values of SQL are the same."""
    if isinstance(found, (int, float)) and isinstance(wanted, (int, float)):
        return abs(found - wanted) <= 1e-9 * max(1.0, abs(wanted))
    return type(found) is type(wanted) and found == wanted


def total(values):
    """Return SQL's SUM: NULL is left out, and the sum of nothing is NULL."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def punctual(tables, carrier, first, last):
    """Return the rows of punctual.sql."""
    groups = {}
    for _, whose, origin, departs, *_, delay, _ in tables["flights"]:
        if whose == carrier and first <= departs[:10] <= last:
            groups.setdefault(origin, []).append(delay)
    rows = []
    for origin, delays in sorted(groups.items()):
        known = [delay for delay in delays if delay is not None]
        rows.append((origin, len(delays), len(known), sum(known) / len(known) if known else None))
    return rows


def overdue(tables, since):
    """Return the rows of overdue.sql."""
    seen = {tail for tail, day, _ in tables["inspections"] if day >= since}
    return sorted((tail, maker) for tail, maker, _ in tables["planes"] if tail not in seen)


def fleet(tables, maker):
    """Return the rows of fleet.sql."""
    remarks, flights = {}, {}
    for flight, _, minutes, _ in tables["remarks"]:
        remarks.setdefault(flight, []).append(minutes)
    for flight, _, _, _, tail, _, _, delay, _ in tables["flights"]:
        flights.setdefault(tail, []).append((flight, delay))
    rows = []
    for tail in sorted(tail for tail, made_by, _ in tables["planes"] if made_by == maker):
        own = flights.get(tail, [])
        minutes = [m for flight, _ in own for m in remarks.get(flight, [])]
        rows.append((tail, len(own), total(delay for _, delay in own), total(minutes)))
    return rows


def worst(tables, carrier, most):
    """Return the rows of worst.sql."""
    planes = {tail: (maker, seats) for tail, maker, seats in tables["planes"]}
    late = [row for row in tables["flights"] if row[1] == carrier and row[7] is not None]
    late.sort(key=lambda row: (-row[7], row[0]))
    return [(row[0], row[3], row[7], *planes.get(row[4], (None, None))) for row in late[:most]]


def review(tables, tail, carrier, day):
    """Return the rows of review.sql."""
    rows = [r for r in tables["flights"] if r[4] == tail or (r[1] == carrier and r[3][:10] == day)]
    return [(r[3], r[2], r[7]) for r in sorted(rows, key=lambda r: (r[3], r[0]))]


@pytest.mark.points(1)
def test_punctual_counts_what_is_there(check_rows):
    """`punctual` gives its rows on redrawn databases: whole days, and cancelled flights among the scheduled.

    Compare departs, a text with a time in it, with the two days. Which functions leave NULL out?
    """
    busy = {"carrier": "UA", "first": "2013-07-10", "last": "2013-07-10"}
    over = {"carrier": "EV", "first": "2013-07-30", "last": "2013-11-02"}
    whole = {"carrier": "EV", "first": "2013-07-01", "last": "2013-07-31"}
    check_rows("punctual", punctual, busy, over, whole, {**over, "carrier": "ZZ"}, {**over, "last": "2013-07-29"})


@pytest.mark.points(1)
def test_overdue_survives_unknown_tails(check_rows):
    """`overdue` gives its rows on redrawn databases, some inspections being of an unknown plane.

    What is x NOT IN (1, NULL) when x is 2?
    """
    check_rows("overdue", overdue, {"since": "2013-01-01"}, {"since": "2013-12-31"}, {"since": "2014-01-01"})


@pytest.mark.points(1)
def test_fleet_counts_every_flight_once(check_rows):
    """`fleet` gives its rows on redrawn databases: every plane of the maker, every flight once, every remark once.

    How many rows does a flight with three remarks have after a join, and a plane without flights?
    """
    makers = ("AIRBUS", "BOEING", "BOMBARDIER", "CANADAIR", "CESSNA", "EMBRAER", "GULFSTREAM", "MCDONNELL", "NOBODY")
    check_rows("fleet", fleet, *[{"maker": maker} for maker in makers])


@pytest.mark.points(1)
def test_worst_keeps_order_and_unlisted_planes(check_rows):
    """`worst` gives its rows on redrawn databases: equal delays by id, and planes that are not listed as NULL.

    Which flights have no row among the planes? Which of two equal delays comes first?
    """
    check_rows(
        "worst", worst, {"carrier": "UA", "most": 20}, {"carrier": "OO", "most": 20}, {"carrier": "ZZ", "most": 5}
    )


@pytest.mark.points(1)
def test_review_gives_each_flight_once(check_rows):
    """`review` gives its rows on redrawn databases: each flight once, and equal flights as often as they are.

    A flight may meet both conditions, and two flights may look the same. What do UNION and UNION ALL make of that?
    """
    days = [{"tail": "N0", "carrier": carrier, "day": "2013-07-10"} for carrier in ("UA", "EV", "B6", "ZZ")]
    check_rows("review", review, *days)


@pytest.mark.points(1)
@pytest.mark.needs("test_punctual_counts_what_is_there")
def test_punctual_reads_its_days_only(check_steps):
    """`punctual` takes few steps.

    An index is in order of its first column, and of its second only where the first is equal. In what order is f(x)?
    """
    check_steps("punctual", punctual, floor=11.5, full=10)


@pytest.mark.points(1)
@pytest.mark.needs("test_overdue_survives_unknown_tails")
def test_overdue_stops_at_the_first_inspection(check_steps):
    """`overdue` takes few steps.

    Does the question need a number of inspections? Which columns find the first one?
    """
    check_steps("overdue", overdue, floor=2, full=0.5)


@pytest.mark.points(1)
@pytest.mark.needs("test_fleet_counts_every_flight_once")
def test_fleet_joins_by_index(check_steps):
    """`fleet` takes few steps.

    For each plane its flights, for each flight its remarks: which two look-ups are there, and by which column?
    """
    check_steps("fleet", fleet, floor=6, full=2.5)


@pytest.mark.points(1)
@pytest.mark.needs("test_worst_keeps_order_and_unlisted_planes")
def test_worst_ends_early(check_steps):
    """`worst` takes few steps.

    To end after ten rows, SQLite must meet them in the order that is asked for. How does it then find their planes?
    """
    check_steps("worst", worst, floor=5, full=2)


@pytest.mark.points(1)
@pytest.mark.needs("test_review_gives_each_flight_once")
def test_review_looks_up_both_sides(check_steps):
    """`review` takes few steps.

    SQLite can use one index for each side of an OR, if each side could use one alone.
    """
    check_steps("review", review, floor=10, full=4)


@pytest.mark.points(4)
@pytest.mark.needs("test_punctual_reads_its_days_only")
@pytest.mark.needs("test_overdue_stops_at_the_first_inspection")
@pytest.mark.needs("test_fleet_joins_by_index")
@pytest.mark.needs("test_worst_ends_early")
@pytest.mark.needs("test_review_looks_up_both_sides")
def test_indexes_are_worth_their_cost(boxed, hidden, sql, credit):
    """The indexes are small, and new rows do not cost much more than without them.

    Which index can be dropped without making a query slower? An index whose columns are the first ones of another
    serves nothing that the other does not. A wide index repeats the table.
    """
    airline = hidden("airline", draw=DRAWS)
    database = boxed("database.py")
    bare, found = (database.costs(airline.data, text, airline.arrivals) for text in ("", sql("indexes")))
    assert found["error"] is None, "indexes.sql is refused or fails, or new rows do not get in"
    share = 100 * found["index_bytes"] / found["table_bytes"]
    credit(share, floor=55, full=37, name="index bytes", unit=" % of the tables'")
    credit(found["steps"] / bare["steps"], floor=2.4, full=1.9, name="inserting", unit=" times the steps")
