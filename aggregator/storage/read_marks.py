"""Which articles a reader has read, and which were taken back: one row an article, none for neither."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import Connection, func, select

from aggregator.domain.ids import ArticleId, ReaderId
from aggregator.domain.readers import ReadMark
from aggregator.storage.rows import chunks, insert_into
from aggregator.storage.schema import read_marks
from aggregator.storage.types import EPOCH


@dataclass(frozen=True, slots=True)
class ReadMarks:
    """A mark belongs to its article, so that it survives every merge and split of stories."""

    connection: Connection

    def of(self, reader: ReaderId, articles: Collection[ArticleId]) -> Mapping[ArticleId, ReadMark]:
        """Return the marks of those of these articles that have one."""
        mark = read_marks.c
        # One text instead of a row for each, as in `story_members.py`: the front page asks for a thousand.
        row = func.json_array(mark.article_id, mark.is_read, mark.with_story, mark.at)
        query = select(func.json_group_array(row)).where(mark.reader_id == reader)
        return {
            ArticleId(article): ReadMark(
                is_read=bool(is_read), with_story=bool(with_story), at=EPOCH + timedelta(microseconds=at)
            )
            for chunk in chunks(articles)
            for article, is_read, with_story, at in json.loads(
                self.connection.execute(query.where(mark.article_id.in_(chunk))).scalar_one()
            )
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
