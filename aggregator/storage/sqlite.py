"""Everything that only SQLite needs: how a connection is opened and begun, and its errors in words.

Python's sqlite3 opens transactions by itself, late and never IMMEDIATE; `isolation_level=None` stops
that, and BEGIN is sent from here (https://docs.python.org/3.11/library/sqlite3.html#transaction-control).
"""

import sqlite3
import time
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError
from sqlalchemy.pool import StaticPool

WRITING = "broadfold_writing"
"""Execution option of a connection whose transactions write."""
PATIENCE = "broadfold_patience"
"""The execution option with the seconds that a writing transaction waits for its turn."""

WAL_RETRY_SECONDS = 0.05
"""Pause between attempts at WAL, which SQLite may refuse at once while another process opens the file."""

REASONS = {
    "SQLITE_NOTADB": "the file is not a SQLite database",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_CANTOPEN": "the file cannot be opened or made; its folder must exist and be writable",
    "SQLITE_PERM": "this user may not use the file",
    "SQLITE_AUTH": "this user may not use the file",
    "SQLITE_READONLY": "the file or its folder cannot be written",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk reported an error",
    "SQLITE_PROTOCOL": "several programs are opening it at once; try again",
    "SQLITE_NOMEM": "the memory is full",
}
"""A sentence for each primary result code that is no fault of ours: https://www.sqlite.org/rescode.html"""


def is_memory(url: URL) -> bool:
    """Return whether the address names a database that lives in memory only."""
    return url.database in (None, "", ":memory:")


def make_engine(url: URL, *, patience: float) -> Engine:
    """Return an engine whose connections use WAL, check foreign keys and wait `patience` seconds."""
    if is_memory(url):
        engine = create_engine(
            url, poolclass=StaticPool, connect_args={"isolation_level": None, "check_same_thread": False}
        )
    else:
        # Every thread that asks gets a connection: a page must not wait for a pool of our making.
        engine = create_engine(
            url, max_overflow=-1, connect_args={"isolation_level": None, "timeout": patience}
        )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:  # noqa: ARG001
        connection.execute("PRAGMA foreign_keys = ON")
        if not is_memory(url):
            enter_wal(connection, patience)
            # With WAL, NORMAL survives a killed process; a power cut may undo the last commits but
            # damages nothing (https://www.sqlite.org/pragma.html#pragma_synchronous).
            connection.execute("PRAGMA synchronous = NORMAL")

    event.listen(engine, "begin", begin)
    return engine


def enter_wal(connection: sqlite3.Connection, patience: float) -> None:
    """Switch the file to write-ahead logging, so that readers and a writer do not wait for each other."""
    for _ in range(max(1, round(patience / WAL_RETRY_SECONDS))):
        try:
            mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
            if mode != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            time.sleep(WAL_RETRY_SECONDS)
        else:
            return
    connection.execute("PRAGMA journal_mode = WAL")


def begin(connection: Connection) -> None:
    """Begin the transaction: a writer takes its lock at once, a reader may not write at all."""
    writing = connection.get_execution_options().get(WRITING, False)
    # A connection remembers it, and most are only ever read with: each statement costs a turn.
    if connection.info.get(WRITING) != writing:
        connection.exec_driver_sql(f"PRAGMA query_only = {0 if writing else 1}")
        connection.info[WRITING] = writing
    if writing:
        waits = connection.get_execution_options()[PATIENCE]
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(waits * 1000)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def is_busy(error: BaseException | None) -> bool:
    """Return whether SQLite gave up waiting for another connection's lock."""
    return primary_code(error) in ("SQLITE_BUSY", "SQLITE_LOCKED")


def is_refused_write(error: DBAPIError) -> bool:
    """Return whether a reading transaction tried to write, which is a fault in our code."""
    return getattr(error.orig, "sqlite_errorname", "") == "SQLITE_READONLY"


def primary_code(error: BaseException | None) -> str:
    """Return the primary result code ("SQLITE_BUSY" of "SQLITE_BUSY_SNAPSHOT"), or an empty string."""
    name = str(getattr(error, "sqlite_errorname", ""))
    return "_".join(name.split("_")[:2])


def reason(error: DBAPIError, *, patience: float) -> str | None:
    """Return in words why the database cannot be used, or None when the error is a fault in our code."""
    if is_busy(error.orig):
        return f"another program kept it locked for more than {patience:g} seconds"
    if "no such table" in str(error.orig):
        return "its tables are missing; run `broadfold db upgrade`"
    return REASONS.get(primary_code(error.orig))


def damage(connection: Connection) -> list[str]:
    """Return what SQLite's own checks find wrong, as sentences; at most ten of each kind."""
    found = [
        f"The file is damaged: {row[0]}."
        for row in connection.exec_driver_sql("PRAGMA integrity_check(10)")
        if row[0] != "ok"
    ]
    missing: dict[tuple[str, str], int] = {}
    for table, _, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        missing[table, parent] = missing.get((table, parent), 0) + 1
    found += [
        f"{count} rows of {table} point at rows of {parent} that are not there."
        for (table, parent), count in missing.items()
    ]
    return found


def search_in_step(connection: Connection) -> bool:
    """Return whether the FTS index holds exactly the words of the articles; needs a writing connection."""
    try:
        connection.exec_driver_sql(
            "INSERT INTO article_search(article_search, rank) VALUES ('integrity-check', 1)"
        )
    except DatabaseError as error:
        if primary_code(error.orig) != "SQLITE_CORRUPT":
            raise
        return False
    return True
