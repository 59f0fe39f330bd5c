"""Read an SQLite database from its bytes. Source: https://www.sqlite.org/security.html, "Untrusted SQLite files"."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any


def tables(data: bytes) -> dict[str, list[str]]:
    """Return the columns of every table: ``{name: [column, ...]}``."""
    with _open(data) as connection:
        names = [row[0] for row in connection.execute("select name from sqlite_schema where type = 'table'")]
        return {name: [row[0] for row in connection.execute("select name from pragma_table_info(?)", (name,))]
                for name in names}  # fmt: skip


def query(data: bytes, sql: str, parameters: Sequence[Any] = (), most: int = 10_000) -> list[tuple[Any, ...]]:
    """Return the rows of a query as tuples; more than `most` are a `ValueError`."""
    with _open(data) as connection:
        rows = connection.execute(sql, parameters).fetchmany(most + 1)
    if len(rows) > most:
        raise ValueError(f"more than {most} rows")
    return rows


@contextlib.contextmanager
def _open(data: bytes) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("pragma trusted_schema = off")
        connection.deserialize(data)
        connection.execute("pragma query_only = on")
        if connection.execute("pragma integrity_check(1)").fetchone() != ("ok",):
            raise ValueError("the database is damaged")
        yield connection
