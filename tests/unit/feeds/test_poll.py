"""When a feed is polled next, and what a poll leaves in the feed."""

from datetime import timedelta
from typing import Any

import pytest

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
from aggregator.feeds.poll import PollLimits, next_poll, placeholder_title
from tests.factories import make_feed
from tests.fakes import NOON

LIMITS = PollLimits()
URL = "https://lantern.example/front.xml"
OLD = Validators(etag='"old"', last_modified="yesterday")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def fetched(**fields: Any) -> Fetched:
    values: dict[str, Any] = {"url": URL, "body": b"x", "content_type": None, "validators": Validators()}
    return Fetched(**values | fields)


def not_modified(**fields: Any) -> NotModified:
    return NotModified(**{"url": URL, "validators": Validators()} | fields)


def failing(failure: Failure = Failure.TIMEOUT, **fields: Any) -> FetchFailed:
    return FetchFailed(url=URL, failure=failure, **fields)


def poll(
    feed: Feed,
    result: FetchResult,
    parsed: ParsedFeed | ParseFailed | None = None,
    *,
    body_hash: str | None = None,
    jitter: float = 0.0,
) -> PollOutcome:
    return next_poll(feed, result, parsed, body_hash=body_hash, now=NOON, limits=LIMITS, jitter=jitter)


def wait(outcome: PollOutcome) -> timedelta:
    return outcome.next_poll_at - NOON


PARSED = ParsedFeed(format="rss20", title="The Orsholm Lantern")


def test_success_renews_everything_that_was_learnt() -> None:
    feed = make_feed(URL, validators=OLD, body_hash="old", failures=3, failure=Failure.HTTP, title="")
    parsed = ParsedFeed(
        format="rss20", title="Lantern", site_url="https://lantern.example/", warning="one entry lost"
    )
    result = fetched(validators=Validators(etag='"new"'), moved_to="https://lantern.example/new.xml")
    assert poll(feed, result, parsed, body_hash="new") == PollOutcome(
        polled_at=NOON,
        next_poll_at=NOON + minutes(30),
        state=FeedState.ACTIVE,
        failures=0,
        warning="one entry lost",
        validators=Validators(etag='"new"'),
        body_hash="new",
        moved_to="https://lantern.example/new.xml",
        title="Lantern",
        site_url="https://lantern.example/",
    )


def test_failure_keeps_what_was_known_and_counts() -> None:
    feed = make_feed(URL, validators=OLD, body_hash="old", failures=1, warning="odd dates")
    assert poll(feed, failing(Failure.HTTP, detail="404 Not Found", status=404)) == PollOutcome(
        polled_at=NOON,
        next_poll_at=NOON + minutes(120),
        state=FeedState.ACTIVE,
        failures=2,
        failure=Failure.HTTP,
        failure_detail="404 Not Found",
        failure_status=404,
        warning="odd dates",
        validators=OLD,
        body_hash="old",
    )


def test_unreadable_document_is_a_failure_that_keeps_the_old_validators() -> None:
    feed = make_feed(URL, validators=OLD, body_hash="old")
    parsed = ParseFailed(failure=Failure.NOT_A_FEED, detail="a web page")
    result = fetched(validators=Validators(etag='"page"'), moved_to="https://elsewhere.example/")
    assert poll(feed, result, parsed, body_hash="page") == PollOutcome(
        polled_at=NOON,
        next_poll_at=NOON + minutes(60),
        state=FeedState.ACTIVE,
        failures=1,
        failure=Failure.NOT_A_FEED,
        failure_detail="a web page",
        validators=OLD,
        body_hash="old",
    )


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (Validators(), OLD),
        (Validators(etag='"new"'), Validators(etag='"new"', last_modified="yesterday")),
        (Validators(last_modified="today"), Validators(etag='"old"', last_modified="today")),
        (Validators(etag='"n"', last_modified="t"), Validators(etag='"n"', last_modified="t")),
    ],
)
def test_304_keeps_old_validators_except_those_it_brings(sent: Validators, kept: Validators) -> None:
    feed = make_feed(URL, validators=OLD, body_hash="old", failures=2, warning="odd dates")
    assert poll(feed, not_modified(validators=sent)) == PollOutcome(
        polled_at=NOON,
        next_poll_at=NOON + minutes(30),
        state=FeedState.ACTIVE,
        failures=0,
        warning="odd dates",
        validators=kept,
        body_hash="old",
    )


