"""Searches that readers keep: one row a search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from aggregator.domain.ids import ReaderId
from aggregator.domain.saved_searches import SavedSearch, SavedSearchId
from aggregator.storage.revisions import Changing, advance, of_one
from aggregator.storage.tables_saved_searches import saved_searches

TABLE = saved_searches.c


@dataclass(frozen=True, slots=True)
class SavedSearches:
    """The searches of every reader."""

    connection: Connection

    def of(self, reader: ReaderId) -> tuple[SavedSearch, ...]:
        """Return a reader's searches in their order."""
        query = select(saved_searches).where(TABLE.reader_id == reader)

        def read() -> tuple[SavedSearch, ...]:
            found = map(search_of, self.connection.execute(query))
            return tuple(sorted(found, key=lambda one: (one.place, one.id)))

        return of_one(self.connection, "searches", reader, read, of=[Changing.READERS])

    def by_token(self, token: str) -> SavedSearch | None:
        """Return the search whose feed has this secret in its address, or None."""
        row = self.connection.execute(select(saved_searches).where(TABLE.token == token)).first()
        return None if row is None else search_of(row)

    def add(self, reader: ReaderId, *, name: str, query: str, token: str, now: datetime) -> SavedSearchId:
        """Store a search behind the reader's others; the reader must not have the same one yet."""
        advance(self.connection, Changing.READERS)
        last = select(func.coalesce(func.max(TABLE.place), 0)).where(TABLE.reader_id == reader)
        insert = saved_searches.insert().values(
            reader_id=reader,
            name=name,
            query=query,
            place=last.scalar_subquery() + 1,
            on_front=False,
            token=token,
            created_at=now,
        )
        return SavedSearchId(self.connection.execute(insert.returning(TABLE.id)).scalar_one())

    def change(self, reader: ReaderId, number: SavedSearchId, **values: Any) -> bool:
        """Set name, on_front or token of a reader's search; false when there is none."""
        advance(self.connection, Changing.READERS)
        mine = (TABLE.id == number) & (TABLE.reader_id == reader)
        return self.connection.execute(saved_searches.update().where(mine).values(values)).rowcount == 1

    def arrange(self, reader: ReaderId, order: Sequence[SavedSearchId]) -> None:
        """Put a reader's searches in this order."""
        for place, number in enumerate(order, start=1):
            self.change(reader, number, place=place)

    def remove(self, reader: ReaderId, number: SavedSearchId) -> bool:
        """Forget a search of this reader; false when there is none."""
        advance(self.connection, Changing.READERS)
        gone = saved_searches.delete().where(TABLE.id == number, TABLE.reader_id == reader)
        return self.connection.execute(gone.returning(TABLE.id)).first() is not None


def search_of(row: Row[Any]) -> SavedSearch:
    """Return the search in a row."""
    return SavedSearch(
        id=SavedSearchId(row.id),
        reader=ReaderId(row.reader_id),
        name=row.name,
        query=row.query,
        place=row.place,
        on_front=row.on_front,
        token=row.token,
        created_at=row.created_at,
    )
