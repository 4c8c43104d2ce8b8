"""What readers wish of feeds, and the articles whose whole text is still to be fetched for that."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from aggregator.domain.feeds import FeedWish, WantedText
from aggregator.domain.ids import ArticleId, FeedId
from aggregator.storage.revisions import Changing, advance, kept
from aggregator.storage.rows import insert_into
from aggregator.storage.schema import article_feeds, articles, feeds, full_texts
from aggregator.storage.tables_feed_wishes import feed_wishes, full_text_tries

RECENT = 20_000
"""Articles, the latest of all feeds, among which texts are still wished for; older ones nobody waits for."""
WISH, TRY = feed_wishes.c, full_text_tries.c


@dataclass(frozen=True, slots=True)
class FeedWishes:
    """At most one row a feed."""

    connection: Connection

    def all(self) -> Mapping[FeedId, FeedWish]:
        """Return the wishes of every feed that has any."""
        return {
            FeedId(row.feed_id): FeedWish(
                full_text=row.full_text_after is not None,
                is_muted=row.is_muted,
                failures=row.failures,
                problem=row.problem,
            )
            for row in self.connection.execute(select(feed_wishes))
        }

    def muted(self) -> Mapping[FeedId, str]:
        """Return the feeds whose articles stay off the front page, with what they are called."""
        query = select(feeds.c.id, feeds.c.title, feeds.c.url)
        query = query.join_from(feed_wishes, feeds, feeds.c.id == WISH.feed_id).where(WISH.is_muted)

        def read() -> Mapping[FeedId, str]:
            return {FeedId(row.id): row.title or row.url for row in self.connection.execute(query)}

        return kept(self.connection, "muted feeds", None, of=[Changing.FEEDS], make=read)

    def want_full_texts(self, ids: Collection[FeedId], *, wanted: bool) -> None:
        """Fetch the whole texts of the articles that these feeds bring from now on, or no longer.

        A feed that is fetched whole already goes on where it is.
        """
        last = self.connection.scalar(select(func.max(articles.c.id))) or 0
        already = {feed for feed, wish in self.all().items() if wish.full_text} if wanted else set()
        after = last if wanted else None
        for feed in set(ids) - already:
            self._set(feed, full_text_after=after, failures=0, problem="")

    def mute(self, ids: Collection[FeedId], *, muted: bool) -> None:
        """Keep the articles of these feeds off the front page, or no longer."""
        for feed in set(ids):
            self._set(feed, is_muted=muted)

    def due(self, *, now: datetime, most_tries: int, limit: int) -> tuple[WantedText, ...]:
        """Return articles whose whole text is wished for, is not there and may be tried now, oldest first."""
        wishes = select(WISH.feed_id, WISH.full_text_after).where(WISH.full_text_after.is_not(None))
        oldest = (self.connection.scalar(select(func.max(articles.c.id))) or 0) - RECENT
        found: dict[int, WantedText] = {}
        for feed, after in self.connection.execute(wishes):
            query = (
                select(articles.c.id, articles.c.link, func.coalesce(TRY.tries, 0).label("tries"))
                .join_from(article_feeds, articles, articles.c.id == article_feeds.c.article_id)
                .outerjoin(full_texts, full_texts.c.article_id == articles.c.id)
                .outerjoin(full_text_tries, TRY.article_id == articles.c.id)
                .where(article_feeds.c.feed_id == feed, article_feeds.c.article_id > max(after, oldest))
                .where(full_texts.c.article_id.is_(None))
                .where(or_(TRY.tries.is_(None), and_(TRY.tries < most_tries, TRY.next_at <= now)))
                .order_by(article_feeds.c.article_id)
                .limit(limit)
            )
            for row in self.connection.execute(query):
                found[row.id] = WantedText(
                    article=ArticleId(row.id), feed=FeedId(feed), link=row.link, tries=row.tries
                )
        return tuple(found[one] for one in sorted(found)[:limit])

    def fetched(self, wanted: WantedText) -> None:
        """Take note that the whole text of an article is there."""
        self.connection.execute(full_text_tries.delete().where(TRY.article_id == wanted.article))
        self._set(wanted.feed, failures=0, problem="")

    def failed(self, wanted: WantedText, problem: str, *, next_at: datetime) -> None:
        """Take note why the whole text of an article could not be had, and when to try again."""
        insert = insert_into(self.connection, full_text_tries)
        values = {"tries": wanted.tries + 1, "next_at": next_at}
        upsert = insert.values(article_id=wanted.article, **values)
        self.connection.execute(upsert.on_conflict_do_update(index_elements=[TRY.article_id], set_=values))
        self._set(wanted.feed, failures=WISH.failures + 1, problem=problem)

    def _set(self, feed: FeedId, **values: Any) -> None:
        advance(self.connection, Changing.FEEDS)
        blank = {"feed_id": feed, "is_muted": False, "failures": 0, "problem": ""}
        insert = insert_into(self.connection, feed_wishes).values(blank).on_conflict_do_nothing()
        self.connection.execute(insert)
        self.connection.execute(feed_wishes.update().where(WISH.feed_id == feed).values(values))
