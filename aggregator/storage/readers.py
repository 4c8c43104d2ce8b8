"""Readers: the one of an instance without accounts, and those who have one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.domain.ids import ReaderId
from aggregator.domain.readers import Reader, Role
from aggregator.storage.revisions import Changing, advance, of_one
from aggregator.storage.schema import readers


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads. The first one is there until an account is made of it and removed."""

    connection: Connection

    def get(self, reader: ReaderId) -> Reader | None:
        """Return a reader, or None."""

        def read() -> Reader | None:
            row = self.connection.execute(select(readers).where(readers.c.id == reader)).first()
            return None if row is None else _reader_of(row)

        return of_one(self.connection, "readers", reader, read, of=[Changing.READERS])

    def all(self) -> tuple[Reader, ...]:
        """Return every reader in the order in which they came."""
        return tuple(
            _reader_of(row) for row in self.connection.execute(select(readers).order_by(readers.c.id))
        )

    def add(self, reader: Reader) -> ReaderId:
        """Store a new reader, whatever the number in it says; return its number."""
        advance(self.connection, Changing.READERS)
        added = self.connection.execute(readers.insert().values(**_values(reader)).returning(readers.c.id))
        return ReaderId(added.scalar_one())

    def put(self, reader: Reader) -> None:
        """Store what has changed of a reader who is there."""
        advance(self.connection, Changing.READERS)
        changed = readers.update().where(readers.c.id == reader.id).values(**_values(reader))
        self.connection.execute(changed)

    def remove(self, reader: ReaderId) -> None:
        """Remove a reader with everything that is theirs."""
        advance(self.connection, Changing.READERS)
        self.connection.execute(readers.delete().where(readers.c.id == reader))


def _values(reader: Reader) -> dict[str, Any]:
    return {
        "name": reader.name,
        "password": reader.password,
        "role": reader.role.value,
        "time_zone": reader.time_zone,
        "language": reader.language,
        "density": reader.density,
        "theme": reader.theme,
        "created_at": reader.created_at,
    }


def _reader_of(row: Row[Any]) -> Reader:
    return Reader(
        id=ReaderId(row.id),
        name=row.name,
        role=Role(row.role),
        created_at=row.created_at,
        password=row.password,
        time_zone=row.time_zone,
        language=row.language,
        density=row.density,
        theme=row.theme,
    )
