"""Stories with lasting ids: how they are shown, who belongs to them, and what happened to them."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.stories import (
    RankPart,
    Story,
    StoryChanges,
    StoryEvent,
    StoryFace,
    StoryState,
    TrackedStory,
)
from aggregator.storage.revisions import Changing, advance, each, kept, number, of_one
from aggregator.storage.rows import chunks, in_one, select_in
from aggregator.storage.schema import articles, stories, story_articles, story_events
from aggregator.storage.story_changes import apply_changes, write_history

HAS_FACE = stories.c.lead_id.is_not(None)
"""A story gets its face in the same run that opens it; one without is not shown yet."""
MOST_KEPT = 2000
"""Stories that are kept until one changes: some kB each."""
LIVING = func.coalesce(stories.c.merged_into, stories.c.id)
"""The id under which a story lives on: another one after a merge."""

_IDS = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
"""Many numbers in one value: in a list each is a parameter of its own, and a search has four hundred."""
_HOMES = select(
    func.json_group_array(func.json_array(story_articles.c.article_id, story_articles.c.story_id))
).where(story_articles.c.article_id.in_(_IDS))


@dataclass(frozen=True, slots=True)
class Stories:
    """What people link to."""

    connection: Connection

    def tracked(self) -> tuple[TrackedStory, ...]:
        """Return every open story with all its members, by id."""
        is_open = stories.c.state == StoryState.OPEN.value
        members: dict[int, set[ArticleId]] = {}
        joined = select(story_articles.c.story_id, story_articles.c.article_id).join_from(
            stories, story_articles
        )
        for row in self.connection.execute(joined.where(is_open)):
            members.setdefault(row.story_id, set()).add(ArticleId(row.article_id))
        query = select(stories.c.id, stories.c.opened_at).where(is_open).order_by(stories.c.id)
        return tuple(
            TrackedStory(
                id=StoryId(row.id),
                opened_at=row.opened_at,
                members=frozenset(members.get(row.id, ())),
            )
            for row in self.connection.execute(query)
        )

    def apply(self, changes: StoryChanges, *, now: datetime) -> tuple[StoryId, ...]:
        """Store what a tracking run changed, with a line of history each; return the opened ids in order.

        A story that merges gives its articles to where `changes.members` puts them, and its id, with
        all ids that led to it, redirects from now on.

        Raises:
            ValueError: stories merge in a circle.
        """
        if not changes.is_empty():
            advance(self.connection, Changing.STORIES)
        return apply_changes(self.connection, changes, now=now)

    def revision(self) -> int:
        """Return a number that grows whenever stories change."""
        return number(self.connection, Changing.STORIES)

    def reopen(self, story_ids: Collection[StoryId]) -> None:
        """Let retired stories grow again; a build closes them anew when nothing of them is in the window."""
        advance(self.connection, Changing.STORIES)
        retired = stories.c.state == StoryState.RETIRED.value
        for chunk in chunks(story_ids):
            update = stories.update().where(stories.c.id.in_(chunk), retired)
            self.connection.execute(update.values(state=StoryState.OPEN.value))

    def revive(self, story_ids: Collection[StoryId]) -> None:
        """Let merged stories live under their own numbers again, still empty: their merge was a mistake."""
        advance(self.connection, Changing.STORIES)
        for chunk in chunks(story_ids):
            update = stories.update().where(stories.c.id.in_(chunk))
            self.connection.execute(update.values(state=StoryState.OPEN.value, merged_into=None))

    def record(self, story_ids: Collection[StoryId], kind: str, detail: str, *, now: datetime) -> None:
        """Add a line to the history of these stories."""
        advance(self.connection, Changing.STORIES)
        write_history(self.connection, [(story, kind, detail) for story in story_ids], now)

    def set_faces(self, faces: Mapping[StoryId, StoryFace]) -> None:
        """Replace how these stories are shown."""
        if not faces:
            return
        advance(self.connection, Changing.STORIES)
        rows = [asdict(face) | {"story": key} for key, face in faces.items()]
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "story"}
        update = stories.update().where(stories.c.id == bindparam("story")).values(columns)
        self.connection.execute(update, rows)

    def get(self, story_id: StoryId) -> Story | None:
        """Return a story as it is, merged or not; None when there is none or it has no face yet."""
        return self._one(stories.c.id == story_id)

    def resolve(self, story_id: StoryId) -> Story | None:
        """Return the story that an id leads to, which is another one after a merge."""
        old = stories.alias()
        target = select(func.coalesce(old.c.merged_into, old.c.id)).where(old.c.id == story_id)
        return of_one(
            self.connection, "living", story_id, lambda: self._one(stories.c.id == target.scalar_subquery())
        )

    def ranked(
        self,
        *,
        since: datetime,
        after: tuple[float, StoryId] | None = None,
        limit: int,
        topic: str | None = None,
        besides: Collection[str] = (),
    ) -> tuple[Story, ...]:
        """Return the stories with news since `since`, best first.

        Args:
            since: of their latest article.
            after: the last (score, id) seen.
            limit: the most stories to return.
            topic: only stories of this topic; None for all.
            besides: no stories of these topics.
        """

        def read() -> tuple[Story, ...]:
            return self._ranked(since, after, limit, topic, besides)

        if after is not None:
            return read()
        key = (since, limit, tuple(besides))
        name = f"best of {topic or ('others' if besides else 'all')}"
        return kept(self.connection, name, key, of=[Changing.STORIES], make=read)

    def _ranked(
        self,
        since: datetime,
        after: tuple[float, StoryId] | None,
        limit: int,
        topic: str | None,
        besides: Collection[str],
    ) -> tuple[Story, ...]:
        query = select(stories).where(_shown(since)).limit(limit)
        query = query.order_by(stories.c.score.desc(), stories.c.id.desc())
        if topic is not None:
            query = query.where(stories.c.topic == topic)
        if besides:
            query = query.where(or_(stories.c.topic.is_(None), stories.c.topic.not_in(besides)))
        if after is not None:
            score, key = after
            query = query.where(stories.c.score <= score, or_(stories.c.score < score, stories.c.id < key))
        return tuple(map(story_of, self.connection.execute(query)))

    def leads(self, *, since: datetime, limit: int) -> tuple[tuple[StoryId, str], ...]:
        """Return the best stories with news since `since`, each with the hash of its lead; in no order.

        The same tuple as the last time while no story has changed.
        """
        key = (since, limit)
        return kept(
            self.connection, "leads", key, of=[Changing.STORIES], make=lambda: self._leads(since, limit)
        )

    def _leads(self, since: datetime, limit: int) -> tuple[tuple[StoryId, str], ...]:
        best = select(stories.c.id, stories.c.lead_id).where(_shown(since))
        best_ones = best.order_by(stories.c.score.desc(), stories.c.id.desc()).limit(limit).subquery()
        query = select(best_ones.c.id, articles.c.content_hash).join_from(
            best_ones, articles, articles.c.id == best_ones.c.lead_id
        )
        told = in_one(self.connection, query)
        return tuple((StoryId(story), content_hash) for story, content_hash in told)

    def topic_counts(self, *, since: datetime) -> Mapping[str | None, int]:
        """Return how many stories with news since `since` each topic has; None counts those without one."""
        return kept(
            self.connection,
            "topics",
            since,
            of=[Changing.STORIES],
            make=lambda: MappingProxyType(self._topic_counts(since)),
        )

    def _topic_counts(self, since: datetime) -> dict[str | None, int]:
        # Grouped by an expression, so that SQLite reads the window and not the index of all topics.
        topic = func.coalesce(stories.c.topic, "")
        query = select(topic, func.count()).where(_shown(since)).group_by(topic)
        return {name or None: count for name, count in self.connection.execute(query)}

    def get_many(self, ids: Iterable[StoryId]) -> tuple[Story, ...]:
        """Return the stories with these ids as they are, in their order; ids of nothing are left out."""
        found = each(self.connection, "stories", list(dict.fromkeys(ids)), self._many, most=MOST_KEPT)
        return tuple(story for some in found.values() for story in some)

    def _many(self, story_ids: Collection[StoryId]) -> dict[StoryId, tuple[Story, ...]]:
        found: dict[StoryId, tuple[Story, ...]] = dict.fromkeys(story_ids, ())
        for row in select_in(self.connection, select(stories).where(HAS_FACE), stories.c.id, story_ids):
            found[StoryId(row.id)] = (story_of(row),)
        return found

    def follows(self, story_id: StoryId) -> tuple[Story, ...]:
        """Return the stories that this one, or one that became part of it, takes up; as they live on."""
        old = stories.alias()
        query = (
            select(func.coalesce(old.c.merged_into, old.c.id))
            .join_from(stories, old, old.c.id == stories.c.follows)
            .where(or_(stories.c.id == story_id, stories.c.merged_into == story_id))
        )
        return self._others(query, story_id)

    def followed_by(self, story_id: StoryId) -> tuple[Story, ...]:
        """Return the stories that take this one up, or one that became part of it; as they live on."""
        old = stories.alias()
        query = (
            select(LIVING)
            .join_from(old, stories, old.c.id == stories.c.follows)
            .where(or_(old.c.id == story_id, old.c.merged_into == story_id))
        )
        return self._others(query, story_id)

    def _others(self, query: Select[Any], besides: StoryId) -> tuple[Story, ...]:
        found = {StoryId(row[0]) for row in self.connection.execute(query)}
        return self.get_many(sorted(found - {besides}))

    def members(self, story_ids: Collection[StoryId]) -> Mapping[StoryId, tuple[ArticleId, ...]]:
        """Return for each of these stories its articles, by id."""
        query = select(story_articles.c.story_id, story_articles.c.article_id)
        found: dict[StoryId, list[ArticleId]] = {key: [] for key in story_ids}
        for row in select_in(self.connection, query, story_articles.c.story_id, story_ids):
            found[StoryId(row.story_id)].append(ArticleId(row.article_id))
        return {key: tuple(sorted(ids)) for key, ids in found.items()}

    def joined(self, story_ids: Collection[StoryId]) -> Mapping[StoryId, Mapping[ArticleId, datetime]]:
        """Return for each of these stories since when each of its articles is in it (UTC)."""
        query = select(story_articles)
        found: dict[StoryId, dict[ArticleId, datetime]] = {key: {} for key in story_ids}
        for row in select_in(self.connection, query, story_articles.c.story_id, story_ids):
            found[StoryId(row.story_id)][ArticleId(row.article_id)] = row.joined_at
        return found

    def outlets(self, story_ids: Collection[StoryId]) -> Mapping[StoryId, frozenset[OutletId]]:
        """Return for each of these stories the outlets of its articles."""
        query = select(story_articles.c.story_id, articles.c.outlet_id)
        query = query.join_from(story_articles, articles, articles.c.id == story_articles.c.article_id)
        found: dict[StoryId, set[OutletId]] = {key: set() for key in story_ids}
        for row in select_in(self.connection, query, story_articles.c.story_id, story_ids):
            found[StoryId(row.story_id)].add(OutletId(row.outlet_id))
        return {key: frozenset(ids) for key, ids in found.items()}

    def story_of(self, article_ids: Collection[ArticleId]) -> Mapping[ArticleId, StoryId]:
        """Return the story of each of these articles that has one."""
        told = self.connection.execute(_HOMES, {"ids": json.dumps(list(article_ids))}).scalar_one()
        return {ArticleId(article): StoryId(story) for article, story in json.loads(told)}

    def events(self, story_id: StoryId) -> tuple[StoryEvent, ...]:
        """Return a story's history, the oldest line first."""
        query = select(story_events).where(story_events.c.story_id == story_id).order_by(story_events.c.id)
        return tuple(
            StoryEvent(at=row.at, kind=row.kind, detail=row.detail) for row in self.connection.execute(query)
        )

    def count_ungrouped(self, *, since: datetime) -> int:
        """Return how many articles since `since` are in no story."""
        # Articles come much more often than stories change, and none of those is in a story yet.
        known, last, before = kept(
            self.connection,
            "ungrouped",
            since,
            of=[Changing.STORIES],
            make=lambda: self._ungrouped(since),
        )
        if number(self.connection, Changing.ARTICLES) == before:
            return known
        return known + kept(
            self.connection,
            "ungrouped after",
            (since, last),
            of=[Changing.STORIES, Changing.ARTICLES],
            make=lambda: self._ungrouped(since, after=last)[0],
        )

    def _ungrouped(self, since: datetime, after: int = 0) -> tuple[int, int, int]:
        """Count those with a higher id than `after`; with the highest id, and how often articles had come."""
        is_grouped = exists().where(story_articles.c.article_id == articles.c.id)
        query = select(func.count()).select_from(articles).where(articles.c.at >= since, ~is_grouped)
        if after:
            query = query.where(articles.c.id > after)
        found: int = self.connection.execute(query).scalar_one()
        last = self.connection.scalar(select(func.max(articles.c.id)))
        return found, last or 0, number(self.connection, Changing.ARTICLES)

    def _one(self, where: ColumnElement[bool]) -> Story | None:
        row = self.connection.execute(select(stories).where(where, HAS_FACE)).first()
        return None if row is None else story_of(row)


