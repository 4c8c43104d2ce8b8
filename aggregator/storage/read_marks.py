"""Which articles a reader has read, and which were taken back: one row an article, none for neither."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, select

from aggregator.domain.ids import ArticleId, ReaderId
from aggregator.domain.readers import ReadMark
from aggregator.storage.rows import chunks, insert_into, select_in
from aggregator.storage.schema import read_marks


@dataclass(frozen=True, slots=True)
class ReadMarks:
    """A mark belongs to its article, so that it survives every merge and split of stories."""

    connection: Connection

    def of(self, reader: ReaderId, articles: Collection[ArticleId]) -> Mapping[ArticleId, ReadMark]:
        """Return the marks of those of these articles that have one."""
        query = select(read_marks).where(read_marks.c.reader_id == reader)
        return {
            ArticleId(row.article_id): ReadMark(is_read=row.is_read, with_story=row.with_story, at=row.at)
            for row in select_in(self.connection, query, read_marks.c.article_id, articles)
        }

    def put(self, reader: ReaderId, marks: Mapping[ArticleId, ReadMark]) -> None:
        """Set the marks of these articles."""
        rows = [{"reader_id": reader, "article_id": one} | asdict(mark) for one, mark in marks.items()]
        if not rows:
            return
        insert = insert_into(self.connection, read_marks)
        replaced = {name: insert.excluded[name] for name in ("is_read", "with_story", "at")}
        key = [read_marks.c.reader_id, read_marks.c.article_id]
        self.connection.execute(insert.on_conflict_do_update(index_elements=key, set_=replaced), rows)

    def remove(self, reader: ReaderId, articles: Collection[ArticleId]) -> None:
        """Make it so that these articles were never marked."""
        for chunk in chunks(articles):
            gone = read_marks.delete().where(read_marks.c.reader_id == reader)
            self.connection.execute(gone.where(read_marks.c.article_id.in_(chunk)))
