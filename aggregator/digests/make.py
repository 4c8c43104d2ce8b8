"""Make the digests that are due: one batch of schedules at a time, two short transactions each.

Which slots are done is what the editions say, one row a slot: a crash before the second transaction
leaves the schedule due, a crash after it leaves the mail in the outbox.
"""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from aggregator.clock import Clock
from aggregator.digests.content import Digest, to_json
from aggregator.digests.pool import Pool, read_pool
from aggregator.digests.press import Press
from aggregator.digests.schedules import Turn, set_right, slot_before, turn, zone_named
from aggregator.digests.select import Taste, Told, merged, select
from aggregator.domain.digests import AddressState, Edition, Outcome, Post, Schedule, Sent
from aggregator.domain.ids import AddressId, ReaderId, StoryId
from aggregator.domain.readers import Role
from aggregator.domain.saved_searches import SavedSearchId
from aggregator.domain.topics import Topic
from aggregator.storage import Storage, UnitOfWork

LOOKS_BACK = timedelta(days=8)
"""How old a story's latest report may be: a week and a day, so that a weekly digest has its whole week."""
FOLLOWED_MOST = 1000


class FindStories(Protocol):
    """Find the stories of a reader's saved searches. Implementation: the readers' room, by bootstrap."""

    def __call__(
        self,
        work: UnitOfWork,
        reader: ReaderId,
        searches: Collection[SavedSearchId],
        /,
        *,
        zone: tzinfo,
        now: datetime,
    ) -> frozenset[StoryId]:
        """Return what any of these searches finds; dates in them are days of `zone`, `now` is UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A due schedule with all that its digest is made from. `recipient` is None when no mail is to go."""

    schedule: Schedule
    turn: Turn
    taste: Taste
    is_admin: bool
    recipient: tuple[AddressId, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of an order: an edition, and its mail if one goes out."""

    order: Order
    edition: Edition
    digest: Digest | None = None
    post: Post | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """Turns due schedules into editions and mails in the outbox.

    `is_mailing` says whether mail leaves this instance at all; `lease_for` is how long a batch may take.
    `find` is asked for the readers whose digests are of saved searches.
    """

    storage: Storage
    clock: Clock
    press: Press
    find: FindStories
    topics: Sequence[Topic]
    owner: str
    lease_for: timedelta
    is_mailing: bool = True
    batch: int = 50

    def __call__(self) -> Iterator[Made]:
        """Make everything that is due, and yield what became of it, batch by batch."""
        now = self.clock.now()
        self._set_right(now)
        pool: Pool | None = None
        while claimed := self._claim():
            with self.storage.reading() as work:
                pool = pool or read_pool(work, since=now - LOOKS_BACK)
                orders = [self.order(work, one, pool, now=self.clock.now()) for one in claimed]
            made = [self.make(order, pool, now=self.clock.now()) for order in orders if order is not None]
            with self.storage.writing() as work:
                done = [one for one in made if self._store(work, one, pool)]
            yield from done

    def _claim(self) -> tuple[Schedule, ...]:
        with self.storage.writing() as work:
            now = self.clock.now()
            until = now + self.lease_for
            return work.digest_schedules.claim_due(owner=self.owner, now=now, until=until, limit=self.batch)

    def _set_right(self, now: datetime) -> None:
        """Let schedules that were looked at in what is now the future wait for their slots again."""
        with self.storage.reading() as work:
            if not work.digest_schedules.ahead(now=now):
                return
        with self.storage.writing() as work:
            for one in work.digest_schedules.ahead(now=now):
                work.digest_editions.unjoin(one.id, since=now)
                work.digest_schedules.advance(one.id, next_at=set_right(one, now=now), now=now)

    def order(self, work: UnitOfWork, schedule: Schedule, pool: Pool, *, now: datetime) -> Order | None:
        """Read what the digest of a due schedule is made from; None when nothing is due after all."""
        due = turn(schedule, now=now)
        return None if due is None else self.order_for(work, schedule, pool, due)

    def order_for(self, work: UnitOfWork, schedule: Schedule, pool: Pool, due: Turn) -> Order:
        """Read what the digest of one slot is made from."""
        who, filters = schedule.reader, schedule.filters
        reader = work.readers.get(who)
        address = None if schedule.address is None else work.digest_addresses.get(schedule.address)
        is_good = address is not None and address.state is AddressState.CONFIRMED and self.is_mailing
        known = [
            key for one in pool.stories for key in (*one.members, *one.folding.origin_of.values())
        ] if filters.unread_only else []  # fmt: skip
        return Order(
            schedule=schedule,
            turn=due,
            taste=Taste(
                filters=filters,
                most=schedule.most,
                since=work.digest_editions.latest_as_of(schedule.id),
                first_since=slot_before(schedule, slot=due.slot),
                sent=work.digest_ledger.of(who),
                followed=frozenset(key for key, _ in work.followed.page(who, limit=FOLLOWED_MOST)),
                mutes=work.mutes.of(who),
                marks=work.read_marks.of(who, known) if known else {},
                found=self._found(work, schedule),
            ),
            is_admin=reader is not None and reader.role is Role.ADMIN,
            recipient=(address.id, address.address) if address is not None and is_good else None,
        )

    def _found(self, work: UnitOfWork, schedule: Schedule) -> frozenset[StoryId] | None:
        searches = schedule.filters.searches
        if not searches:
            return None
        zone = zone_named(schedule.zone)
        return self.find(work, schedule.reader, searches, zone=zone, now=self.clock.now())

    def make(self, order: Order, pool: Pool, *, now: datetime) -> Made:
        """Choose, render and print; touches no database."""
        schedule, slot = order.schedule, order.turn.slot
        selection = select(pool.stories, order.taste, self.topics)
        edition = Edition(
            reader=schedule.reader,
            schedule=schedule.id,
            slot=slot,
            outcome=Outcome.SKIPPED,
            made_at=now,
            as_of=pool.as_of,
            secret=secrets.token_urlsafe(16),
        )
        if not selection.items:
            return Made(order=order, edition=edition)
        digest = Digest(
            name=schedule.name,
            slot=slot,
            zone=schedule.zone,
            selection=selection,
            joined=len(order.turn.joined),
        )
        digest, post = self._print(order, digest, secret=edition.secret, now=now)
        kept = replace(
            edition,
            outcome=Outcome.MADE,
            stories=len(digest.selection.items),
            content=to_json(digest),
        )
        return Made(order=order, edition=kept, digest=digest, post=post)

    def _print(
        self, order: Order, digest: Digest, *, secret: str, now: datetime
    ) -> tuple[Digest, Post | None]:
        """Return a digest as it fits into its mail, and the mail; None when none is to go."""
        if order.recipient is None:
            return digest, None
        address, recipient = order.recipient
        printed = self.press.digest(
            digest,
            order.schedule,
            recipient=recipient,
            seed=f"{order.schedule.secret}/{digest.slot.isoformat()}",
            secret=secret,
            is_admin=order.is_admin,
            now=now,
        )
        post = Post(
            message_id=printed.message_id,
            address=address,
            recipient=recipient,
            message=printed.message,
            made_at=now,
            next_try_at=now,
        )
        return printed.digest, post

    def _store(self, work: UnitOfWork, made: Made, pool: Pool) -> bool:
        """Write what became of a slot, and the rest with it; false when somebody else did."""
        schedule, turned = made.order.schedule, made.order.turn
        now = made.edition.made_at
        if not work.digest_schedules.is_ours(schedule, owner=self.owner):
            return False
        for slot in turned.joined:
            joined = replace(
                made.edition,
                slot=slot,
                outcome=Outcome.JOINED,
                as_of=None,
                stories=0,
                content=None,
                secret=secrets.token_urlsafe(16),
            )
            work.digest_editions.add(joined)
        key = work.digest_editions.add(made.edition)
        work.digest_schedules.advance(schedule.id, next_at=turned.next_at, now=now)
        if key is None:
            return False
        if made.post is not None:
            work.digest_posts.add([replace(made.post, edition=key)])
        if made.digest is not None:
            lines = ledger(made.digest, pool.by_id, made.order.taste, now=now)
            work.digest_ledger.put(schedule.reader, lines)
        return True


def ledger(
    digest: Digest, told: Mapping[StoryId, Told], taste: Taste, *, now: datetime
) -> dict[StoryId, Sent]:
    """Return the new lines of the ledger once a digest is sent; pure."""
    return {
        item.id: merged(taste.sent[item.id], told[item.id].ledger, now=now)
        if item.id in taste.sent
        else replace(told[item.id].ledger, at=now)
        for item in digest.selection.items
    }
