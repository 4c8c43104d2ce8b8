"""The articles of stories as the lists of pages need them: without their texts, all in one answer.

Python's sqlite3 gives up the interpreter's lock for every row that it fetches, and while another thread
computes, getting it back takes milliseconds. So the rows come as one JSON text, in one fetch.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, case, func, select

from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.stories import Member
from aggregator.storage.revisions import each
from aggregator.storage.rows import chunks
from aggregator.storage.schema import articles, stories, story_articles
from aggregator.storage.types import EPOCH

MOST_KEPT = 1000
"""Stories whose members are kept until one changes: ten to a hundred of some 200 bytes each."""


@dataclass(frozen=True, slots=True)
class StoryMembers:
    """Who belongs to a story, with what a card counts."""

    connection: Connection

    def of(self, story_ids: Collection[StoryId]) -> Mapping[StoryId, tuple[Member, ...]]:
        """Return for each of these stories its articles, by id."""
        return each(self.connection, "members", story_ids, self._read, most=MOST_KEPT)

    def _read(self, story_ids: Collection[StoryId]) -> Mapping[StoryId, tuple[Member, ...]]:
        article, member = articles.c, story_articles.c
        row = func.json_array(
            member.story_id,
            article.id,
            article.outlet_id,
            article.at,
            article.published_at == article.at,
            func.coalesce(article.origin_id, article.id),
            article.discusses_id,
            member.joined_at,
            case((stories.c.lead_id == article.id, article.link), else_=""),
        )
        joined = story_articles.join(articles, article.id == member.article_id)
        query = select(func.json_group_array(row)).select_from(
            joined.join(stories, stories.c.id == member.story_id)
        )
        found: dict[StoryId, list[Member]] = {key: [] for key in story_ids}
        for chunk in chunks(story_ids):
            told = self.connection.execute(query.where(member.story_id.in_(chunk))).scalar_one()
            for story, *values in json.loads(told):
                found[StoryId(story)].append(_member(*values))
        return {key: tuple(sorted(some, key=lambda one: one.id)) for key, some in found.items()}


def _member(
    key: int,
    outlet: int,
    at: int,
    dated: int | None,
    origin: int,
    discusses: int | None,
    joined: int,
    link: str,
) -> Member:
    return Member(
        id=ArticleId(key),
        outlet_id=OutletId(outlet),
        at=EPOCH + timedelta(microseconds=at),
        dated=bool(dated),
        origin=ArticleId(origin),
        discusses=None if discusses is None else ArticleId(discusses),
        joined_at=EPOCH + timedelta(microseconds=joined),
        link=link,
    )
