"""What people have seen together stays, unless the evidence clearly says otherwise."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.domain.stories import Partition
from aggregator.stories.group import GroupNumbers, grouped
from aggregator.stories.standing import groups_of, homes, settled
from tests.unit.stories.graphs import clique, graph, ids, partition, random_scores

NUMBERS = GroupNumbers(
    floor=0.4, edge_floor=0.2, bridge_floor=0.35, damping=1, keep=0.2, admit=0.5, merge=0.7, switch=0.3
)


@pytest.mark.parametrize(
    ("score", "stood", "expected"),
    [
        (0.41, [], [ids(0, 1)]),  # both new
        (0.39, [], [ids(0), ids(1)]),
        (0.51, [ids(0)], [ids(0, 1)]),  # one new
        (0.49, [ids(0)], [ids(0), ids(1)]),
        (0.71, [ids(0), ids(1)], [ids(0, 1)]),  # both seen apart
        (0.69, [ids(0), ids(1)], [ids(0), ids(1)]),
        (0.21, [ids(0, 1)], [ids(0, 1)]),  # seen together
        (0.19, [ids(0, 1)], [ids(0), ids(1)]),
    ],
)
def test_two_reports_join_or_stay_by_what_people_have_seen(score, stood, expected) -> None:
    assert grouped(graph(2, {(0, 1): score}), NUMBERS, stood) == partition(*expected)


def test_new_report_does_not_draw_two_seen_stories_together() -> None:
    scores = clique(0, 1) | clique(2, 3) | {(n, 4): 0.6 for n in range(4)} | {(0, 2): 0.5}
    found = grouped(graph(5, scores), NUMBERS, [ids(0, 1), ids(2, 3)])
    assert found == partition(ids(0, 1, 4), ids(2, 3))


def test_two_new_reports_of_which_one_joined_a_seen_story_must_both_be_near_enough() -> None:
    scores = {(0, 1): 0.9, (1, 2): 0.39, (0, 2): 0.59}  # the mean to both is .49
    assert grouped(graph(3, scores), NUMBERS, [ids(0)]) == partition(ids(0, 1), ids(2))


def test_report_leaves_for_a_story_that_is_clearly_nearer() -> None:
    scores = clique(0, 1, 2, score=0.5) | clique(3, 4) | {(2, 3): 0.9, (2, 4): 0.9}
    found = grouped(graph(5, scores), NUMBERS, [ids(0, 1, 2), ids(3, 4)])
    assert found == partition(ids(0, 1), ids(2, 3, 4))


def test_report_stays_where_it_is_nearly_as_near() -> None:
    scores = clique(0, 1, 2, score=0.65) | clique(3, 4) | {(2, 3): 0.9, (2, 4): 0.9}
    found = grouped(graph(5, scores), NUMBERS, [ids(0, 1, 2), ids(3, 4)])
    assert found == partition(ids(0, 1, 2), ids(3, 4))


def test_story_seen_whole_is_not_cut_at_a_bridge_until_the_rest_of_it_is_weaker_than_keep() -> None:
    between = {(1, 2): 0.8, (0, 3): 0.25, (0, 2): 0.25, (1, 3): 0.25}
    scores = clique(0, 1) | clique(2, 3) | between
    apart = partition(ids(0, 1), ids(2, 3))
    loose = GroupNumbers(floor=0.3, edge_floor=0.2, bridge_floor=0.35, damping=1, keep=0.2)
    assert grouped(graph(4, scores), loose) == apart
    assert grouped(graph(4, scores), loose, [ids(0, 1, 2, 3)]) == partition(ids(0, 1, 2, 3))


def test_copies_seen_in_two_stories_go_with_most_of_them() -> None:
    same = frozenset({(1, 2), (1, 3)})
    found = grouped(graph(5, {(0, 1): 0.3, (3, 4): 0.3}, same), NUMBERS, [ids(0, 1), ids(2, 3, 4)])
    assert found == partition(ids(0), ids(1, 2, 3, 4))


def test_what_stands_outside_the_window_does_not_matter() -> None:
    assert grouped(graph(2, {(0, 1): 0.3}), NUMBERS, [ids(0, 1, 77), ids(99)]) == partition(ids(0, 1))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 18), st.randoms(use_true_random=False))
def test_every_article_is_in_one_place_and_the_order_of_what_stands_never_matters(
    seed: int, count: int, shuffle: random.Random
) -> None:
    evidence = graph(count, random_scores(seed, count))
    stood = groups_of(any_partition(seed, count))
    found = grouped(evidence, NUMBERS, stood)
    assert sorted(one for group in groups_of(found) for one in group) == list(range(count))
    shuffle.shuffle(stood)
    assert grouped(evidence, NUMBERS, stood) == found


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 18))
def test_settled_groups_do_not_change_when_grouped_once_more(seed: int, count: int) -> None:
    evidence = graph(count, random_scores(seed, count))

    def again(standing: list) -> Partition:
        return grouped(evidence, NUMBERS, standing)

    first = settled(again, again(groups_of(any_partition(seed, count))))
    assert settled(again, again(groups_of(first))) == first


def test_settling_in_a_circle_ends_at_the_same_place_from_anywhere_in_it() -> None:
    circle = [partition(ids(0), ids(1, 2)), partition(ids(0, 1), ids(2)), partition(ids(0, 2), ids(1))]

    def again(standing: list) -> Partition:
        return circle[(circle.index(partition(*standing)) + 1) % 3]

    assert [settled(again, one) for one in circle] == [circle[0]] * 3


def any_partition(seed: int, count: int) -> Partition:
    rng = random.Random(seed + 1)
    label = {number: rng.randrange(6) for number in range(count) if rng.random() < 0.7}
    return partition(*(ids(*(n for n in label if label[n] == one)) for one in sorted(set(label.values()))))


def test_windows_of_many_thousands_keep_each_report_at_home():
    count = 50_000  # its square is more than 32 bits hold
    alone = [ids(one) for one in range(count)]

    found = homes(range(count), np.arange(count, dtype=np.int32), alone)

    assert found == {one: one for one in range(count)}
