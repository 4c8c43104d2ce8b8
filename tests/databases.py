"""Databases for tests, migrated once and then copied: running the migrations takes longer than most tests."""

from functools import cache
from pathlib import Path

from aggregator.storage import Storage, open_storage


def memory_storage() -> Storage:
    """Return a migrated database in memory; the test that asks for it closes it."""
    storage = open_storage("sqlite:///:memory:")
    connection = storage.engine.raw_connection()
    try:
        connection.driver_connection.deserialize(migrated())
    finally:
        connection.close()
    return storage


def file_storage(file: Path, *, patience: float = 30.0) -> Storage:
    """Return a migrated database in a new file; the test that asks for it closes it."""
    file.write_bytes(migrated())
    return open_storage(f"sqlite:///{file}", patience=patience)


@cache
def migrated() -> bytes:
    """Return the bytes of a database file with the whole schema and no rows."""
    storage = open_storage("sqlite:///:memory:")
    storage.migrate()
    connection = storage.engine.raw_connection()
    try:
        return connection.driver_connection.serialize()
    finally:
        connection.close()
        storage.close()
