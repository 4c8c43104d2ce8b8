"""What readers do not want to see: one row a rule."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from aggregator.domain.ids import MuteId, ReaderId
from aggregator.domain.readers import Mute, MuteKind
from aggregator.storage.revisions import Changing, advance, of_one
from aggregator.storage.rows import insert_into
from aggregator.storage.schema import mutes


@dataclass(frozen=True, slots=True)
class Mutes:
    """The rules of every reader."""

    connection: Connection

    def of(self, reader: ReaderId) -> tuple[Mute, ...]:
        """Return a reader's rules, the oldest first."""
        query = select(mutes).where(mutes.c.reader_id == reader).order_by(mutes.c.id)

        def read() -> tuple[Mute, ...]:
            return tuple(
                Mute(
                    id=MuteId(row.id),
                    kind=MuteKind(row.kind),
                    value=row.value,
                    scope=row.scope,
                    created_at=row.created_at,
                )
                for row in self.connection.execute(query)
            )

        return of_one(self.connection, "mutes", reader, read, of=[Changing.READERS])

    def add(self, reader: ReaderId, mute: Mute) -> None:
        """Store a rule; one that the reader has already stays as it is."""
        advance(self.connection, Changing.READERS)
        insert = insert_into(self.connection, mutes).on_conflict_do_nothing()
        self.connection.execute(
            insert.values(
                reader_id=reader,
                kind=mute.kind.value,
                value=mute.value,
                scope=mute.scope,
                created_at=mute.created_at,
            )
        )

    def remove(self, reader: ReaderId, number: MuteId) -> bool:
        """Remove a rule of this reader; false when there is none."""
        advance(self.connection, Changing.READERS)
        gone = mutes.delete().where(mutes.c.id == number, mutes.c.reader_id == reader)
        return self.connection.execute(gone.returning(mutes.c.id)).first() is not None
