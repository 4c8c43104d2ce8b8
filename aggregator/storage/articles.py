"""Stored articles with their versions, the feeds that list them, and who copies or discusses whom."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from aggregator.domain.articles import Article, ArticleDraft, ArticleVersion, Fingerprint, text_hash
from aggregator.domain.feeds import Sighting
from aggregator.domain.ids import ArticleId, FeedId, OutletId
from aggregator.domain.stories import Folding
from aggregator.storage import folding
from aggregator.storage.revisions import Changing, advance
from aggregator.storage.rows import chunks, in_one, insert_into, select_in
from aggregator.storage.schema import article_feeds, article_versions, articles

ARTICLE: tuple[ColumnElement[Any], ...] = (
    articles.c.id,
    articles.c.outlet_id,
    articles.c.url,
    articles.c.link,
    articles.c.title,
    articles.c.summary,
    articles.c.text,
    articles.c.content_hash,
    articles.c.at,
    articles.c.published_at,
    articles.c.first_seen_at,
    articles.c.lang,
    articles.c.author,
    articles.c.provenance,
)
"""The columns that `article_of` reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """An article with what only its own page shows; `html` was sanitised before it was stored."""

    article: Article
    html: str
    image_url: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Articles:
    """The pieces that outlets published."""

    connection: Connection

    def fingerprints(self, outlet_id: OutletId, drafts: Sequence[ArticleDraft]) -> tuple[Fingerprint, ...]:
        """Return the outlet's articles that share an identity, URL, guid or text with a draft, by id."""
        own = select(articles.c.id).where(articles.c.outlet_id == outlet_id)
        listed = own.join_from(article_feeds, articles)
        texts = [text_hash(draft.text) for draft in drafts if draft.text]
        guids = [draft.guid for draft in drafts if draft.guid]
        asked = (
            (own, articles.c.identity, [draft.identity for draft in drafts]),
            (own, articles.c.url, [draft.url for draft in drafts]),
            (own, articles.c.text_hash, texts),
            (listed, article_feeds.c.guid, guids),
        )
        found = {row.id for query in asked for row in select_in(self.connection, *query)}
        return self._fingerprints(sorted(found))

    def add(
        self, drafts: Sequence[ArticleDraft], *, outlet_id: OutletId, feed_id: FeedId, now: datetime
    ) -> tuple[ArticleId, ...]:
        """Store drafts as articles that this feed lists; return an id for each draft, in their order.

        A draft whose identity the outlet has already is a sighting of that article.
        """
        if not drafts:
            return ()
        advance(self.connection, Changing.ARTICLES)
        rows = [
            contents(draft)
            | {
                "outlet_id": outlet_id,
                "identity": draft.identity,
                "published_at": draft.published_at,
                "at": draft.published_at or now,
                "first_seen_at": now,
                "state_seen_at": now,
            }
            for draft in drafts
        ]
        self.connection.execute(insert_into(self.connection, articles).on_conflict_do_nothing(), rows)
        query = select(articles.c.id, articles.c.identity).where(articles.c.outlet_id == outlet_id)
        identities = [draft.identity for draft in drafts]
        stored = select_in(self.connection, query, articles.c.identity, identities)
        ids = {row.identity: ArticleId(row.id) for row in stored}
        added = tuple(ids[identity] for identity in identities)
        seen = [Sighting(article_id=key, guid=draft.guid) for key, draft in zip(added, drafts, strict=True)]
        self.sight(seen, feed_id=feed_id, now=now)
        return added

    def change(self, article_id: ArticleId, draft: ArticleDraft, *, feed_id: FeedId, now: datetime) -> None:
        """Overwrite an article with a newer state of it; a new title or text keeps the old as a version.

        `at`, `first_seen_at`, identity and outlet stay. A published time is taken when there was none.

        Raises:
            LookupError: there is no such article.
        """
        where = articles.c.id == article_id
        old = self.connection.execute(select(*ARTICLE, articles.c.state_seen_at).where(where)).first()
        if old is None:
            raise LookupError(f"there is no article {article_id} to change")
        advance(self.connection, Changing.STORIES)
        values = contents(draft)
        if old.published_at is None:
            values["published_at"] = draft.published_at
        if (old.title, old.text) != (draft.title, draft.text):
            values["state_seen_at"] = now
            version = {name: getattr(old, name) for name in ("title", "summary", "text", "content_hash")}
            self.connection.execute(
                article_versions.insert().values(article_id=article_id, seen_at=old.state_seen_at, **version)
            )
        self.connection.execute(articles.update().where(where).values(values))
        self.sight([Sighting(article_id=article_id, guid=draft.guid)], feed_id=feed_id, now=now)

    def sight(self, sightings: Sequence[Sighting], *, feed_id: FeedId, now: datetime) -> None:
        """Remember that the feed lists these articles at `now`, under these guids."""
        if not sightings:
            return
        insert = insert_into(self.connection, article_feeds)
        upsert = insert.on_conflict_do_update(
            index_elements=list(article_feeds.primary_key),
            set_={"last_seen_at": insert.excluded.last_seen_at},
        )
        rows = [
            {
                "article_id": sighting.article_id,
                "feed_id": feed_id,
                "guid": sighting.guid or "",
                "first_seen_at": now,
                "last_seen_at": now,
            }
            for sighting in sightings
        ]
        self.connection.execute(upsert, rows)

    def window(self, *, since: datetime, until: datetime | None = None) -> tuple[Article, ...]:
        """Return the articles from `since` to `until`, both included, the oldest first."""
        query = select(*ARTICLE).where(articles.c.at >= since).order_by(articles.c.at, articles.c.id)
        if until is not None:
            query = query.where(articles.c.at <= until)
        return tuple(map(article_of, self.connection.execute(query)))

    def get_many(self, ids: Iterable[ArticleId]) -> tuple[Article, ...]:
        """Return the articles with these ids, in their order; ids of nothing are left out."""
        wanted = list(dict.fromkeys(ids))
        rows = select_in(self.connection, select(*ARTICLE), articles.c.id, wanted)
        found = {row.id: article_of(row) for row in rows}
        return tuple(found[key] for key in wanted if key in found)

    def heads(self, ids: Collection[ArticleId], *, length: int) -> Mapping[ArticleId, tuple[str, str]]:
        """Return the headline of each article and how its text begins, or its summary without a text."""
        text = func.substr(func.coalesce(func.nullif(articles.c.text, ""), articles.c.summary), 1, length)
        query = select(articles.c.id, articles.c.title, text.label("head"))
        return {
            ArticleId(key): (title, head)
            for chunk in chunks(ids)
            for key, title, head in in_one(self.connection, query.where(articles.c.id.in_(chunk)))
        }

    def get(self, article_id: ArticleId) -> StoredArticle | None:
        """Return one article with its body, or None."""
        extra = (articles.c.html, articles.c.image_url, articles.c.tags)
        row = self.connection.execute(
            select(*ARTICLE).add_columns(*extra).where(articles.c.id == article_id)
        ).first()
        if row is None:
            return None
        return StoredArticle(
            article=article_of(row), html=row.html, image_url=row.image_url, tags=tuple(row.tags)
        )

    def versions(self, article_id: ArticleId) -> tuple[ArticleVersion, ...]:
        """Return the earlier states of an article, the newest first."""
        query = (
            select(article_versions)
            .where(article_versions.c.article_id == article_id)
            .order_by(article_versions.c.id.desc())
        )
        return tuple(
            ArticleVersion(title=row.title, summary=row.summary, text=row.text, seen_at=row.seen_at)
            for row in self.connection.execute(query)
        )

    def titles(self, ids: Collection[ArticleId]) -> Mapping[ArticleId, tuple[tuple[datetime, str], ...]]:
        """Return every headline that edited articles had, with since when it was seen, the latest last."""
        old, now = article_versions.c, articles.c
        query = select(old.article_id, old.title, old.seen_at, now.title.label("new"), now.state_seen_at)
        query = query.join_from(article_versions, articles, now.id == old.article_id).order_by(old.id)
        found: dict[ArticleId, list[tuple[datetime, str]]] = {}
        latest = {}
        for row in select_in(self.connection, query, old.article_id, ids):
            found.setdefault(ArticleId(row.article_id), []).append((row.seen_at, row.title))
            latest[ArticleId(row.article_id)] = (row.state_seen_at, row.new)
        return {key: (*states, latest[key]) for key, states in found.items()}

    def version_counts(self, ids: Collection[ArticleId]) -> Mapping[ArticleId, int]:
        """Return for each of these articles how many earlier states are kept."""
        column = article_versions.c.article_id
        query = select(column, func.count().label("kept")).group_by(column)
        rows = select_in(self.connection, query, column, ids)
        return dict.fromkeys(ids, 0) | {ArticleId(row.article_id): row.kept for row in rows}

    def feeds_of(self, ids: Collection[ArticleId]) -> Mapping[ArticleId, tuple[FeedId, ...]]:
        """Return for each of these articles the feeds that listed it, by id."""
        query = select(article_feeds.c.article_id, article_feeds.c.feed_id).distinct()
        found: dict[ArticleId, list[FeedId]] = {key: [] for key in ids}
        for row in select_in(self.connection, query, article_feeds.c.article_id, ids):
            found[ArticleId(row.article_id)].append(FeedId(row.feed_id))
        return {key: tuple(sorted(feeds)) for key, feeds in found.items()}

    def of_outlet(
        self, outlet_id: OutletId, *, before: tuple[datetime, ArticleId] | None = None, limit: int
    ) -> tuple[Article, ...]:
        """Return an outlet's articles, the newest first, those after `before` (time, id) in that order."""
        query = (
            select(*ARTICLE)
            .where(articles.c.outlet_id == outlet_id)
            .order_by(articles.c.at.desc(), articles.c.id.desc())
            .limit(limit)
        )
        if before is not None:
            at, key = before
            query = query.where(articles.c.at <= at, or_(articles.c.at < at, articles.c.id < key))
        return tuple(map(article_of, self.connection.execute(query)))

    def by_urls(self, urls: Iterable[str]) -> tuple[Article, ...]:
        """Return the articles of any outlet with one of these canonical URLs, by id."""
        rows = select_in(self.connection, select(*ARTICLE), articles.c.url, urls)
        return tuple(sorted(map(article_of, rows), key=lambda article: article.id))

    def store_folding(self, fold: Folding, *, among: Collection[ArticleId]) -> None:
        """Set who copies and who discusses whom, for exactly the articles `among`."""
        folding.store(self.connection, fold, among=among)

    def folding(self, ids: Collection[ArticleId]) -> Folding:
        """Return who copies and who discusses whom; every stored article among `ids` has an origin."""
        return folding.load(self.connection, ids)

    def count(self) -> int:
        """Return how many articles are stored."""
        return self.connection.execute(select(func.count()).select_from(articles)).scalar_one()

    def _fingerprints(self, ids: Sequence[int]) -> tuple[Fingerprint, ...]:
        guids: dict[int, set[str]] = {key: set() for key in ids}
        query = select(article_feeds.c.article_id, article_feeds.c.guid).where(article_feeds.c.guid != "")
        for row in select_in(self.connection, query, article_feeds.c.article_id, ids):
            guids[row.article_id].add(row.guid)
        past: dict[int, list[str]] = {key: [] for key in ids}
        query = select(article_versions.c.article_id, article_versions.c.content_hash)
        for row in select_in(self.connection, query, article_versions.c.article_id, ids):
            past[row.article_id].append(row.content_hash)
        names = ("id", "identity", "url", "title", "content_hash", "text_hash", "text", "html")
        known = select(*(articles.c[name] for name in names))
        return tuple(
            Fingerprint(
                article_id=ArticleId(row.id),
                identity=row.identity,
                url=row.url,
                guids=tuple(sorted(guids[row.id])),
                title=row.title,
                content_hash=row.content_hash,
                text_hash=row.text_hash,
                text=row.text,
                html=row.html,
                past_hashes=tuple(sorted(past[row.id])),
            )
            for chunk in chunks(ids)
            for row in self.connection.execute(known.where(articles.c.id.in_(chunk)).order_by(articles.c.id))
        )


def contents(draft: ArticleDraft) -> dict[str, Any]:
    """Return the columns that a draft fills and that a later draft of the same article overwrites."""
    return {
        "url": draft.url,
        "link": draft.link,
        "guid": draft.guid,
        "title": draft.title,
        "summary": draft.summary,
        "text": draft.text,
        "html": draft.html,
        "text_hash": text_hash(draft.text),
        "content_hash": draft.content_hash,
        "author": draft.author,
        "lang": draft.lang,
        "provenance": draft.provenance,
        "image_url": draft.image_url,
        "tags": list(draft.tags),
    }


def article_of(row: Row[Any]) -> Article:
    """Return the article in a row of the `ARTICLE` columns.

    A published time that came after the article was stored does not count: `at` is not it.
    """
    return Article(
        id=ArticleId(row.id),
        outlet_id=OutletId(row.outlet_id),
        url=row.url,
        link=row.link,
        title=row.title,
        summary=row.summary,
        text=row.text,
        content_hash=row.content_hash,
        at=row.at,
        dated=row.published_at == row.at,
        first_seen_at=row.first_seen_at,
        lang=row.lang,
        author=row.author,
        provenance=row.provenance,
    )