def leads_to(story_ids: Collection[StoryId] | BindParameter[int]) -> ColumnElement[bool]:
    """Return the condition that a story is one of these, or became part of one."""
    return or_(stories.c.id.in_(story_ids), stories.c.merged_into.in_(story_ids))


def _shown(since: datetime) -> ColumnElement[bool]:
    return and_(stories.c.last_at >= since, stories.c.state != StoryState.MERGED.value, HAS_FACE)


def story_of(row: Row[Any]) -> Story:
    """Return the story in a row of `stories` that has a face."""
    return Story(
        id=StoryId(row.id),
        state=StoryState(row.state),
        opened_at=row.opened_at,
        face=StoryFace(
            lead_id=ArticleId(row.lead_id),
            headline=row.headline,
            excerpt=row.excerpt,
            first_at=row.first_at,
            last_at=row.last_at,
            article_count=row.article_count,
            outlet_count=row.outlet_count,
            origin_count=row.origin_count,
            lang=row.lang,
            score=row.score,
            parts=tuple(RankPart(**part) for part in row.parts),
            topic=row.topic,
        ),
        merged_into=None if row.merged_into is None else StoryId(row.merged_into),
        split_from=None if row.split_from is None else StoryId(row.split_from),
        follows=None if row.follows is None else StoryId(row.follows),
    )
