"""Who tells what, and readers' labels, as storage answers: windows, copies, polls and bounds."""

from datetime import timedelta

import pytest

from aggregator.domain.articles import OutletFacts
from aggregator.domain.coverage import FeedPolls, OutletArticle, Teller, Telling
from aggregator.domain.feeds import Failure
from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.labels import OwnLabel
from aggregator.domain.stories import Folding, Opened, StoryChanges
from aggregator.storage import Storage
from tests.contract.conftest import Newsroom
from tests.contract.test_storage_stories import make_face
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def told(storage: Storage, newsroom: Newsroom) -> tuple[ArticleId, ...]:
    """An origin, its copy elsewhere and an own report in one story of two outlets; and an old loner."""
    with storage.writing() as work:
        gull = work.outlets.ensure("gull.example", name="The Gull")
        feed = work.feeds.add(make_new_feed("https://gull.example/feed.xml"), gull, now=NOON)
        own = [
            make_draft("A", published_at=NOON - 3 * HOUR, provenance="Wire"),
            make_draft("C", published_at=NOON - HOUR),
            make_draft("D", published_at=NOON - 90 * HOUR),
        ]
        first, third, old = work.articles.add(own, outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON)
        (copy,) = work.articles.add(
            [make_draft("B", url="https://gull.example/b", published_at=NOON - 2 * HOUR)],
            outlet_id=gull,
            feed_id=feed,
            now=NOON,
        )
        work.articles.store_folding(Folding(origin_of={copy: first}), among=[first, copy, third])
        (story,) = work.stories.apply(
            StoryChanges(opened=(Opened(members=frozenset([first, copy, third])),)), now=NOON
        )
        work.stories.set_faces({story: make_face(first, topic="world", origin_count=5)})
        work.articles.change(third, make_draft("C2", "New."), feed_id=newsroom.feed, now=NOON)
    return first, copy, third, old


def test_an_outlets_articles_are_those_of_the_window_with_copies_and_edits(
    storage: Storage, newsroom: Newsroom, told: tuple[ArticleId, ...]
) -> None:
    first, copy, third, _ = told
    with storage.reading() as work:
        gull = next(one.id for one in work.outlets.all() if one.domain == "gull.example")
        mine = work.coverage.of_outlet(newsroom.outlet, since=NOON - 3 * HOUR, until=NOON, limit=9)
        theirs = work.coverage.of_outlet(gull, since=NOON - 3 * HOUR, until=NOON, limit=9)
        newest = work.coverage.of_outlet(newsroom.outlet, since=NOON - 99 * HOUR, until=NOON, limit=1)
    in_story = {"story": StoryId(1), "topic": "world"}
    assert mine == (
        OutletArticle(
            article=first, at=NOON - 3 * HOUR, credits="Wire", copied_from=None, edits=0, **in_story
        ),
        OutletArticle(article=third, at=NOON - HOUR, credits=None, copied_from=None, edits=1, **in_story),
    )
    assert [(one.article, one.copied_from) for one in theirs] == [(copy, newsroom.outlet)]
    assert [one.article for one in newest] == [third]


def test_tellings_of_a_story_come_by_time_with_their_origins(
    storage: Storage, newsroom: Newsroom, told: tuple[ArticleId, ...]
) -> None:
    first, copy, third, _ = told
    with storage.reading() as work:
        found = work.coverage.around([StoryId(1)])
    assert [(one.article, one.origin, one.is_own) for one in found] == [
        (first, first, True),
        (copy, first, False),
        (third, third, True),
    ]
    assert found[0] == Telling(
        article=first,
        story=StoryId(1),
        outlet=newsroom.outlet,
        at=NOON - 3 * HOUR,
        dated=True,
        origin=first,
    )


