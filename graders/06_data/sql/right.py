"""The rows of each query, from the tables: the rules of the statement, in Python."""

from collections import Counter
from pathlib import Path

from tenfold import expect
from tenfold.datasets import module

database = module(Path(__file__).resolve().parents[3] / "datasets" / "airline" / "database.py")


def same(found, wanted):
    """Return whether rows are the ones wanted, in their order."""
    if database.difference(found, wanted) is None:
        return True
    if Counter(map(tuple, found)) == Counter(map(tuple, wanted)):
        raise expect.Unexpected("the right rows in another order")
    return False


def _total(values):
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
    return sorted(((tail, maker) for tail, maker, _ in tables["planes"] if tail not in seen), key=lambda row: row[0])


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
        rows.append((tail, len(own), _total(delay for _, delay in own), _total(minutes)))
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
