"""What stands around a pair: common neighbours, and how sought after both are."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.stories.context import CLUSTER_FLOOR, CONTEXT, context, two_steps


def around(size, chances):
    """Return the columns of pairs, {(left, right): probability}."""
    left, right = (np.array([pair[end] for pair in chances], dtype=np.int32) for end in (0, 1))
    return context(size, left, right, np.array([*chances.values()], dtype=np.float32))


def test_third_article_speaks_for_a_weak_pair():
    found = around(4, {(0, 1): 0.8, (0, 2): 0.1, (1, 2): 0.5})

    assert tuple(found) == CONTEXT
    root = [sqrt(1 + 0.64 + 0.01), sqrt(1 + 0.64 + 0.25), sqrt(1 + 0.01 + 0.25)]
    expected = {
        "chance": [0.8, 0.1, 0.5],
        "through": [0.05, 0.4, 0.08],
        "alike": [
            (0.05 + 1.6) / (root[0] * root[1]),
            (0.4 + 0.2) / (root[0] * root[2]),
            (0.08 + 1.0) / (root[1] * root[2]),
        ],
        "support_low": [0.9, 0.6, 0.6],
        "support_high": [1.3, 0.9, 1.3],
        "first_low": [1.0, 0.125, 0.625],
        "first_high": [1.0, 0.2, 1.0],
        # Neighbourhoods: 0 and 1; all three; 1 and 2. Each knows itself with 1.
        "cluster": [4.2 / 6, 2.4 / 4, 3.9 / 6],
        "cluster_size": [5, 4, 5],
    }
    for name, column in expected.items():
        assert found[name] == pytest.approx(column, rel=1e-5), name


def test_pair_alone_has_nobody_to_speak_for_it():
    found = around(2, {(0, 1): 0.5})

    assert {name: float(column[0]) for name, column in found.items()} == pytest.approx(
        {
            "chance": 0.5,
            "through": 0,
            "alike": 1 / 1.25,
            "support_low": 0.5,
            "support_high": 0.5,
            "first_low": 1,
            "first_high": 1,
            "cluster": 3 / 4,
            "cluster_size": 4,
        }
    )


@pytest.mark.parametrize("size", [0, 1, 3])
def test_no_pairs_have_no_context(size):
    assert {name: column.tolist() for name, column in around(size, {}).items()} == {
        name: [] for name in CONTEXT
    }


@st.composite
def graphs(draw):
    size = draw(st.integers(2, 9))
    every = [(one, other) for one in range(size) for other in range(one + 1, size)]
    pairs = draw(st.lists(st.sampled_from(every), unique=True, min_size=1))
    return size, {pair: draw(st.integers(1, 100)) / 100 for pair in pairs}


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_context_is_that_of_the_dense_matrix(graph):
    size, chances = graph
    dense = np.zeros((size, size))
    for (one, other), chance in chances.items():
        dense[one, other] = dense[other, one] = chance
    near = (dense.astype(np.float32) >= CLUSTER_FLOOR) + np.eye(size)
    between = near @ (dense + np.eye(size)) @ near.T
    counts = near.sum(axis=1)

    found = around(size, chances)

    for place, (one, other) in enumerate(chances):
        assert found["through"][place] == pytest.approx((dense @ dense)[one, other], abs=1e-5)
        assert found["cluster"][place] == pytest.approx(
            between[one, other] / (counts[one] * counts[other]), abs=1e-5
        )
        assert found["cluster_size"][place] == counts[one] + counts[other]
        assert found["support_high"][place] == pytest.approx(
            max(dense[one].sum(), dense[other].sum()), abs=1e-5
        )


def test_common_neighbours_propose_a_pair():
    left, right = np.array([0, 1, 2, 3], dtype=np.int32), np.array([1, 2, 3, 4], dtype=np.int32)
    chance = np.array([0.5, 0.6, 0.1, 0.9], dtype=np.float32)

    assert two_steps(5, left, right, chance, 0.25).tolist() == [0 * 5 + 2]
    # .1 · .9 is below the floor, and a pair below the floor proposes nothing however strong the other
    assert two_steps(5, left, right, chance, 0.05).tolist() == [0 * 5 + 2, 1 * 5 + 3, 2 * 5 + 4]
    assert two_steps(5, left[:0], right[:0], chance[:0], 0.1).tolist() == []
