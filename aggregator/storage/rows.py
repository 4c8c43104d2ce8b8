"""What every repository needs to reach many rows: short IN lists, and INSERT … ON CONFLICT."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table
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


def insert_into(connection: Connection, table: Table) -> sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT, which SQLAlchemy spells once for each database.

    PostgreSQL's own has the same methods; it joins here when that database does.
    """
    if connection.dialect.name != "sqlite":
        raise NotImplementedError(f"ON CONFLICT is not written for {connection.dialect.name}")
    return sqlite.insert(table)
