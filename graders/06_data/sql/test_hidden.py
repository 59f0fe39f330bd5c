"""Hidden checks for data-sql: small databases of every kind, order that is asked for, then steps and costs.

`worlds` makes the small databases, `asks` what is asked of them, `luck` what moves an order by luck; `right` answers.
"""

from pathlib import Path

import pytest

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
worlds, asks, luck, right = (module(HERE / f"{name}.py") for name in ("worlds", "asks", "luck", "right"))

REDRAWN = {"flights": 1_500, "planes": 60, "inspections": 160}
LARGE = 3  # the draw


@pytest.fixture
def sql(submission):
    """Give the text of a submitted file."""
    return lambda name: submission.read(f"{name}.sql", 1).decode("utf-8", "replace")


@pytest.fixture
def small(hidden, rng):
    """Give a query's small databases by kind, and those of the dataset, each with what is asked of it."""

    def make(name, kinds):
        r = worlds.generator(rng)
        found = kinds(r)
        if kinds is worlds.every:
            found["a redrawn database"] = [hidden("airline", **REDRAWN).tables]
        return worlds.worlds(name, found, r)

    return make


@pytest.fixture
def check_rows(boxed, sql, small, oracle):
    """Compare a query's rows on small databases of every kind with those wanted."""

    def check(name):
        several = small(name, worlds.every)
        runs = [(worlds.make.pack(world.tables), world.asks) for world in several]
        found = boxed("database.py").ask_each(sql("indexes"), sql(name), runs)
        compare(oracle, name, several, found)

    return check


@pytest.fixture
def check_steps(boxed, hidden, sql, oracle, rng, credit):
    """Give credit for a query's steps, as a share of the given query's on a large database, if its rows are right.

    Rows are looked at for another large database too, nearly all of which is asked for.
    """

    def check(name, floor, full):
        airline, crowd = hidden("airline", draw=LARGE), worlds.crowded(worlds.generator(rng))
        large = worlds.World("a large database", airline.tables, airline.asks[name])
        whole = worlds.World("a large database, nearly all of it asked for", crowd, asks.all_of(crowd)[name])
        database, texts = boxed("database.py"), (sql("indexes"), sql(name))
        given = database.ask(airline.data, "", airline.given[name], large.asks, 1 << 40)
        found = database.ask(airline.data, *texts, large.asks, sum(given["steps"]))
        assert found["error"] is None, f"{name}: {found['error']}, as many as the given query takes"
        share, plan = 100 * sum(found["steps"]) / sum(given["steps"]), "; ".join(found["plan"])
        wanted = f"credit begins at {floor} %, and is full at {full} %"
        assert share < floor, f"{name} takes {share:.3g} % of the given query's steps; {wanted} ({plan})"
        more = database.ask(worlds.make.pack(crowd), *texts, whole.asks)
        compare(oracle, name, [large, whole], [found, more])
        credit(share, floor=floor, full=full, name="steps", unit=" % of the given query's")

    return check


def compare(oracle, name, several, found):
    """Fail unless a query gave the rows wanted, told by the kind of database."""
    draws, answers = {}, []
    for world, result in zip(several, found, strict=False):  # after an error nothing more was run
        failed = result["error"] is not None
        answers += [AssertionError(result["error"])] if failed else result["rows"]
        runs = [(world.tables, parameters) for parameters in world.asks]
        draws[world.kind] = draws.get(world.kind, []) + (runs[:1] if failed else runs)
    given = iter(answers)

    def query(*_):
        answer = next(given)
        if isinstance(answer, AssertionError):
            raise answer
        return answer

    query.__name__ = name
    wanted = getattr(right, name)
    oracle(query, lambda tables, parameters: wanted(tables, **parameters), draws, same=right.same)


# --- rows


@pytest.mark.points(1)
@pytest.mark.needs("test_punctual_by_hand")
def test_punctual_counts_what_is_there(check_rows):
    """`punctual` gives its rows on small databases of every kind: whole days, cancelled flights among the scheduled.

    Compare departs, a text with a time in it, with the two days. Which functions leave NULL out? When are two texts
    the same, and what does division do to two ints?
    """
    check_rows("punctual")


@pytest.mark.points(1)
@pytest.mark.needs("test_overdue_by_hand")
def test_overdue_survives_unknown_tails(check_rows):
    """`overdue` gives its rows on small databases of every kind, some inspections being of an unknown plane.

    What is x NOT IN (1, NULL) when x is 2? Which planes does it lose that have no maker, or no inspection at all? Does
    the day itself count?
    """
    check_rows("overdue")


@pytest.mark.points(1)
@pytest.mark.needs("test_fleet_by_hand")
def test_fleet_counts_every_flight_once(check_rows):
    """`fleet` gives its rows on small databases of every kind: every plane of the maker, every flight and remark once.

    How many rows does a flight with three remarks have after a join, and a plane without flights? Which sums are 0,
    and which are not known? Are two remarks that look alike one?
    """
    check_rows("fleet")


