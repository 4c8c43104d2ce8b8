"""What was reported in a span of time: by story for the pages of days, by outlet for the ranking."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Integer, and_, func, literal_column, or_, select

from aggregator.domain.days import DayReports
from aggregator.domain.ids import OutletId, StoryId
from aggregator.storage.schema import articles, stories, story_articles
from aggregator.storage.stories import HAS_FACE

ORIGIN: ColumnElement[int | None] = literal_column("+articles.origin_id", Integer)
DISCUSSED: ColumnElement[int | None] = literal_column("+articles.discusses_id", Integer)
"""By the plus, SQLite leaves these columns' indexes alone, which nearly all articles have the same value in,
and takes that of the dates: https://www.sqlite.org/optoverview.html, on unary plus."""
IS_OWN = and_(DISCUSSED.is_(None), or_(ORIGIN.is_(None), articles.c.id == ORIGIN))
"""An article with a text of its own: neither a copy nor a repost, nor an aggregator's link."""


LAST_AT = func.max(articles.c.at).label("last_at")


@dataclass(frozen=True, slots=True)
class Days:
    """Articles by the moment that they are dated at."""

    connection: Connection

    def reports(self, *, since: datetime, until: datetime) -> tuple[DayReports, ...]:
        """Return what each outlet reported on each story from `since` on and before `until`.

        Only texts of their own count: neither copies, nor an aggregator's links.
        """
        at = articles.c.at
        story, outlet = story_articles.c.story_id, articles.c.outlet_id
        query = (
            select(
                story, stories.c.topic, outlet, func.count().label("reports"), func.max(at).label("last_at")
            )
            .join_from(articles, story_articles, story_articles.c.article_id == articles.c.id)
            .join(stories, stories.c.id == story)
            .where(at >= since, at < until, IS_OWN, HAS_FACE)
            .group_by(story, stories.c.topic, outlet)
        )
        return tuple(
            DayReports(
                story=StoryId(row.story_id),
                topic=row.topic,
                outlet=OutletId(row.outlet_id),
                reports=row.reports,
                last_at=row.last_at,
            )
            for row in self.connection.execute(query)
        )

    def last_before(self, until: datetime) -> datetime | None:
        """Return when the latest article before a moment is dated, None when there is none."""
        at: datetime | None = self.connection.scalar(
            select(func.max(articles.c.at)).where(articles.c.at < until)
        )
        return at

    def first_after(self, since: datetime) -> datetime | None:
        """Return when the earliest article from a moment on is dated, None when there is none."""
        at: datetime | None = self.connection.scalar(
            select(func.min(articles.c.at)).where(articles.c.at >= since)
        )
        return at

    def loud(self, *, since: datetime, until: datetime, most: int) -> frozenset[OutletId]:
        """Return the outlets with more than `most` articles dated from `since` on and before `until`."""
        # Grouped by an expression, so that SQLite reads the span and not every article of every outlet.
        outlet = articles.c.outlet_id + 0
        query = select(outlet).where(articles.c.at >= since, articles.c.at < until)
        found = self.connection.scalars(query.group_by(outlet).having(func.count() > most))
        return frozenset(OutletId(one) for one in found)
