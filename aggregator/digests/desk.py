"""What the pages and commands ask of the digests: schedules, addresses, previews, past editions, links."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.clock import Clock
from aggregator.digests.content import Digest, from_json, moment
from aggregator.digests.links import Deed, Purpose
from aggregator.digests.make import LOOKS_BACK, Make
from aggregator.digests.message import address_of
from aggregator.digests.pool import read_pool
from aggregator.digests.render import Rendered
from aggregator.digests.schedules import Turn, checked, next_slot, zone_named
from aggregator.digests.select import select
from aggregator.domain.digests import Address, AddressState, Edition, Post, Schedule, Sent, SlotLine
from aggregator.domain.errors import DigestRefused, DigestUnknown
from aggregator.domain.ids import AddressId, ReaderId, ScheduleId, StoryId
from aggregator.domain.readers import Role
from aggregator.domain.saved_searches import SavedSearch, SavedSearchId
from aggregator.domain.topics import OTHER, Topic
from aggregator.storage import Storage, UnitOfWork

LOG_LINES = 50
PAST = 30
"""Editions that the archive and the feed of a digest show."""
MOST_SCHEDULES = 20
MOST_ADDRESSES = 5
"""A reader who needs more is a program."""
AGAIN_AFTER = timedelta(minutes=10)
"""Nobody can make Broadfold write to an address more often than this by asking to confirm it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything of one reader. `refused` are all readers' addresses in trouble, for an admin only.

    `next_at` tells the next slot of each schedule in its own zone; `searches` are those that are kept.
    """

    schedules: tuple[Schedule, ...]
    next_at: Mapping[ScheduleId, str]
    searches: tuple[SavedSearch, ...]
    addresses: tuple[Address, ...]
    log: tuple[SlotLine, ...]
    is_mailing: bool
    is_admin: bool
    refused: tuple[Address, ...] = ()
    troubled: tuple[Post, ...] = ()

    def address(self, schedule: Schedule) -> Address | None:
        """Return where the mail of a schedule goes."""
        return next((one for one in self.addresses if one.id == schedule.address), None)

    def searched(self, schedule: Schedule) -> tuple[str, ...]:
        """Return the names of the saved searches that a schedule is of, those that still exist."""
        return tuple(one.name for one in self.searches if one.id in schedule.filters.searches)

    def gone(self, schedule: Schedule) -> tuple[SavedSearchId, ...]:
        """Return the searches that a schedule is of and that were deleted since: they find nothing."""
        return tuple(sorted(schedule.filters.searches.difference(one.id for one in self.searches)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What filters can name: folders, topics as (name, shown), outlets as (number, name)."""

    folders: tuple[str, ...]
    topics: tuple[tuple[str, str], ...]
    outlets: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDigest:
    """An edition as it was sent."""

    edition: Edition
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Answers readers; what cannot be done raises a WrongUse, whose text is for them.

    `zone` is the IANA name that new schedules start with.
    """

    storage: Storage
    clock: Clock
    make: Make
    zone: str = "UTC"

    def overview(self, reader: ReaderId) -> Overview:
        """Return a reader's schedules, addresses, and what became of the last slots."""
        now = self.clock.now()
        with self.storage.reading() as work:
            schedules, is_admin = work.digest_schedules.of(reader), _is_admin(work, reader)
            return Overview(
                schedules=schedules,
                next_at={one.id: moment(one.next_at or now, zone_named(one.zone)) for one in schedules},
                searches=work.saved_searches.of(reader),
                addresses=work.digest_addresses.of(reader),
                log=work.digest_editions.log(reader, limit=LOG_LINES),
                is_mailing=self.make.is_mailing,
                is_admin=is_admin,
                refused=work.digest_addresses.refused() if is_admin else (),
                troubled=work.digest_posts.troubled(limit=LOG_LINES) if is_admin else (),
            )

    def choices(self) -> Choices:
        """Return what filters can name."""
        with self.storage.reading() as work:
            folders = {feed.folder for feed in work.feeds.all() if feed.folder}
            outlets = sorted(work.outlets.all(), key=lambda one: one.name.casefold())
        topics: tuple[Topic, ...] = tuple(self.make.topics)
        return Choices(
            folders=tuple(sorted(folders, key=str.casefold)),
            topics=(*((one.name, one.shown) for one in topics), (OTHER, "Other stories")),
            outlets=tuple((one.id, one.name) for one in outlets),
        )

    def schedule(self, reader: ReaderId, number: int) -> Schedule:
        """Return a schedule of a reader.

        Raises:
            DigestUnknown: there is none.
        """
        with self.storage.reading() as work:
            return _mine(work, reader, number)

    def add(self, schedule: Schedule) -> ScheduleId:
        """Store a new schedule; its first slot is the next one to come.

        Raises:
            DigestRefused: it cannot be used as it is.
        """
        now = self.clock.now()
        good = checked(schedule)
        ready = replace(good, next_at=next_slot(good, after=now), secret=secrets.token_urlsafe(16))
        with self.storage.writing() as work:
            if len(work.digest_schedules.of(schedule.reader)) >= MOST_SCHEDULES:
                raise DigestRefused(f"a reader can have {MOST_SCHEDULES} digests; remove one first")
            _check_address(work, ready)
            _check_searches(work, ready, before=frozenset())
            return work.digest_schedules.add(ready, now=now)

    def change(self, schedule: Schedule) -> None:
        """Replace a schedule; what it missed while it was paused stays missed.

        Raises:
            DigestRefused: it cannot be used as it is.
            DigestUnknown: its reader has none of this number.
        """
        now = self.clock.now()
        good = checked(schedule)
        with self.storage.writing() as work:
            before = _mine(work, good.reader, good.id)
            _check_address(work, good)
            _check_searches(work, good, before=before.filters.searches)
            is_same = (before.at, before.zone, before.days) == (good.at, good.zone, good.days)
            keeps = is_same and not before.is_paused and before.next_at is not None
            ready = replace(good, next_at=before.next_at if keeps else next_slot(good, after=now))
            work.digest_schedules.change(ready, now=now)
            if good.is_paused:
                work.digest_posts.call_back(good.id)

    def pause(self, reader: ReaderId, number: int, *, is_paused: bool) -> None:
        """Stop a digest, mails that wait included, or let it go on from the next slot.

        Raises:
            DigestUnknown: there is none of this number.
        """
        self.change(replace(self.schedule(reader, number), is_paused=is_paused))

    def remove(self, reader: ReaderId, number: int) -> None:
        """Remove a digest with its past editions.

        Raises:
            DigestUnknown: there is none of this number.
        """
        with self.storage.writing() as work:
            if not work.digest_schedules.remove(reader, ScheduleId(number)):
                raise DigestUnknown(number)

    def add_address(self, reader: ReaderId, text: str) -> Address:
        """Add a mail address. One that an admin adds is good; any other is asked to agree first.

        Raises:
            DigestRefused: it is no address, or no mail leaves here by which it could be asked.
        """
        address, now = address_of(text), self.clock.now()
        with self.storage.writing() as work:
            is_admin = _is_admin(work, reader)
            known = {one.address: one for one in work.digest_addresses.of(reader)}
            if address in known and known[address].state is AddressState.CONFIRMED:
                return known[address]
            if not is_admin and not self.make.is_mailing:
                raise DigestRefused("mail is switched off here, so that no address can be confirmed")
            if address not in known and len(known) >= MOST_ADDRESSES:
                raise DigestRefused(f"a reader can have {MOST_ADDRESSES} addresses; remove one first")
            state = AddressState.CONFIRMED if is_admin else AddressState.WAITING
            key = work.digest_addresses.add(reader, address, state, now=now)
            work.digest_addresses.set_state(key, state)
            made = work.digest_addresses.get(key)
            assert made is not None
            if not is_admin:
                self._ask(work, made, now)
            return made

    def _ask(self, work: UnitOfWork, address: Address, now: datetime) -> None:
        """Put a request to confirm into the outbox, unless one went out just now."""
        slot = int(now.timestamp() // AGAIN_AFTER.total_seconds())
        key, message = self.make.press.confirmation(address, seed=f"confirm/{address.id}/{slot}", now=now)
        post = Post(
            message_id=key,
            address=address.id,
            recipient=address.address,
            message=message,
            made_at=now,
            next_try_at=now,
            kind="confirm",
        )
        work.digest_posts.add([post])

    def remove_address(self, reader: ReaderId, number: int) -> None:
        """Delete an address of a reader and its mails; its digests stay, without mail.

        Raises:
            DigestUnknown: there is none of this number.
        """
        with self.storage.writing() as work:
            if not work.digest_addresses.remove(reader, AddressId(number)):
                raise DigestUnknown(number)

    def preview(self, reader: ReaderId, number: int) -> tuple[Digest, Rendered]:
        """Return the digest that would be sent now, and how it looks; nothing is sent or remembered.

        Raises:
            DigestUnknown: there is none of this number.
        """
        now = self.clock.now()
        with self.storage.reading() as work:
            schedule = _mine(work, reader, number)
            pool = read_pool(work, since=now - LOOKS_BACK)
            due = Turn(slot=now, joined=(), next_at=now)
            order = self.make.order_for(work, schedule, pool, due)
        selection = select(pool.stories, order.taste, self.make.topics)
        digest = Digest(name=schedule.name, slot=now, zone=schedule.zone, selection=selection)
        return digest, self.make.press.page(digest)

    def test(self, reader: ReaderId, number: int) -> str:
        """Put what would be sent now into the outbox, and return the address that it goes to.

        The ledger does not learn of it, so that the next digest brings the same stories.

        Raises:
            DigestUnknown: there is none of this number.
            DigestRefused: it has no confirmed address, or mail is switched off.
        """
        digest, _ = self.preview(reader, number)
        now = self.clock.now()
        with self.storage.writing() as work:
            schedule = _mine(work, reader, number)
            address = None if schedule.address is None else work.digest_addresses.get(schedule.address)
            if not self.make.is_mailing:
                raise DigestRefused("mail is switched off here (the setting digests.mail)")
            if address is None or address.state is not AddressState.CONFIRMED:
                raise DigestRefused("this digest has no confirmed address to be sent to")
            printed = self.make.press.digest(
                replace(digest, name=f"Test of {digest.name}"),
                schedule,
                recipient=address.address,
                seed=f"test/{schedule.secret}/{now.isoformat()}",
                secret="",
                is_admin=_is_admin(work, reader),
                now=now,
            )
            post = Post(
                message_id=printed.message_id,
                address=address.id,
                recipient=address.address,
                message=printed.message,
                made_at=now,
                next_try_at=now,
                kind="test",
            )
            work.digest_posts.add([post])
        return address.address

    def edition(self, secret: str) -> Rendered | None:
        """Return a past edition by the unguessable part of its address, None for none or one too old."""
        with self.storage.reading() as work:
            found = work.digest_editions.by_secret(secret)
        return None if found is None or found.content is None else self._shown(from_json(found.content))

    def _shown(self, digest: Digest) -> Rendered:
        return self.make.press.page(digest)

    def past(self, secret: str) -> tuple[Schedule, tuple[PastDigest, ...]] | None:
        """Return a digest and its past editions, newest first, by the secret of its feed; None for none."""
        with self.storage.reading() as work:
            schedule = work.digest_schedules.by_secret(secret)
            if schedule is None:
                return None
            editions = work.digest_editions.made(schedule.id, limit=PAST)
        past = (PastDigest(edition=one, digest=from_json(one.content)) for one in editions if one.content)
        return schedule, tuple(past)

    def deed(self, token: str) -> Deed:
        """Return what a link of a mail lets its holder do.

        Raises:
            LinkExpired: it is too old, changed, or none of ours.
        """
        return self.make.press.deed(token, now=self.clock.now())

    def named(self, deed: Deed) -> str:
        """Return what a link is about: the name of a digest, an address, or a headline; empty when gone."""
        with self.storage.reading() as work:
            if work.readers.get(deed.reader) is None:
                return ""
            if deed.purpose is Purpose.UNSUBSCRIBE:
                schedule = work.digest_schedules.get(ScheduleId(deed.target))
                return schedule.name if schedule is not None and schedule.reader == deed.reader else ""
            if deed.purpose is Purpose.CONFIRM:
                address = work.digest_addresses.get(AddressId(deed.target))
                return address.address if address is not None and address.reader == deed.reader else ""
            story = work.stories.resolve(StoryId(deed.target))
            return "" if story is None else story.face.headline

    def may_correct(self, deed: Deed) -> bool:
        """Return whether whoever a link was made for may still change what everybody sees."""
        with self.storage.reading() as work:
            return _is_admin(work, deed.reader)

    def act(self, deed: Deed) -> None:
        """Do what a link is for: unsubscribe, confirm an address, or mute a story; twice is once."""
        if deed.purpose is Purpose.UNSUBSCRIBE:
            if self.named(deed):
                self.pause(deed.reader, deed.target, is_paused=True)
            return
        with self.storage.writing() as work:
            if deed.purpose is Purpose.CONFIRM:
                address = work.digest_addresses.get(AddressId(deed.target))
                if address is not None and address.reader == deed.reader:
                    work.digest_addresses.set_state(address.id, AddressState.CONFIRMED)
            elif deed.purpose is Purpose.MUTE:
                story = work.stories.resolve(StoryId(deed.target))
                if story is not None:
                    sent = work.digest_ledger.of(deed.reader).get(story.id)
                    line = sent or Sent(at=self.clock.now(), headline=story.face.headline)
                    work.digest_ledger.put(deed.reader, {story.id: replace(line, is_muted=True)})


def local_zone(name: str) -> str:
    """Return a zone's name if it is one, else UTC: where a new schedule starts."""
    try:
        return ZoneInfo(name).key if name else "UTC"
    except (ValueError, OSError, KeyError):
        return "UTC"


def _mine(work: UnitOfWork, reader: ReaderId, number: int) -> Schedule:
    found = work.digest_schedules.get(ScheduleId(number))
    if found is None or found.reader != reader:
        raise DigestUnknown(number)
    return found


def _check_address(work: UnitOfWork, schedule: Schedule) -> None:
    if schedule.address is not None:
        address = work.digest_addresses.get(schedule.address)
        if address is None or address.reader != schedule.reader:
            raise DigestRefused("the address of the digest is none of yours")


def _check_searches(work: UnitOfWork, schedule: Schedule, *, before: frozenset[SavedSearchId]) -> None:
    """Refuse searches that do not exist, but for those that were deleted since the schedule named them."""
    mine = {one.id for one in work.saved_searches.of(schedule.reader)}
    if schedule.filters.searches - mine - before:
        raise DigestRefused("one of the saved searches is none of yours, or was deleted; choose again")


def _is_admin(work: UnitOfWork, reader: ReaderId) -> bool:
    found = work.readers.get(reader)
    return found is not None and found.role is Role.ADMIN
