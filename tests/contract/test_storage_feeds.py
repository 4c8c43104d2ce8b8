"""Feeds: what polls bring, and one poller at a time."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from aggregator.domain.feeds import Failure, Feed, FeedState, PollOutcome, Sighting, Validators
from aggregator.domain.ids import FeedId
from aggregator.storage import Storage, UnitOfWork
from tests.contract.conftest import Newsroom
from tests.factories import make_draft, make_feed, make_new_feed
from tests.fakes import NOON

MINUTE = timedelta(minutes=1)


def test_hasten_makes_waiting_feeds_due_but_not_those_polled_a_moment_ago_or_asked_to_wait(
    storage: Storage, newsroom: Newsroom
) -> None:
    moment = timedelta(minutes=1)
    late = NOON + timedelta(hours=5)
    with storage.writing() as work:
        fresh, limited, ready = (
            work.feeds.add(make_new_feed(f"https://lantern.example/{name}"), newsroom.outlet, now=NOON)
            for name in ("fresh", "limited", "ready")
        )
        for key, polled_at, failure in (
            (fresh, NOON, None),
            (limited, NOON - moment * 2, Failure.RATE_LIMITED),
            (ready, NOON - moment * 2, Failure.CONNECT),
        ):
            work.feeds.claim([key], owner="a", now=NOON, until=late)
            outcome = make_outcome(polled_at=polled_at, next_poll_at=late, failure=failure)
            assert work.feeds.record(key, outcome, owner="a")

        work.feeds.hasten(now=NOON, polled_before=NOON - moment)

        due = {feed.id for feed in work.feeds.all() if feed.next_poll_at <= NOON}
    assert due & {fresh, limited, ready} == {ready}


def make_outcome(**fields: Any) -> PollOutcome:
    values: dict[str, Any] = {
        "polled_at": NOON,
        "next_poll_at": NOON + 30 * MINUTE,
        "state": FeedState.ACTIVE,
        "failures": 0,
    }
    return PollOutcome(**values | fields)


def due(work: UnitOfWork, owner: str, *, now: datetime = NOON, limit: int = 10) -> list[FeedId]:
    claimed = work.feeds.claim_due(owner=owner, now=now, until=now + 5 * MINUTE, limit=limit)
    return [feed.id for feed in claimed]


def claim(work: UnitOfWork, owner: str, *ids: FeedId, now: datetime = NOON) -> list[FeedId]:
    claimed = work.feeds.claim(ids, owner=owner, now=now, until=now + 5 * MINUTE)
    return [feed.id for feed in claimed]


def stored(work: UnitOfWork, key: FeedId) -> Feed:
    feed = work.feeds.get(key)
    assert feed is not None
    return feed


def test_a_new_feed_is_stored_and_due_at_once(storage: Storage, newsroom: Newsroom) -> None:
    new = make_new_feed("https://lantern.example/b.xml", site_url="https://lantern.example", folder="North")
    with storage.writing() as work:
        key = work.feeds.add(new, newsroom.outlet, now=NOON)
        assert (
            work.feeds.get(key)
            == work.feeds.by_url(new.url)
            == make_feed(
                new.url,
                id=key,
                outlet_id=newsroom.outlet,
                site_url="https://lantern.example",
                folder="North",
            )
        )
        assert key in due(work, "a")


def test_an_unknown_feed_is_none(storage: Storage) -> None:
    with storage.reading() as work:
        assert (work.feeds.get(FeedId(5)), work.feeds.by_url("https://nowhere.example")) == (None, None)


def test_one_address_cannot_be_stored_twice(storage: Storage, newsroom: Newsroom) -> None:
    with pytest.raises(IntegrityError), storage.writing() as work:
        work.feeds.add(make_new_feed(), newsroom.outlet, now=NOON)


def test_feeds_are_listed_by_folder_and_title(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        for url, folder, title in (("d", "south", "a"), ("b", "North", "b"), ("c", "North", "A")):
            work.feeds.add(make_new_feed(url, folder=folder, title=title), newsroom.outlet, now=NOON)
        assert [feed.url[-1] for feed in work.feeds.all()] == ["l", "c", "b", "d"]


def test_two_owners_never_get_the_same_due_feed(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        others = [work.feeds.add(make_new_feed(f"u{n}"), newsroom.outlet, now=NOON) for n in range(3)]
        assert due(work, "a", limit=3) == [newsroom.feed, *others[:2]]
        assert due(work, "b", limit=3) == others[2:]
        assert due(work, "b") == due(work, "a") == []


def test_the_longest_due_feed_is_claimed_first_and_later_ones_not(
    storage: Storage, newsroom: Newsroom
) -> None:
    with storage.writing() as work:
        old = work.feeds.add(make_new_feed("u1"), newsroom.outlet, now=NOON - MINUTE)
        work.feeds.add(make_new_feed("u2"), newsroom.outlet, now=NOON + MINUTE)
        assert due(work, "a") == [old, newsroom.feed]


def test_a_lease_that_ran_out_goes_to_the_next_owner(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        assert due(work, "a") == [newsroom.feed]
        assert due(work, "b", now=NOON + 5 * MINUTE - timedelta(microseconds=1)) == []
        assert due(work, "b", now=NOON + 5 * MINUTE) == [newsroom.feed]


def test_a_paused_or_gone_feed_is_not_due_but_can_be_asked_for(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        for state in (FeedState.PAUSED, FeedState.GONE):
            work.feeds.change([newsroom.feed], state=state.value)
            assert due(work, "a") == []
            assert claim(work, "a", newsroom.feed) == [newsroom.feed]
            work.feeds.release([newsroom.feed], owner="a")


def test_asking_for_feeds_keeps_their_order_and_leaves_out_those_of_another(
    storage: Storage, newsroom: Newsroom
) -> None:
    with storage.writing() as work:
        first, second = (
            work.feeds.add(make_new_feed(url), newsroom.outlet, now=NOON + MINUTE) for url in "xy"
        )
        assert due(work, "b") == [newsroom.feed]
        asked = (second, FeedId(99), newsroom.feed, first, second)
        assert claim(work, "a", *asked) == [second, first]
        assert claim(work, "a", first) == [first]


def test_a_good_poll_is_recorded_and_frees_the_feed(storage: Storage, newsroom: Newsroom) -> None:
    validators = Validators(etag='W/"1"', last_modified="Sat, 14 Mar 2026 11:00:00 GMT")
    with storage.writing() as work:
        before = stored(work, newsroom.feed)
        due(work, "a")
        outcome = make_outcome(
            validators=validators,
            body_hash="b1",
            warning="one date was unreadable",
            title="Lantern: front",
            site_url="https://lantern.example/",
            moved_to="https://lantern.example/new.xml",
        )
        assert work.feeds.record(newsroom.feed, outcome, owner="a")
        assert stored(work, newsroom.feed) == replace(
            before,
            url="https://lantern.example/new.xml",
            title="Lantern: front",
            site_url="https://lantern.example/",
            validators=validators,
            body_hash="b1",
            warning="one date was unreadable",
            next_poll_at=NOON + 30 * MINUTE,
            last_polled_at=NOON,
            last_ok_at=NOON,
        )
        assert claim(work, "b", newsroom.feed) == [newsroom.feed]


def test_a_failed_poll_is_recorded_without_forgetting_the_last_good_one(
    storage: Storage, newsroom: Newsroom
) -> None:
    later = NOON + MINUTE
    failed = make_outcome(
        polled_at=later,
        next_poll_at=later + MINUTE,
        failures=2,
        failure=Failure.HTTP,
        failure_detail="Not Found",
        failure_status=404,
    )
    with storage.writing() as work:
        due(work, "a")
        work.feeds.record(newsroom.feed, make_outcome(next_poll_at=later), owner="a")
        before = stored(work, newsroom.feed)
        assert due(work, "a", now=later) == [newsroom.feed]
        assert work.feeds.record(newsroom.feed, failed, owner="a")
        assert stored(work, newsroom.feed) == replace(
            before,
            next_poll_at=later + MINUTE,
            last_polled_at=later,
            last_ok_at=NOON,
            failures=2,
            failure=Failure.HTTP,
            failure_detail="Not Found",
            failure_status=404,
        )


def test_a_poll_whose_lease_was_lost_writes_nothing(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        assert not work.feeds.record(newsroom.feed, make_outcome(title="never leased"), owner="a")
        due(work, "a")
        assert due(work, "b", now=NOON + 5 * MINUTE) == [newsroom.feed]
        before = stored(work, newsroom.feed)
        assert not work.feeds.record(newsroom.feed, make_outcome(title="too late"), owner="a")
        assert stored(work, newsroom.feed) == before
        assert work.feeds.record(newsroom.feed, make_outcome(title="in time"), owner="b")


def test_a_move_to_the_address_of_another_feed_keeps_both(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        work.feeds.add(make_new_feed("https://taken.example/rss"), newsroom.outlet, now=NOON)
        before = stored(work, newsroom.feed)
        due(work, "a")
        assert work.feeds.record(newsroom.feed, make_outcome(moved_to="https://taken.example/rss"), owner="a")
        assert stored(work, newsroom.feed).url == before.url


def test_only_the_owner_releases_a_lease(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        due(work, "a")
        work.feeds.release([newsroom.feed], owner="b")
        assert due(work, "b") == []
        work.feeds.release([newsroom.feed], owner="a")
        assert due(work, "b") == [newsroom.feed]


def test_removing_a_feed_keeps_its_articles(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        (article,) = work.articles.add(
            [make_draft()], outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON
        )
        work.feeds.remove(newsroom.feed)
        assert work.feeds.all() == ()
        assert work.articles.feeds_of([article]) == {article: ()}
        assert work.articles.count() == 1


def test_the_number_of_a_removed_feed_is_not_given_again(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        work.feeds.remove(newsroom.feed)
        assert work.feeds.add(make_new_feed(), newsroom.outlet, now=NOON) > newsroom.feed


def test_the_reader_changes_only_what_is_given(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        before = stored(work, newsroom.feed)
        work.feeds.change([newsroom.feed])
        assert stored(work, newsroom.feed) == before
        work.feeds.change([newsroom.feed], title="Mine", interval=15 * MINUTE)
        work.feeds.change([newsroom.feed], folder="North", state=FeedState.PAUSED.value)
        assert stored(work, newsroom.feed) == replace(
            before, title="Mine", folder="North", interval=15 * MINUTE, state=FeedState.PAUSED
        )


def test_articles_are_counted_once_a_feed(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        other = work.feeds.add(make_new_feed("u1"), newsroom.outlet, now=NOON)
        ids = work.articles.add(
            [make_draft("One"), make_draft("Two")],
            outlet_id=newsroom.outlet,
            feed_id=newsroom.feed,
            now=NOON,
        )
        work.articles.sight([Sighting(article_id=ids[0], guid="another")], feed_id=newsroom.feed, now=NOON)
        assert work.feeds.article_counts() == {newsroom.feed: 2, other: 0}


def test_the_next_due_time_is_that_of_active_feeds(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        work.feeds.add(make_new_feed("u1"), newsroom.outlet, now=NOON + MINUTE)
        assert work.feeds.next_due() == NOON
        work.feeds.change([newsroom.feed], state=FeedState.PAUSED.value)
        assert work.feeds.next_due() == NOON + MINUTE


def test_without_feeds_nothing_is_due(storage: Storage) -> None:
    with storage.reading() as work:
        assert work.feeds.next_due() is None


def test_failing_and_stopped_feeds_are_told_apart_from_the_others_and_counted(
    storage: Storage, newsroom: Newsroom
) -> None:
    with storage.writing() as work:
        paused = work.feeds.add(make_new_feed("https://paused.example/rss"), newsroom.outlet, now=NOON)
        fresh = work.feeds.add(make_new_feed("https://fresh.example/rss"), newsroom.outlet, now=NOON)
        assert set(due(work, "a")) == {newsroom.feed, paused, fresh}
        work.feeds.record(newsroom.feed, make_outcome(failures=1, failure=Failure.HTTP), owner="a")
        work.feeds.change([paused], state=FeedState.PAUSED.value)

        assert {feed.id for feed in work.feeds.failing()} == {newsroom.feed, paused}
        assert work.feeds.tally() == (3, 1)
