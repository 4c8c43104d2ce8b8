"""Readers: the one of an instance without accounts, and those who have one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.domain.ids import ReaderId
from aggregator.domain.readers import Reader, Role
from aggregator.storage.schema import readers


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads. The first one is always there."""

    connection: Connection

    def get(self, reader: ReaderId) -> Reader | None:
        """Return a reader, or None."""
        row = self.connection.execute(select(readers).where(readers.c.id == reader)).first()
        return None if row is None else _reader_of(row)


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
