"""What every repository needs to reach many rows: short IN lists, and INSERT … ON CONFLICT."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, func, select
from sqlalchemy.dialects import sqlite

T = TypeVar("T")

IN_LIST = 500
"""Most values in one IN list: half of the 999 that SQLite took in one statement before version 3.32."""


def chunks(items: Iterable[T], size: int = IN_LIST) -> Iterator[list[T]]:
    """Yield the distinct items in their order, in lists of at most `size`."""
    distinct = list(dict.fromkeys(items))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]


def select_in(
    connection: Connection, statement: Select[Any], column: ColumnElement[Any], values: Iterable[Any]
) -> Iterator[Row[Any]]:
    """Yield the rows of `statement` whose `column` is one of `values`, asked for in short lists."""
    for chunk in chunks(values):
        yield from connection.execute(statement.where(column.in_(chunk)))


def in_one(connection: Connection, statement: Select[Any]) -> list[list[Any]]:
    """Return the rows of `statement` as lists, in one fetch: numbers and texts as the database has them.

    Python's sqlite3 gives up the interpreter's lock for every row that it fetches, and while another thread
    computes, getting it back may take milliseconds. So the rows come as one JSON text.
    """
    row = func.json_array(*statement.subquery().c)
    told: list[list[Any]] = json.loads(connection.execute(select(func.json_group_array(row))).scalar_one())
    return told


def insert_into(connection: Connection, table: Table) -> sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT, which SQLAlchemy spells once for each database.

    PostgreSQL's own has the same methods; it joins here when that database does.
    """
    if connection.dialect.name != "sqlite":
        raise NotImplementedError(f"ON CONFLICT is not written for {connection.dialect.name}")
    return sqlite.insert(table)
