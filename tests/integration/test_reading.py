"""Every page's question, answered from a real database whose stories the test lays out itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from aggregator.domain.errors import CursorUnknown
from aggregator.domain.feeds import Failure, FeedState, PollOutcome
from aggregator.domain.ids import ArticleId, FeedId, OutletId, StoryId
from aggregator.domain.stories import Folding, Merged, Opened, StoryChanges
from aggregator.domain.topics import Topic
from aggregator.readers.reading import ARTICLES, Reading
from aggregator.readers.views import ArticlePage, DiscussionLine, OutletCount, StoryPage
from aggregator.storage import Storage
from aggregator.stories.describe import describe
from tests.databases import memory_storage
from tests.factories import digest, make_draft, make_new_feed
from tests.fakes import NOON, FrozenClock, HashedWords

HOUR = timedelta(hours=1)
WINDOW = timedelta(hours=48)
BRIDGE = "Engineers closed the harbour bridge in Orsholm after they found cracks in two piers."


@dataclass
class Paper:
    """A storage with outlets, articles and stories, and the service under test over it."""

    storage: Storage
    clock: FrozenClock = field(default_factory=FrozenClock)
    embedder: HashedWords = field(default_factory=HashedWords)
    folding: Folding = field(default_factory=Folding)
    topics: tuple[Topic, ...] = ()

    @property
    def reading(self) -> Reading:
        return Reading(
            storage=self.storage,
            clock=self.clock,
            window=WINDOW,
            model=self.embedder.model_id,
            topics=self.topics,
        )

    def feed(self, outlet: str = "lantern", name: str = "front", **fields: Any) -> FeedId:
        address = f"https://{outlet}.example/{name}.xml"
        with self.storage.writing() as work:
            known = work.feeds.by_url(address)
            home = work.outlets.ensure(f"{outlet}.example", name=f"The {outlet.title()}")
            return known.id if known else work.feeds.add(make_new_feed(address, **fields), home, now=NOON)

    def outlet(self, name: str) -> OutletId:
        with self.storage.writing() as work:
            return work.outlets.ensure(f"{name}.example", name=f"The {name.title()}")

    def article(
        self, outlet: str = "lantern", title: str = "Bridge closed", text: str = BRIDGE, **fields: Any
    ) -> ArticleId:
        fields = {"url": f"https://{outlet}.example/{digest(title, text)[:8]}"} | fields
        draft = make_draft(title, text, **fields)
        feed, home = self.feed(outlet), self.outlet(outlet)
        with self.storage.writing() as work:
            (one,) = work.articles.add([draft], outlet_id=home, feed_id=feed, now=self.clock.now())
            matrix = self.embedder.encode([f"{title} {text}"])
            work.vectors.put(self.embedder.model_id, [draft.content_hash], matrix)
        return one

    def fold(self, *, copies: dict[ArticleId, ArticleId], discusses: dict[ArticleId, ArticleId]) -> None:
        self.folding = Folding(origin_of=copies, discusses=discusses)
        with self.storage.writing() as work:
            work.articles.store_folding(self.folding, among=[*copies, *discusses])

    def story(self, *members: ArticleId, topic: str | None = None) -> StoryId:
        with self.storage.writing() as work:
            opened = Opened(members=frozenset(members))
            (one,) = work.stories.apply(StoryChanges(opened=(opened,)), now=self.clock.now())
            articles = work.articles.get_many(members)
            work.stories.set_faces({one: describe(articles, {}, self.folding, topic=topic)})
        return one

    def told(
        self, title: str, *, hours_ago: float = 1, outlet: str = "lantern", topic: str | None = None
    ) -> StoryId:
        """Store a story of one article."""
        at = self.clock.now() - hours_ago * HOUR
        return self.story(
            self.article(outlet, title, f"{title}. More follows.", published_at=at), topic=topic
        )

    def merge(self, story: StoryId, into: StoryId) -> None:
        with self.storage.writing() as work:
            work.stories.apply(StoryChanges(merged=(Merged(story=story, into=into),)), now=self.clock.now())

    def page(self, story: StoryId) -> StoryPage:
        found = self.reading.story(story)
        assert isinstance(found, StoryPage)
        return found

    def article_page(self, article: ArticleId) -> ArticlePage:
        found = self.reading.article(article)
        assert found is not None
        return found

    def polled(self, feed: FeedId, failure: Failure | None = None, **fields: Any) -> None:
        values: dict[str, Any] = {
            "polled_at": NOON,
            "next_poll_at": NOON + HOUR,
            "state": FeedState.ACTIVE,
            "failures": 0 if failure is None else 1,
            "failure": failure,
        }
        with self.storage.writing() as work:
            work.feeds.claim([feed], owner="test", now=NOON, until=NOON + HOUR)
            assert work.feeds.record(feed, PollOutcome(**values | fields), owner="test")


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage)
    storage.close()


def headlines(paper: Paper, **asked: Any) -> list[str]:
    return [card.headline for card in paper.reading.front_page(**asked).cards]


def test_empty_instance_has_an_empty_front_page_and_knows_that_it_is_new(paper: Paper) -> None:
    page = paper.reading.front_page()
    assert paper.reading.is_new()
    assert (page.cards, page.cursor, page.feeds, page.polled, page.waiting) == ((), None, 0, 0, 0)
    assert page.troubles == ()


def test_front_page_counts_what_explains_its_emptiness(paper: Paper) -> None:
    fine, failing = paper.feed("lantern"), paper.feed("herald")
    paper.feed("courier")
    paper.polled(fine)
    paper.polled(failing, Failure.NAME_UNKNOWN)
    paper.article()
    page = paper.reading.front_page()
    assert not paper.reading.is_new()
    assert (page.cards, page.feeds, page.polled, page.waiting) == ((), 3, 2, 1)
    (trouble,) = page.troubles
    assert (trouble.feed.id, trouble.outlet) == (failing, "The Herald")
    assert trouble.what == "The name herald.example could not be found."
    assert trouble.todo.startswith("Check that this machine is online")


def test_front_page_puts_more_voices_and_newer_reports_first(paper: Paper) -> None:
    paper.told("Old news", hours_ago=20)
    paper.told("New news", hours_ago=1)
    reports = [
        paper.article(name, "Bridge closed", f"{name} {BRIDGE}", published_at=NOON - 3 * HOUR)
        for name in ("lantern", "herald", "courier")
    ]
    paper.story(*reports)
    assert headlines(paper) == ["Bridge closed", "New news", "Old news"]


def test_story_without_news_in_the_window_is_not_on_the_front_page(paper: Paper) -> None:
    paper.told("Old news", hours_ago=40)
    paper.clock.advance(hours=9)
    paper.told("New news")
    assert headlines(paper) == ["New news"]


def test_pages_show_every_story_once_even_while_new_ones_arrive(paper: Paper) -> None:
    first = [paper.told(f"Story {number}", hours_ago=number // 2 + 1) for number in range(9)]
    page = paper.reading.front_page(limit=2)
    seen = [card.id for card in page.cards]
    while page.cursor is not None:
        paper.told(f"Newer than {len(seen)}", hours_ago=0)
        page = paper.reading.front_page(after=page.cursor, limit=2)
        seen += [card.id for card in page.cards]
    assert sorted(seen) == first
    assert len(seen) == 9


def test_instance_whose_feeds_were_all_removed_is_not_new(paper: Paper) -> None:
    paper.article()
    with paper.storage.writing() as work:
        work.feeds.remove(work.feeds.all()[0].id)
    assert not paper.reading.is_new()


def test_full_page_that_is_the_last_has_no_cursor(paper: Paper) -> None:
    for number in range(2):
        paper.told(f"Story {number}")
    assert paper.reading.front_page(limit=2).cursor is None
    assert paper.reading.front_page(limit=1).cursor is not None


@pytest.mark.parametrize(
    "cursor", ["x", "1.5", "1.5~", "~3", "nan~3", "inf~3", "1~-1", f"1~{2**63}", "1~2~3"]
)
def test_cursor_that_nobody_gave_out_is_refused(paper: Paper, cursor: str) -> None:
    with pytest.raises(CursorUnknown):
        paper.reading.front_page(after=cursor)
    with pytest.raises(CursorUnknown):
        paper.reading.outlet(paper.outlet("lantern"), after=cursor)


def test_time_beyond_the_calendar_is_no_cursor(paper: Paper) -> None:
    with pytest.raises(CursorUnknown):
        paper.reading.outlet(paper.outlet("lantern"), after="1e30~3")


def test_card_counts_outlets_and_names_the_others_by_how_much_they_report(paper: Paper) -> None:
    ago = {"lantern": [4], "herald": [3, 2], "courier": [2], "beacon": [1]}
    members = [
        paper.article(name, f"Bridge {hours}", f"{name} {hours} {BRIDGE}", published_at=NOON - hours * HOUR)
        for name, all_hours in ago.items()
        for hours in all_hours
    ]
    paper.story(*members)
    (card,) = paper.reading.front_page().cards
    assert (card.headline, card.lead_id) == ("Bridge 4", members[0])
    assert card.outlet == OutletCount(
        id=paper.outlet("lantern"), name="The Lantern", short="Lantern", articles=1
    )
    assert card.also == (
        OutletCount(id=paper.outlet("herald"), name="The Herald", short="Herald", articles=2),
        OutletCount(id=paper.outlet("beacon"), name="The Beacon", short="Beacon", articles=1),
        OutletCount(id=paper.outlet("courier"), name="The Courier", short="Courier", articles=1),
    )
    assert (card.article_count, card.outlet_count, card.origin_count) == (5, 4, 5)
    assert (card.first_at, card.last_at) == (NOON - 4 * HOUR, NOON - HOUR)


def test_newness_on_a_card_counts_from_now_and_the_order_stays(paper: Paper) -> None:
    paper.told("Twelve hours old", hours_ago=12)
    paper.told("New", hours_ago=0)
    parts = [{part.name: part.value for part in card.parts} for card in paper.reading.front_page().cards]
    assert [part["newness"] for part in parts] == pytest.approx([0.0, -1.0], abs=1e-6)
    paper.clock.advance(hours=24)
    cards = paper.reading.front_page().cards
    assert [card.headline for card in cards] == ["New", "Twelve hours old"]
    assert [card.score for card in cards] == pytest.approx([1 - 2, 1 - 3], abs=1e-6)
    assert [card.score for card in cards] == [sum(part.value for part in card.parts) for card in cards]


@pytest.fixture
def bridge(paper: Paper) -> dict[str, ArticleId]:
    """A story with an origin, a repost, a copy elsewhere, a report in own words, and a discussion."""
    found = {
        "origin": paper.article("lantern", "Bridge closed", published_at=NOON - 5 * HOUR),
        "repost": paper.article("lantern", "Closed bridge", published_at=NOON - 4 * HOUR),
        "copy": paper.article("herald", "Bridge closed", published_at=NOON - 3.5 * HOUR),
        "own": paper.article("courier", "Cracks!", "A girder broke.", published_at=NOON - 2 * HOUR),
        "talk": paper.article("pointers", "Bridge shut", "Comments", published_at=NOON - HOUR),
    }
    paper.fold(
        copies={one: found["origin"] for name, one in found.items() if name in ("repost", "copy")},
        discusses={found["talk"]: found["origin"]},
    )
    return found


def test_story_page_folds_copies_under_their_origin_and_flags_reposts(
    paper: Paper, bridge: dict[str, ArticleId]
) -> None:
    story = paper.story(*bridge.values())
    page = paper.page(story)
    assert [(line.id, line.outlet, line.versions) for line in page.reports] == [
        (bridge["origin"], "The Lantern", 0),
        (bridge["own"], "The Courier", 0),
    ]
    repost, copy = page.reports[0].copies
    assert (repost.id, repost.is_repost, repost.hours_later) == (bridge["repost"], True, 1.0)
    assert (copy.id, copy.outlet, copy.is_repost, copy.hours_later) == (
        bridge["copy"], "The Herald", False, 1.5,
    )  # fmt: skip
    assert page.reports[1].copies == ()
    assert (page.card.id, page.state, page.split_from) == (story, "open", None)
    assert [(event.kind, event.detail) for event in page.history] == [("opened", "5 articles")]


def test_follow_up_and_what_it_takes_up_are_on_each_others_page_and_not_among_the_related(
    paper: Paper,
) -> None:
    early = paper.article("lantern", "Bridge closed", published_at=NOON - 40 * HOUR)
    old = paper.story(early)
    late = paper.article("herald", "Bridge closed still", published_at=NOON)
    with paper.storage.writing() as work:
        opened = Opened(members=frozenset({late}), follows=early)
        (new,) = work.stories.apply(StoryChanges(opened=(opened,)), now=paper.clock.now())
        articles = work.articles.get_many([late])
        work.stories.set_faces({new: describe(articles, {}, paper.folding)})
    assert [card.id for card in paper.page(new).follows] == [old]
    assert [card.id for card in paper.page(old).followed_by] == [new]
    assert (paper.page(old).follows, paper.page(new).followed_by) == ((), ())
    assert (paper.page(new).related, paper.page(old).related) == ((), ())


def test_discussions_stand_apart_and_are_not_counted(paper: Paper, bridge: dict[str, ArticleId]) -> None:
    page = paper.page(paper.story(*bridge.values()))
    (talk,) = page.discussions
    assert talk == DiscussionLine(
        outlet="The Pointers", headline="Bridge shut", link=talk.link, at=NOON - HOUR
    )
    assert "The Pointers" not in [one.name for one in page.card.also]
    assert (page.card.article_count, page.card.outlet_count, page.card.origin_count) == (4, 3, 2)


def test_copy_whose_origin_is_in_another_story_stands_as_a_report(
    paper: Paper, bridge: dict[str, ArticleId]
) -> None:
    page = paper.page(paper.story(bridge["copy"], bridge["own"]))
    assert [line.id for line in page.reports] == [bridge["copy"], bridge["own"]]


def test_related_stories_are_the_nearest_others_and_never_the_story_itself(paper: Paper) -> None:
    words = "harbour bridge orsholm cracks ferries"
    stories = {name: paper.told(f"{words} {name}") for name in ("piers", "girders", "rivets")}
    paper.told("Voters choose assembly in hill districts on Sunday")
    paper.told(f"{words} long ago", hours_ago=50)
    for name, story in stories.items():
        others = {one for other, one in stories.items() if other != name}
        assert {card.id for card in paper.page(story).related} == others


def test_page_of_a_merged_story_is_the_number_of_the_other(paper: Paper) -> None:
    one, other = paper.told("Bridge closed"), paper.told("Bridge is closed")
    paper.merge(other, into=one)
    assert paper.reading.story(other) == one
    assert [card.id for card in paper.reading.front_page().cards] == [one]
    assert paper.reading.story(one) != one


@pytest.mark.parametrize("number", [0, 999, 2**62])
def test_unknown_number_has_no_page(paper: Paper, number: int) -> None:
    assert paper.reading.story(number) is None
    assert paper.reading.article(number) is None
    assert paper.reading.outlet(number) is None


def test_article_page_lists_feeds_versions_and_the_other_outlets(
    paper: Paper, bridge: dict[str, ArticleId]
) -> None:
    story = paper.story(*bridge.values())
    second = paper.feed("lantern", "harbour", title="Harbour news")
    newer = make_draft("Bridge closed for weeks", BRIDGE, url=paper.article_page(bridge["origin"]).link)
    with paper.storage.writing() as work:
        work.articles.change(bridge["origin"], newer, feed_id=second, now=NOON + HOUR)
    page = paper.article_page(bridge["origin"])
    assert (page.headline, page.outlet.name, page.html) == (
        "Bridge closed for weeks",
        "The Lantern",
        f"<p>{BRIDGE}</p>",
    )
    assert page.feeds == ("The Orsholm Lantern", "Harbour news")
    assert [(version.title, version.seen_at) for version in page.versions] == [("Bridge closed", NOON)]
    assert page.story is not None
    assert page.story.id == story
    assert [(line.id, line.is_repost) for line in page.copies] == [
        (bridge["repost"], True),
        (bridge["copy"], False),
    ]
    assert [line.id for line in page.others] == [bridge["own"]]


def test_article_page_of_a_copy_names_the_origin_as_earlier(
    paper: Paper, bridge: dict[str, ArticleId]
) -> None:
    paper.story(*bridge.values())
    page = paper.article_page(bridge["copy"])
    assert [(line.id, line.hours_later) for line in page.copies] == [
        (bridge["origin"], -1.5),
        (bridge["repost"], -0.5),
    ]
    assert [line.id for line in page.others] == [bridge["own"]]


def test_article_without_a_story_has_a_page_all_the_same(paper: Paper) -> None:
    page = paper.article_page(paper.article(published_at=None))
    assert (page.story, page.others, page.dated, page.at) == (None, (), False, NOON)


def test_outlet_pages_show_every_article_once_newest_first(paper: Paper) -> None:
    def at(number: int) -> datetime:
        return NOON - timedelta(minutes=number // 2, microseconds=number // 2)

    articles = [
        paper.article(title=f"Piece {number}", text=f"Text {number}.", published_at=at(number))
        for number in range(ARTICLES + 3)
    ]
    story = paper.story(articles[0])
    first = paper.reading.outlet(paper.outlet("lantern"))
    assert first is not None
    assert (first.article_count, len(first.articles), len(first.feeds)) == (ARTICLES + 3, ARTICLES, 1)
    paper.article(title="Newest", text="New.", published_at=NOON + HOUR)
    rest = paper.reading.outlet(paper.outlet("lantern"), after=first.cursor)
    assert rest is not None
    assert rest.cursor is None
    shown = [line.id for line in (*first.articles, *rest.articles)]
    assert shown == sorted(articles, key=lambda one: (at(articles.index(one)), one), reverse=True)
    homes = {line.id: (line.story_id, line.story_outlets) for line in first.articles}
    assert (homes[articles[0]], homes[articles[1]]) == ((story, 1), (None, 0))


def test_outlets_are_listed_by_name_with_their_counts(paper: Paper) -> None:
    paper.article("lantern", published_at=NOON - HOUR)
    paper.feed("herald")
    lines = paper.reading.outlets()
    listed = [(line.outlet.name, line.article_count, line.feed_count, line.last_at) for line in lines]
    assert listed == [("The Herald", 0, 1, None), ("The Lantern", 1, 1, NOON - HOUR)]


def test_health_of_every_feed_is_told_in_words(paper: Paper) -> None:
    feeds = {name: paper.feed(name) for name in ("fine", "fresh", "down", "ended", "resting", "crooked")}
    paper.polled(feeds["fine"])
    paper.polled(feeds["down"], Failure.HTTP, failure_status=503, failure_detail="503 Service Unavailable")
    paper.polled(feeds["ended"], Failure.GONE, state=FeedState.GONE)
    paper.polled(feeds["crooked"], warning="The feed is not well-formed.")
    with paper.storage.writing() as work:
        work.feeds.change([feeds["resting"]], state=FeedState.PAUSED.value)
    lines = {line.feed.id: line for line in paper.reading.feeds()}
    told = {name: (lines[one].health, lines[one].what) for name, one in feeds.items()}
    assert told == {
        "fine": ("ok", ""),
        "fresh": ("waiting", ""),
        "down": ("failing", "down.example did not hand out the feed: 503 Service Unavailable."),
        "ended": ("gone", "ended.example says that this feed is gone for good."),
        "resting": ("paused", ""),
        "crooked": ("ok", "The feed is not well-formed."),
    }
    assert {name for name, one in feeds.items() if lines[one].todo} == {"down", "ended"}
    troubled = {trouble.feed.id for trouble in paper.reading.front_page().troubles}
    assert troubled == {feeds["down"], feeds["ended"]}
