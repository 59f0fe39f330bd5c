"""Run SQL on a copy of a database and count its work. Nothing of it is kept, and every fault comes back as a value.

Learners may use it too: ``ask(public("airline").data, indexes, query, [{"carrier": "UA", ...}])``.
"""

import re
import sqlite3
from contextlib import closing

TICK = 10  # steps: how finely work is counted
STEPS = 5_000_000  # an endless query ends here
ROWS = 5_000  # the longest result
RESULT = 1_000_000  # characters of a result
PLAN = 100  # lines of a plan, and twice that many characters of each
SQL = 10_000  # characters of one file
TABLES = ("flights", "planes", "remarks", "inspections")
FUNCTIONS = frozenset(
    """
    abs avg coalesce count cume_dist date datetime dense_rank first_value glob ifnull iif julianday lag last_value
    lead length like likelihood likely lower ltrim max min nth_value ntile nullif percent_rank rank round
    row_number rtrim sign strftime substr substring sum time total trim typeof unixepoch unlikely upper
    """.split()  # noqa: SIM905 - a list literal would be forty lines
)
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1_000_000,  # bytes of a value or row; lowered for the learner's own SQL
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: SQL,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 50,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
}
MOST_HEAP = 256 << 20  # bytes


NO_END = 1 << 40


class Refused(Exception):
    """The SQL cannot be run; the text says why."""


FAULTS = (sqlite3.Error, sqlite3.Warning, Refused, MemoryError, ValueError, OverflowError)  # of the SQL, not of the kit


def ask(data, indexes, sql, asked, steps=STEPS, backwards=False):
    """Run one query once for each dict of parameters.

    Parameters
    ----------
    data
        The database, as the bytes of an SQLite file.
    indexes, sql
        The contents of ``indexes.sql`` and of one query file.
    asked
        A list of dicts, at least one: the named parameters of each run.
    steps
        Most steps of SQLite's virtual machine in one run.
    backwards
        Let SQLite give rows the other way round wherever no ORDER BY asks for an order.

    Returns
    -------
    dict
        ``error`` (None, or why nothing came), ``rows`` (a list of rows for each run), ``steps`` (an int for each run)
        and ``plan`` (the lines of EXPLAIN QUERY PLAN for the first run).
    """
    plan = []
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as base:
        try:
            work = _prepare(base, data, indexes)
            base.execute(f"PRAGMA reverse_unordered_selects = {'on' if backwards else 'off'}")
            _only(base, _reads)
            base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2_000)
            text = _statement(sql)
            lines = base.execute("EXPLAIN QUERY PLAN " + text, asked[0]).fetchmany(PLAN)
            plan = [(line or "")[: 2 * PLAN] for *_, line in lines]  # none: no memory for it
            found = [_run(base, work, text, parameters, steps) for parameters in asked]
        except FAULTS as error:
            return {"error": _said(error), "rows": [], "steps": [], "plan": plan}
    return {"error": None, "rows": [rows for rows, _ in found], "steps": [n for _, n in found], "plan": plan}


def ask_each(indexes, sql, runs, backwards=False, further=(0, "")):
    """Run one query on many databases; return what `ask` gives for each, up to the first error.

    Parameters
    ----------
    indexes, sql, backwards
        As for `ask`.
    runs
        Pairs (data, asked).
    further
        A place in the query, and a text to be put in there.
    """
    found, (place, more) = [], further
    sql = sql[:place] + more + sql[place:]
    for data, asked in runs:
        found.append(ask(data, indexes, sql, asked, backwards=backwards))
        if found[-1]["error"] is not None:
            break
    return found


def difference(found, wanted):
    """Return in words where rows first differ from those wanted, None where they are the same.

    A float that is wanted is a mean: it may be off by a billionth, below 1 by 1e-9. All else is exact.
    """
    for place, (row, right) in enumerate(zip(found, wanted, strict=False), start=1):
        if len(row) != len(right):
            return f"row {place} has {len(row)} columns; {len(right)} were wanted"
        if not all(map(_equal, row, right)):
            return f"row {place} is {_shown(row)}; {_shown(right)} was wanted"
    if len(found) == len(wanted):
        return None
    more, said = (found, "was not wanted") if len(found) > len(wanted) else (wanted, "was wanted too")
    place = min(len(found), len(wanted))
    return f"there are {len(found)} rows, not {len(wanted)}: {_shown(more[place])} {said}"


