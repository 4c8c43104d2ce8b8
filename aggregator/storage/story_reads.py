"""When a reader read which story, and how much of it there was."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, select

from aggregator.domain.ids import ReaderId, StoryId
from aggregator.domain.readers import StoryRead
from aggregator.storage.rows import IN_LIST, chunks, insert_into
from aggregator.storage.schema import stories, story_reads
from aggregator.storage.stories import LIVING, leads_to


@dataclass(frozen=True, slots=True)
class StoryReads:
    """At most one row for a reader and a story: the last time."""

    connection: Connection

    def of(self, reader: ReaderId, story_ids: Collection[StoryId]) -> Mapping[StoryId, StoryRead]:
        """Return when these stories, or ones that became part of them, were last read."""
        query = (
            select(LIVING.label("living"), story_reads.c.at, story_reads.c.reports, story_reads.c.articles)
            .join_from(story_reads, stories, stories.c.id == story_reads.c.story_id)
            .where(story_reads.c.reader_id == reader)
        )
        rows = [
            row
            for chunk in chunks(story_ids, IN_LIST // 2)
            for row in self.connection.execute(query.where(leads_to(chunk)))
        ]
        return {
            StoryId(row.living): StoryRead(at=row.at, reports=row.reports, articles=row.articles)
            for row in sorted(rows, key=lambda row: row.at)
            if row.living in story_ids
        }

    def put(self, reader: ReaderId, reads: Mapping[StoryId, StoryRead]) -> None:
        """Set when these stories were read."""
        rows = [{"reader_id": reader, "story_id": story} | asdict(read) for story, read in reads.items()]
        if not rows:
            return
        insert = insert_into(self.connection, story_reads)
        replaced = {name: insert.excluded[name] for name in ("at", "reports", "articles")}
        key = [story_reads.c.reader_id, story_reads.c.story_id]
        self.connection.execute(insert.on_conflict_do_update(index_elements=key, set_=replaced), rows)

    def remove(self, reader: ReaderId, story_ids: Collection[StoryId]) -> None:
        """Make it so that these stories were never read as stories."""
        for chunk in chunks(story_ids):
            gone = story_reads.delete().where(story_reads.c.reader_id == reader)
            self.connection.execute(gone.where(story_reads.c.story_id.in_(chunk)))
