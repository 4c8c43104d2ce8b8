"""Feeds changed many at once, taken out and brought back, and their list carried elsewhere."""

from collections.abc import Iterator
from datetime import timedelta
from string import printable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.domain.errors import FeedUnknown, FolderUnknown, RemovalUnknown
from aggregator.domain.feeds import Failure, Feed, FeedState, FeedWish, NewFeed, PollSlot
from aggregator.domain.ids import FeedId
from aggregator.feeds.manage import Manage
from aggregator.feeds.opml import tidy_folder
from aggregator.feeds.subscribe import Subscribe
from aggregator.readers.reading import Reading
from aggregator.storage import Storage
from aggregator.storage.polls import KEPT
from tests.databases import memory_storage
from tests.fakes import NOON, FrozenClock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Desk:
    """Four feeds in a database, and what changes them."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.clock = FrozenClock()
        self.manage = Manage(storage=storage, clock=self.clock)
        self.subscribe = Subscribe(storage=storage, clock=self.clock)
        folders = ("World", "World/East", "Worldly", "")
        self.ids = [
            self.subscribe.add(NewFeed(url=f"https://{n}.example/rss", title=str(n), folder=folder)).feed_id
            for n, folder in enumerate(folders)
        ]

    def feeds(self) -> list[Feed]:
        with self.storage.reading() as work:
            return sorted(work.feeds.all(), key=lambda feed: feed.id)

    def folders(self) -> list[str]:
        return [feed.folder for feed in self.feeds()]

    def polled(self, feed: FeedId, *, ago: timedelta, failure: Failure | None = None, new: int = 0) -> None:
        with self.storage.writing() as work:
            work.polls.add(feed, at=NOON - ago, failure=failure, new=new)


@pytest.fixture
def desk() -> Iterator[Desk]:
    storage = memory_storage()
    yield Desk(storage)
    storage.close()


def test_paused_feeds_are_not_due_and_resumed_ones_are_at_once(desk: Desk) -> None:
    one, two, *_ = desk.ids
    with desk.storage.writing() as work:
        work.feeds.change(desk.ids, next_poll_at=NOON + HOUR)
    assert desk.manage.pause([one, two, one]) == 2
    assert [feed.state for feed in desk.feeds()][:3] == [*[FeedState.PAUSED] * 2, FeedState.ACTIVE]
    assert desk.manage.resume([one, desk.ids[2]]) == 2
    assert [(feed.state, feed.next_poll_at) for feed in desk.feeds()][:3] == [
        (FeedState.ACTIVE, NOON),
        (FeedState.PAUSED, NOON + HOUR),
        (FeedState.ACTIVE, NOON + HOUR),
    ]


def test_nothing_is_changed_when_one_of_the_feeds_does_not_exist(desk: Desk) -> None:
    before = desk.feeds()
    for change in (
        lambda ids: desk.manage.pause(ids),
        lambda ids: desk.manage.resume(ids),
        lambda ids: desk.manage.move(ids, "X"),
        lambda ids: desk.manage.poll_every(ids, HOUR),
        lambda ids: desk.manage.remove(ids),
    ):
        with pytest.raises(FeedUnknown):
            change([desk.ids[0], 99])
    assert desk.feeds() == before


def test_an_interval_counts_from_the_last_poll_and_the_limits_hold(desk: Desk) -> None:
    one, two, three, four = desk.ids
    with desk.storage.writing() as work:
        for feed, failure in ((one, None), (two, Failure.TIMEOUT.value), (three, None)):
            work.feeds.change([feed], next_poll_at=NOON + 30 * MINUTE, last_polled_at=NOON, failure=failure)
    assert desk.manage.poll_every([one, two, four], 3 * HOUR) == 3
    assert desk.manage.poll_every([three], MINUTE) == 1
    assert [(feed.interval, feed.next_poll_at - NOON) for feed in desk.feeds()] == [
        (3 * HOUR, 3 * HOUR),
        (3 * HOUR, 30 * MINUTE),
        (MINUTE, 10 * MINUTE),
        (3 * HOUR, timedelta(0)),
    ]
    desk.clock.advance(hours=1)
    desk.manage.poll_every([one], None)
    assert (desk.feeds()[0].interval, desk.feeds()[0].next_poll_at) == (None, NOON + HOUR)


def test_folders_are_moved_with_the_folders_in_them(desk: Desk) -> None:
    assert desk.manage.rename_folder("World", " Abroad / Far ") == 2
    assert desk.folders() == ["Abroad/Far", "Abroad/Far/East", "Worldly", ""]
    assert desk.manage.rename_folder("Abroad/Far", "") == 2
    assert desk.folders() == ["", "East", "Worldly", ""]
    assert desk.manage.move(desk.ids[:2], "Worldly") == 2
    assert desk.folders() == ["Worldly", "Worldly", "Worldly", ""]
    for name in ("Nowhere", "", "World"):
        with pytest.raises(FolderUnknown):
            desk.manage.rename_folder(name, "X")


def test_removed_feeds_come_back_as_they_were(desk: Desk) -> None:
    one, two, *_ = desk.ids
    desk.manage.poll_every([one], HOUR)
    desk.manage.pause([two])
    before = desk.feeds()
    removal = desk.manage.remove([one, two])
    assert [feed.id for feed in desk.feeds()] == desk.ids[2:]
    assert desk.manage.restore(removal) == 2
    assert desk.feeds() == before
    with pytest.raises(RemovalUnknown):
        desk.manage.restore(removal)


def test_a_feed_that_was_added_again_meanwhile_stays(desk: Desk) -> None:
    removal = desk.manage.remove(desk.ids[:2])
    again = desk.subscribe.add(NewFeed(url="https://0.example/rss")).feed_id
    assert desk.manage.restore(removal) == 1
    assert {feed.id for feed in desk.feeds()} == {again, *desk.ids[1:]}


def test_polls_of_three_days_are_told_in_spans(desk: Desk) -> None:
    one, two, *_ = desk.ids
    desk.polled(one, ago=timedelta(0), new=2)
    desk.polled(one, ago=HOUR, failure=Failure.TIMEOUT)
    desk.polled(one, ago=71 * HOUR, new=5)
    desk.polled(one, ago=73 * HOUR, new=9)
    reading = Reading(storage=desk.storage, clock=desk.clock, window=HOUR, model="m")
    told = {line.feed.id: line.history for line in reading.feeds()}
    assert told[two] == (PollSlot(),) * 24
    assert (told[one][0], told[one][-1]) == (PollSlot(polls=1, new=5), PollSlot(polls=2, failed=1, new=2))
    assert sum(slot.polls for slot in told[one]) == 3


def test_of_each_feed_only_the_newest_polls_are_kept(desk: Desk) -> None:
    one, two, *_ = desk.ids
    desk.polled(two, ago=100 * HOUR)
    with desk.storage.writing() as work:
        for number in range(KEPT + 20):
            work.polls.add(one, at=NOON - (400 - number) * MINUTE, failure=None, new=0)
        told = work.polls.history(since=NOON - 200 * HOUR, slot=200 * HOUR, slots=2)
    assert (told[one][0].polls, told[two][0].polls) == (KEPT, 1)
    desk.manage.remove([one])
    with desk.storage.reading() as work:
        assert set(work.polls.history(since=NOON - 200 * HOUR, slot=200 * HOUR, slots=2)) == {two}


def test_outlets_are_unheard_whose_feed_fails_or_mostly_failed_in_the_span(desk: Desk) -> None:
    one, two, *_ = desk.ids
    for ago in (5, 6):
        desk.polled(one, ago=ago * HOUR, failure=Failure.TIMEOUT)
    desk.polled(one, ago=3 * HOUR, new=1)
    desk.polled(two, ago=4 * HOUR, new=1)
    with desk.storage.reading() as work:
        outlet_of = {feed.id: feed.outlet_id for feed in work.feeds.all()}
        mostly = work.polls.unheard(since=NOON - 7 * HOUR, until=NOON)
        half = work.polls.unheard(since=NOON - 5 * HOUR, until=NOON)
    assert (mostly, half) == ({outlet_of[one]}, set())


def exported(feeds: list[NewFeed] | bytes) -> bytes:
    """Return the export of a new database that took in feeds one by one, or an export of another."""
    storage = memory_storage()
    subscribe = Subscribe(storage=storage, clock=FrozenClock())
    if isinstance(feeds, bytes):
        subscribe.import_opml(feeds, "other.opml")
    else:
        for feed in feeds:
            subscribe.add(feed)
    document = subscribe.export_opml()
    storage.close()
    return document


TEXT = st.text(st.sampled_from(printable + "\0" + "äßŒ中&<>\"'/"), max_size=8)
FEEDS = st.builds(
    NewFeed,
    url=st.integers(0, 99).map(lambda number: f"https://{number % 7}.example/{number}?a=1&b=2"),
    title=TEXT,
    site_url=st.sampled_from([None, "https://lantern.example/", "https://0.example/"]),
    folder=st.one_of(st.sampled_from(["", "A", "a", "A/B", "A/b"]), TEXT),
    lang=st.sampled_from([None, "en", "de"]),
    interval=st.sampled_from([None, HOUR]),
    full_text=st.booleans(),
    muted=st.booleans(),
)


@settings(deadline=None, max_examples=50)
@given(st.lists(FEEDS, min_size=1, max_size=8))
def test_an_export_imported_elsewhere_is_exported_byte_for_byte(feeds: list[NewFeed]) -> None:
    first = exported(feeds)
    assert exported(first) == first


def test_switches_set_on_the_page_are_set_again_where_the_export_is_imported(desk: Desk) -> None:
    plain, hourly, whole, quiet, *_ = desk.ids
    desk.manage.poll_every([hourly], HOUR)
    desk.manage.fetch_whole([whole], wanted=True)
    desk.manage.mute([quiet], muted=True)
    storage = memory_storage()
    Subscribe(storage=storage, clock=FrozenClock()).import_opml(desk.subscribe.export_opml(), "other.opml")

    with desk.storage.reading() as work:
        names = {feed.url: feed.id for feed in work.feeds.all()}
    with storage.reading() as work:
        wishes = work.feed_wishes.all()
        told = {
            names[feed.url]: (feed.interval, wishes.get(feed.id, FeedWish())) for feed in work.feeds.all()
        }
    storage.close()
    assert {key: told[key] for key in (plain, hourly, whole, quiet)} == {
        plain: (None, FeedWish()),
        hourly: (HOUR, FeedWish()),
        whole: (None, FeedWish(full_text=True)),
        quiet: (None, FeedWish(is_muted=True)),
    }


def test_a_preview_tells_what_an_import_then_does(desk: Desk) -> None:
    lines = [("https://new.example/rss", "New"), ("https://0.example/rss", "Known"), ("gopher://x", "Bad")]
    outlines = "".join(f'<outline text="{title}" xmlUrl="{url}"/>' for url, title in [*lines, lines[0]])
    document = f'<opml version="2.0"><body>{outlines}</body></opml>'.encode()
    before = desk.feeds()
    shown = desk.subscribe.preview_opml(document, "x.opml")
    assert [line.result for line in shown.lines] == ["new", "known", "refused", "known"]
    assert desk.feeds() == before
    skipped = desk.subscribe.import_opml(document, "x.opml", {1, 2})
    assert [line.result for line in skipped.lines] == ["skipped", "known", "refused", "known"]
    assert desk.feeds() == before
    added = desk.subscribe.import_opml(document, "x.opml", {0})
    assert [line.result for line in added.lines] == ["added", "known", "refused", "known"]
    assert len(desk.feeds()) == len(before) + 1


@pytest.mark.parametrize(
    ("typed", "kept"), [(" World / East ", "World/East"), ("/", ""), ("a//b  c", "a/b c"), ("", "")]
)
def test_a_folders_name_is_tidied(typed: str, kept: str) -> None:
    assert tidy_folder(typed) == kept
