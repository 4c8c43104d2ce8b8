"""Corrections as hard constraints: never broken, whatever the grouping and the order of things."""

from datetime import timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.ids import ArticleId, CorrectionId, StoryId
from aggregator.domain.stories import (
    Correction,
    CorrectionAction,
    Folding,
    Link,
    LinkKind,
    Partition,
    TrackedStory,
)
from aggregator.stories.constrain import anchors, constrain
from aggregator.stories.track import track
from tests.fakes import NOON


def ids(*numbers: int) -> frozenset[ArticleId]:
    return frozenset(ArticleId(n) for n in numbers)


def must(one: int, other: int) -> Link:
    return Link(kind=LinkKind.MUST, one=ArticleId(one), other=ArticleId(other))


def cannot(one: int, other: int) -> Link:
    return Link(kind=LinkKind.CANNOT, one=ArticleId(one), other=ArticleId(other))


def correction(number: int, *links: Link, undone: bool = False) -> Correction:
    return Correction(
        id=CorrectionId(number),
        action=CorrectionAction.MERGE,
        detail="",
        at=NOON + timedelta(minutes=number),
        by="",
        links=links,
        moved={},
        undone_at=NOON + timedelta(days=1) if undone else None,
    )


def partition(*groups: frozenset[ArticleId]) -> Partition:
    return Partition(
        groups=tuple(sorted((g for g in groups if len(g) > 1), key=min)),
        noise=frozenset().union(*(g for g in groups if len(g) == 1)),
    )


def story(number: int, *members: int) -> TrackedStory:
    return TrackedStory(id=StoryId(number), opened_at=NOON, members=ids(*members))


def test_without_corrections_nothing_changes():
    found = partition(ids(1, 2), ids(3))

    assert constrain(found, []) == found


def test_groups_with_articles_that_belong_together_become_one():
    found = constrain(partition(ids(1, 2), ids(3, 4), ids(5)), [correction(1, must(2, 3))])

    assert found == partition(ids(1, 2, 3, 4), ids(5))


def test_named_article_leaves_the_group_and_the_others_stay():
    found = constrain(partition(ids(1, 2, 3, 4)), [correction(1, cannot(2, 1))])

    assert found == partition(ids(1, 3, 4), ids(2))


def test_article_that_leaves_takes_those_bound_to_it_along():
    found = constrain(partition(ids(1, 2, 3, 4)), [correction(1, must(2, 3)), correction(2, cannot(2, 1))])

    assert found == partition(ids(1, 4), ids(2, 3))


def test_article_moved_to_another_story_does_not_drag_its_old_one_along():
    found = constrain(partition(ids(1, 2, 3), ids(4, 5)), [correction(1, cannot(1, 2), must(1, 4))])

    assert found == partition(ids(2, 3), ids(1, 4, 5))


def test_newest_of_two_that_contradict_wins():
    apart, together = correction(1, cannot(1, 2)), correction(2, must(1, 2))

    assert constrain(partition(ids(1), ids(2)), [apart, together]) == partition(ids(1, 2))
    newer_apart = correction(3, cannot(1, 2))
    assert constrain(partition(ids(1, 2)), [apart, together, newer_apart]) == partition(ids(1), ids(2))


def test_undone_correction_binds_nothing():
    found = partition(ids(1), ids(2))

    assert constrain(found, [correction(1, must(1, 2), undone=True)]) == found


def test_later_copy_of_an_article_that_was_taken_out_follows_it():
    folding = Folding(
        origin_of={ArticleId(n): ArticleId(n) for n in (1, 2, 3)} | {ArticleId(9): ArticleId(2)}
    )

    found = constrain(partition(ids(1, 2, 3, 9)), [correction(1, cannot(2, 1))], folding=folding)

    assert found == partition(ids(1, 3), ids(2, 9))


def test_correction_binds_through_an_article_that_is_too_old_for_the_window():
    tracked = [story(1, 1, 2), story(2, 3)]
    said = [correction(1, must(1, 3))]

    assert anchors(said, tracked, ids(2, 3)) == ids(1)
    assert constrain(partition(ids(2), ids(3)), said, tracked=tracked) == partition(ids(1, 2, 3))


def test_story_that_has_left_the_window_whole_is_not_called_back():
    tracked = [story(1, 1), story(2, 2)]

    assert anchors([correction(1, cannot(1, 2))], tracked, ids(2)) == frozenset()


