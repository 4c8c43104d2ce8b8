"""Lists of stories that a reader keeps: the saved ones and the followed ones are two tables of one shape."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, func, or_, select

from aggregator.domain.ids import ReaderId, StoryId
from aggregator.storage.rows import insert_into
from aggregator.storage.schema import stories
from aggregator.storage.stories import LIVING


@dataclass(frozen=True, slots=True)
class StoryList:
    """A story stays in the list when it becomes part of another: that one is in the list then."""

    connection: Connection
    table: Table

    def add(self, reader: ReaderId, story: StoryId, *, now: datetime) -> None:
        """Put a story into the list; one that is in it keeps its place."""
        insert = insert_into(self.connection, self.table).on_conflict_do_nothing()
        self.connection.execute(insert.values(reader_id=reader, story_id=story, at=now))

    def remove(self, reader: ReaderId, story: StoryId) -> None:
        """Take a story out, with those that became part of it."""
        ids = select(stories.c.id).where(or_(stories.c.id == story, stories.c.merged_into == story))
        mine = self.table.c.reader_id == reader
        self.connection.execute(self.table.delete().where(mine, self.table.c.story_id.in_(ids)))

    def page(
        self, reader: ReaderId, *, before: tuple[datetime, StoryId] | None = None, limit: int
    ) -> tuple[tuple[StoryId, datetime], ...]:
        """Return stories as they live on, with when they came in, the latest first.

        Args:
            reader: whose list.
            before: the last (time, id) seen.
            limit: the most to return.
        """
        at = func.max(self.table.c.at)
        query = (
            select(LIVING, at)
            .join_from(self.table, stories, stories.c.id == self.table.c.story_id)
            .where(self.table.c.reader_id == reader)
            .group_by(LIVING)
            .order_by(at.desc(), LIVING.desc())
            .limit(limit)
        )
        if before is not None:
            moment, key = before
            query = query.having(or_(at < moment, (at == moment) & (key > LIVING)))
        return tuple((StoryId(story), time) for story, time in self.connection.execute(query))
