"""Stories over many builds: articles come and grow too old, evidence sways, readers correct."""

import random
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Correction, LinkKind, Opened, StoryChanges
from aggregator.stories.group import Graph, GroupNumbers
from aggregator.stories.idle import with_follows
from aggregator.stories.memory import Table
from aggregator.stories.regroup import Known, regroup
from aggregator.stories.survey import RelateNumbers
from aggregator.stories.track import track
from tests.fakes import NOON
from tests.unit.stories.graphs import clique, graph, ids, random_scores
from tests.unit.stories.test_constrain import cannot, correction, must, said, standing

IDLE = timedelta(hours=72)
NUMBERS = GroupNumbers(
    floor=0.4, edge_floor=0.2, bridge_floor=0.35, damping=1, keep=0.2, admit=0.5, merge=0.7, switch=0.3
)


@dataclass
class Newsroom:
    """Builds one after the other, with the real steps after relate."""

    corrections: list[Correction] = field(default_factory=list)
    at: dict[ArticleId, datetime] = field(
        default_factory=lambda: {ArticleId(n): NOON + timedelta(hours=n) for n in range(30)}
    )
    table: Table = field(
        default_factory=lambda: Table(
            vectors={},
            domains={},
            relate_numbers=RelateNumbers(),
            group_numbers=NUMBERS,
            idle=IDLE,
            watch=nullcontext,
        )
    )

    def build(self, evidence: Graph) -> StoryChanges:
        tracked = tuple(self.table.open.values())
        known = Known(tracked=tracked, corrections=self.corrections)
        times = {one: self.at[one] for one in evidence.ids if one in self.at}
        found = regroup(evidence, known, times, idle=IDLE, settings=NUMBERS)
        changes = track(tracked, found, at={ArticleId(n): self.at.get(ArticleId(n), NOON) for n in range(30)})
        changes = with_follows(changes, found, evidence, times, idle=IDLE, floor=NUMBERS.floor)
        self.table.apply(changes, NOON)
        return changes

    def together(self, one: int, other: int) -> bool:
        home = self.table.story_of()
        return home[ArticleId(one)] == home[ArticleId(other)]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(2, 12), min_size=1, max_size=5), said())
def test_build_without_news_changes_nothing_and_corrections_hold(
    seed: int, sizes: list[int], corrections: list[Correction]
) -> None:
    rng = random.Random(seed)
    room = Newsroom(corrections=corrections)
    room.at = {
        one: at + timedelta(hours=rng.choice((0, 0, 90, 200)))
        for one, at in room.at.items()
        if rng.random() < 0.8
    }
    for turn, size in enumerate(sorted(sizes)):
        evidence = graph(size, random_scores(seed + turn, size))
        room.build(evidence)
        numbers = {one: story.id for story in room.table.open.values() for one in story.members}

        for _ in range(3):
            assert room.build(evidence).is_empty()
        assert {one: s.id for s in room.table.open.values() for one in s.members} == numbers
    # What was said of an article that has not come binds nothing yet, and contradicts nothing.
    heeded = [
        replace(one, links=tuple(link for link in one.links if {link.one, link.other} <= numbers.keys()))
        for one in corrections
    ]
    for link in standing(heeded):
        assert (numbers[link.one] == numbers[link.other]) == (link.kind is LinkKind.MUST)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 12), said(), st.randoms(use_true_random=False))
def test_order_of_stories_and_corrections_never_matters(seed, size, corrections, shuffle) -> None:
    room, mixed = Newsroom(corrections=corrections), Newsroom(corrections=list(corrections))
    for one in (room, mixed):
        one.build(graph(size, random_scores(seed, size)))
    shuffle.shuffle(mixed.corrections)
    stories = list(mixed.table.open.items())
    shuffle.shuffle(stories)
    mixed.table.open = dict(stories)

    later = graph(size + 3, random_scores(seed + 1, size + 3))

    assert room.build(later) == mixed.build(later)


def test_evidence_that_sways_moves_nobody() -> None:
    room = Newsroom()
    room.build(graph(3, clique(0, 1, score=0.5)))
    room.build(graph(3, clique(0, 1, score=0.3)))
    assert room.together(0, 1)
    room.build(graph(3, clique(0, 1, score=0.3) | clique(1, 2, score=0.65)))
    assert not room.together(1, 2)
    room.build(graph(3, clique(0, 1, score=0.1)))
    assert not room.together(0, 1)


def test_report_after_a_silence_opens_a_follow_up_and_the_next_one_joins_that() -> None:
    room = Newsroom(at={ArticleId(n): NOON + timedelta(hours=h) for n, h in enumerate((0, 1, 80, 81))})
    room.build(graph(2, clique(0, 1)))
    changes = room.build(graph(3, clique(0, 1, 2)))
    assert changes == StoryChanges(opened=(Opened(members=ids(2), follows=ArticleId(0)),))
    assert room.build(graph(4, clique(0, 1, 2, 3))).opened == ()
    assert [room.together(2, 3), room.together(1, 2)] == [True, False]


def test_first_build_of_old_news_links_the_follow_up_to_a_story_that_opens_with_it() -> None:
    room = Newsroom(at={ArticleId(n): NOON + timedelta(hours=h) for n, h in enumerate((0, 1, 80))})
    assert room.build(graph(3, clique(0, 1, 2))).opened == (
        Opened(members=ids(0, 1)),
        Opened(members=ids(2), follows=ArticleId(0)),
    )


def test_reader_who_says_that_two_belong_together_overrules_the_silence() -> None:
    room = Newsroom(at={ArticleId(n): NOON + timedelta(hours=h) for n, h in enumerate((0, 1, 80))})
    room.build(graph(3, clique(0, 1, 2)))
    room.corrections = [correction(1, must(1, 2))]
    room.build(graph(3, clique(0, 1, 2)))
    assert room.together(0, 2)
    room.corrections = [correction(2, cannot(1, 0))]
    room.build(graph(3, clique(0, 1, 2)))
    assert [room.together(0, 1), room.together(0, 2), room.together(1, 2)] == [False, False, False]
