"""What each reader has read, kept and muted: it belongs to one reader, and survives merges."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.domain.ids import ArticleId, MuteId, ReaderId, StoryId
from aggregator.domain.readers import (
    PERSONAL,
    Attention,
    BulkRead,
    Mute,
    MuteKind,
    ReadMark,
    Role,
    Shelf,
    StoryRead,
)
from aggregator.domain.readstate import Marked
from aggregator.domain.stories import Merged, Opened, StoryChanges
from aggregator.storage import Storage
from tests.contract.conftest import Newsroom
from tests.factories import make_draft
from tests.fakes import NOON

HOUR = timedelta(hours=1)
READ = ReadMark(is_read=True, with_story=True, at=NOON)
Ids = tuple[tuple[ArticleId, ...], tuple[StoryId, ...]]


@pytest.fixture
def ids(storage: Storage, newsroom: Newsroom) -> Ids:
    """Four articles, each in a story of its own."""
    with storage.writing() as work:
        drafts = [make_draft(f"Article {number}") for number in range(4)]
        articles = work.articles.add(drafts, outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON)
        opened = tuple(Opened(members=frozenset({one})) for one in articles)
        return articles, work.stories.apply(StoryChanges(opened=opened), now=NOON)


def merge(storage: Storage, old: StoryId, new: StoryId) -> None:
    with storage.writing() as work:
        work.stories.apply(StoryChanges(merged=(Merged(story=old, into=new),)), now=NOON)


def test_instance_without_accounts_has_one_reader(storage: Storage) -> None:
    with storage.reading() as work:
        reader = work.readers.get(PERSONAL)
        assert reader is not None
        assert (reader.name, reader.password, reader.role) == ("", None, Role.ADMIN)
        assert work.readers.get(ReaderId(2)) is None


def test_mark_is_replaced_and_removed(storage: Storage, ids: Ids) -> None:
    articles, _ = ids
    back = ReadMark(is_read=False, at=NOON + HOUR)
    with storage.writing() as work:
        work.read_marks.put(PERSONAL, dict.fromkeys(articles[:3], READ))
        work.read_marks.put(PERSONAL, {articles[1]: back})
        work.read_marks.remove(PERSONAL, [articles[2]])
    with storage.reading() as work:
        assert work.read_marks.of(PERSONAL, articles) == {articles[0]: READ, articles[1]: back}
        assert work.read_marks.of(PERSONAL, articles[1:2]) == {articles[1]: back}


def test_marks_of_stories_are_told_with_those_of_articles_besides(storage: Storage, ids: Ids) -> None:
    articles, stories = ids
    with storage.writing() as work:
        work.read_marks.put(PERSONAL, dict.fromkeys(articles[:2], READ))
        work.read_marks.put(PERSONAL, {articles[1]: replace(READ, is_read=False)})
        work.read_marks.put(PERSONAL, {articles[2]: replace(READ, with_story=False)})
    with storage.reading() as work:
        home = work.stories.story_of(articles)
        asked = [home[one] for one in articles[:2]]
        assert asked == [stories[0], stories[1]]
        assert work.read_marks.marked(PERSONAL, asked, [articles[2]]) == Marked(
            read={articles[0], articles[2]}, taken_back={articles[1]}, with_story=set(articles[:2])
        )
        assert work.read_marks.marked(PERSONAL, asked[:1], []) == Marked(
            read={articles[0]}, taken_back=set(), with_story={articles[0]}
        )
        nothing = Marked(read=set(), taken_back=set(), with_story=set())
        assert work.read_marks.marked(PERSONAL, [], []) == nothing
        assert work.read_marks.marked(ReaderId(2), asked, articles) == nothing


def test_what_was_done_with_stories_is_told_together(storage: Storage, ids: Ids) -> None:
    _, (old, new, other, none) = ids
    first, last = (StoryRead(at=NOON + n * HOUR, reports=1, articles=n) for n in (1, 2))
    with storage.writing() as work:
        work.story_reads.put(PERSONAL, {old: last, new: first, other: first})
        work.saved.add(PERSONAL, old, now=NOON)
        work.followed.add(PERSONAL, new, now=NOON)
    with storage.reading() as work:
        assert work.attention.of(PERSONAL, [old, new]) == {
            old: Attention(read=last, is_saved=True),
            new: Attention(read=first, is_followed=True),
        }
    merge(storage, old, new)
    with storage.reading() as work:
        assert work.attention.of(PERSONAL, [new, other, none]) == {
            new: Attention(read=last, is_saved=True, is_followed=True),
            other: Attention(read=first),
            none: Attention(),
        }
        assert work.attention.of(ReaderId(2), [new]) == {new: Attention()}
        assert work.attention.of(PERSONAL, []) == {}


def test_time_of_reading_a_story_follows_it_into_another(storage: Storage, ids: Ids) -> None:
    _, (old, new, other, _) = ids
    first, second = (StoryRead(at=NOON + hour * HOUR, reports=hour, articles=3) for hour in (1, 2))
    with storage.writing() as work:
        work.story_reads.put(PERSONAL, {old: second, new: first, other: first})
        work.story_reads.remove(PERSONAL, [other])
    merge(storage, old, new)
    with storage.reading() as work:
        assert work.story_reads.of(PERSONAL, [new, other]) == {new: second}


def test_bulk_read_is_given_back_once_and_to_its_reader(storage: Storage, ids: Ids) -> None:
    articles, stories = ids
    read = StoryRead(at=NOON, reports=1, articles=2)
    bulk = BulkRead(
        at=NOON, marks={articles[0]: READ, articles[1]: None}, stories={stories[0]: read, stories[1]: None}
    )
    with storage.writing() as work:
        number = work.bulk_reads.add(PERSONAL, bulk)
        assert work.bulk_reads.take(ReaderId(2), number) is None
        found = work.bulk_reads.take(PERSONAL, number)
        assert found is not None
        assert (found.at, found.marks, found.stories) == (bulk.at, bulk.marks, bulk.stories)
        assert work.bulk_reads.take(PERSONAL, number) is None


def test_old_bulk_reads_are_forgotten(storage: Storage) -> None:
    with storage.writing() as work:
        number = work.bulk_reads.add(PERSONAL, BulkRead(at=NOON, marks={}, stories={}))
        work.bulk_reads.forget(PERSONAL, before=NOON + HOUR)
        assert work.bulk_reads.take(PERSONAL, number) is None


@pytest.mark.parametrize("shelf", list(Shelf))
def test_story_stays_on_its_list_when_it_becomes_part_of_another(
    storage: Storage, ids: Ids, shelf: Shelf
) -> None:
    _, (old, new, other, _) = ids
    with storage.writing() as work:
        work.shelf(shelf).add(PERSONAL, old, now=NOON)
        work.shelf(shelf).add(PERSONAL, other, now=NOON - HOUR)
        work.shelf(shelf).add(PERSONAL, other, now=NOON + HOUR)
    merge(storage, old, new)
    with storage.writing() as work:
        kept = work.shelf(shelf)
        assert kept.page(PERSONAL, limit=9) == ((new, NOON), (other, NOON - HOUR))
        assert kept.page(PERSONAL, before=(NOON, new), limit=9) == ((other, NOON - HOUR),)
        kept.remove(PERSONAL, new)
        assert kept.page(PERSONAL, limit=9) == ((other, NOON - HOUR),)


def test_list_is_paged_by_time_and_then_number(storage: Storage, ids: Ids) -> None:
    _, stories = ids
    with storage.writing() as work:
        for story in stories:
            work.saved.add(PERSONAL, story, now=NOON)
        first = work.saved.page(PERSONAL, limit=2)
        rest = work.saved.page(PERSONAL, before=(first[-1][1], first[-1][0]), limit=9)
    assert [story for story, _ in (*first, *rest)] == sorted(stories, reverse=True)


def test_mute_is_kept_once_and_removed_by_its_reader_only(storage: Storage) -> None:
    rule = Mute(kind=MuteKind.WORD, value="cup", scope="sport", created_at=NOON)
    with storage.writing() as work:
        work.mutes.add(PERSONAL, rule)
        work.mutes.add(PERSONAL, rule)
        (found,) = work.mutes.of(PERSONAL)
        assert found.id is not None
        assert (found.kind, found.value, found.scope) == (MuteKind.WORD, "cup", "sport")
        assert not work.mutes.remove(ReaderId(2), found.id)
        assert work.mutes.remove(PERSONAL, found.id)
        assert not work.mutes.remove(PERSONAL, MuteId(found.id))
        assert work.mutes.of(PERSONAL) == ()


def test_stories_tell_their_outlets_and_since_when_articles_are_in_them(
    storage: Storage, newsroom: Newsroom, ids: Ids
) -> None:
    articles, stories = ids
    with storage.reading() as work:
        assert work.stories.outlets(stories[:1]) == {stories[0]: frozenset({newsroom.outlet})}
        assert work.stories.joined(stories[:1]) == {stories[0]: {articles[0]: NOON}}
