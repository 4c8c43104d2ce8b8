"""Bring a database's schema up to date by Alembic's steps in `migrations/versions`, in one transaction."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from aggregator.domain.errors import DatabaseNewer, DatabaseUnusable

FOLDER = Path(__file__).parent / "migrations"


def config() -> Config:
    """Return Alembic's settings, made here: there is no alembic.ini."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


@cache
def known_revisions() -> tuple[str, ...]:
    """Return every revision that this Broadfold knows, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def head() -> str:
    """Return the newest revision that this Broadfold knows."""
    return known_revisions()[0]


def current(connection: Connection) -> str | None:
    """Return the revision of the database, or None when it has none yet."""
    revisions = MigrationContext.configure(connection).get_current_heads()
    return revisions[0] if revisions else None


def refuse_newer(found: str | None, location: str) -> None:
    """Stop before anything is written to a schema from the future.

    Raises:
        DatabaseNewer: the revision is not one of ours.
    """
    if found is not None and found not in known_revisions():
        raise DatabaseNewer(location, found, head())


def upgrade(connection: Connection, location: str) -> None:
    """Run the missing steps over a connection that holds the write lock.

    The lock makes a second process wait here, and find nothing left to do.

    Raises:
        DatabaseNewer: the schema was made by a newer Broadfold.
        DatabaseUnusable: the tables in the file are another program's.
    """
    found = current(connection)
    refuse_newer(found, location)
    if found == head():
        return
    if found is None and inspect(connection).get_table_names():
        raise DatabaseUnusable(location, "it holds tables that Broadfold did not make")
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
