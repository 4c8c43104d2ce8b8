"""What readers do not want to see: one row a rule."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from aggregator.domain.ids import MuteId, ReaderId
from aggregator.domain.readers import Mute, MuteKind
from aggregator.storage.revisions import Changing, advance, each
from aggregator.storage.rows import insert_into, select_in
from aggregator.storage.schema import mutes

MOST_KEPT = 1000
"""Readers whose rules are kept until somebody changes theirs."""


@dataclass(frozen=True, slots=True)
class Mutes:
    """The rules of every reader."""

    connection: Connection

    def of(self, reader: ReaderId) -> tuple[Mute, ...]:
        """Return a reader's rules, the oldest first."""
        of = [Changing.READERS]
        return each(self.connection, "mutes", [reader], self._read, most=MOST_KEPT, of=of)[reader]

    def _read(self, readers: Collection[ReaderId]) -> dict[ReaderId, tuple[Mute, ...]]:
        found: dict[ReaderId, tuple[Mute, ...]] = dict.fromkeys(readers, ())
        for row in select_in(self.connection, select(mutes).order_by(mutes.c.id), mutes.c.reader_id, readers):
            rule = Mute(
                id=MuteId(row.id),
                kind=MuteKind(row.kind),
                value=row.value,
                scope=row.scope,
                created_at=row.created_at,
            )
            found[ReaderId(row.reader_id)] += (rule,)
        return found

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
