"""Who tells what, as comparisons of outlets count it: articles without their words."""

from dataclasses import dataclass
from datetime import datetime

from aggregator.domain.ids import ArticleId, FeedId, OutletId, StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An article of a story. `origin` is the article whose text it carries: itself for a report of its own.

    `at` is UTC; `dated` is false when it is only when the article was first seen. An entry that merely
    points at another article is no telling.
    """

    article: ArticleId
    story: StoryId
    outlet: OutletId
    at: datetime
    dated: bool
    origin: ArticleId

    @property
    def is_own(self) -> bool:
        """Return whether it is an independent report and no copy."""
        return self.origin == self.article


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletArticle:
    """An article of the outlet that is looked at; `copied_from` is the outlet whose text it carries.

    `copied_from` is the outlet itself for a repost, None for a text of its own. `credits` is the agency or
    outlet that the article names. `edits` counts the earlier versions that are kept.
    """

    article: ArticleId
    at: datetime
    story: StoryId | None
    topic: str | None
    credits: str | None
    copied_from: OutletId | None
    edits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """An outlet in a story: when it first told it (UTC), and whether by any report of its own."""

    story: StoryId
    outlet: OutletId
    first_at: datetime
    has_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPolls:
    """How a feed of an outlet was polled: `polls` are (time in UTC, whether it could be read), oldest first.

    `is_active` is false for a feed that is paused or gone.
    """

    feed: FeedId
    outlet: OutletId
    added_at: datetime
    is_active: bool
    polls: tuple[tuple[datetime, bool], ...] = ()
