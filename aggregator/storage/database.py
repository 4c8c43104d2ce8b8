"""A database as the rooms see it: short reading and writing transactions over one file, or over memory."""

from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, local

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from aggregator.domain.errors import DatabaseBusy, DatabaseUnusable
from aggregator.storage import migrate, sqlite
from aggregator.storage.check import problems
from aggregator.storage.revisions import KEPT, SEEN
from aggregator.storage.unit import UnitOfWork, unit_of_work

PATIENCE = 30.0
"""Seconds to wait for another writer; ours hold the lock for well under one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """One database, used by many threads at once; `location` names it in messages."""

    engine: Engine
    location: str
    patience: float
    turns: AbstractContextManager[object]
    """Held during a transaction: threads take turns where there is only one connection."""
    here: local = field(default_factory=local)
    """Remembers, for each thread, whether a unit of work is open, and its one view."""
    kept: dict[str, tuple[Hashable, object]] = field(default_factory=dict)
    """What is counted once for each state of the database: `revisions.py`."""

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """Open a unit of work over an unchanging view of the database; writing in it fails.

        One unit of work at a time in a thread, of either kind: a second one is a RuntimeError.

        Raises:
            DatabaseUnusable: the file is damaged, locked for too long or has no tables.
        """
        if not getattr(self.here, "is_one_view", False):
            with self._transaction(writing=False) as connection:
                yield unit_of_work(connection)
            return
        with self._alone(), self._told(writing=False, patience=self.patience):
            view = getattr(self.here, "view", None)
            if view is None:
                view = self.here.view = ExitStack()
                self.here.work = unit_of_work(
                    view.enter_context(self._begun(writing=False, patience=self.patience))
                )
            yield self.here.work

    @contextmanager
    def one_view(self) -> Iterator[None]:
        """Let all that this thread reads be as of one moment, in one transaction.

        It begins with the first unit of work, and ends at the end, at `renew` and before a unit of work that
        writes; the next one is newer. For pages that ask many short questions: each beginning and end of a
        transaction costs a turn of the interpreter.
        """
        self.here.is_one_view = True
        try:
            yield
        finally:
            self.here.is_one_view = False
            self.renew()

    def renew(self) -> None:
        """End this thread's one view, if it has one: nothing is held open while it waits for something."""
        view, self.here.view, self.here.work = getattr(self.here, "view", None), None, None
        if view is not None:
            view.close()

    @contextmanager
    def writing(self, *, patience: float | None = None) -> Iterator[UnitOfWork]:
        """Open the only unit of work that writes; commits at a clean end, undoes everything on an exception.

        `patience` is how many seconds to wait for another writer, by default those of the storage.

        Raises:
            DatabaseBusy: another writer took longer.
            DatabaseUnusable: the file is damaged, locked for too long, full or has no tables.
        """
        with self._transaction(writing=True, patience=patience) as connection:
            yield unit_of_work(connection)

    def migrate(self) -> None:
        """Bring the schema up to date; safe when several processes do so at once.

        Raises:
            DatabaseNewer: the schema was made by a newer Broadfold; nothing is changed.
            DatabaseUnusable: the file cannot be used or holds another program's tables.
        """
        if self.schema_revision() == migrate.head():
            return
        with self._transaction(writing=True) as connection:
            migrate.upgrade(connection, self.location)

    def schema_revision(self) -> str | None:
        """Return the revision of the schema, or None when there is none yet."""
        with self._transaction(writing=False) as connection:
            return migrate.current(connection)

    def check(self) -> tuple[str, ...]:
        """Return the problems found in the database, as sentences; none when all is well."""
        try:
            with self._transaction(writing=True) as connection:
                return problems(connection)
        except DatabaseUnusable as error:
            return (str(error),)

    def close(self) -> None:
        """Give back every connection; the storage may not be used afterwards."""
        self.engine.dispose()

    @contextmanager
    def _transaction(self, *, writing: bool, patience: float | None = None) -> Iterator[Connection]:
        waits = self.patience if patience is None else patience
        with self._alone(), self._told(writing=writing, patience=waits):
            self.renew()
            with self._begun(writing=writing, patience=waits) as connection:
                yield connection

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold that this is the one unit of work of this thread."""
        if getattr(self.here, "is_open", False):
            raise RuntimeError("a unit of work is already open in this thread: end it first")
        self.here.is_open = True
        try:
            yield
        finally:
            self.here.is_open = False

    @contextmanager
    def _begun(self, *, writing: bool, patience: float) -> Iterator[Connection]:
        with self.turns, self.engine.connect() as connection:
            options = {sqlite.WRITING: writing, sqlite.PATIENCE: patience, KEPT: self.kept, SEEN: {}}
            connection = connection.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def _told(self, *, writing: bool, patience: float) -> Iterator[None]:
        """Say in our own errors why the database cannot be used."""
        try:
            yield
        except DBAPIError as error:
            self.renew()
            why = sqlite.reason(error, patience=patience)
            if why is None or (not writing and sqlite.is_refused_write(error)):
                raise
            kind = DatabaseBusy if sqlite.is_busy(error.orig) else DatabaseUnusable
            raise kind(self.location, why) from error


def open_storage(url: str, *, patience: float = PATIENCE) -> Storage:
    """Open a database by its address, `sqlite:///folder/file.db` or `sqlite:///:memory:`; does not migrate.

    `patience` is how many seconds to wait for another program's lock.

    Raises:
        DatabaseUnusable: the address is not understood, or the file is no database or cannot be opened.
    """
    address = parse_address(url)
    memory = sqlite.is_memory(address)
    location = "in memory" if memory else str(Path(str(address.database)))
    storage = Storage(
        engine=sqlite.make_engine(address, patience=patience),
        location=location,
        patience=patience,
        turns=Lock() if memory else nullcontext(),
    )
    try:
        storage.schema_revision()
    except BaseException:
        storage.close()
        raise
    return storage


def parse_address(url: str) -> URL:
    """Return the parts of a database address.

    Raises:
        DatabaseUnusable: it is not the address of a SQLite database.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise DatabaseUnusable(url, "its address must look like sqlite:///folder/broadfold.db") from error
    if address.get_backend_name() != "sqlite":
        raise DatabaseUnusable(
            address.render_as_string(), "only SQLite is known, as sqlite:///folder/broadfold.db"
        )
    return address