NUMBERS = st.integers(0, 11)
LINKS = st.builds(
    Link,
    kind=st.sampled_from(LinkKind),
    one=NUMBERS.map(ArticleId),
    other=NUMBERS.map(ArticleId),
).filter(lambda link: link.one != link.other)


@st.composite
def partitions(draw: st.DrawFn) -> Partition:
    """Twelve articles in any groups."""
    labels = draw(st.lists(st.integers(0, 5), min_size=12, max_size=12))
    return partition(*(ids(*(n for n in range(12) if labels[n] == label)) for label in sorted(set(labels))))


@st.composite
def said(draw: st.DrawFn) -> list[Correction]:
    lots = draw(st.lists(st.lists(LINKS, min_size=1, max_size=4), max_size=6))
    return [correction(number, *links) for number, links in enumerate(lots)]


def standing(corrections: list[Correction]) -> list[Link]:
    """Return the links that no newer one contradicts, worked out the slow way."""
    kept: list[Link] = []
    for one in sorted(corrections, key=lambda c: c.id, reverse=True):
        for link in one.links:
            if satisfiable([*kept, link]):
                kept.append(link)
    return kept


def satisfiable(links: list[Link]) -> bool:
    home = {n: n for n in range(12)}
    for link in links:
        if link.kind is LinkKind.MUST:
            old, new = home[link.one], home[link.other]
            home = {n: new if place == old else place for n, place in home.items()}
    return all(home[k.one] != home[k.other] for k in links if k.kind is LinkKind.CANNOT)


def pieces(found: Partition) -> dict[ArticleId, frozenset[ArticleId]]:
    every = [*found.groups, *(frozenset({one}) for one in found.noise)]
    return {one: piece for piece in every for one in piece}


@given(partitions(), said())
def test_constraint_that_stands_is_never_broken_and_no_article_is_lost(found, corrections):
    bound = constrain(found, corrections)

    home = pieces(bound)
    assert bound.articles() == found.articles()
    assert sum(map(len, bound.groups)) + len(bound.noise) == 12
    for link in standing(corrections):
        assert (home[link.one] == home[link.other]) == (link.kind is LinkKind.MUST)


@given(partitions(), said(), st.randoms(use_true_random=False))
def test_order_of_groups_and_corrections_never_matters(found, corrections, random):
    groups, mixed = list(found.groups), list(corrections)
    random.shuffle(groups)
    random.shuffle(mixed)

    shuffled = constrain(Partition(groups=tuple(groups), noise=found.noise), mixed)

    assert shuffled == constrain(found, corrections)


@given(partitions(), said())
def test_second_time_changes_nothing_more(found, corrections):
    once = constrain(found, corrections)

    assert constrain(once, corrections) == once


@given(partitions(), said())
def test_articles_that_no_correction_names_stay_together(found, corrections):
    named = {end for one in corrections for link in one.links for end in (link.one, link.other)}
    home, before = pieces(constrain(found, corrections)), pieces(found)
    free = [one for one in found.articles() if one not in named]

    assert all(home[a] == home[b] for a, b in combinations(free, 2) if before[a] == before[b])


@given(st.lists(partitions(), min_size=1, max_size=4), said(), st.sets(NUMBERS, max_size=6))
def test_constraints_hold_in_stories_over_many_builds_as_articles_grow_too_old(runs, corrections, old):
    """The window loses its oldest articles between builds; what was said of them still holds."""
    at = {ArticleId(n): NOON + timedelta(minutes=n) for n in range(12)}
    stories: dict[StoryId, TrackedStory] = {}
    for turn, run in enumerate(runs):
        gone = ids(*(n for n in old if n < 3 * turn))
        seen = Partition(
            groups=tuple(g - gone for g in run.groups if len(g - gone) > 1),
            noise=(run.noise - gone).union(*(g - gone for g in run.groups if len(g - gone) == 1)),
        )
        tracked = tuple(stories.values())
        changes = track(tracked, constrain(seen, corrections, tracked=tracked), at=at)
        for merge in changes.merged:
            del stories[merge.story]
        for number in changes.retired:
            del stories[number]
        members = dict(changes.members)
        for opened in changes.opened:
            members[StoryId(100 * turn + len(members) + 1)] = opened.members
        stories |= {n: TrackedStory(id=n, opened_at=NOON, members=m) for n, m in members.items()}
    home = {one: each.id for each in stories.values() for one in each.members}
    for link in standing(corrections):
        if link.one in home and link.other in home:
            assert (home[link.one] == home[link.other]) == (link.kind is LinkKind.MUST)
