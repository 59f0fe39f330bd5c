"""What an order by luck does not survive: rows that lie in another order in the file, and a last term of ORDER BY."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from tenfold.datasets import module

right = module(Path(__file__).with_name("right.py"))
make = module(Path(__file__).resolve().parents[3] / "datasets" / "airline" / "make.py")

QUOTED = re.compile(r"--[^\n]*|/\*.*?(\*/|\Z)|'[^']*'|\"[^\"]*\"|`[^`]*`|\[[^\]]*\]", re.DOTALL)
"""Comments, texts and quoted names."""
COLUMNS = {"punctual": 4, "overdue": 2, "fleet": 4, "worst": 5, "review": 3}


def stored(tables, r):
    """Return tables as the bytes of a database file in which rows lie in any order, and no id is SQLite's rowid."""
    schema = make.SCHEMA.replace("id INTEGER PRIMARY KEY", "id INT NOT NULL PRIMARY KEY")
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(schema)
        for name, rows in tables.items():
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                database.executemany(f"INSERT INTO {name} VALUES ({marks})", r.sample(rows, len(rows)))
        database.commit()
        return database.serialize()


def further(name, sql):
    """Return a place in a query, and more terms for its ORDER BY there: every column, the last one first, downwards.

    Where the query's own terms leave nothing open, no row moves. None where it has no ORDER BY outside of parentheses.
    """
    outside = _outside(sql)
    found = [*re.finditer(r"\bORDER\s+BY\b", outside, re.IGNORECASE)]
    if not found:
        return None
    limit = re.search(r"\bLIMIT\b", outside[found[-1].end() :], re.IGNORECASE)
    end = found[-1].end() + limit.start() if limit else len(outside.rstrip("; \t\r\n"))
    terms = "\n" + "".join(f", {column} DESC" for column in range(COLUMNS[name], 0, -1)) + "\n"
    return (end, terms) if len(sql + terms) <= right.database.SQL else (0, "")  # a file that is full


def _outside(sql):
    """Return what stands outside of parentheses, comments and quotes, each at its place; a point for all else."""
    text = QUOTED.sub(lambda match: ("." if match[0][0] in "'\"`[" else " ") * len(match[0]), sql)
    depth, kept = 0, []
    for sign in text:
        depth += sign == "("
        kept.append(sign if depth <= 0 else ".")
        depth -= sign == ")"
    return "".join(kept)
