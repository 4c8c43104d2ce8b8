"""Who tells what, without the texts, for pages that compare outlets; every answer is bounded by a window."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from aggregator.domain.coverage import FeedPolls, OutletArticle, Teller, Telling
from aggregator.domain.feeds import FeedState
from aggregator.domain.ids import ArticleId, FeedId, OutletId, StoryId
from aggregator.storage.rows import select_in
from aggregator.storage.schema import (
    article_versions,
    articles,
    feeds,
    outlets,
    polls,
    stories,
    story_articles,
)

TELLING = select(
    articles.c.id,
    articles.c.outlet_id,
    articles.c.at,
    articles.c.published_at,
    articles.c.origin_id,
    story_articles.c.story_id,
).where(articles.c.discusses_id.is_(None))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Articles and outlets as they stand in stories."""

    connection: Connection

    def of_outlet(
        self, outlet: OutletId, *, since: datetime, until: datetime, limit: int
    ) -> tuple[OutletArticle, ...]:
        """Return an outlet's articles from `since` to `until`, both included (UTC), the oldest first.

        Of more than `limit`, the newest.
        """
        origin = articles.alias("origin")
        edits = select(func.count()).where(article_versions.c.article_id == articles.c.id).scalar_subquery()
        query = (
            select(
                articles.c.id,
                articles.c.at,
                articles.c.provenance,
                story_articles.c.story_id,
                stories.c.topic,
                origin.c.outlet_id.label("copied_from"),
                edits.label("edits"),
            )
            .outerjoin(story_articles, story_articles.c.article_id == articles.c.id)
            .outerjoin(stories, stories.c.id == story_articles.c.story_id)
            .outerjoin(origin, origin.c.id == articles.c.origin_id)
            .where(articles.c.outlet_id == outlet, articles.c.at >= since, articles.c.at <= until)
            .order_by(articles.c.at.desc(), articles.c.id.desc())
            .limit(limit)
        )
        return tuple(
            OutletArticle(
                article=ArticleId(row.id),
                at=row.at,
                story=None if row.story_id is None else StoryId(row.story_id),
                topic=row.topic,
                credits=row.provenance,
                copied_from=None if row.copied_from is None else OutletId(row.copied_from),
                edits=row.edits,
            )
            for row in reversed(self.connection.execute(query).all())
        )

    def around(self, story_ids: Collection[StoryId]) -> tuple[Telling, ...]:
        """Return every telling of these stories, by time."""
        query = TELLING.join_from(story_articles, articles, articles.c.id == story_articles.c.article_id)
        found = [
            Telling(
                article=ArticleId(row.id),
                story=StoryId(row.story_id),
                outlet=OutletId(row.outlet_id),
                at=row.at,
                dated=row.published_at == row.at,
                origin=ArticleId(row.origin_id or row.id),
            )
            for row in select_in(self.connection, query, story_articles.c.story_id, story_ids)
        ]
        return tuple(sorted(found, key=lambda one: (one.at, one.article)))

    def tellers(self, among: Collection[OutletId], *, since: datetime, until: datetime) -> tuple[Teller, ...]:
        """Return for every story that these outlets told from `since` to `until` (UTC) who told it when."""
        query = (
            select(
                story_articles.c.story_id,
                articles.c.outlet_id,
                func.min(articles.c.at).label("first_at"),
                func.max(articles.c.origin_id.is_(None)).label("has_own"),
            )
            .join_from(articles, story_articles, story_articles.c.article_id == articles.c.id)
            .where(articles.c.at >= since, articles.c.at <= until, articles.c.discusses_id.is_(None))
            .group_by(articles.c.outlet_id, story_articles.c.story_id)
        )
        return tuple(
            Teller(
                story=StoryId(row.story_id),
                outlet=OutletId(row.outlet_id),
                first_at=row.first_at,
                has_own=bool(row.has_own),
            )
            for row in select_in(self.connection, query, articles.c.outlet_id, among)
        )

    def busiest(self, *, since: datetime, limit: int) -> Mapping[OutletId, int]:
        """Return the outlets with most articles since `since` (UTC), with how many; those without none."""
        count = (
            select(func.count())
            .where(articles.c.outlet_id == outlets.c.id, articles.c.at >= since)
            .scalar_subquery()
            .label("told")
        )
        query = select(outlets.c.id, count).order_by(count.desc(), outlets.c.id).limit(limit)
        return {OutletId(key): told for key, told in self.connection.execute(query) if told}

    def polls(self, among: Collection[OutletId], *, since: datetime) -> tuple[FeedPolls, ...]:
        """Return how the feeds of these outlets were polled since `since` (UTC), as far as is still known."""
        query = (
            select(
                feeds.c.id, feeds.c.outlet_id, feeds.c.added_at, feeds.c.state, polls.c.at, polls.c.failure
            )
            .outerjoin(polls, (polls.c.feed_id == feeds.c.id) & (polls.c.at >= since))
            .order_by(feeds.c.id, polls.c.at)
        )
        told: dict[int, FeedPolls] = {}
        seen: dict[int, list[tuple[datetime, bool]]] = {}
        for row in select_in(self.connection, query, feeds.c.outlet_id, among):
            told[row.id] = FeedPolls(
                feed=FeedId(row.id),
                outlet=OutletId(row.outlet_id),
                added_at=row.added_at,
                is_active=row.state == FeedState.ACTIVE.value,
            )
            if row.at is not None:
                seen.setdefault(row.id, []).append((row.at, row.failure is None))
        return tuple(replace(one, polls=tuple(seen.get(key, ()))) for key, one in told.items())
