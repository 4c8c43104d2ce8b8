"""Read the HTTP headers that a poll turns on: validators, freshness, and when to come back."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from aggregator.domain.feeds import Validators

MAX_AGE = re.compile(r'(?i)(?:^|[,\s])max-age\s*=\s*"?(\d+)')
UNCACHEABLE = re.compile(r"(?i)(?:^|[,\s])no-(?:cache|store)(?:[,\s]|$)")

LONGEST = timedelta(days=365)
"""Longer spans are cut to this: servers send max-age values that overflow a date."""

RawHeaders = Iterable[tuple[bytes, bytes]]


def first_header(raw: RawHeaders, name: bytes) -> str | None:
    """Return the first value of a header; every byte survives (latin-1), so it can be echoed verbatim."""
    wanted = name.lower()
    return next((value.decode("latin-1") for key, value in raw if key.lower() == wanted), None)


def validators_of(raw: RawHeaders) -> Validators:
    """Return ETag and Last-Modified exactly as sent; an empty header counts as none."""
    pairs = tuple(raw)
    return Validators(
        etag=first_header(pairs, b"etag") or None,
        last_modified=first_header(pairs, b"last-modified") or None,
    )


def max_age(cache_control: str | None) -> timedelta | None:
    """Return how long the answer stays fresh (RFC 9111 5.2.2.1), None when that is not said."""
    if not cache_control or UNCACHEABLE.search(cache_control):
        return None
    found = MAX_AGE.search(cache_control)
    return span_of_seconds(found[1]) if found else None


def retry_after(value: str | None, *, now: datetime) -> timedelta | None:
    """Return how long the server asks to wait (RFC 9110 10.2.3: seconds or a date), never negative."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return span_of_seconds(value.strip())
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        wait = moment - now
    except (ValueError, OverflowError):  # not a date, or one outside the calendar
        return None
    return max(timedelta(0), min(wait, LONGEST))


def span_of_seconds(digits: str) -> timedelta:
    """Return a number of seconds as a span, cut to `LONGEST`."""
    cut = int(LONGEST.total_seconds())
    return timedelta(seconds=cut if len(digits) > 9 else min(int(digits), cut))


def reason_phrase(status: int) -> str:
    """Return "404 Not Found": our own phrase, never the server's."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
