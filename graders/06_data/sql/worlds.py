"""Small databases by kind, at the edges of what the statement allows."""

import random
from dataclasses import dataclass
from pathlib import Path

from tenfold.datasets import module

make = module(Path(__file__).resolve().parents[3] / "datasets" / "airline" / "make.py")
asks = module(Path(__file__).with_name("asks.py"))

MOST = 100_000  # minutes
SEATS = (0, 1, 9, 20, 150, 300, 1_000)
CARRIERS = ["UA", "DL", "EV", "B6"]
ORIGINS = ["JFK", "EWR", "LGA", "BOS", "ACK"]
TAILS = [f"N{n}{s}" for n in (1, 2, 10, 11, 100, 9) for s in "AB"]
MAKERS = ["BOEING", "AIRBUS", "CESSNA"]
DAYS = [f"2013-07-{d:02}" for d in range(1, 9)]
TIMES = ["00:00", "00:01", "06:30", "12:00", "18:45", "23:00", "23:59"]
TEXTS = {
    "texts that differ in case alone": ["UA", "ua", "Ua", "uA", "N1b", "n1B", "n1b"],
    "texts that differ in a space alone": ["UA", "UA ", " UA", "U A", "U  A", "UA  "],
    "texts with % and _": ["UA", "U%", "U_", "%", "_A", "__", "%A%"],
    "texts with other signs": ["UA", "U*", "U?", "[U]A", "U'A", 'U"A', "U;A", "--", "\\"],
    "texts of which one is empty": ["", "UA", "0", "NULL", "-"],
    "texts of any script": ["Ü", "ü", "U\u0308", "U", "ß", "ss", "日本", "日", "Ω", "ω", "😀", "\ufb01"],
    "texts of digits": ["7", "07", "7.0", "7e0", "+7", "70", "9", "10", "-1"],
    "texts that begin another": ["N", "N1", "N10", "N100", "N1A", "N1A0", "AN1"],
    "texts of 20 characters": [f"{'N' * 18}{i}{s}" for i in range(3) for s in "ab"],
}
ENDS = ["2012-02-28", "2012-02-29", "2012-03-01", "2013-02-28", "2013-03-01", "2013-12-31", "2014-01-01", "2014-01-31"]
YEARS = [f"{year}-{day}" for year in (1999, 2012, 2013, 2014, 2024) for day in ("07-02", "07-03", "11-30")]
FAR = ["1970-01-01", "1970-01-02", "1999-12-31", "2000-01-01", "2038-01-19", "2099-12-30", "2099-12-31"]


@dataclass(frozen=True)
class World:
    """A database, and what is asked of it."""

    kind: str
    tables: dict[str, list[tuple]]
    """The rows of each table, columns in the order of the schema."""
    asks: list[dict]


def tables(
    r,
    flights=30,
    planes=8,
    inspections=16,
    carriers=CARRIERS,
    origins=ORIGINS,
    tails=TAILS,
    makers=MAKERS,
    days=DAYS,
    times=TIMES,
    delays=range(-30, 200),
    minutes=range(1, 60),
    nulls=0.15,
    counts=(0, 0, 1, 2, 4),
):
    """Return the rows of a database: at random from some values each, `nulls` of what may be NULL.

    Some planes are not listed, one of those listed never flies, and one was never inspected. Flights have 0 to 4
    remarks, as `counts` has them.
    """

    def maybe(values):
        return None if r.random() < nulls else r.choice(values)

    tails = r.sample(tails, len(tails))
    listed = tails[:planes]
    flying, seen = tails[1:] or tails, tails[:1] + tails[2:]
    ids = r.sample(range(1, 10**12), flights)
    rows = []
    for i in ids:
        departs, rest = f"{r.choice(days)} {r.choice(times)}", (r.randrange(3000), maybe(range(500)), maybe(delays), "")
        rows.append((i, r.choice(carriers), r.choice(origins), departs, maybe(flying), *rest))
    remarks = [(i, r.choice("ab"), maybe(minutes), "") for i in ids for _ in range(r.choice(counts))]
    return {
        "flights": rows,
        "planes": [(tail, maybe(makers), maybe(SEATS)) for tail in listed],
        "remarks": r.sample(remarks, len(remarks)),
        "inspections": [(maybe(seen), r.choice(days), f"inspector {r.randrange(3)}") for _ in range(inspections)],
    }


def again(r, found, delay=lambda value: value):
    """Return a database with every flight, remark and inspection a second time, flights with another id."""
    ids = [row[0] for row in found["flights"]]
    other = dict(zip(ids, r.sample(range(1, 10**12), len(ids)), strict=True))
    more = [(other[i], *rest[:6], delay(rest[6]), rest[7]) for i, *rest in found["flights"]]
    notes = [(other[i], *rest) for i, *rest in found["remarks"]]
    return found | {
        "flights": found["flights"] + more,
        "remarks": found["remarks"] + notes,
        "inspections": 2 * found["inspections"],
    }


def without(found, *names):
    """Return a database some of whose tables are empty."""
    return found | {name: [] for name in names}


