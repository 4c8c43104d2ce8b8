"""Full-text search over titles and texts by FTS5, and the articles that filters let through."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Integer,
    Select,
    column,
    func,
    literal_column,
    select,
    table,
)

from aggregator.domain.ids import ArticleId
from aggregator.domain.search import Query, Standing, has_token
from aggregator.storage.rows import in_one, select_in
from aggregator.storage.schema import (
    articles,
    followed_stories,
    read_marks,
    saved_stories,
    stories,
    story_articles,
)
from aggregator.storage.stories import LIVING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INDEX = table("article_search", column("rowid"), column("rank"))
NUMBER: ColumnElement[int] = literal_column("+article_search.rowid", Integer)
"""The number of an article as a mere value. By the plus, SQLite does not ask the index once for each number
that a filter lets through, which took seconds: https://www.sqlite.org/optoverview.html, on unary plus."""
ARTICLE_NUMBER: ColumnElement[int] = literal_column("+articles.id", Integer)
WEIGHED = INDEX.c.rank.op("MATCH")("bm25(4.0, 1.0)")
BM25: ColumnElement[float] = literal_column("bm25(article_search, 4.0, 1.0)", Float)
"""BM25 with a headline's words counted four times: they say what an article is about. As the column `rank`
it is worked out for all that match; as a function, only for what filters leave."""
RANKED = 4000
"""Matches that are ranked, those stored last: each takes some 2 µs, and all of 33,000 took 80 ms."""


@dataclass(frozen=True, slots=True)
class Search:
    """Articles by their words, and by what filters ask for."""

    connection: Connection

    def by_words(self, query: Query, *, limit: int, ranked: int = RANKED) -> tuple[ArticleId, ...]:
        """Return the articles that hold all that is asked for, the best match (BM25) first; any text is safe.

        Of more than `ranked`, those stored last are ranked and found. A query that only filters finds nothing
        here: see `newest`.
        """
        found = holding_all(query)
        if found is None:
            return ()
        last = found.order_by(INDEX.c.rowid.desc()).limit(ranked).subquery()
        since = select(func.coalesce(func.min(last.c.rowid), 0)).scalar_subquery()
        scored = found.add_columns(BM25.label("score")).where(INDEX.c.rowid >= since)
        best = scored.order_by(BM25, INDEX.c.rowid.desc()).limit(limit)
        told = sorted(in_one(self.connection, best), key=lambda row: (row[1], -row[0]))
        return tuple(ArticleId(row[0]) for row in told)

    def latest_by_words(self, query: Query, *, limit: int) -> tuple[ArticleId, ...]:
        """Return the articles that hold all that is asked for, the last stored first: no ranking, so quick.

        A query that only filters finds nothing here: see `newest`.
        """
        found = holding_all(query)
        if found is None:
            return ()
        rows = self.connection.execute(found.order_by(INDEX.c.rowid.desc()).limit(limit))
        return tuple(ArticleId(row.rowid) for row in rows)

    def by_any(self, words: Sequence[str], *, limit: int) -> tuple[ArticleId, ...]:
        """Return the articles that hold any of these words, the best match (BM25) first; any text is safe."""
        wanted = any_of(words)
        if wanted is None:
            return ()
        found = select(INDEX.c.rowid).where(matches(wanted), WEIGHED).order_by(INDEX.c.rank).limit(limit)
        return tuple(ArticleId(row.rowid) for row in self.connection.execute(found))

    def newest(self, query: Query, *, limit: int) -> tuple[ArticleId, ...]:
        """Return the articles that the filters let through and that hold nothing unwanted, newest first."""
        article = articles.c
        found = select(article.id).where(article.id.in_(narrowed(query)))
        unwanted = any_of(query.without)
        if unwanted:
            found = found.where(article.id.not_in(select(INDEX.c.rowid).where(matches(unwanted))))
        rows = self.connection.execute(found.order_by(article.at.desc(), article.id.desc()).limit(limit))
        return tuple(ArticleId(row.id) for row in rows)

    def allowed(self, query: Query) -> "NDArray[np.int64]":
        """Return the numbers of all articles that the filters let through, int64[n]."""
        import numpy as np

        # One text instead of a row for each: with a hundred thousand, rows take a tenth of a second.
        # Mere numbers in one text: a list for each of a hundred thousand rows takes Python half a second.
        ids = narrowed(query).subquery()
        told = self.connection.execute(select(func.json_group_array(ids.c.id))).scalar_one()
        return np.array(json.loads(told), dtype=np.int64)

    def holding(self, ids: Collection[ArticleId], query: Query) -> tuple[ArticleId, ...]:
        """Return those of the articles, in their order, that hold every phrase and nothing unwanted."""
        phrases, unwanted = all_of(query.phrases), any_of(query.without)
        kept = set(ids)
        if phrases is not None:
            kept &= self._holding(kept, phrases)
        if unwanted is not None:
            kept -= self._holding(kept, unwanted)
        return tuple(one for one in ids if one in kept)

    def _holding(self, ids: Collection[ArticleId], expression: str) -> set[ArticleId]:
        rows = select_in(
            self.connection, select(INDEX.c.rowid).where(matches(expression)), INDEX.c.rowid, ids
        )
        return {ArticleId(row.rowid) for row in rows}


