"""Candidate pairs: neighbours in the text space, and articles that share rare words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.stories import nearest as module
from aggregator.stories.nearest import Neighbours, keys, near_keys, nearest, rare_word_keys
from aggregator.stories.words import read_words, weighted_rows
from tests.factories import make_article

NAN = float("nan")


def around(*degrees):
    """Return unit rows in the plane."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def found(near):
    """Return the neighbours of each article with their cosines."""
    return [
        {place: round(cosine, 3) for place, cosine in zip(places, cosines, strict=True) if place >= 0}
        for places, cosines in zip(near.places.tolist(), near.cosines.tolist(), strict=True)
    ]


def test_nearest_come_first_and_strangers_not_at_all():
    near = nearest(around(0, 10, 30, 180), np.zeros(4), count=3, horizon=24)

    assert near.places.tolist() == [[1, 2, -1], [0, 2, -1], [1, 0, -1], [-1, -1, -1]]
    assert near.cosines == pytest.approx(
        np.cos(np.radians([[10, 30, 90], [10, 20, 90], [20, 30, 90], [90, 90, 90]])), abs=1e-6
    )


def test_only_so_many_are_kept():
    assert found(nearest(around(0, 10, 30, 60), np.zeros(4), count=1, horizon=24)) == [
        {1: 0.985},
        {0: 0.985},
        {1: 0.94},
        {2: 0.866},
    ]


def test_articles_beyond_the_horizon_are_no_neighbours_and_the_undated_always_are():
    near = nearest(around(0, 10, 20, 30), np.array([0, 24, 48, NAN]), count=3, horizon=24)

    assert [set(one) for one in found(near)] == [{1, 3}, {0, 2, 3}, {1, 3}, {0, 1, 2}]


@pytest.mark.parametrize("size", [0, 1])
def test_nothing_is_near_an_article_alone(size):
    near = nearest(around(*range(size)), np.zeros(size), count=2, horizon=24)

    assert (near.places.tolist(), near.cosines.tolist()) == ([[-1, -1]] * size, [[0, 0]] * size)


WINDOWS = st.lists(
    st.tuples(st.integers(0, 10_000), st.one_of(st.none(), st.integers(0, 300))), min_size=1, max_size=40
)


@pytest.mark.parametrize("chunk", [1, 7, 1024])
@settings(max_examples=60, deadline=None)
@given(window=WINDOWS, count=st.integers(1, 6), horizon=st.sampled_from([0.0, 24.0, 400.0]))
def test_neighbours_are_those_of_looking_at_every_pair(chunk, window, count, horizon):
    rows = np.stack([np.random.default_rng(seed).standard_normal(5) for seed, _ in window]).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    hours = np.array([NAN if hour is None else float(hour) for _, hour in window])
    before, module._CHUNK = module._CHUNK, chunk
    try:
        near = nearest(rows, hours, count=count, horizon=horizon)
    finally:
        module._CHUNK = before

    for one, (places, cosines) in enumerate(zip(near.places.tolist(), near.cosines.tolist(), strict=True)):
        there = [
            other
            for other in range(len(rows))
            if other != one and not abs(hours[one] - hours[other]) > horizon
        ]
        likeness = {other: float(rows[one] @ rows[other]) for other in there}
        best = sorted((cosine for cosine in likeness.values() if cosine > 1e-6), reverse=True)[:count]
        assert cosines == pytest.approx([*best, *[0.0] * (count - len(best))], abs=1e-5)
        assert [likeness[other] for other in places if other >= 0] == pytest.approx(
            [cosine for other, cosine in zip(places, cosines, strict=True) if other >= 0], abs=1e-5
        )
        named = [other for other in places if other >= 0]
        assert len(named) == len(set(named)) >= len(best)


def test_near_pairs_reach_the_floor_and_count_once():
    near = Neighbours(
        places=np.array([[1, 2], [0, -1], [0, -1]], dtype=np.int32),
        cosines=np.array([[0.9, 0.2], [0.9, 0], [0.2, 0]], dtype=np.float32),
        bound=np.zeros(3, dtype=np.float32),
    )

    assert sorted(set(near_keys(near, 0.25).tolist())) == [0 * 3 + 1]
    assert sorted(set(near_keys(near, 0.0).tolist())) == [0 * 3 + 1, 0 * 3 + 2]


def test_key_of_a_pair_does_not_depend_on_its_order():
    assert keys(np.array([2, 1]), np.array([1, 2]), 5).tolist() == [7, 7]
    large = np.array([99_999], dtype=np.int32)
    assert keys(large, large - 1, 100_000).tolist() == [99_998 * 100_000 + 99_999]


def test_pairs_that_share_rare_words_are_proposed():
    titles = [
        "Nkurunziza dies",
        "Burundi mourns Nkurunziza",
        "Talks in Kessou",
        "Kessou talks go on",
        "Otter seen",
    ]
    words = read_words([make_article(n, title, "") for n, title in enumerate(titles)])
    rows = weighted_rows(words.every, np.ones(len(words.listed), dtype=np.float32))
    spread = np.bincount(words.every.indices).astype(np.float32)

    def pairs(at_most, floor):
        return [divmod(key, 5) for key in rare_word_keys(rows, spread, at_most=at_most, floor=floor).tolist()]

    assert pairs(at_most=2, floor=0.1) == [(0, 1), (2, 3)]
    assert pairs(at_most=2, floor=0.5) == [(2, 3)]  # two of three words, not one of three
    assert pairs(at_most=1, floor=0.0) == []