def costs(data, indexes, arrivals):
    """Return what indexes cost: their bytes, and the steps of inserting `arrivals` (rows by table), or an ``error``."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as base:
        try:
            work = _prepare(base, data, "")
            before = _bytes(base)
            _index(base, work, indexes)
            after = _bytes(base)
            work.begin(NO_END)
            for name, rows in arrivals.items():
                base.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        except FAULTS as error:
            return {"error": _said(error), "table_bytes": 0, "index_bytes": 0, "steps": 0}
    return {"error": None, "table_bytes": before, "index_bytes": after - before, "steps": work.end()}


def _equal(found, wanted):
    """Return whether two values are the same: numbers by their value, NULL only to NULL."""
    if isinstance(wanted, (int, float)):
        near = 1e-9 * max(1.0, abs(wanted)) if isinstance(wanted, float) else 0
        return isinstance(found, (int, float)) and abs(found - wanted) <= near
    return type(found) is type(wanted) and found == wanted


def _shown(row):
    text = str(list(row))
    return text if len(text) <= 2 * PLAN else f"{text[: 2 * PLAN]} …"


class _Work:
    """Count steps, and stop SQLite when there are too many."""

    def __init__(self, base):
        self.ticks = self.most = 0
        base.set_progress_handler(self._tick, TICK)

    def _tick(self):
        self.ticks += 1
        return self.ticks * TICK > self.most

    def begin(self, most):
        self.ticks, self.most = 0, most

    def end(self):
        return self.ticks * TICK


def _prepare(base, data, indexes):
    """Open a copy of the database and make its indexes."""
    base.execute(f"PRAGMA hard_heap_limit = {MOST_HEAP}")
    base.deserialize(data)
    base.execute("PRAGMA temp_store = memory")
    base.execute("PRAGMA trusted_schema = off")
    for limit, most in LIMITS.items():
        base.setlimit(limit, most)
    work = _Work(base)
    work.begin(NO_END)
    _index(base, work, indexes)
    return work


def _index(base, work, indexes):
    """Run the statements of indexes.sql, each of which must make one index."""
    _only(base, _makes_index)
    for statement in _split(indexes):
        if not re.match(r"CREATE\s+(UNIQUE\s+)?INDEX\b", statement, re.IGNORECASE):
            raise Refused("indexes.sql may hold CREATE INDEX and CREATE UNIQUE INDEX only")
        work.begin(STEPS)
        base.execute(statement)
    base.set_authorizer(None)
    work.begin(NO_END)


def _run(base, work, text, parameters, most):
    work.begin(most)
    try:
        rows, size = [], 0
        for row in base.execute(text, parameters):
            rows.append(list(row))
            size += sum(len(value) for value in row if isinstance(value, (str, bytes)))
            if len(rows) > ROWS:
                raise Refused(f"the query returns more than {ROWS:,} rows")
            if size > RESULT:
                raise Refused(f"the query returns more than {RESULT:,} characters")
    except sqlite3.OperationalError as error:
        if str(error) == "interrupted":
            raise Refused(f"the query was stopped after {most:,} steps") from None
        raise
    return rows, work.end()


def _statement(sql):
    """Return the one SELECT of a query file, without comments at its beginning."""
    found = _split(sql)
    if not found:
        raise Refused("the file holds no statement yet")
    if len(found) > 1:
        raise Refused("the file must hold one statement")
    if not re.match(r"(SELECT|WITH)\b", found[0], re.IGNORECASE):
        raise Refused("the statement must begin with SELECT or WITH")
    return found[0]


def _split(text):
    """Return the statements of a file, without the comments before them and the semicolons behind."""
    if len(text) > SQL:
        raise Refused(f"the file is longer than {SQL:,} characters")
    if "\0" in text:
        raise Refused("the file is not text")
    text = text.removeprefix("\ufeff")  # some editors put this mark before the text
    found, start = [], 0
    for end in [match.end() for match in re.finditer(";", text)] + [len(text)]:
        if end == len(text) or sqlite3.complete_statement(text[start:end]):
            found.append(_bare(text[start:end]))
            start = end
    return [statement for statement in found if statement]


def _bare(statement):
    bare = re.sub(r"\A(\s+|--[^\n]*(\n|\Z)|/\*.*?\*/)+", "", statement, flags=re.DOTALL)
    return bare.rstrip().rstrip(";").rstrip()


def _only(base, allowed):
    def decide(action, first, second, *_):
        return sqlite3.SQLITE_OK if allowed(action, first, second) else sqlite3.SQLITE_DENY

    base.set_authorizer(decide)


def _reads(action, first, second):
    if action == sqlite3.SQLITE_READ:
        return second == "" or first in TABLES  # no column: a name of the query's own
    if action == sqlite3.SQLITE_FUNCTION:
        return str(second).lower() in FUNCTIONS
    return action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE)


def _makes_index(action, first, second):
    if action in (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_READ) and first == "sqlite_master":
        return True  # where SQLite writes down that there is an index
    if action == sqlite3.SQLITE_CREATE_INDEX:
        return second in TABLES
    return action == sqlite3.SQLITE_REINDEX or _reads(action, first, second)


def _bytes(base):
    (pages,), (size,) = base.execute("PRAGMA page_count").fetchone(), base.execute("PRAGMA page_size").fetchone()
    return pages * size


def _said(error):
    if isinstance(error, MemoryError):
        return f"the SQL needs more than {MOST_HEAP >> 20} MB"
    return f"{error}"[:200] or type(error).__name__
