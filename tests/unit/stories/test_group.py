import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Partition
from aggregator.stories.group import GroupNumbers, group
from aggregator.stories.survey import Evidence
from tests.unit.stories.graphs import clique, make_evidence

NUMBERS = GroupNumbers(floor=0.4, edge_floor=0.2, bridge_floor=0.35)


def partition(*groups: set[int], noise: tuple[int, ...] = ()) -> Partition:
    return Partition(
        groups=tuple(frozenset(map(ArticleId, one)) for one in groups), noise=frozenset(map(ArticleId, noise))
    )


def test_no_articles_make_an_empty_partition() -> None:
    assert group(make_evidence(0, {}), NUMBERS) == Partition()


def test_articles_without_evidence_are_noise() -> None:
    assert group(make_evidence(3, {}), NUMBERS) == partition(noise=(0, 1, 2))


def test_two_stories_and_a_lone_article() -> None:
    scores = clique(0, 1, 2) | clique(3, 4) | {(2, 5): 0.25}
    assert group(make_evidence(6, scores), NUMBERS) == partition({0, 1, 2}, {3, 4}, noise=(5,))


def test_pair_below_the_floor_is_not_a_story_however_lonely_it_is() -> None:
    assert group(make_evidence(2, {(0, 1): 0.39}), NUMBERS) == partition(noise=(0, 1))


def test_reports_held_apart_speak_against_their_groups() -> None:
    scores = clique(0, 1, 2, 3, score=0.5) | {(1, 2): 0.0}
    assert group(make_evidence(4, scores), NUMBERS) == partition({0, 1, 2, 3})
    apart = make_evidence(4, scores, apart=frozenset({(1, 2)}))
    assert group(apart, NUMBERS) == partition({0, 1, 3}, noise=(2,))


def test_copies_weigh_as_one_report_that_is_held_apart_only_where_nothing_stronger_speaks() -> None:
    scores = {(0, 1): 1.0, (0, 2): 0.8, (1, 2): 0.0}
    evidence = make_evidence(3, scores, same=frozenset({(0, 1)}), apart=frozenset({(1, 2)}))
    assert group(evidence, NUMBERS) == partition({0, 1, 2})


def test_large_story_that_density_shatters_is_whole() -> None:
    rng = np.random.default_rng(7)
    scores = {pair: float(rng.uniform(0.45, 0.9)) for pair in clique(*range(30))}
    assert group(make_evidence(30, scores), NUMBERS) == partition(set(range(30)))


def test_chain_whose_ends_are_unlike_is_split() -> None:
    scores = {(0, 1): 0.7, (1, 2): 0.69}
    assert group(make_evidence(3, scores), NUMBERS) == partition({0, 1}, noise=(2,))


def test_two_stories_tied_by_one_bridge_are_cut_there() -> None:
    scores = clique(0, 1) | clique(2, 3) | {(1, 2): 0.7, (0, 2): 0.34, (0, 3): 0.33, (1, 3): 0.34}
    assert group(make_evidence(4, scores), NUMBERS) == partition({0, 1}, {2, 3})


def test_copies_of_one_text_are_never_parted() -> None:
    scores = {(0, 1): 1.0, (1, 2): 0.9}
    assert group(make_evidence(3, scores, same=frozenset({(0, 1)})), NUMBERS) == partition({0, 1, 2})


def test_ten_copies_weigh_as_one_report() -> None:
    copies = {(0, other): 1.0 for other in range(1, 10)}
    evidence = make_evidence(11, copies | {(0, 10): 0.6}, same=frozenset(copies))
    assert group(evidence, NUMBERS) == partition(set(range(11)))


def test_component_too_large_for_density_is_cut_and_still_grouped() -> None:
    scores = {}
    for start in range(0, 40, 4):
        scores |= (
            clique(*range(start, start + 4)) | {(start, (start + 4) % 40): 0.3}
            if start < 36
            else clique(*range(36, 40))
        )
    numbers = GroupNumbers(floor=0.4, edge_floor=0.2, bridge_floor=0.35, largest_component=10)
    expected = partition(*(set(range(start, start + 4)) for start in range(0, 40, 4)))
    assert group(make_evidence(40, scores), numbers) == expected


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 25))
def test_every_article_is_in_exactly_one_place_and_the_order_of_pairs_is_free(seed: int, count: int) -> None:
    rng = random.Random(seed)
    scores = {
        (one, other): round(rng.uniform(0.1, 1), 2)
        for one in range(count)
        for other in range(one + 1, count)
        if rng.random() < 0.3
    }
    evidence = make_evidence(count, scores)
    found = group(evidence, NUMBERS)
    places = [*found.noise, *(one for part in found.groups for one in part)]
    assert sorted(places) == list(range(count))
    shuffle = np.random.default_rng(seed).permutation(len(evidence.score))
    mixed = Evidence(
        ids=evidence.ids,
        left=evidence.left[shuffle],
        right=evidence.right[shuffle],
        score=evidence.score[shuffle],
        parts={name: column[shuffle] for name, column in evidence.parts.items()},
    )
    assert group(mixed, NUMBERS) == found
