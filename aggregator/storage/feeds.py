"""Subscriptions with what their polls brought, and the lease that one poller at a time holds on each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select, true

from aggregator.domain.feeds import Failure, Feed, FeedState, NewFeed, PollOutcome, Validators
from aggregator.domain.ids import FeedId, OutletId
from aggregator.storage.revisions import Changing, advance, kept
from aggregator.storage.rows import chunks
from aggregator.storage.schema import article_feeds, feeds

TELLING = (
    "url", "title", "site_url", "state", "failures", "failure", "failure_detail", "failure_status", "warning",
)  # fmt: skip
"""What of a poll's outcome is told of a feed, beside that there was one."""


@dataclass(frozen=True, slots=True)
class Feeds:
    """Feeds that the reader follows."""

    connection: Connection

    def add(self, feed: NewFeed, outlet_id: OutletId, *, now: datetime) -> FeedId:
        """Store a subscription that is due at once; its address must not be stored yet."""
        advance(self.connection, Changing.FEEDS)
        insert = feeds.insert().values(
            url=feed.url,
            outlet_id=outlet_id,
            title=feed.title,
            site_url=feed.site_url,
            folder=feed.folder,
            state=FeedState.ACTIVE.value,
            added_at=now,
            next_poll_at=now,
            failures=0,
            failure_detail="",
            warning="",
        )
        return FeedId(self.connection.execute(insert.returning(feeds.c.id)).scalar_one())

    def get(self, feed_id: FeedId) -> Feed | None:
        """Return one feed, or None."""
        return self._one(feeds.c.id == feed_id)

    def by_url(self, url: str) -> Feed | None:
        """Return the feed with this address, or None."""
        return self._one(feeds.c.url == url)

    def all(self) -> tuple[Feed, ...]:
        """Return every feed, by folder and title."""
        return self._many(true())

    def failing(self) -> tuple[Feed, ...]:
        """Return the feeds whose last poll failed or that are not polled any more, by folder and title.

        When each is due may be told as it was at that poll.
        """
        gone_or_failing = or_(feeds.c.failure.is_not(None), feeds.c.state != FeedState.ACTIVE.value)
        return kept(
            self.connection, "failing", None, of=[Changing.FEEDS], make=lambda: self._many(gone_or_failing)
        )

    def tally(self) -> tuple[int, int]:
        """Return how many feeds there are, and how many of them were ever polled."""
        query = select(func.count(), func.count(feeds.c.last_polled_at))

        def count() -> tuple[int, int]:
            row = self.connection.execute(query).one()
            return row[0], row[1]

        return kept(self.connection, "tally", None, of=[Changing.FEEDS], make=count)

    def names(self) -> Mapping[FeedId, str]:
        """Return what every feed is called: its title, its address where it has none."""
        query = select(feeds.c.id, feeds.c.title, feeds.c.url)

        def read() -> Mapping[FeedId, str]:
            return {FeedId(row.id): row.title or row.url for row in self.connection.execute(query)}

        return kept(self.connection, "feed names", None, of=[Changing.FEEDS], make=read)

    def claim_due(self, *, owner: str, now: datetime, until: datetime, limit: int) -> tuple[Feed, ...]:
        """Lease up to `limit` feeds that are due at `now`, the longest due first.

        One statement: of two pollers asking at once, each feed goes to one.
        """
        is_free = or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= now)
        due = (
            select(feeds.c.id)
            .where(feeds.c.state == FeedState.ACTIVE.value, feeds.c.next_poll_at <= now, is_free)
            .order_by(feeds.c.next_poll_at, feeds.c.id)
            .limit(limit)
        )
        claimed = self._lease(feeds.c.id.in_(due), is_free, owner=owner, until=until)
        return tuple(sorted(claimed, key=lambda feed: (feed.next_poll_at, feed.id)))

    def claim(
        self, ids: Collection[FeedId], *, owner: str, now: datetime, until: datetime
    ) -> tuple[Feed, ...]:
        """Lease these feeds, due or not and in any state, in their order; not those that another has."""
        is_free = or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= now, feeds.c.lease_owner == owner)
        claimed: dict[FeedId, Feed] = {}
        for chunk in chunks(ids):
            for feed in self._lease(feeds.c.id.in_(chunk), is_free, owner=owner, until=until):
                claimed[feed.id] = feed
        return tuple(claimed[key] for key in dict.fromkeys(ids) if key in claimed)

    def hasten(self, *, now: datetime, polled_before: datetime) -> None:
        """Make active feeds due now, except those polled since `polled_before` and the rate-limited."""
        ready = (
            (feeds.c.state == FeedState.ACTIVE.value)
            & (feeds.c.next_poll_at > now)
            & or_(feeds.c.last_polled_at.is_(None), feeds.c.last_polled_at < polled_before)
            & or_(feeds.c.failure.is_(None), feeds.c.failure != Failure.RATE_LIMITED.value)
        )
        self.connection.execute(feeds.update().where(ready).values(next_poll_at=now))

    def record(self, feed_id: FeedId, outcome: PollOutcome, *, owner: str) -> bool:
        """Store what a poll changed and end the lease.

        False, with nothing written, when `owner` no longer has the lease: the caller must then write
        nothing else either. A move to an address that another feed has is not made.
        """
        values: dict[str, Any] = {
            "last_polled_at": outcome.polled_at,
            "next_poll_at": outcome.next_poll_at,
            "state": outcome.state.value,
            "failures": outcome.failures,
            "failure": None if outcome.failure is None else outcome.failure.value,
            "failure_detail": outcome.failure_detail,
            "failure_status": outcome.failure_status,
            "warning": outcome.warning,
            "etag": outcome.validators.etag,
            "last_modified": outcome.validators.last_modified,
            "body_hash": outcome.body_hash,
            "lease_owner": None,
            "lease_until": None,
        }
        if outcome.failure is None:
            values["last_ok_at"] = outcome.polled_at
        if outcome.title is not None:
            values["title"] = outcome.title
        if outcome.site_url is not None:
            values["site_url"] = outcome.site_url
        if outcome.moved_to is not None and self.by_url(outcome.moved_to) is None:
            values["url"] = outcome.moved_to
        mine = (feeds.c.id == feed_id) & (feeds.c.lease_owner == owner)
        if self._tells(values, mine):
            advance(self.connection, Changing.FEEDS)
        return self.connection.execute(feeds.update().where(mine).values(values)).rowcount == 1

    def _tells(self, values: Mapping[str, Any], mine: ColumnElement[bool]) -> bool:
        """Return whether a feed is another one with these values, to those who do not ask when it is due."""
        names = ("last_polled_at", *(name for name in TELLING if name in values))
        old = self.connection.execute(select(*(feeds.c[name] for name in names)).where(mine)).first()
        if old is None:
            return False
        return old.last_polled_at is None or any(getattr(old, one) != values[one] for one in names[1:])

    def release(self, feed_ids: Collection[FeedId], *, owner: str) -> None:
        """End the leases that `owner` has on these feeds, without a poll."""
        for chunk in chunks(feed_ids):
            mine = feeds.c.id.in_(chunk) & (feeds.c.lease_owner == owner)
            self.connection.execute(feeds.update().where(mine).values(lease_owner=None, lease_until=None))

    def remove(self, feed_id: FeedId) -> None:
        """Forget a feed and what it listed; the articles stay."""
        advance(self.connection, Changing.FEEDS)
        self.connection.execute(article_feeds.delete().where(article_feeds.c.feed_id == feed_id))
        self.connection.execute(feeds.delete().where(feeds.c.id == feed_id))

    def change(self, ids: Collection[FeedId], **values: Any) -> int:
        """Set title, folder, interval, state or next_poll_at of these feeds; return how many are given."""
        if values:
            advance(self.connection, Changing.FEEDS)
            for chunk in chunks(ids):
                self.connection.execute(feeds.update().where(feeds.c.id.in_(chunk)).values(values))
        return len(set(ids))

    def article_counts(self) -> Mapping[FeedId, int]:
        """Return for every feed how many articles it has listed."""
        distinct = func.count(article_feeds.c.article_id.distinct())
        query = (
            select(feeds.c.id, distinct)
            .outerjoin_from(feeds, article_feeds, article_feeds.c.feed_id == feeds.c.id)
            .group_by(feeds.c.id)
        )
        return {FeedId(key): count for key, count in self.connection.execute(query)}

    def next_due(self) -> datetime | None:
        """Return when (UTC) the next active feed is due, or None when there is none."""
        earliest = select(func.min(feeds.c.next_poll_at)).where(feeds.c.state == FeedState.ACTIVE.value)
        due: datetime | None = self.connection.execute(earliest).scalar_one()
        return due

    def _many(self, where: ColumnElement[bool]) -> tuple[Feed, ...]:
        found = map(feed_of, self.connection.execute(select(feeds).where(where)))
        return tuple(sorted(found, key=lambda feed: (feed.folder.casefold(), feed.title.casefold(), feed.id)))

    def _one(self, where: ColumnElement[bool]) -> Feed | None:
        row = self.connection.execute(select(feeds).where(where)).first()
        return None if row is None else feed_of(row)

    def _lease(self, *where: ColumnElement[bool], owner: str, until: datetime) -> list[Feed]:
        lease = feeds.update().where(*where).values(lease_owner=owner, lease_until=until)
        return [feed_of(row) for row in self.connection.execute(lease.returning(feeds))]


def feed_of(row: Row[Any]) -> Feed:
    """Return the feed in a row of `feeds`."""
    return Feed(
        id=FeedId(row.id),
        url=row.url,
        outlet_id=OutletId(row.outlet_id),
        title=row.title,
        site_url=row.site_url,
        folder=row.folder,
        state=FeedState(row.state),
        interval=row.interval,
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
        body_hash=row.body_hash,
        added_at=row.added_at,
        next_poll_at=row.next_poll_at,
        last_polled_at=row.last_polled_at,
        last_ok_at=row.last_ok_at,
        failures=row.failures,
        failure=None if row.failure is None else Failure(row.failure),
        failure_detail=row.failure_detail,
        failure_status=row.failure_status,
        warning=row.warning,
    )
