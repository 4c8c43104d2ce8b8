"""Stories: lasting ids, redirects for ever, and a visible history."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest

from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import (
    Merged,
    Opened,
    RankPart,
    Story,
    StoryChanges,
    StoryEvent,
    StoryFace,
    StoryState,
    TrackedStory,
)
from aggregator.storage import Storage, UnitOfWork
from tests.contract.conftest import Newsroom
from tests.factories import make_draft
from tests.fakes import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def keys(storage: Storage, newsroom: Newsroom) -> tuple[ArticleId, ...]:
    """Nine stored articles."""
    with storage.writing() as work:
        return work.articles.add(
            [make_draft(f"Article {number}") for number in range(9)],
            outlet_id=newsroom.outlet,
            feed_id=newsroom.feed,
            now=NOON,
        )


def make_face(lead: ArticleId, **fields: Any) -> StoryFace:
    values: dict[str, Any] = {
        "lead_id": lead,
        "headline": "Harbour bridge closed",
        "excerpt": "The bridge is shut.",
        "first_at": NOON - HOUR,
        "last_at": NOON,
        "article_count": 2,
        "outlet_count": 2,
        "origin_count": 1,
        "lang": "en",
        "score": 1.5,
        "parts": (RankPart(name="fresh", value=1.5, why="an hour old"),),
    }
    return StoryFace(**values | fields)


def opens(*groups: Collection[ArticleId]) -> StoryChanges:
    return StoryChanges(opened=tuple(Opened(members=frozenset(group)) for group in groups))


def history(work: UnitOfWork, story: StoryId) -> list[tuple[str, str]]:
    return [(event.kind, event.detail) for event in work.stories.events(story)]


def test_stories_are_opened_with_ids_in_order(storage: Storage, keys: tuple[ArticleId, ...]) -> None:
    with storage.writing() as work:
        first, second = work.stories.apply(opens(keys[:2], keys[2:5]), now=NOON)
        assert second == first + 1
        assert work.stories.tracked() == (
            TrackedStory(id=first, opened_at=NOON, members=frozenset(keys[:2])),
            TrackedStory(id=second, opened_at=NOON, members=frozenset(keys[2:5])),
        )
        assert work.stories.members([second, first, StoryId(99)]) == {
            second: keys[2:5],
            first: keys[:2],
            StoryId(99): (),
        }
        assert work.stories.story_of(keys[1:3]) == {keys[1]: first, keys[2]: second}
        assert work.stories.story_of(keys[5:]) == {}
        assert work.stories.events(first) == (StoryEvent(at=NOON, kind="opened", detail="2 articles"),)


def test_no_changes_change_nothing(storage: Storage) -> None:
    with storage.writing() as work:
        assert work.stories.apply(StoryChanges(), now=NOON) == ()
        assert work.stories.tracked() == ()


def test_a_story_grows_and_shrinks_to_the_membership_given(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    with storage.writing() as work:
        (story,) = work.stories.apply(opens(keys[:2]), now=NOON)
        grown = frozenset(keys[1:4])
        work.stories.apply(StoryChanges(members={story: grown}), now=NOON + HOUR)
        assert work.stories.members([story]) == {story: keys[1:4]}
        assert work.stories.story_of(keys[:1]) == {}
        assert history(work, story) == [
            ("opened", "2 articles"),
            ("shrunk", "1 article left, 3 now"),
            ("grown", "2 articles came, 3 now"),
        ]


def test_an_article_moves_from_one_story_to_another(storage: Storage, keys: tuple[ArticleId, ...]) -> None:
    with storage.writing() as work:
        first, second = work.stories.apply(opens(keys[:3], keys[3:5]), now=NOON)
        moved = {first: frozenset(keys[:2]), second: frozenset(keys[2:5])}
        work.stories.apply(StoryChanges(members=moved), now=NOON)
        assert work.stories.members([first, second]) == {first: keys[:2], second: keys[2:5]}


def test_a_merged_story_redirects_and_its_articles_move(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    with storage.writing() as work:
        first, second = work.stories.apply(opens(keys[:3], keys[3:5]), now=NOON)
        work.stories.set_faces({first: make_face(keys[0]), second: make_face(keys[3])})
        merge = StoryChanges(members={first: frozenset(keys[:5])}, merged=(Merged(story=second, into=first),))
        work.stories.apply(merge, now=NOON + HOUR)
        assert work.stories.members([first, second]) == {first: keys[:5], second: ()}
        assert [story.id for story in work.stories.tracked()] == [first]
        assert work.stories.resolve(second) == work.stories.get(first)
        assert work.stories.get(second) == Story(
            id=second,
            state=StoryState.MERGED,
            opened_at=NOON,
            face=make_face(keys[3]),
            merged_into=first,
        )
        assert history(work, second)[1:] == [("merged", f"into story {first}")]
        assert history(work, first)[1:] == [
            ("merged", f"story {second}"),
            ("grown", "2 articles came, 5 now"),
        ]


def test_redirects_never_need_a_second_hop(storage: Storage, keys: tuple[ArticleId, ...]) -> None:
    with storage.writing() as work:
        a, b, c, d = work.stories.apply(opens(*(keys[n : n + 1] for n in range(4))), now=NOON)
        work.stories.set_faces({story: make_face(keys[0]) for story in (a, b, c, d)})
        work.stories.apply(StoryChanges(merged=(Merged(story=a, into=b),)), now=NOON)
        chain = (Merged(story=b, into=c), Merged(story=c, into=d))
        work.stories.apply(StoryChanges(merged=chain), now=NOON)
        stored = work.stories.get_many([a, b, c, d])
        assert [story.merged_into for story in stored] == [d, d, d, None]
        assert work.stories.members([d]) == {d: keys[:4]}
    assert storage.check() == ()


def test_a_merge_into_a_story_that_merged_before_leads_to_the_one_left(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    with storage.writing() as work:
        a, b, c = work.stories.apply(opens(*(keys[n : n + 1] for n in range(3))), now=NOON)
        work.stories.set_faces({story: make_face(keys[0]) for story in (a, b, c)})
        work.stories.apply(StoryChanges(merged=(Merged(story=b, into=c),)), now=NOON)
        work.stories.apply(StoryChanges(merged=(Merged(story=a, into=b),)), now=NOON)
        assert [story.merged_into for story in work.stories.get_many([a, b, c])] == [c, c, None]


def test_stories_that_merge_in_a_circle_are_refused(storage: Storage, keys: tuple[ArticleId, ...]) -> None:
    with storage.writing() as work:
        a, b = work.stories.apply(opens(keys[:1], keys[1:2]), now=NOON)
        circle = StoryChanges(merged=(Merged(story=a, into=b), Merged(story=b, into=a)))
        with pytest.raises(ValueError, match="would merge into itself"):
            work.stories.apply(circle, now=NOON)


def test_a_split_is_told_in_both_histories(storage: Storage, keys: tuple[ArticleId, ...]) -> None:
    with storage.writing() as work:
        (old,) = work.stories.apply(opens(keys[:5]), now=NOON)
        split = StoryChanges(
            opened=(Opened(members=frozenset(keys[3:5]), split_from=old),),
            members={old: frozenset(keys[:3])},
        )
        (new,) = work.stories.apply(split, now=NOON)
        work.stories.set_faces({new: make_face(keys[3])})
        assert work.stories.members([old, new]) == {old: keys[:3], new: keys[3:5]}
        stored = work.stories.get(new)
        assert stored is not None
        assert stored.split_from == old
        assert history(work, new) == [("split", f"from story {old}, with 2 articles")]
        assert history(work, old)[1:] == [
            ("split", f"story {new} left with 2 articles"),
            ("shrunk", "2 articles left, 3 now"),
        ]


def test_a_follow_up_and_what_it_takes_up_know_each_other(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    with storage.writing() as work:
        (old,) = work.stories.apply(opens(keys[:2]), now=NOON)
        (new,) = work.stories.apply(
            StoryChanges(opened=(Opened(members=frozenset(keys[2:3]), follows=keys[1]),)), now=NOON + HOUR
        )
        work.stories.set_faces({old: make_face(keys[0]), new: make_face(keys[2])})
        (found,) = work.stories.followed_by(old)
        assert (found.id, found.follows) == (new, old)
        assert [story.id for story in work.stories.follows(new)] == [old]
        assert (work.stories.follows(old), work.stories.followed_by(new)) == ((), ())
        assert history(work, new) == [("opened", "1 article"), ("follows", f"story {old}")]
        assert history(work, old)[1:] == [("followed", f"by story {new}")]


def test_a_follow_up_of_a_story_that_opens_at_the_same_time(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    with storage.writing() as work:
        both = (
            Opened(members=frozenset(keys[:2])),
            Opened(members=frozenset(keys[2:3]), follows=keys[0]),
        )
        old, new = work.stories.apply(StoryChanges(opened=both), now=NOON)
        work.stories.set_faces({old: make_face(keys[0]), new: make_face(keys[2])})
        assert [story.id for story in work.stories.follows(new)] == [old]


def test_follow_ups_resolve_when_either_side_merges(storage: Storage, keys: tuple[ArticleId, ...]) -> None:
    with storage.writing() as work:
        old, larger, other = work.stories.apply(opens(*(keys[n : n + 1] for n in range(3))), now=NOON)
        (new,) = work.stories.apply(
            StoryChanges(opened=(Opened(members=frozenset(keys[3:4]), follows=keys[0]),)), now=NOON
        )
        faces = {story: make_face(keys[0]) for story in (old, larger, other, new)}
        work.stories.set_faces(faces)
        merged = (Merged(story=old, into=larger), Merged(story=new, into=other))
        work.stories.apply(StoryChanges(merged=merged), now=NOON)
        assert [story.id for story in work.stories.follows(other)] == [larger]
        assert [story.id for story in work.stories.followed_by(larger)] == [other]
        work.stories.apply(StoryChanges(merged=(Merged(story=other, into=larger),)), now=NOON)
        assert (work.stories.follows(larger), work.stories.followed_by(larger)) == ((), ())


def test_a_retired_story_is_no_longer_tracked_but_shown(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    with storage.writing() as work:
        (story,) = work.stories.apply(opens(keys[:2]), now=NOON)
        work.stories.set_faces({story: make_face(keys[0])})
        work.stories.apply(StoryChanges(retired=(story,)), now=NOON)
        assert work.stories.tracked() == ()
        assert work.stories.members([story]) == {story: keys[:2]}
        assert work.stories.ranked(since=NOON, limit=5) == (
            Story(id=story, state=StoryState.RETIRED, opened_at=NOON, face=make_face(keys[0])),
        )
        assert history(work, story)[1:] == [("retired", "")]


def test_a_story_without_a_face_is_not_shown(storage: Storage, keys: tuple[ArticleId, ...]) -> None:
    with storage.writing() as work:
        (story,) = work.stories.apply(opens(keys[:2]), now=NOON)
        work.stories.set_faces({})
        assert (work.stories.get(story), work.stories.resolve(story)) == (None, None)
        assert work.stories.get_many([story]) == ()
        assert work.stories.ranked(since=NOON - HOUR, limit=5) == ()


def test_an_unknown_story_is_none(storage: Storage) -> None:
    with storage.reading() as work:
        assert (work.stories.get(StoryId(4)), work.stories.resolve(StoryId(4))) == (None, None)
        assert work.stories.events(StoryId(4)) == ()


def test_a_face_is_replaced_whole(storage: Storage, keys: tuple[ArticleId, ...]) -> None:
    new = make_face(keys[1], headline="Harbour bridge open", lang=None, score=0.1 + 0.2, parts=())
    with storage.writing() as work:
        (story,) = work.stories.apply(opens(keys[:2]), now=NOON)
        work.stories.set_faces({story: make_face(keys[0])})
        work.stories.set_faces({story: new})
        stored = work.stories.get(story)
        assert stored is not None
        assert stored.face == new


def test_ranked_stories_are_paged_without_gaps_when_scores_are_equal(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    with storage.writing() as work:
        ids = work.stories.apply(opens(*(keys[n : n + 1] for n in range(7))), now=NOON)
        scores = (0.5, 0.7, 0.5, 0.5, 0.9, 2.0, 3.0)
        faces = {story: make_face(keys[0], score=score) for story, score in zip(ids, scores, strict=True)}
        faces[ids[5]] = make_face(keys[0], score=2.0, last_at=NOON - HOUR)
        work.stories.set_faces(faces)
        work.stories.apply(StoryChanges(merged=(Merged(story=ids[6], into=ids[4]),)), now=NOON)
        pages = []
        after = None
        while page := work.stories.ranked(since=NOON, after=after, limit=2):
            pages.append([story.id for story in page])
            after = (page[-1].face.score, page[-1].id)
    assert pages == [[ids[4], ids[1]], [ids[3], ids[2]], [ids[0]]]


def test_articles_in_no_story_are_counted(storage: Storage, keys: tuple[ArticleId, ...]) -> None:
    with storage.writing() as work:
        work.stories.apply(opens(keys[:2]), now=NOON)
        assert work.stories.count_ungrouped(since=NOON - HOUR) == 7
        assert work.stories.count_ungrouped(since=NOON) == 0
