"""A refresh from claim to stored articles: real storage, real parser, a scripted fetcher."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from aggregator.domain.errors import FeedUnknown
from aggregator.domain.feeds import (
    Failure,
    FeedState,
    FetchFailed,
    FetchRequest,
    NotModified,
    RefreshReport,
    Validators,
)
from aggregator.domain.ids import FeedId
from aggregator.feeds import refresh as refresh_module
from tests.databases import memory_storage
from tests.fakes import NOON
from tests.polling import BRIDGE, FERRY, URL, PollingRoom, answer, rss


@pytest.fixture
def room() -> Iterator[PollingRoom]:
    storage = memory_storage()
    yield PollingRoom(storage=storage)
    storage.close()


def test_first_poll_stores_every_article_and_what_was_learnt(room: PollingRoom) -> None:
    number = room.follow(title="")
    room.script(answer(rss(BRIDGE, FERRY), validators=Validators(etag='"1"')))
    (report,) = room.refresh()()
    feed = room.feed(number)
    assert report == RefreshReport(feed_id=number, url=URL, title="The Orsholm Lantern", outcome="new", new=2)
    assert room.titles() == [FERRY[0], BRIDGE[0]]
    assert (feed.title, feed.validators, feed.last_ok_at, feed.failures) == (
        "The Orsholm Lantern",
        Validators(etag='"1"'),
        NOON,
        0,
    )
    assert feed.next_poll_at == NOON + timedelta(minutes=30)


def test_feed_that_is_not_due_is_left_alone(room: PollingRoom) -> None:
    room.follow()
    room.script(answer(rss(BRIDGE)))
    room.refresh()()
    room.clock.advance(minutes=29)
    assert room.refresh()() == ()
    assert len(room.fetcher.asked) == 1


def test_validators_are_sent_back_and_a_304_costs_no_parsing(
    room: PollingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = room.follow()
    room.script(
        answer(rss(BRIDGE), validators=Validators(etag='"1"')),
        NotModified(url=URL, validators=Validators(last_modified="now")),
    )
    room.refresh()()
    monkeypatch.setattr(refresh_module, "parse", None)
    report = room.poll_again()
    assert (report.outcome, report.new, report.message) == ("unchanged", 0, "")
    assert room.fetcher.asked[1] == FetchRequest(url=URL, validators=Validators(etag='"1"'))
    assert room.feed(number).validators == Validators(etag='"1"', last_modified="now")


def test_same_body_again_costs_no_parsing(room: PollingRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.follow()
    room.script(answer(rss(BRIDGE)))
    room.refresh()()
    monkeypatch.setattr(refresh_module, "parse", None)
    assert room.poll_again().outcome == "unchanged"
    assert room.titles() == [BRIDGE[0]]


def test_next_issue_adds_only_what_is_new(room: PollingRoom) -> None:
    room.follow()
    room.script(answer(rss(BRIDGE)), answer(rss(FERRY, BRIDGE)))
    room.refresh()()
    report = room.poll_again()
    assert (report.outcome, report.new, report.changed) == ("new", 1, 0)
    assert room.titles() == [FERRY[0], BRIDGE[0]]


def test_known_articles_in_another_order_are_the_same(room: PollingRoom) -> None:
    room.follow()
    room.script(answer(rss(BRIDGE, FERRY)), answer(rss(FERRY, BRIDGE)))
    room.refresh()()
    report = room.poll_again()
    assert (report.outcome, report.new, report.changed) == ("same", 0, 0)


def test_edited_headline_becomes_a_version(room: PollingRoom) -> None:
    room.follow()
    edited = ("Harbour bridge closed for a year", *BRIDGE[1:])
    room.script(answer(rss(BRIDGE)), answer(rss(edited)))
    room.refresh()()
    report = room.poll_again()
    with room.storage.reading() as work:
        (article,) = work.articles.window(since=NOON - timedelta(days=1))
        versions = work.articles.versions(article.id)
    assert (report.outcome, report.new, report.changed) == ("new", 0, 1)
    assert (article.title, [version.title for version in versions]) == (edited[0], [BRIDGE[0]])


def test_one_article_in_two_feeds_of_an_outlet_is_stored_once(room: PollingRoom) -> None:
    sport = "https://lantern.example/sport.xml"
    numbers = {room.follow(), room.follow(sport)}
    room.script(answer(rss(BRIDGE)), answer(rss(BRIDGE), sport))
    reports = room.refresh()()
    with room.storage.reading() as work:
        (article,) = work.articles.window(since=NOON - timedelta(days=1))
        feeds = work.articles.feeds_of([article.id])[article.id]
    assert sorted(report.new for report in reports) == [0, 1]
    assert set(feeds) == numbers


def test_moved_feed_keeps_its_articles_and_gets_its_new_address(room: PollingRoom) -> None:
    number = room.follow()
    new = "https://lantern.example/new.xml"
    room.script(answer(rss(BRIDGE), moved_to=new), answer(rss(BRIDGE), new))
    (report,) = room.refresh()()
    assert (report.url, report.message) == (URL, f"The feed has moved to {new}.")
    assert room.feed(number).url == new
    room.poll_again()
    assert (room.fetcher.asked[1].url, room.titles()) == (new, [BRIDGE[0]])


def test_feed_that_moved_to_the_address_of_another_stays(room: PollingRoom) -> None:
    other = "https://lantern.example/other.xml"
    number = room.follow()
    room.follow(other)
    room.script(answer(rss(BRIDGE), moved_to=other), answer(rss(BRIDGE), other))
    room.refresh()()
    assert room.feed(number).url == URL


def test_gone_feed_is_not_polled_again_until_asked_by_name(room: PollingRoom) -> None:
    number = room.follow()
    room.script(
        FetchFailed(url=URL, failure=Failure.GONE, detail="410 Gone", status=410), answer(rss(BRIDGE))
    )
    (report,) = room.refresh()()
    assert report == RefreshReport(
        feed_id=number,
        url=URL,
        title="The Orsholm Lantern",
        outcome="failed",
        message="lantern.example says that this feed is gone for good: 410 Gone. It is not polled any more. "
        "Look on the publisher's site for its new feed, and remove this one; its articles stay.",
    )
    room.clock.advance(days=30)
    assert (room.refresh()(), room.feed(number).state) == ((), FeedState.GONE)
    (report,) = room.refresh()([number])
    assert (report.outcome, room.feed(number).state) == ("new", FeedState.ACTIVE)


def test_server_that_asks_for_patience_gets_it(room: PollingRoom) -> None:
    number = room.follow()
    wait = timedelta(hours=5)
    room.script(FetchFailed(url=URL, failure=Failure.RATE_LIMITED, status=429, retry_after=wait))
    room.refresh()()
    assert room.feed(number).next_poll_at == NOON + wait


BAD_BODIES = {
    "web page": (b"<!doctype html><html><body><p>Sign in</p></body></html>", Failure.NOT_A_FEED),
    "plain text": (b"Service temporarily unavailable", Failure.NOT_A_FEED),
    "noise": (bytes(range(256)) * 40, Failure.NOT_A_FEED),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_body_that_is_no_feed_is_a_failure_and_loses_nothing(room: PollingRoom, name: str) -> None:
    body, failure = BAD_BODIES[name]
    number = room.follow()
    room.script(answer(rss(BRIDGE), validators=Validators(etag='"1"')), answer(body))
    room.refresh()()
    report = room.poll_again()
    feed = room.feed(number)
    assert (report.outcome, report.message != "") == ("failed", True)
    assert (feed.failure, feed.failures, feed.validators) == (failure, 1, Validators(etag='"1"'))
    assert room.titles() == [BRIDGE[0]]


@pytest.mark.parametrize(
    "failure",
    [Failure.EMPTY, Failure.TOO_LARGE, Failure.NAME_UNKNOWN, Failure.CONNECT, Failure.TLS, Failure.TIMEOUT],
)
def test_failed_fetch_is_noted_with_words_and_backs_off(room: PollingRoom, failure: Failure) -> None:
    number = room.follow()
    room.script(FetchFailed(url=URL, failure=failure, detail="as scripted"), answer(rss(BRIDGE)))
    (report,) = room.refresh()()
    feed = room.feed(number)
    assert (report.outcome, ": as scripted. " in report.message) == ("failed", True)
    assert (feed.failure, feed.failure_detail, feed.next_poll_at) == (
        failure,
        "as scripted",
        NOON + timedelta(hours=1),
    )
    assert room.poll_again().outcome == "new"
    assert (room.feed(number).failure, room.feed(number).failures) == (None, 0)


def test_broken_feed_that_can_still_be_read_is_read_with_a_warning(room: PollingRoom) -> None:
    number = room.follow()
    room.script(answer(rss(BRIDGE).replace(b"</channel></rss>", b"<item><title>cut of")))
    (report,) = room.refresh()()
    assert (report.outcome, BRIDGE[0] in room.titles()) == ("new", True)
    assert room.feed(number).warning == report.message != ""


def test_more_feeds_than_a_batch_are_all_polled_once(room: PollingRoom) -> None:
    urls = [f"https://outlet{number}.example/rss" for number in range(23)]
    for url in urls:
        room.follow(url)
        room.script(answer(rss(BRIDGE, host=url.split(".")[0][8:]), url))
    told: list[RefreshReport] = []
    reports = room.refresh(batch=4)(on_report=told.append)
    assert sorted(request.url for request in room.fetcher.asked) == sorted(urls)
    assert (list(reports), sum(report.new for report in reports)) == (told, 23)


def test_named_feeds_are_polled_due_or_not_and_only_once(room: PollingRoom) -> None:
    number = room.follow()
    room.follow("https://quay.example/rss")
    room.script(answer(rss(BRIDGE)), answer(rss(BRIDGE, FERRY)))
    room.refresh()([number, number])
    (report,) = room.refresh()([number])
    assert (report.new, [request.url for request in room.fetcher.asked]) == (1, [URL, URL])


def test_unknown_number_polls_nothing(room: PollingRoom) -> None:
    number = room.follow()
    with pytest.raises(FeedUnknown):
        room.refresh()([number, FeedId(99)])
    assert room.fetcher.asked == []