def tied(r):
    """Return databases by kind in which much is equal, so that each order has to be asked for."""
    few = [tables(r, 40, days=DAYS[:2], times=["00:00", "12:00"], delays=[0, 60], nulls=n) for n in (0, 0.15, 0.4)]
    return {
        "everyday rows": [tables(r) for _ in range(4)],
        "equal delays": [tables(r, 40, delays=d, carriers=CARRIERS[:2]) for d in ([5], [5, 60], [-5, 0, 5])],
        "departures at the same minute": few,
        "flights that are equal but for their id": [again(r, tables(r, 20)) for _ in range(3)],
        "hundreds of flights": [
            tables(r, 400, 12, 60, delays=range(-9, 40), carriers=CARRIERS[:2], days=DAYS[:n]) for n in (1, 8)
        ],
        "many origins, makers and planes": [
            tables(r, 80, 40, 60, origins=some, tails=some, makers=some, carriers=["UA"])
            for some in ([f"A{i}" for i in r.sample(range(100), 50)] for _ in range(2))
        ],
    }


def every(r):
    """Return databases by kind: those that are `tied`, and the edges."""
    found = tied(r)
    found["flights whose delays add up to 0"] = [
        again(r, tables(r, 16, minutes=[0], nulls=n), lambda d: None if d is None else -d) for n in (0, 0.2)
    ]
    found["equal remarks and equal inspections"] = [
        {name: 2 * rows if name in ("remarks", "inspections") else rows for name, rows in some.items()}
        for some in (tables(r, counts=(0, 1, 2), minutes=m) for m in ([7], range(60)))
    ]
    found["four remarks of each flight"] = [tables(r, counts=[4], minutes=m) for m in ([7], range(60))]
    found["no remark at all"] = [tables(r, counts=[0])]
    found["NULL wherever it may be"] = [tables(r, nulls=n) for n in (0.4, 0.6, 0.8)]
    found["all that may be NULL is NULL"] = [tables(r, nulls=1)]
    found["no NULL"] = [tables(r, nulls=0) for _ in range(2)]
    found["delays and minutes of 0"] = [tables(r, delays=[0], minutes=[0], nulls=n) for n in (0, 0.3)]
    found["no delay and no minutes known"] = [tables(r, delays=[None], minutes=[None])]
    found["delays and minutes below 0"] = [tables(r, delays=range(-60, 0), minutes=range(-9, 0)) for _ in range(2)]
    wide = [-MOST, 1 - MOST, -1, 1, MOST - 1, MOST]
    found[f"delays and minutes to {MOST:,} either side of 0"] = [
        tables(r, delays=wide, minutes=wide, nulls=n) for n in (0, 0.3)
    ]
    found["means of many digits"] = [
        tables(r, n, carriers=["UA"], origins=["JFK"], days=DAYS[:1], delays=d, nulls=0)
        for n, d in ((7, [0, 1]), (11, [-1, 0]), (13, [0, 1, 99_999]), (29, range(40)))
    ]
    found["days at the ends of months and years"] = [tables(r, 60, inspections=30, days=ENDS) for _ in range(3)]
    found["midnight, and the minute before"] = [tables(r, 40, days=DAYS[:4], times=["00:00", "23:59"]) for _ in "ab"]
    found["the same days of several years"] = [tables(r, 60, inspections=30, days=YEARS) for _ in range(2)]
    found["days from 1970 to 2099"] = [tables(r, 60, inspections=30, days=FAR) for _ in range(2)]
    for kind, some in TEXTS.items():
        pools = {"carriers": some, "origins": some, "tails": some, "makers": some}
        alone = pools | {"carriers": some[:1], "makers": some[:1]}
        found[kind] = [
            tables(r, 60, len(some) - less, 40, nulls=nulls, **where)
            for less, nulls, where in ((0, 0.1, pools), (0, 0, alone), (2, 0.2, pools))
        ]
    for some in found["texts of which one is empty"]:  # that plane was never inspected, and an unknown one was
        some["inspections"] = [(tail or None, *rest) for tail, *rest in some["inspections"]]
    found["one carrier, one origin, one plane"] = [
        tables(r, carriers=["UA"], origins=["JFK"], tails=["N1", "N2"], makers=["X"]) for _ in range(2)
    ]
    found["planes that are not listed"] = [tables(r, planes=n) for n in (1, 2)]
    found["one row of each table"] = [tables(r, 1, 1, 1, nulls=n) for n in (0, 0, 0.5)]
    found["empty tables"] = [
        without(tables(r), *names)
        for names in (["planes"], ["flights", "remarks"], ["remarks"], ["inspections"], ["planes", "inspections"])
    ] + [without(tables(r), "flights", "remarks", "planes", "inspections")]
    return found


def crowded(r):
    """Return a database of thousands of rows, which all belong to one carrier, one maker and one day."""
    places, tails = ([f"{sign}{i}" for i in range(2_600)] for sign in "AN")
    one = {"carriers": ["UA"], "makers": ["BOEING"], "days": DAYS[:1]}
    return tables(r, 2_500, 2_500, 2_500, origins=places, tails=tails, delays=range(-9, 40), **one)


def worlds(name, found, r):
    """Return databases by kind with what a query is asked of each."""
    return [World(kind, some, asks.ASKS[name](some, r)) for kind, several in found.items() for some in several]


def generator(rng):
    """Return a generator of the standard library, seeded by one of NumPy's."""
    return random.Random(int(rng.integers(1 << 62)))
