"""Pieces join as they would if every pair were looked at again after every join."""

import random
from collections import Counter, defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.stories.linkage import Edges, Ends, Floors, Piece, linked, nearness
from aggregator.stories.standing import held, homes, switched
from tests.unit.stories.graphs import graph, ids

DAMPING = 0.8


def random_graph(rng: random.Random, count: int) -> tuple[Edges, Ends]:
    """Return a graph of which any sum is exact, in any order; few pairs are held apart."""
    scores = {
        (one, other): rng.choice((*range(1, 64), 48, 56, 60)) / 64
        for one in range(count)
        for other in range(one + 1, count)
        if rng.random() < 0.5
    }
    apart = frozenset(pair for pair in sorted(scores) if rng.random() < 0.05)
    made = graph(count, scores, apart=apart)
    return made.edges, made.ends


def random_pieces(rng: random.Random, count: int, most: int) -> list[Piece]:
    """Return the reports in up to so many pieces, some in none."""
    pieces: dict[int, Piece] = defaultdict(list)
    for one in range(count):
        if rng.random() < 0.9:
            pieces[rng.randrange(most)].append(one)
    return list(pieces.values())


def total(some: Piece, others: Piece, edges: Edges) -> float:
    return sum(edges[one].get(other, 0.0) for one in some for other in others)


def plainly_linked(pieces: list[Piece], edges: Edges, floors: Floors, old: set[int]) -> list[Piece]:
    """Return what `linked` returns, by looking at all pairs after every join."""
    pieces = sorted(pieces)
    while True:
        found = []
        for one in pieces:
            for other in pieces[pieces.index(one) + 1 :]:
                near = nearness(total(one, other, edges), len(one) * len(other), DAMPING)
                seen = (not old.isdisjoint(one)) + (not old.isdisjoint(other))
                if near > 0 and near >= (floors.new, floors.admit, floors.merge)[seen]:
                    found.append((-near, one, other))
        if not found:
            return pieces
        _, one, other = min(found)
        pieces = sorted([*(p for p in pieces if p not in (one, other)), sorted(one + other)])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 16), st.integers(1, 16))
def test_pieces_join_nearest_first_whatever_was_looked_at(seed: int, count: int, most: int) -> None:
    rng = random.Random(seed)
    edges, ends = random_graph(rng, count)
    pieces = random_pieces(rng, count, most)
    old = {one for piece in pieces if rng.random() < 0.5 for one in piece}
    floors = Floors(new=rng.choice((0.05, 0.3)), admit=0.4, merge=rng.choice((0.35, 0.7)))

    found = linked(pieces, ends, damping=DAMPING, floors=floors, old=old)
    assert found == plainly_linked(pieces, edges, floors, old)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 16))
def test_each_standing_group_is_tested_by_itself(seed: int, count: int) -> None:
    rng = random.Random(seed)
    edges, ends = random_graph(rng, count)
    groups = random_pieces(rng, count, 4)
    home = {one: number for number, group in enumerate(groups) for one in group}
    floors = Floors(new=0.3, admit=0.3, merge=0.3)

    alone = [plainly_linked([[one] for one in group], edges, floors, set()) for group in groups]
    assert held(home, ends, damping=DAMPING, keep=0.3) == [piece for group in alone for piece in group]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 16))
def test_report_goes_over_only_to_the_nearest_of_the_pieces_that_are_near_enough(
    seed: int, count: int
) -> None:
    rng = random.Random(seed)
    edges, ends = random_graph(rng, count)
    pieces = sorted(random_pieces(rng, count, 5))
    wishes = []
    for source, piece in enumerate(pieces):
        for one in piece if piece[1:] else ():
            near = [nearness(total([one], other, edges), len(other), DAMPING) for other in pieces]
            rest = [other for other in piece if other != one]
            own = nearness(total([one], rest, edges), len(rest), DAMPING)
            there = [
                (-near[at], at) for at, p in enumerate(pieces) if p[1:] and at != source and near[at] > 0
            ]
            if there and -min(there)[0] >= max(0.7, own + 0.25):
                wishes.append((min(there)[0] + own, one, source, min(there)[1]))
    expected, touched = [set(piece) for piece in pieces], set()
    for _, one, source, target in sorted(wishes):
        if not touched & {source, target}:
            touched |= {source, target}
            expected[source].remove(one)
            expected[target].add(one)

    found = switched(pieces, edges, ends, damping=DAMPING, near=0.7, nearer=0.25)
    assert found == sorted(sorted(piece) for piece in expected if piece)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12))
def test_home_of_a_report_is_that_of_most_of_its_copies_and_the_earliest_of_several(
    seed: int, count: int
) -> None:
    rng = random.Random(seed)
    reports = sorted(rng.randrange(count) for _ in range(count))
    groups = random_pieces(rng, count, 4)
    rng.shuffle(groups)

    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for number, group in enumerate(sorted(groups)):
        votes[-1].update([number])
        for place in group:
            votes[reports[place]].update([number])
    expected = {
        one: min(by, key=lambda number, by=by: (-by[number], number)) for one, by in votes.items() if one >= 0
    }
    stood = [ids(*(10 * place for place in group), 7) for group in groups] + [ids(5)]
    assert homes([10 * place for place in range(count)], np.array(reports, dtype=np.int32), stood) == expected
