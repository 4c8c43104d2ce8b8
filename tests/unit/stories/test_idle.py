"""Stories close after a silence, and what comes later says what it takes up."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Opened, StoryChanges
from aggregator.stories.idle import cut_idle, with_follows
from aggregator.stories.standing import groups_of
from tests.fakes import NOON
from tests.unit.stories.graphs import clique, graph, ids, partition, random_scores

IDLE = timedelta(hours=72)


def times(**hours: float) -> dict[ArticleId, datetime]:
    return {ArticleId(int(name[1:])): NOON + timedelta(hours=after) for name, after in hours.items()}


def test_group_is_cut_where_nothing_came_for_longer_than_the_idle_time() -> None:
    at = times(a0=0, a1=72, a2=144.1, a3=145)
    found = cut_idle(partition(ids(0, 1, 2, 3)), graph(4, clique(0, 1, 2, 3)), at, IDLE)
    assert found == partition(ids(0, 1), ids(2, 3))


def test_single_after_a_silence_stands_alone() -> None:
    found = cut_idle(partition(ids(0, 1)), graph(2, clique(0, 1)), times(a0=0, a1=80), IDLE)
    assert found == partition(ids(0), ids(1))


def test_late_copy_stays_with_its_origin_and_keeps_no_story_open() -> None:
    evidence = graph(3, clique(0, 2), frozenset({(0, 1)}))
    found = cut_idle(partition(ids(0, 1, 2)), evidence, times(a0=0, a1=60, a2=80), IDLE)
    assert found == partition(ids(0, 1), ids(2))


def test_undated_article_breaks_no_silence_and_goes_where_it_has_most_evidence() -> None:
    scores = clique(0, 1) | {(0, 2): 0.3, (1, 2): 0.9}
    found = cut_idle(partition(ids(0, 1, 2)), graph(3, scores), times(a0=0, a1=80), IDLE)
    assert found == partition(ids(0), ids(1, 2))


def test_undated_articles_alone_are_never_cut() -> None:
    whole = partition(ids(0, 1), ids(2))
    assert cut_idle(whole, graph(3, clique(0, 1)), {}, IDLE) == whole


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.none() | st.integers(0, 300), min_size=2, max_size=12))
def test_no_part_holds_a_silence_no_article_is_lost_and_twice_is_once(seed, hours) -> None:
    at = {ArticleId(n): NOON + timedelta(hours=h) for n, h in enumerate(hours) if h is not None}
    evidence = graph(len(hours), random_scores(seed, len(hours)))
    found = cut_idle(partition(ids(*range(len(hours)))), evidence, at, IDLE)
    assert sorted(one for group in groups_of(found) for one in group) == list(range(len(hours)))
    for group in groups_of(found):
        dated = sorted(at[one] for one in group if one in at)
        assert all(later - early <= IDLE for early, later in pairwise(dated))
    assert cut_idle(found, evidence, at, IDLE) == found


def follows(opened: Opened, groups: list, scores: dict, at: dict, count: int = 4) -> ArticleId | None:
    changes = StoryChanges(opened=(opened,))
    (found,) = with_follows(
        changes, partition(*groups), graph(count, scores), at, idle=IDLE, floor=0.3
    ).opened
    return found.follows


def test_new_story_takes_up_the_report_it_has_most_evidence_with() -> None:
    scores = {(0, 3): 0.4, (1, 3): 0.6, (2, 3): 0.5}
    groups = [ids(0, 1), ids(2), ids(3)]
    assert follows(Opened(members=ids(3)), groups, scores, times(a0=0, a1=1, a2=2, a3=90)) == 1


def test_evidence_below_the_floor_makes_no_follow_up() -> None:
    groups = [ids(0, 1), ids(2), ids(3)]
    assert follows(Opened(members=ids(3)), groups, {(0, 3): 0.29}, times(a0=0, a1=0, a3=90)) is None


def test_story_that_still_had_reports_within_the_idle_time_is_not_followed() -> None:
    groups = [ids(0, 1), ids(2), ids(3)]
    assert follows(Opened(members=ids(3)), groups, {(0, 3): 0.9}, times(a0=0, a1=30, a3=90)) is None


def test_what_broke_off_and_what_has_no_date_follow_nothing() -> None:
    groups, scores = [ids(0), ids(3)], {(0, 3): 0.9}
    split = Opened(members=ids(3), split_from=StoryId(1))
    assert follows(split, groups, scores, times(a0=0, a3=90)) is None
    assert follows(Opened(members=ids(3)), groups, scores, times(a0=0)) is None


def test_nothing_opened_changes_nothing() -> None:
    none = StoryChanges()
    assert with_follows(none, partition(ids(0)), graph(1, {}), {}, idle=IDLE, floor=0.3) == none
