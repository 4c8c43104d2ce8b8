"""The digest: when a reader wants one, of what, where it goes, and what each reader was already sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from aggregator.domain.ids import (
    AddressId,
    ArticleId,
    EditionId,
    OutletId,
    PostId,
    ReaderId,
    ScheduleId,
)
from aggregator.domain.saved_searches import SavedSearchId

EVERY_DAY = frozenset(range(7))
NO_SCHEDULE, NO_EDITION, NO_POST = ScheduleId(0), EditionId(0), PostId(0)
"""Numbers of what is not stored yet."""
MOST = 20
"""Stories of a digest unless its schedule says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which stories a digest may hold. An empty set means all.

    `folders` are names of feed folders and `outlets` numbers: one article of the story is enough.
    `topics` are names, "other" for stories without one. `reports` is the least number of independent
    reports. `unread_only` leaves out what the reader has read. `searches` are saved ones of the reader:
    it is enough that one finds the story. A deleted one finds nothing, and goes on to be asked for.
    """

    folders: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    outlets: frozenset[OutletId] = frozenset()
    reports: int = 1
    unread_only: bool = False
    searches: frozenset[SavedSearchId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a reader gets a digest of what.

    `at` is a local time in `zone`, an IANA name; `days` are weekdays, Monday 0. `most` is the most
    stories. `address` is where the mail goes: None for a digest that is only a feed and an archive.
    `next_at` (UTC) is the slot that comes next. `secret` is the unguessable part of its feed's address.
    """

    reader: ReaderId
    name: str
    at: time
    zone: str
    days: frozenset[int] = EVERY_DAY
    is_paused: bool = False
    filters: Filters = field(default_factory=Filters)
    most: int = MOST
    address: AddressId | None = None
    next_at: datetime | None = None
    secret: str = field(default="", repr=False)
    id: ScheduleId = NO_SCHEDULE


class AddressState(StrEnum):
    """`waiting` until its owner has confirmed it; `refused` once a server would not take mail for it."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mail address of a reader. `problem` is what a server said when it refused it; times are UTC."""

    id: AddressId
    reader: ReaderId
    address: str
    state: AddressState
    added_at: datetime
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a reader was already sent of a story: one line of the ledger. `at` is UTC.

    `origins` are the independent reports by the articles that they count by, `numbers` the numbers that
    these gave. `is_muted`: the reader wants no digest to bring it again.
    """

    at: datetime
    headline: str
    origins: frozenset[ArticleId] = frozenset()
    numbers: frozenset[str] = frozenset()
    is_muted: bool = False


class Outcome(StrEnum):
    """What became of a slot: `made` into an edition, `skipped` for want of news, `joined` to a later one."""

    MADE = "made"
    SKIPPED = "skipped"
    JOINED = "joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One slot of a schedule and what became of it. Times are UTC.

    `as_of` is when the latest article that it could see had joined its story: what joins later is news
    for the next edition. `content` is the digest as JSON, empty once it is too old for the archive.
    """

    reader: ReaderId
    schedule: ScheduleId
    slot: datetime
    outcome: Outcome
    made_at: datetime
    as_of: datetime | None = None
    stories: int = 0
    secret: str = field(default="", repr=False)
    content: Mapping[str, Any] | None = field(default=None, repr=False)
    id: EditionId = NO_EDITION


class PostState(StrEnum):
    """`waiting` to be sent, `sent` once a server said 250, `refused` by one, `expired` after days."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A mail in the outbox, rendered once. `message` is empty once it has left. Times are UTC.

    `edition` is None for a mail that is none: a request to confirm an address, or a test.
    """

    message_id: str
    address: AddressId
    recipient: str
    message: bytes = field(repr=False)
    made_at: datetime
    next_try_at: datetime
    kind: str = "edition"
    edition: EditionId | None = None
    state: PostState = PostState.WAITING
    attempts: int = 0
    problem: str = ""
    sent_at: datetime | None = None
    id: PostId = NO_POST


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotLine:
    """One line of the log: a slot, what became of it, and of its mail; nothing of what was in it."""

    schedule: ScheduleId
    name: str
    slot: datetime
    outcome: Outcome
    stories: int
    secret: str = field(repr=False)
    has_content: bool
    post: PostState | None = None
    attempts: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestReport:
    """What one run did, for the log and the command line."""

    made: int = 0
    skipped: int = 0
    joined: int = 0
    sent: int = 0
    deferred: int = 0
    refused: int = 0
    expired: int = 0
