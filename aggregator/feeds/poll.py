"""Decide what a poll changes in a feed and when the next one is due; pure, `refresh.py` stores it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.domain.feeds import (
    Failure,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchResult,
    NotModified,
    ParsedFeed,
    ParseFailed,
    PollOutcome,
    Validators,
)

SPREAD = 0.1
"""Share of the interval by which jitter may put a poll off, so that feeds added together drift apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollLimits:
    """How often a feed may and must be asked, and how far a server's Retry-After is believed."""

    default: timedelta = timedelta(minutes=30)
    shortest: timedelta = timedelta(minutes=10)
    longest: timedelta = timedelta(hours=24)
    longest_retry_after: timedelta = timedelta(days=7)


def next_poll(
    feed: Feed,
    result: FetchResult,
    parsed: ParsedFeed | ParseFailed | None,
    *,
    body_hash: str | None,
    now: datetime,
    limits: PollLimits,
    jitter: float,
) -> PollOutcome:
    """Return the feed's state after this poll.

    `parsed` is None when nothing had to be parsed: no body came, or the very same one as last time.
    `body_hash` is that of the body that came, if one did. `jitter` lies in [0, 1).
    """
    if isinstance(result, FetchFailed):
        return failed(feed, result, now=now, limits=limits, jitter=jitter)
    if isinstance(parsed, ParseFailed):
        told = FetchFailed(url=result.url, failure=parsed.failure, detail=parsed.detail)
        return failed(feed, told, now=now, limits=limits, jitter=jitter)
    return _succeeded(feed, result, parsed, body_hash=body_hash, now=now, limits=limits, jitter=jitter)


def _succeeded(
    feed: Feed,
    result: Fetched | NotModified,
    parsed: ParsedFeed | None,
    *,
    body_hash: str | None,
    now: datetime,
    limits: PollLimits,
    jitter: float,
) -> PollOutcome:
    interval = lengthened(base_interval(feed, limits), result.max_age, parsed.ttl if parsed else None)
    wait = _clamped(_spread(interval, jitter), limits)
    return PollOutcome(
        polled_at=now,
        next_poll_at=now + wait,
        state=FeedState.ACTIVE if feed.state is FeedState.GONE else feed.state,
        failures=0,
        warning=(parsed.warning or "") if parsed else feed.warning,
        validators=_validators_after(feed, result),
        body_hash=body_hash or feed.body_hash,
        moved_to=result.moved_to if result.moved_to != feed.url else None,
        title=_title_after(feed, parsed),
        site_url=parsed.site_url if parsed and not feed.site_url else None,
    )


def failed(
    feed: Feed, result: FetchFailed, *, now: datetime, limits: PollLimits, jitter: float
) -> PollOutcome:
    """Return the feed's state after a failed poll: what was known stays, the next one comes later."""
    failures = feed.failures + 1
    gone = result.failure is Failure.GONE
    return PollOutcome(
        polled_at=now,
        next_poll_at=now + back_off(feed, failures, result.retry_after, limits=limits, jitter=jitter),
        state=FeedState.GONE if gone else feed.state,
        failures=failures,
        failure=result.failure,
        failure_detail=result.detail,
        failure_status=result.status,
        warning=feed.warning,
        validators=feed.validators,
        body_hash=feed.body_hash,
    )


def back_off(
    feed: Feed, failures: int, retry_after: timedelta | None, *, limits: PollLimits, jitter: float
) -> timedelta:
    """Return how long to leave a failing feed alone: doubled with each failure, up to `limits.longest`.

    A server that says when to come back is heard, up to `limits.longest_retry_after`.
    """
    doublings = min(failures, 20)  # one second doubled 20 times is twelve days: past any limit
    wait = _clamped(_spread(base_interval(feed, limits) * 2**doublings, jitter), limits)
    if retry_after is None:
        return wait
    return max(wait, min(retry_after, limits.longest_retry_after))


def base_interval(feed: Feed, limits: PollLimits) -> timedelta:
    """Return the reader's wish for this feed, or the default, within the limits."""
    return _clamped(feed.interval or limits.default, limits)


def lengthened(interval: timedelta, *wishes: timedelta | None) -> timedelta:
    """Return the longest of the interval and what the server wishes (max-age, ttl)."""
    return max(interval, *(wish for wish in wishes if wish is not None), timedelta(0))


def placeholder_title(url: str) -> str:
    """Return what a feed is called until its own title is known: its host."""
    return urlsplit(url).hostname or url


def _clamped(wait: timedelta, limits: PollLimits) -> timedelta:
    return max(limits.shortest, min(wait, limits.longest))


def _spread(wait: timedelta, jitter: float) -> timedelta:
    return wait * (1 + SPREAD * jitter)


def _validators_after(feed: Feed, result: Fetched | NotModified) -> Validators:
    """Return the validators to send next: a 200 replaces both, a 304 only what it names (RFC 9110 15.4.5)."""
    if isinstance(result, Fetched):
        return result.validators
    return Validators(
        etag=result.validators.etag or feed.validators.etag,
        last_modified=result.validators.last_modified or feed.validators.last_modified,
    )


def _title_after(feed: Feed, parsed: ParsedFeed | None) -> str | None:
    """Return the feed's own title when the stored one is only a placeholder, else None: keep it."""
    if parsed is None or not parsed.title:
        return None
    return parsed.title if feed.title in ("", feed.url, placeholder_title(feed.url)) else None
