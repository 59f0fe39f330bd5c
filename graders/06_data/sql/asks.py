"""What each query is asked of a database: parameters that are there, beside what is there, and not there at all."""

from datetime import date, timedelta

FIRST, LAST = "1970-01-01", "2099-12-31"
NOBODY = "no such text"


def beside(day, by):
    """Return another day, within those that the statement allows."""
    return min(max((date.fromisoformat(day) + timedelta(by)).isoformat(), FIRST), LAST)


def some(r, values, most):
    """Return at most so many different values, in any order, without NULL."""
    known = sorted({value for value in values if value is not None})
    return r.sample(known, min(most, len(known)))


def punctual(tables, r):
    """Return parameters of punctual.sql: days with flights, the days beside them, all days, and none."""
    carriers = [*some(r, [f[1] for f in tables["flights"]], 9), NOBODY]
    days = sorted({f[3][:10] for f in tables["flights"]} or {"2013-07-03"})
    low, high = days[0], days[-1]
    spans = [(low, high), (FIRST, LAST), (low, low), (high, high), (beside(low, -9), low), (high, beside(high, 9))]
    spans += [(high, low), (beside(low, 1), beside(high, -1)), (beside(high, 1), LAST), (FIRST, beside(low, -1))]
    spans += [(day, day) for day in some(r, days, 3)]
    asked = [(carriers[0], span) for span in spans] + [(c, span) for c in carriers[1:] for span in spans[:3]]
    return [{"carrier": c, "first": first, "last": last} for c, (first, last) in asked]


def overdue(tables, r):
    """Return parameters of overdue.sql: days of inspections, and the days beside them."""
    days = some(r, [day for _, day, _ in tables["inspections"]], 8)
    return [{"since": day} for day in (FIRST, LAST, *days, *(beside(day, by) for day in days for by in (-1, 1)))]


def fleet(tables, _):
    """Return parameters of fleet.sql: every maker, and one that there is not."""
    makers = sorted({maker for _, maker, _ in tables["planes"] if maker is not None})
    return [{"maker": maker} for maker in (*makers, NOBODY)]


def worst(tables, r):
    """Return parameters of worst.sql: from one row to more than there are."""
    asked = [{"carrier": NOBODY, "most": 5}]
    for carrier in some(r, [f[1] for f in tables["flights"]], 9):
        delays = [f[7] for f in tables["flights"] if f[1] == carrier]
        known = len(delays) - delays.count(None)
        wanted = {1, 2, known // 2, known - 1, known, known + 1, 10**9}
        asked += [{"carrier": carrier, "most": n} for n in sorted(wanted) if n > 0]
    return asked


def review(tables, r):
    """Return parameters of review.sql: a flight's plane, carrier and day, or those of several flights."""
    flights = r.sample(tables["flights"], min(9, len(tables["flights"])))
    tails = [*some(r, [f[4] for f in tables["flights"]], 9), *some(r, [p[0] for p in tables["planes"]], 2), NOBODY]
    carriers = [*some(r, [f[1] for f in tables["flights"]], 4), NOBODY]
    days = [*some(r, [f[3][:10] for f in tables["flights"]], 3), "2013-07-03"]
    days += [beside(days[0], by) for by in (-1, 1)]
    both = [(f[4], f[1], f[3][:10]) for f in flights if f[4] is not None]
    others = [(r.choice(tails), f[1], f[3][:10]) for f in flights]
    others += [(tail, r.choice(carriers), r.choice(days)) for tail in tails]
    return [{"tail": tail, "carrier": carrier, "day": day} for tail, carrier, day in both + others]


ASKS = {"punctual": punctual, "overdue": overdue, "fleet": fleet, "worst": worst, "review": review}


def all_of(tables):
    """Return parameters of each query that take nearly all of a database of one carrier, one maker and one day."""
    _, carrier, _, departs, *_ = tables["flights"][0]
    day = departs[:10]
    return {
        "punctual": [{"carrier": carrier, "first": day, "last": day}],
        "overdue": [{"since": LAST}],
        "fleet": [{"maker": next(maker for _, maker, _ in tables["planes"] if maker)}],
        "worst": [{"carrier": carrier, "most": 5000}],
        "review": [{"tail": NOBODY, "carrier": carrier, "day": day}],
    }
