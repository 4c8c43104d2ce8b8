"""What the latest polls of each feed came to: a short history, bounded for every feed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, case, func, or_, select, type_coerce

from aggregator.domain.feeds import Failure, FeedState, PollSlot
from aggregator.domain.ids import FeedId, OutletId
from aggregator.storage.rows import insert_into
from aggregator.storage.schema import feeds, polls
from aggregator.storage.types import EPOCH, MICROSECOND

KEPT = 300
"""Polls kept of each feed: three days of one every fifteen minutes, six of the default."""


@dataclass(frozen=True, slots=True)
class Polls:
    """Outcomes of polls."""

    connection: Connection

    def add(self, feed_id: FeedId, *, at: datetime, failure: Failure | None, new: int) -> None:
        """Note a poll that brought `new` articles or failed; of each feed the newest `KEPT` stay."""
        told = None if failure is None else failure.value
        row = {"feed_id": feed_id, "at": at, "failure": told, "new": new}
        self.connection.execute(insert_into(self.connection, polls).on_conflict_do_nothing(), row)
        of_feed = polls.c.feed_id == feed_id
        oldest = select(polls.c.at).where(of_feed).order_by(polls.c.at.desc()).limit(1).offset(KEPT)
        self.connection.execute(polls.delete().where(of_feed, polls.c.at <= oldest.scalar_subquery()))

    def history(
        self, *, since: datetime, slot: timedelta, slots: int
    ) -> Mapping[FeedId, tuple[PollSlot, ...]]:
        """Return for every feed with polls what each of so many spans since `since` (UTC) had."""
        width = slot // MICROSECOND
        place = (type_coerce(polls.c.at, Integer) - (since - EPOCH) // MICROSECOND) // width
        failed = func.sum(case((polls.c.failure.is_not(None), 1), else_=0))
        query = (
            select(polls.c.feed_id, place, func.count(), failed, func.sum(polls.c.new))
            .where(polls.c.at >= since, polls.c.at < since + slots * slot)
            .group_by(polls.c.feed_id, place)
        )
        found: dict[FeedId, list[PollSlot]] = {}
        for feed, number, count, bad, new in self.connection.execute(query):
            told = found.setdefault(FeedId(feed), [PollSlot()] * slots)
            told[number] = PollSlot(polls=count, failed=bad, new=new)
        return {feed: tuple(told) for feed, told in found.items()}

    def unheard(self, *, since: datetime, until: datetime) -> frozenset[OutletId]:
        """Return the outlets one of whose feeds is gone, fails now, or mostly failed in this span (UTC)."""
        in_span = (polls.c.feed_id == feeds.c.id, polls.c.at >= since, polls.c.at < until)
        mostly = select(2 * func.count(polls.c.failure) > func.count()).where(*in_span).scalar_subquery()
        is_gone = feeds.c.state == FeedState.GONE.value
        query = select(feeds.c.outlet_id).where(or_(is_gone, feeds.c.failure.is_not(None), mostly))
        return frozenset(OutletId(outlet) for outlet in self.connection.scalars(query))
