"""What became of every slot of every schedule: one row a slot, so that none is done twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.domain.digests import Edition, Outcome, PostState, SlotLine
from aggregator.domain.ids import EditionId, ReaderId, ScheduleId
from aggregator.storage.rows import insert_into
from aggregator.storage.tables_digests import digest_editions as table
from aggregator.storage.tables_digests import digest_posts, digest_schedules


@dataclass(frozen=True, slots=True)
class DigestEditions:
    """The archive and the log."""

    connection: Connection

    def add(self, edition: Edition) -> EditionId | None:
        """Store what became of a slot and return its number; None when that slot was done before."""
        insert = insert_into(self.connection, table).on_conflict_do_nothing(
            index_elements=[table.c.schedule_id, table.c.slot]
        )
        values = {
            "reader_id": edition.reader,
            "schedule_id": edition.schedule,
            "slot": edition.slot,
            "outcome": edition.outcome.value,
            "made_at": edition.made_at,
            "as_of": edition.as_of,
            "stories": edition.stories,
            "secret": edition.secret,
            "content": None if edition.content is None else dict(edition.content),
        }
        row = self.connection.execute(insert.values(values).returning(table.c.id)).first()
        return None if row is None else EditionId(row.id)

    def latest_as_of(self, schedule: ScheduleId) -> datetime | None:
        """Return what the latest edition or skipped slot of a schedule could see; None before the first."""
        query = select(table.c.as_of).where(table.c.schedule_id == schedule, table.c.as_of.is_not(None))
        found: datetime | None = self.connection.scalar(query.order_by(table.c.slot.desc()).limit(1))
        return found

    def by_secret(self, secret: str) -> Edition | None:
        """Return the edition with this unguessable address, or None."""
        row = self.connection.execute(select(table).where(table.c.secret == secret)).first()
        return None if row is None else _edition_of(row)

    def made(self, schedule: ScheduleId, *, limit: int) -> tuple[Edition, ...]:
        """Return the editions of a schedule that still have their content, the newest first."""
        kept = (table.c.schedule_id == schedule) & table.c.content.is_not(None)
        query = select(table).where(kept).order_by(table.c.slot.desc()).limit(limit)
        return tuple(map(_edition_of, self.connection.execute(query)))

    def log(self, reader: ReaderId, *, limit: int) -> tuple[SlotLine, ...]:
        """Return what became of a reader's slots, the newest first, without any content."""
        query = (
            select(
                table.c.schedule_id, table.c.slot, table.c.outcome, table.c.stories, table.c.secret,
                table.c.content.is_not(None).label("has_content"), digest_schedules.c.name,
                digest_posts.c.state, digest_posts.c.attempts, digest_posts.c.problem,
            )
            .join_from(table, digest_schedules, digest_schedules.c.id == table.c.schedule_id)
            .outerjoin(digest_posts, digest_posts.c.edition_id == table.c.id)
            .where(table.c.reader_id == reader)
            .order_by(table.c.id.desc())
            .limit(limit)
        )  # fmt: skip
        return tuple(
            SlotLine(
                schedule=ScheduleId(row.schedule_id),
                name=row.name,
                slot=row.slot,
                outcome=Outcome(row.outcome),
                stories=row.stories,
                secret=row.secret,
                has_content=row.has_content,
                post=None if row.state is None else PostState(row.state),
                attempts=row.attempts or 0,
                problem=row.problem or "",
            )
            for row in self.connection.execute(query)
        )

    def unjoin(self, schedule: ScheduleId, *, since: datetime) -> None:
        """Forget that slots from a moment on joined another one: the clock had run ahead of them."""
        joined = (table.c.schedule_id == schedule) & (table.c.outcome == Outcome.JOINED.value)
        self.connection.execute(table.delete().where(joined, table.c.slot >= since))

    def forget_content(self, *, before: datetime) -> None:
        """Empty the editions made before a moment; that they were made stays known."""
        old = (table.c.made_at < before) & table.c.content.is_not(None)
        self.connection.execute(table.update().where(old).values(content=None))


def _edition_of(row: Row[Any]) -> Edition:
    return Edition(
        id=EditionId(row.id),
        reader=ReaderId(row.reader_id),
        schedule=ScheduleId(row.schedule_id),
        slot=row.slot,
        outcome=Outcome(row.outcome),
        made_at=row.made_at,
        as_of=row.as_of,
        stories=row.stories,
        secret=row.secret,
        content=row.content,
    )
