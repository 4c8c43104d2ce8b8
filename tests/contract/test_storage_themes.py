"""Topics and themes: which stories a section lists, and what a story is part of."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Merged, Opened, StoryChanges
from aggregator.domain.topics import Theme
from aggregator.storage import Storage
from tests.contract.conftest import Newsroom
from tests.contract.test_storage_stories import make_face
from tests.factories import make_draft
from tests.fakes import NOON

TOPICS = ("sport", None, "sport", "world", "sport", "gone")


@pytest.fixture
def stories(storage: Storage, newsroom: Newsroom) -> tuple[StoryId, ...]:
    """Six stories, the first the best: three of sport, of which the last is old."""
    with storage.writing() as work:
        keys = work.articles.add(
            [make_draft(f"Article {number}") for number in range(6)],
            outlet_id=newsroom.outlet,
            feed_id=newsroom.feed,
            now=NOON,
        )
        opened = tuple(Opened(members=frozenset([key])) for key in keys)
        ids = work.stories.apply(StoryChanges(opened=opened), now=NOON)
        faces = {
            story: make_face(keys[place], score=9.0 - place, topic=TOPICS[place])
            for place, story in enumerate(ids)
        }
        faces[ids[4]] = replace(faces[ids[4]], last_at=NOON - timedelta(days=9))
        work.stories.set_faces(faces)
    return ids


def test_stories_of_a_topic_are_ranked_and_paged(storage: Storage, stories: tuple[StoryId, ...]) -> None:
    since = NOON - timedelta(days=4)
    with storage.reading() as work:
        sport = work.stories.ranked(since=since, limit=9, topic="sport")
        second = work.stories.ranked(since=since, after=(9.0, stories[0]), limit=9, topic="sport")
        rest = work.stories.ranked(since=since, limit=9, besides=("sport", "world"))
    assert [story.id for story in sport] == [stories[0], stories[2]]
    assert sport[0].face.topic == "sport"
    assert [story.id for story in second] == [stories[2]]
    assert [story.id for story in rest] == [stories[1], stories[5]]


def test_topics_are_counted_without_old_and_merged_stories(
    storage: Storage, stories: tuple[StoryId, ...]
) -> None:
    with storage.writing() as work:
        changes = StoryChanges(
            members={stories[0]: frozenset([ArticleId(1), ArticleId(3)])},
            merged=(Merged(story=stories[2], into=stories[0]),),
        )
        work.stories.apply(changes, now=NOON)
        counts = work.stories.topic_counts(since=NOON - timedelta(days=4))
    assert counts == {"sport": 1, None: 1, "world": 1, "gone": 1}


def test_themes_are_replaced_and_those_with_an_id_keep_it(
    storage: Storage, stories: tuple[StoryId, ...]
) -> None:
    one, other = (
        Theme(words=("fever", "Isvik"), stories=frozenset(stories[:3])),
        Theme(words=("budget",), stories=frozenset(stories[3:5])),
    )
    with storage.writing() as work:
        work.themes.replace([one, other])
        first, second = work.themes.all()
        assert (first.words, first.stories) == (one.words, one.stories)
        assert work.themes.of_story(stories[4]) == second
        assert work.themes.of_story(stories[5]) is None
        grown = replace(second, stories=frozenset(stories[2:5]))
        fresh = Theme(words=("otter",), stories=frozenset(stories[5:]))
        work.themes.replace([grown, fresh])
        kept, new = work.themes.all()
    assert kept == grown
    assert new.words == ("otter",)
    assert new.id not in {first.id, second.id}


def test_no_themes_leave_no_rows(storage: Storage, stories: tuple[StoryId, ...]) -> None:
    with storage.writing() as work:
        work.themes.replace([Theme(words=("fever",), stories=frozenset(stories))])
        work.themes.replace([])
        assert work.themes.all() == ()
        assert work.themes.of_story(stories[0]) is None
