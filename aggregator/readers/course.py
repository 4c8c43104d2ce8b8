"""The course of a story as values: who told it when, when it took a turn. Times are aware and in UTC."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.domain.ids import ArticleId, OutletId


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many dated articles fall into each of several equal spans from `first_at` to `last_at`.

    The fullest span is that from `peak_at` to `peak_until`.
    """

    counts: tuple[int, ...]
    first_at: datetime
    last_at: datetime
    peak_at: datetime
    peak_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstReport:
    """An outlet's first article in a story, and how long after the very first one it came."""

    outlet_id: OutletId
    outlet: str
    article: ArticleId
    headline: str
    lang: str | None
    at: datetime
    hours_later: float
    is_copy: bool
    """Whether it only carried another outlet's text."""


class DevelopmentKind(StrEnum):
    """The first report, most at once, another number of people, a new headline, a silence ended."""

    FIRST = "first"
    BURST = "burst"
    COUNT = "count"
    HEADLINE = "headline"
    AGAIN = "again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Development:
    """A moment at which a story took a turn, with the article that shows it.

    `values` are the words for `count` ("9 dead", "12 dead") and for `headline` (before, after); `articles`
    how many came in a burst, within `span`; `span` is also how long a silence was.
    """

    kind: DevelopmentKind
    at: datetime
    article: ArticleId
    outlet: str
    headline: str
    lang: str | None
    values: tuple[str, ...] = ()
    articles: int = 0
    span: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Who told a story when, the first outlet first. `undated` counts outlets that gave no dates."""

    outlets: tuple[FirstReport, ...]
    coverage: Coverage | None
    undated: int = 0
    developments: tuple[Development, ...] = ()