@pytest.mark.points(1)
@pytest.mark.needs("test_worst_by_hand")
def test_worst_keeps_order_and_unlisted_planes(check_rows):
    """`worst` gives its rows on small databases of every kind: equal delays by id, and planes not listed as NULL.

    Which flights have no row among the planes? Which come last when more are asked for than there are? What may a delay
    be, and an id?
    """
    check_rows("worst")


@pytest.mark.points(1)
@pytest.mark.needs("test_review_by_hand")
def test_review_gives_each_flight_once(check_rows):
    """`review` gives its rows on small databases of every kind: each flight once, equal flights as often as they are.

    A flight may meet both conditions, and two flights may look the same. What do UNION and UNION ALL make of that? What
    is `tail <> :tail` where the tail is not known?
    """
    check_rows("review")


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_punctual_counts_what_is_there",
    "test_overdue_survives_unknown_tails",
    "test_fleet_counts_every_flight_once",
    "test_worst_keeps_order_and_unlisted_planes",
    "test_review_gives_each_flight_once",
)
def test_order_is_asked_for(boxed, sql, small, oracle, rng):
    """Rows come in their order because the query asks for it: wherever they lie in the file, and without an index.

    Which rows are equal in all that your ORDER BY names? What decides between them, in the query and in each subquery
    that ends after some rows?
    """
    database, r = boxed("database.py"), worlds.generator(rng)
    for name in asks.ASKS:
        further = luck.further(name, sql(name))
        assert further is not None, f"{name} has no ORDER BY of its own, outside of subqueries"
        several = small(name, worlds.tied)
        runs = [(luck.stored(world.tables, r), world.asks) for world in several]
        compare(oracle, name, several, database.ask_each("", sql(name), runs, backwards=True, further=further))


# --- steps


@pytest.mark.points(1)
@pytest.mark.needs("test_punctual_counts_what_is_there")
def test_punctual_reads_its_days_only(check_steps):
    """`punctual` takes few steps on a large database.

    An index is in order of its first column, and of its second only where the first is equal. In what order is f(x)?
    """
    check_steps("punctual", floor=11.5, full=10)


@pytest.mark.points(1)
@pytest.mark.needs("test_overdue_survives_unknown_tails")
def test_overdue_stops_at_the_first_inspection(check_steps):
    """`overdue` takes few steps on a large database.

    Does the question need a number of inspections? Which columns find the first one?
    """
    check_steps("overdue", floor=2, full=0.5)


@pytest.mark.points(1)
@pytest.mark.needs("test_fleet_counts_every_flight_once")
def test_fleet_joins_by_index(check_steps):
    """`fleet` takes few steps on a large database.

    For each plane its flights, for each flight its remarks: which two look-ups are there, and by which column?
    """
    check_steps("fleet", floor=6, full=2.5)


@pytest.mark.points(1)
@pytest.mark.needs("test_worst_keeps_order_and_unlisted_planes")
def test_worst_ends_early(check_steps):
    """`worst` takes few steps on a large database.

    To end after ten rows, SQLite must meet them in the order that is asked for. How does it then find their planes?
    """
    check_steps("worst", floor=5, full=2)


@pytest.mark.points(1)
@pytest.mark.needs("test_review_gives_each_flight_once")
def test_review_looks_up_both_sides(check_steps):
    """`review` takes few steps on a large database.

    SQLite can use one index for each side of an OR, if each side could use one alone. Could each of yours?
    """
    check_steps("review", floor=10, full=4)


@pytest.mark.points(4)
@pytest.mark.needs(
    "test_order_is_asked_for",
    "test_punctual_reads_its_days_only",
    "test_overdue_stops_at_the_first_inspection",
    "test_fleet_joins_by_index",
    "test_worst_ends_early",
    "test_review_looks_up_both_sides",
)
def test_indexes_are_worth_their_cost(boxed, hidden, sql, credit):
    """The indexes are small, and new rows do not cost much more than without them.

    Which index can be dropped without making a query slower? An index whose columns are the first ones of another
    serves nothing that the other does not. A wide index repeats the table.
    """
    airline = hidden("airline", draw=LARGE)
    database = boxed("database.py")
    bare, found = (database.costs(airline.data, text, airline.arrivals) for text in ("", sql("indexes")))
    assert found["error"] is None, f"indexes.sql: {found['error']}, or new rows do not get in"
    share = 100 * found["index_bytes"] / found["table_bytes"]
    credit(share, floor=55, full=37, name="index bytes", unit=" % of the tables'")
    credit(found["steps"] / bare["steps"], floor=2.4, full=1.9, name="inserting", unit=" times the steps")
