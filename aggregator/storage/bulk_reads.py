"""What was marked read at once, with what it was before: the memory behind every Undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from aggregator.domain.ids import ArticleId, BulkReadId, ReaderId, StoryId
from aggregator.domain.readers import BulkRead, ReadMark, StoryRead
from aggregator.storage.schema import bulk_reads
from aggregator.storage.types import EPOCH, MICROSECOND


@dataclass(frozen=True, slots=True)
class BulkReads:
    """One row a bulk action, until it is undone or too old."""

    connection: Connection

    def add(self, reader: ReaderId, bulk: BulkRead) -> BulkReadId:
        """Store a bulk action and return its number."""
        row = {
            "reader_id": reader,
            "at": bulk.at,
            "marks": {
                str(key): m and [m.is_read, m.with_story, _number(m.at)] for key, m in bulk.marks.items()
            },
            "stories": {
                str(key): r and [_number(r.at), r.reports, r.articles] for key, r in bulk.stories.items()
            },
        }
        done = self.connection.execute(bulk_reads.insert().values(row).returning(bulk_reads.c.id))
        return BulkReadId(done.scalar_one())

    def take(self, reader: ReaderId, number: BulkReadId) -> BulkRead | None:
        """Return a bulk action of this reader and forget it; None when there is none (any more)."""
        own = (bulk_reads.c.id == number) & (bulk_reads.c.reader_id == reader)
        row = self.connection.execute(select(bulk_reads).where(own)).first()
        if row is None:
            return None
        self.connection.execute(bulk_reads.delete().where(own))
        marks: Mapping[str, Any] = row.marks
        reads: Mapping[str, Any] = row.stories
        return BulkRead(
            id=BulkReadId(row.id),
            at=row.at,
            marks={ArticleId(int(key)): value and _mark_of(*value) for key, value in marks.items()},
            stories={StoryId(int(key)): value and _read_of(*value) for key, value in reads.items()},
        )

    def forget(self, reader: ReaderId, *, before: datetime) -> None:
        """Remove what was done before this moment: it cannot be undone any more."""
        old = (bulk_reads.c.reader_id == reader) & (bulk_reads.c.at < before)
        self.connection.execute(bulk_reads.delete().where(old))


def _number(at: datetime) -> Any:
    return (at - EPOCH) // MICROSECOND


def _mark_of(is_read: bool, with_story: bool, at: int) -> ReadMark:
    return ReadMark(is_read=is_read, with_story=with_story, at=EPOCH + at * MICROSECOND)


def _read_of(at: int, reports: int, articles: int) -> StoryRead:
    return StoryRead(at=EPOCH + at * MICROSECOND, reports=reports, articles=articles)