def holding_all(query: Query) -> Select[tuple[int]] | None:
    """Return a SELECT of the numbers, `rowid`, of what a query finds by its words; None when it has none."""
    wanted = all_of((*query.words, *query.phrases))
    if wanted is None:
        return None
    unwanted = any_of(query.without)
    found = select(INDEX.c.rowid).where(matches(f"({wanted}) NOT ({unwanted})" if unwanted else wanted))
    return found.where(NUMBER.in_(narrowed(query))) if query.is_narrowed else found


def narrowed(query: Query) -> Select[tuple[int]]:
    """Return a SELECT of the numbers, `id`, of the articles that the filters of a query let through."""
    article = articles.c
    wanted: list[ColumnElement[bool]] = []
    if query.outlets:
        wanted.append(article.outlet_id.in_(query.outlets))
    if query.langs:
        wanted.append(article.lang.in_(query.langs))
    if query.after is not None:
        wanted.append(article.at >= query.after)
    if query.before is not None:
        wanted.append(article.at < query.before)
    wanted += [article.id.in_(ids) for ids in standing(query)]
    if not query.topics:
        return select(article.id).where(*wanted)
    members = select(story_articles.c.article_id.label("id")).join_from(stories, story_articles)
    members = members.where(stories.c.topic.in_(query.topics))
    # The other filters each have an index that also holds the number; articles themselves lie far apart.
    return select(article.id).where(*wanted, ARTICLE_NUMBER.in_(members)) if wanted else members


def standing(query: Query) -> Iterator[Select[tuple[int]]]:
    """Yield a SELECT of articles for each way in which their stories must stand with the reader.

    For `read` it has the stories of which anything is read: whether all is, is for `readstate.py` to tell.
    """
    member = story_articles.c
    for kind, kept in ((Standing.SAVED, saved_stories), (Standing.FOLLOWED, followed_stories)):
        if kind in query.standings:
            mine = select(LIVING).join_from(kept, stories, stories.c.id == kept.c.story_id)
            yield select(member.article_id).where(
                member.story_id.in_(mine.where(kept.c.reader_id == query.reader))
            )
    if Standing.READ in query.standings:
        marked = story_articles.alias()
        home = select(marked.c.story_id).join_from(
            read_marks, marked, marked.c.article_id == read_marks.c.article_id
        )
        home = home.where(read_marks.c.reader_id == query.reader, read_marks.c.is_read)
        yield select(member.article_id).where(member.story_id.in_(home))


def matches(expression: str) -> ColumnElement[bool]:
    """Return the condition that an article holds what an FTS5 expression asks for."""
    return literal_column("article_search").op("MATCH", is_comparison=True)(expression)


def all_of(texts: Iterable[str]) -> str | None:
    """Return an FTS5 expression for all of these words and phrases, None when none has a word."""
    return " AND ".join(_quoted(texts)) or None


def any_of(texts: Iterable[str]) -> str | None:
    """Return an FTS5 expression for any of these words and phrases, None when none has a word."""
    return " OR ".join(_quoted(texts)) or None


def _quoted(texts: Iterable[str]) -> list[str]:
    """Return each text as an FTS5 string, in which no sign has a meaning but the quote itself.

    See https://www.sqlite.org/fts5.html 3.1. A piece without a letter or digit would match nothing.
    """
    clean = (" ".join(text.replace("\0", " ").split()) for text in texts)
    return ['"' + text.replace('"', '""') + '"' for text in clean if has_token(text)]
