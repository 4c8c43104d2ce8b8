"""Feeds that were removed lately, kept so that it can be undone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from aggregator.domain.feeds import Feed, FeedWish
from aggregator.domain.ids import FeedId
from aggregator.storage.feed_wishes import FeedWishes
from aggregator.storage.feeds import Feeds
from aggregator.storage.revisions import Changing, advance
from aggregator.storage.schema import feeds, removals

KEPT = 50
"""Removals that can be undone, the latest."""


@dataclass(frozen=True, slots=True)
class Removals:
    """What people took out of the list of feeds."""

    connection: Connection

    def remove(self, gone: Collection[Feed], *, now: datetime) -> int:
        """Forget feeds and what they listed, and return the number by which it is undone; articles stay."""
        wishes = FeedWishes(self.connection).all()
        for feed in gone:
            Feeds(self.connection).remove(feed.id)
        kept = [_kept(feed, wishes.get(feed.id, FeedWish())) for feed in gone]
        insert = removals.insert().values(at=now, feeds=kept)
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
            advance(self.connection, Changing.FEEDS)
            self.connection.execute(feeds.insert(), back)
            self._wish_again([one for one in kept if one["url"] not in known])
        self.connection.execute(removals.delete().where(removals.c.id == number))
        return tuple(FeedId(row["id"]) for row in back)

    def _wish_again(self, kept: Sequence[Mapping[str, Any]]) -> None:
        wishes = FeedWishes(self.connection)
        wishes.want_full_texts([one["id"] for one in kept if one.get("full_text")], wanted=True)
        wishes.mute([one["id"] for one in kept if one.get("is_muted")], muted=True)


def _kept(feed: Feed, wish: FeedWish) -> dict[str, Any]:
    return {
        "full_text": wish.full_text,
        "is_muted": wish.is_muted,
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
    row = {name: value for name, value in kept.items() if name not in ("full_text", "is_muted")}
    return row | {
        "interval": None if interval is None else timedelta(seconds=interval),
        "added_at": datetime.fromisoformat(kept["added_at"]),
        "next_poll_at": now,
        "failures": 0,
        "failure_detail": "",
        "warning": "",
    }