def test_tellers_are_one_a_story_and_outlet(
    storage: Storage, newsroom: Newsroom, told: tuple[ArticleId, ...]
) -> None:
    with storage.reading() as work:
        gull = next(one.id for one in work.outlets.all() if one.domain == "gull.example")
        found = work.coverage.tellers([newsroom.outlet, gull], since=NOON - 9 * HOUR, until=NOON)
        nothing = work.coverage.tellers([gull], since=NOON, until=NOON)
    assert found == (
        Teller(story=StoryId(1), outlet=newsroom.outlet, first_at=NOON - 3 * HOUR, has_own=True),
        Teller(story=StoryId(1), outlet=gull, first_at=NOON - 2 * HOUR, has_own=False),
    )
    assert nothing == ()


def test_busiest_counts_the_window_and_leaves_the_silent_out(
    storage: Storage, newsroom: Newsroom, told: tuple[ArticleId, ...]
) -> None:
    with storage.writing() as work:
        work.outlets.ensure("silent.example", name="Silent")
        gull = next(one.id for one in work.outlets.all() if one.domain == "gull.example")
        assert work.coverage.busiest(since=NOON - 9 * HOUR, limit=5) == {newsroom.outlet: 2, gull: 1}
        assert list(work.coverage.busiest(since=NOON - 99 * HOUR, limit=1).values()) == [3]


def test_polls_come_by_feed_the_oldest_first_and_a_feed_without_any_too(
    storage: Storage, newsroom: Newsroom
) -> None:
    with storage.writing() as work:
        other = work.feeds.add(make_new_feed("https://lantern.example/b.xml"), newsroom.outlet, now=NOON)
        work.feeds.change([other], state="paused")
        for hours, failure in ((1, None), (2, Failure.TIMEOUT), (9, None)):
            work.polls.add(newsroom.feed, at=NOON - hours * HOUR, failure=failure, new=0)
    with storage.reading() as work:
        found = work.coverage.polls([newsroom.outlet], since=NOON - 3 * HOUR)
    same = {"outlet": newsroom.outlet, "added_at": NOON}
    assert found == (
        FeedPolls(
            feed=newsroom.feed,
            is_active=True,
            polls=((NOON - 2 * HOUR, False), (NOON - HOUR, True)),
            **same,
        ),
        FeedPolls(feed=other, is_active=False, **same),
    )


def test_a_label_takes_the_place_of_the_one_before_and_is_removed_once(storage: Storage) -> None:
    one = OwnLabel(domain="gull.example", axis="slant", value="dry")
    other = OwnLabel(domain="gull.example", axis="reach", value="far", source="me")
    new = OwnLabel(domain="gull.example", axis="slant", value="wet", source="me")
    with storage.writing() as work:
        work.outlet_labels.put([one, other], now=NOON)
        work.outlet_labels.put([new], now=NOON)
        work.outlet_labels.put([], now=NOON)
        assert work.outlet_labels.all() == (other, new)
        assert work.outlet_labels.remove("gull.example", "reach")
        assert not work.outlet_labels.remove("gull.example", "reach")
        assert work.outlet_labels.all() == (new,)


def test_the_source_of_facts_is_kept_with_the_outlet(storage: Storage, newsroom: Newsroom) -> None:
    facts = OutletFacts(domain="lantern.example", name="Lantern", country="VM", source="Wikipedia: Lantern")
    with storage.writing() as work:
        work.outlets.apply_facts([facts])
        outlet = work.outlets.get(newsroom.outlet)
    assert outlet is not None
    assert outlet.source == "Wikipedia: Lantern"


def test_any_of_some_words_is_enough_and_any_text_is_safe(
    storage: Storage, newsroom: Newsroom, told: tuple[ArticleId, ...]
) -> None:
    with storage.writing() as work:
        (otter,) = work.articles.add(
            [make_draft("Otter in canal", "It swam.")],
            outlet_id=newsroom.outlet,
            feed_id=newsroom.feed,
            now=NOON,
        )
        assert work.search.by_any(["otter", "zebra"], limit=5) == (otter,)
        assert work.search.by_any(['"', "NEAR(", "*"], limit=5) == ()
        assert work.search.by_any([], limit=5) == ()
