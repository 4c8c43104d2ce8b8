"""Feeds that were removed lately, kept so that it can be undone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from aggregator.domain.feeds import Feed
from aggregator.domain.ids import FeedId
from aggregator.storage.feeds import Feeds
from aggregator.storage.schema import feeds, removals

KEPT = 50
"""Removals that can be undone, the latest."""


@dataclass(frozen=True, slots=True)
class Removals:
    """What people took out of the list of feeds."""

    connection: Connection

    def remove(self, gone: Collection[Feed], *, now: datetime) -> int:
        """Forget feeds and what they listed, and return the number by which it is undone; articles stay."""
        for feed in gone:
            Feeds(self.connection).remove(feed.id)
        insert = removals.insert().values(at=now, feeds=[_kept(feed) for feed in gone])
        number: int = self.connection.execute(insert.returning(removals.c.id)).scalar_one()
        self.connection.execute(removals.delete().where(removals.c.id <= number - KEPT))
        return number

    def restore(self, number: int, *, now: datetime) -> tuple[FeedId, ...] | None:
        """Put the feeds of a removal back under their numbers, due now; None when there is no such removal.

        One whose address was added again meanwhile stays as it is.
        """
        kept = self.connection.scalar(select(removals.c.feeds).where(removals.c.id == number))
        if kept is None:
            return None
        known = set(self.connection.scalars(select(feeds.c.url)))
        back = [_row(one, now) for one in kept if one["url"] not in known]
        if back:
            self.connection.execute(feeds.insert(), back)
        self.connection.execute(removals.delete().where(removals.c.id == number))
        return tuple(FeedId(row["id"]) for row in back)


def _kept(feed: Feed) -> dict[str, Any]:
    return {
        "id": feed.id,
        "url": feed.url,
        "outlet_id": feed.outlet_id,
        "title": feed.title,
        "site_url": feed.site_url,
        "folder": feed.folder,
        "state": feed.state.value,
        "interval": None if feed.interval is None else feed.interval.total_seconds(),
        "added_at": feed.added_at.isoformat(),
    }


def _row(kept: dict[str, Any], now: datetime) -> dict[str, Any]:
    interval = kept["interval"]
    return kept | {
        "interval": None if interval is None else timedelta(seconds=interval),
        "added_at": datetime.fromisoformat(kept["added_at"]),
        "next_poll_at": now,
        "failures": 0,
        "failure_detail": "",
        "warning": "",
    }
