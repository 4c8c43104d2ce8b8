"""The outbox: mails rendered once, leased by whoever sends them, emptied once a server has them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from aggregator.domain.digests import Post, PostState
from aggregator.domain.ids import AddressId, EditionId, PostId, ScheduleId
from aggregator.storage.rows import chunks, insert_into
from aggregator.storage.tables_digests import digest_editions
from aggregator.storage.tables_digests import digest_posts as table

TOO_FAR = timedelta(days=1)
"""Nothing is leased or put off for so long: a moment further ahead was written by a clock that ran ahead."""


@dataclass(frozen=True, slots=True)
class DigestPosts:
    """Mails that wait, and what became of those that do not."""

    connection: Connection

    def add(self, posts: Collection[Post]) -> None:
        """Put mails into the outbox; one whose Message-ID is there already stays as it is."""
        rows = [
            {
                "edition_id": post.edition,
                "address_id": post.address,
                "kind": post.kind,
                "recipient": post.recipient,
                "message_id": post.message_id,
                "message": post.message,
                "state": post.state.value,
                "attempts": post.attempts,
                "made_at": post.made_at,
                "next_try_at": post.next_try_at,
                "problem": post.problem,
            }
            for post in posts
        ]
        if rows:
            insert = insert_into(self.connection, table)
            self.connection.execute(insert.on_conflict_do_nothing(index_elements=[table.c.message_id]), rows)

    def claim_due(self, *, owner: str, now: datetime, until: datetime, limit: int) -> tuple[Post, ...]:
        """Lease mails that are to be tried now and that nobody else holds, the oldest first."""
        is_free = _is_free(now)
        is_time = or_(table.c.next_try_at <= now, table.c.next_try_at > now + TOO_FAR)
        due = (
            select(table.c.id)
            .where(table.c.state == PostState.WAITING.value, is_time, is_free)
            .order_by(table.c.next_try_at, table.c.id)
            .limit(limit)
        )
        claim = table.update().where(table.c.id.in_(due), is_free)
        claim = claim.values(lease_owner=owner, lease_until=until).returning(*table.c)
        return tuple(sorted(map(_post_of, self.connection.execute(claim)), key=lambda post: post.id))

    def hold(self, post: PostId, *, owner: str, until: datetime) -> bool:
        """Prolong the lease of `owner` on a mail; false when it was called back or taken."""
        mine = (table.c.id == post) & (table.c.lease_owner == owner)
        update = table.update().where(mine, table.c.state == PostState.WAITING.value)
        return self.connection.execute(update.values(lease_until=until)).rowcount == 1

    def record(self, post: Post) -> None:
        """Store what became of an attempt and end the lease; a mail that is done loses its message."""
        is_done = post.state is not PostState.WAITING
        values: dict[str, Any] = {
            "state": post.state.value,
            "attempts": post.attempts,
            "next_try_at": post.next_try_at,
            "sent_at": post.sent_at,
            "problem": post.problem,
            "lease_owner": None,
            "lease_until": None,
        } | ({"message": b"", "recipient": ""} if is_done else {})
        self.connection.execute(table.update().where(table.c.id == post.id).values(values))

    def release(self, posts: Collection[PostId], *, owner: str) -> None:
        """End the leases that `owner` has on these mails, without an attempt."""
        for chunk in chunks(posts):
            mine = table.c.id.in_(chunk) & (table.c.lease_owner == owner)
            self.connection.execute(table.update().where(mine).values(lease_owner=None, lease_until=None))

    def call_back(self, schedule: ScheduleId) -> None:
        """Take the mails of a schedule that still wait out of the outbox."""
        editions = select(digest_editions.c.id).where(digest_editions.c.schedule_id == schedule)
        waiting = table.c.edition_id.in_(editions) & (table.c.state == PostState.WAITING.value)
        self.connection.execute(table.delete().where(waiting))

    def troubled(self, *, limit: int) -> tuple[Post, ...]:
        """Return mails that were tried in vain and still wait, or were given up, the newest first."""
        vain = or_(
            (table.c.state == PostState.WAITING.value) & (table.c.attempts > 0),
            table.c.state.in_([PostState.REFUSED.value, PostState.EXPIRED.value]),
        )
        query = select(table).where(vain).order_by(table.c.id.desc()).limit(limit)
        return tuple(map(_post_of, self.connection.execute(query)))


def _post_of(row: Row[Any]) -> Post:
    return Post(
        id=PostId(row.id),
        edition=None if row.edition_id is None else EditionId(row.edition_id),
        address=AddressId(row.address_id),
        kind=row.kind,
        recipient=row.recipient,
        message_id=row.message_id,
        message=row.message,
        state=PostState(row.state),
        attempts=row.attempts,
        made_at=row.made_at,
        next_try_at=row.next_try_at,
        sent_at=row.sent_at,
        problem=row.problem,
    )


def _is_free(now: datetime) -> ColumnElement[bool]:
    until = table.c.lease_until
    return or_(until.is_(None), until <= now, until > now + TOO_FAR)
