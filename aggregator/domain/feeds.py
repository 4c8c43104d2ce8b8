"""What travels from a feed's address to a decision: request, answer, parsed feed, plan."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.domain.articles import ArticleDraft
from aggregator.domain.ids import ArticleId, FeedId, OutletId


class FeedState(StrEnum):
    """Whether a feed is polled: `gone` is a 410's verdict, `paused` is the reader's."""

    ACTIVE = "active"
    GONE = "gone"
    PAUSED = "paused"


class Failure(StrEnum):
    """Kinds of failed poll; `domain/explain.py` holds the sentence for each."""

    NAME_UNKNOWN = "name-unknown"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    REFUSED_ADDRESS = "refused-address"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    HTTP = "http"
    RATE_LIMITED = "rate-limited"
    GONE = "gone"
    EMPTY = "empty"
    NOT_A_FEED = "not-a-feed"
    MALFORMED = "malformed"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """ETag and Last-Modified exactly as the server sent them, echoed verbatim (RFC 9110 13.1)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One conditional GET to make."""

    url: str
    validators: Validators = Validators()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body arrived (status 200). `moved_to` is set when every hop so far was permanent (301, 308)."""

    url: str
    body: bytes
    content_type: str | None
    validators: Validators
    moved_to: str | None = None
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server answered 304; `validators` carries what the 304 itself sent, if anything."""

    url: str
    validators: Validators
    moved_to: str | None = None
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """No usable answer. `detail` is short and safe to show; `retry_after` is the server's wish."""

    url: str
    failure: Failure
    detail: str = ""
    status: int | None = None
    retry_after: timedelta | None = None


FetchResult = Fetched | NotModified | FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One item as the feed delivered it; texts may hold HTML, nothing is cleaned yet. Dates are UTC."""

    guid: str | None = None
    link: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    source_title: str | None = None
    source_url: str | None = None
    comments_url: str | None = None
    image_url: str | None = None
    lang: str | None = None
    tags: tuple[str, ...] = ()
    base_url: str | None = None
    """What relative links in the body start from, when the document says so (xml:base)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document read; `warning` says what was wrong with it when it could still be read."""

    format: str
    title: str = ""
    site_url: str | None = None
    lang: str | None = None
    ttl: timedelta | None = None
    entries: tuple[ParsedEntry, ...] = ()
    warning: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseFailed:
    """The document is not a feed, or too broken to hold a single entry."""

    failure: Failure
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A subscription as stored. Times are UTC; `interval` is the reader's wish, or None for the default."""

    id: FeedId
    url: str
    outlet_id: OutletId
    title: str
    site_url: str | None = None
    folder: str = ""
    state: FeedState = FeedState.ACTIVE
    interval: timedelta | None = None
    validators: Validators = Validators()
    body_hash: str | None = None
    added_at: datetime
    next_poll_at: datetime
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    failures: int = 0
    failure: Failure | None = None
    failure_detail: str = ""
    failure_status: int | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """What one poll changes in the stored feed, decided by `feeds/poll.py`."""

    polled_at: datetime
    next_poll_at: datetime
    state: FeedState
    failures: int
    failure: Failure | None = None
    failure_detail: str = ""
    failure_status: int | None = None
    warning: str = ""
    validators: Validators = Validators()
    body_hash: str | None = None
    moved_to: str | None = None
    title: str | None = None
    site_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSlot:
    """What the polls of one feed in one span of time came to: how many, how many failed, new articles."""

    polls: int = 0
    failed: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An article that this feed (still) lists, under the guid that this feed gives it."""

    article_id: ArticleId
    guid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlan:
    """What to store for one poll: articles to add, articles that changed, articles seen again."""

    new: tuple[ArticleDraft, ...] = ()
    changed: tuple[tuple[ArticleId, ArticleDraft], ...] = ()
    same: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReport:
    """One feed's poll, told to the person who asked for it."""

    feed_id: FeedId
    url: str
    title: str
    outcome: str
    """One of `new`, `same`, `unchanged` (304 or identical body), `failed`."""
    new: int = 0
    changed: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """A subscription to add: an address and what an OPML line says about it.

    `interval`, `full_text` and `muted` are what the reader set for the feed: how often to poll it (None for
    as often as the settings say), to fetch whole texts, and to keep it off the front page.
    """

    url: str
    title: str = ""
    site_url: str | None = None
    folder: str = ""
    lang: str | None = None
    interval: timedelta | None = None
    full_text: bool = False
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLine:
    """What became of one line of an OPML file, with the reason: `added`, `known`, `refused`, `skipped`.

    `new` is one that would be added.
    """

    url: str
    title: str
    result: str
    reason: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Every line of an import, in the file's order."""

    lines: tuple[ImportLine, ...] = field(default=())

    def count(self, result: str) -> int:
        """Return how many lines ended as `result`."""
        return sum(line.result == result for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedWish:
    """What a reader wishes of a feed beside how often it is polled.

    `failures` counts the articles in a row whose whole text could not be had; `problem` is the last
    reason, as a sentence.
    """

    full_text: bool = False
    is_muted: bool = False
    failures: int = 0
    problem: str = ""


NO_WISH = FeedWish()


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedText:
    """An article whose whole text its feed's reader wishes for, with how often it was tried."""

    article: ArticleId
    feed: FeedId
    link: str
    tries: int = 0
