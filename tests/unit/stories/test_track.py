"""Lasting ids under growth, merge, split, drift and time."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Merged, Opened, Partition, StoryChanges, TrackedStory
from aggregator.stories.track import track
from tests.fakes import NOON

AT = {ArticleId(n): NOON + timedelta(minutes=n) for n in range(100)}


def ids(*numbers: int) -> frozenset[ArticleId]:
    return frozenset(ArticleId(n) for n in numbers)


def story(number: int, *members: int) -> TrackedStory:
    return TrackedStory(id=StoryId(number), opened_at=NOON + timedelta(seconds=number), members=ids(*members))


def partition(*groups: frozenset[ArticleId]) -> Partition:
    return Partition(
        groups=tuple(g for g in groups if len(g) > 1),
        noise=frozenset().union(*(g for g in groups if len(g) == 1)),
    )


def test_first_run_opens_a_story_for_every_group_and_every_single_in_order_of_time():
    changes = track([], partition(ids(4, 5), ids(1), ids(2, 9)), at=AT)

    assert changes == StoryChanges(
        opened=(Opened(members=ids(1)), Opened(members=ids(2, 9)), Opened(members=ids(4, 5)))
    )


def test_same_partition_again_changes_nothing():
    changes = track([story(1, 1, 2), story(2, 3)], partition(ids(1, 2), ids(3)), at=AT)

    assert changes.is_empty()


def test_story_keeps_its_number_as_it_grows():
    changes = track([story(1, 1, 2)], partition(ids(1, 2, 3)), at=AT)

    assert changes == StoryChanges(members={StoryId(1): ids(1, 2, 3)})


def test_two_stories_in_one_group_merge_into_the_one_that_gave_more():
    changes = track([story(1, 1), story(2, 2, 3)], partition(ids(1, 2, 3)), at=AT)

    assert changes == StoryChanges(
        members={StoryId(2): ids(1, 2, 3)}, merged=(Merged(story=StoryId(1), into=StoryId(2)),)
    )


def test_equal_shares_merge_into_the_older_story():
    changes = track([story(7, 3, 4), story(2, 1, 2)], partition(ids(1, 2, 3, 4)), at=AT)

    assert changes.merged == (Merged(story=StoryId(7), into=StoryId(2)),)


def test_split_leaves_the_number_with_the_larger_part_and_says_where_the_rest_came_from():
    changes = track([story(1, 1, 2, 3, 4, 5)], partition(ids(3, 4, 5), ids(1, 2)), at=AT)

    assert changes == StoryChanges(
        opened=(Opened(members=ids(1, 2), split_from=StoryId(1)),), members={StoryId(1): ids(3, 4, 5)}
    )


def test_story_that_lost_only_half_of_itself_lives_on_in_what_is_left():
    changes = track([story(1, 1, 2), story(2, 3, 4, 5)], partition(ids(1, 3, 4, 5), ids(2)), at=AT)

    assert changes == StoryChanges(members={StoryId(1): ids(2), StoryId(2): ids(1, 3, 4, 5)})


def test_members_older_than_the_window_stay_with_their_story():
    changes = track([story(1, 1, 2, 3)], partition(ids(3, 4)), at=AT)

    assert changes.members == {StoryId(1): ids(1, 2, 3, 4)}


def test_merged_story_takes_its_older_members_along():
    changes = track([story(1, 1, 10), story(2, 11, 12)], partition(ids(10, 11, 12)), at=AT)

    assert changes.members == {StoryId(2): ids(1, 10, 11, 12)}


def test_story_with_no_member_in_the_window_retires():
    changes = track([story(1, 1, 2), story(2, 3)], partition(ids(3)), at=AT)

    assert changes == StoryChanges(retired=(StoryId(1),))


@st.composite
def partitions(draw: st.DrawFn) -> Partition:
    labels = draw(st.lists(st.integers(0, 6), min_size=1, max_size=24))
    start = draw(st.integers(0, 10))
    groups: dict[int, set[ArticleId]] = {}
    for place, label in enumerate(labels):
        groups.setdefault(label, set()).add(ArticleId(start + place))
    return partition(*(frozenset(g) for g in groups.values()))


class Newsroom:
    """Applies changes to a table of stories, as storage does."""

    def __init__(self) -> None:
        self.open: dict[StoryId, TrackedStory] = {}
        self.redirects: dict[StoryId, StoryId] = {}
        self.count = 0

    def run(self, found: Partition) -> StoryChanges:
        changes = track(list(self.open.values()), found, at=AT)
        for number, members in changes.members.items():
            self.open[number] = TrackedStory(
                id=number, opened_at=self.open[number].opened_at, members=members
            )
        for merge in changes.merged:
            del self.open[merge.story]
            self.redirects[merge.story] = merge.into
        for number in changes.retired:
            del self.open[number]
        for opened in changes.opened:
            self.count += 1
            self.open[StoryId(self.count)] = story(self.count, *opened.members)
        return changes


@settings(max_examples=200)
@given(st.lists(partitions(), min_size=1, max_size=5))
def test_every_article_is_in_exactly_one_story_after_any_history(history: list[Partition]):
    room = Newsroom()
    for found in history:
        room.run(found)

        homes = [article for kept in room.open.values() for article in kept.members]
        assert len(homes) == len(set(homes))
        assert found.articles() <= set(homes)
        for group in [*found.groups, *(frozenset({one}) for one in found.noise)]:
            assert sum(bool(kept.members & group) for kept in room.open.values()) == 1


@settings(max_examples=200)
@given(st.lists(partitions(), min_size=1, max_size=4))
def test_a_second_run_on_the_same_partition_changes_nothing(history: list[Partition]):
    room = Newsroom()
    for found in history:
        room.run(found)

        assert room.run(found).is_empty()


@given(st.lists(partitions(), min_size=2, max_size=2), st.randoms())
def test_order_of_stories_and_groups_never_matters(history: list[Partition], random):
    room = Newsroom()
    room.run(history[0])
    shuffled_stories = list(room.open.values())
    random.shuffle(shuffled_stories)
    shuffled_groups = list(history[1].groups)
    random.shuffle(shuffled_groups)

    straight = track(list(room.open.values()), history[1], at=AT)
    shuffled = track(
        shuffled_stories, Partition(groups=tuple(shuffled_groups), noise=history[1].noise), at=AT
    )

    assert straight == shuffled


@given(st.lists(partitions(), min_size=2, max_size=6))
def test_merged_ids_always_lead_to_a_story_that_was_there(history: list[Partition]):
    room = Newsroom()
    for found in history:
        room.run(found)

    for number in room.redirects:
        seen = set()
        while number in room.redirects:
            assert number not in seen
            seen.add(number)
            number = room.redirects[number]
        assert 1 <= number <= room.count