def test_200_without_validators_forgets_the_old_ones() -> None:
    assert poll(make_feed(URL, validators=OLD), fetched(), PARSED).validators == Validators()


def test_same_body_again_resets_failures_and_keeps_the_warning() -> None:
    feed = make_feed(URL, body_hash="old", failures=4, warning="odd dates")
    outcome = poll(feed, fetched(), None, body_hash="old")
    assert (outcome.failures, outcome.warning, outcome.body_hash) == (0, "odd dates", "old")


@pytest.mark.parametrize(
    ("interval", "max_age", "ttl", "expected"),
    [
        (None, None, None, minutes(30)),
        (minutes(45), None, None, minutes(45)),
        (minutes(1), None, None, minutes(10)),
        (timedelta(days=3), None, None, timedelta(hours=24)),
        (None, minutes(5), None, minutes(30)),
        (None, minutes(90), None, minutes(90)),
        (None, None, minutes(120), minutes(120)),
        (None, minutes(90), minutes(120), minutes(120)),
        (None, timedelta(days=30), None, timedelta(hours=24)),
        (minutes(45), minutes(60), None, minutes(60)),
    ],
)
def test_interval_is_the_readers_wish_lengthened_by_the_servers_within_the_limits(
    interval: timedelta | None, max_age: timedelta | None, ttl: timedelta | None, expected: timedelta
) -> None:
    parsed = ParsedFeed(format="rss20", ttl=ttl)
    assert wait(poll(make_feed(URL, interval=interval), fetched(max_age=max_age), parsed)) == expected


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        (0, minutes(60)),
        (1, minutes(120)),
        (2, minutes(240)),
        (5, timedelta(hours=24)),
        (5000, timedelta(hours=24)),
    ],
)
def test_each_failure_doubles_the_wait_up_to_a_day(earlier: int, expected: timedelta) -> None:
    assert wait(poll(make_feed(URL, failures=earlier), failing())) == expected


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [
        (minutes(5), minutes(60)),
        (minutes(300), minutes(300)),
        (timedelta(days=3), timedelta(days=3)),
        (timedelta(days=300), timedelta(days=7)),
    ],
)
def test_retry_after_is_heard_up_to_a_week(retry_after: timedelta, expected: timedelta) -> None:
    assert wait(poll(make_feed(URL), failing(Failure.RATE_LIMITED, retry_after=retry_after))) == expected


def test_jitter_puts_a_poll_off_by_up_to_a_tenth() -> None:
    assert wait(poll(make_feed(URL), not_modified(), jitter=0.5)) == minutes(31.5)
    assert wait(poll(make_feed(URL), failing(), jitter=0.5)) == minutes(63)


def test_gone_feed_is_not_polled_any_more() -> None:
    assert poll(make_feed(URL), failing(Failure.GONE)).state is FeedState.GONE


def test_gone_feed_that_answers_again_is_active_again() -> None:
    gone = make_feed(URL, state=FeedState.GONE, failures=2, failure=Failure.GONE)
    assert poll(gone, fetched(), PARSED).state is FeedState.ACTIVE
    assert poll(gone, failing()).state is FeedState.GONE


def test_paused_feed_stays_paused_after_a_poll_by_hand() -> None:
    paused = make_feed(URL, state=FeedState.PAUSED)
    assert poll(paused, fetched(), PARSED).state is FeedState.PAUSED
    assert poll(paused, failing()).state is FeedState.PAUSED


def test_move_to_the_address_it_already_has_is_no_move() -> None:
    assert poll(make_feed(URL), fetched(moved_to=URL), PARSED).moved_to is None


@pytest.mark.parametrize("stored", ["", URL, "lantern.example"])
def test_placeholder_title_gives_way_to_the_feeds_own(stored: str) -> None:
    assert poll(make_feed(URL, title=stored), fetched(), PARSED).title == "The Orsholm Lantern"


def test_title_that_a_person_gave_stays() -> None:
    assert poll(make_feed(URL, title="Home town"), fetched(), PARSED).title is None


def test_known_site_stays() -> None:
    parsed = ParsedFeed(format="rss20", site_url="https://other.example/")
    feed = make_feed(URL, site_url="https://lantern.example/")
    assert poll(feed, fetched(), parsed).site_url is None


def test_feed_is_called_by_its_host_until_its_title_is_known() -> None:
    assert placeholder_title("https://feeds.lantern.example:8080/x") == "feeds.lantern.example"
