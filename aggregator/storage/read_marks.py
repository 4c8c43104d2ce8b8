"""Which articles a reader has read, and which were taken back: one row an article, none for neither."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    select,
    type_coerce,
)

from aggregator.domain.ids import ArticleId, ReaderId, StoryId
from aggregator.domain.readers import ReadMark
from aggregator.domain.readstate import Marked
from aggregator.storage.rows import chunks, insert_into
from aggregator.storage.schema import read_marks, story_articles
from aggregator.storage.types import EPOCH


def _flags(articles: ColumnElement[bool]) -> Select[Any]:
    """Return the query for a reader's marks of some articles: of each one number, in one text.

    Read is the lowest bit, read with its story the next one: the front page asks for a thousand.
    """
    mark = read_marks.c
    number = (
        mark.article_id * 4 + type_coerce(mark.with_story, Integer) * 2 + type_coerce(mark.is_read, Integer)
    )
    return select(func.json_group_array(number)).where(mark.reader_id == bindparam("reader"), articles)


_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_MARKED = _flags(read_marks.c.article_id.in_(_IDS))
_MARKED_IN = _flags(
    read_marks.c.article_id.in_(
        select(story_articles.c.article_id).where(story_articles.c.story_id.in_(_IDS))
    )
)


@dataclass(frozen=True, slots=True)
class ReadMarks:
    """A mark belongs to its article, so that it survives every merge and split of stories."""

    connection: Connection

    def of(self, reader: ReaderId, articles: Collection[ArticleId]) -> Mapping[ArticleId, ReadMark]:
        """Return the marks of those of these articles that have one."""
        mark = read_marks.c
        # One text instead of a row for each, as in `story_members.py`: a digest asks for thousands.
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

    def marked(
        self, reader: ReaderId, stories: Collection[StoryId], besides: Collection[ArticleId]
    ) -> Marked:
        """Return what a reader marked of the articles of some stories, and of some articles besides."""
        in_stories = [_MARKED_IN.params(reader=reader, ids=chunk) for chunk in chunks(stories)]
        alone = [_MARKED.params(reader=reader, ids=chunk) for chunk in chunks(besides)]
        told = [
            flags
            for query in (*in_stories, *alone)
            for flags in json.loads(self.connection.execute(query).scalar_one())
        ]
        read = {ArticleId(one >> 2) for one in told if one & 1}
        every = {ArticleId(one >> 2) for one in told}
        with_story = {ArticleId(one >> 2) for one in told if one & 2}
        return Marked(read=read, taken_back=every - read, with_story=with_story)

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
