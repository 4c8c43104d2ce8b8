"""Makes small graphs of evidence for the tests of the grouping."""

import random
from collections.abc import Mapping

import numpy as np

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Partition
from aggregator.stories.group import Graph, graph_of
from aggregator.stories.survey import Evidence

Scores = Mapping[tuple[int, int], float]


def ids(*numbers: int) -> frozenset[ArticleId]:
    return frozenset(ArticleId(n) for n in numbers)


def make_evidence(
    count: int,
    scores: Scores,
    same: frozenset[tuple[int, int]] = frozenset(),
    apart: frozenset[tuple[int, int]] = frozenset(),
) -> Evidence:
    """Return evidence between articles 0 to count − 1; copies are certain unless told."""
    pairs = sorted({**dict.fromkeys(same, 1.0), **scores})
    return Evidence(
        ids=tuple(ArticleId(number) for number in range(count)),
        left=np.array([one for one, _ in pairs], dtype=np.int32),
        right=np.array([other for _, other in pairs], dtype=np.int32),
        score=np.array([scores.get(pair, 1.0) for pair in pairs], dtype=np.float32),
        parts={
            "same": np.array([pair in same for pair in pairs], dtype=np.float32),
            "held_apart": np.array([pair in apart for pair in pairs], dtype=np.float32),
        },
    )


def graph(
    count: int,
    scores: Scores,
    same: frozenset[tuple[int, int]] = frozenset(),
    apart: frozenset[tuple[int, int]] = frozenset(),
) -> Graph:
    """Return the graph of articles 0 to count − 1."""
    return graph_of(make_evidence(count, scores, same, apart))


def clique(*members: int, score: float = 0.8) -> dict[tuple[int, int], float]:
    return {(one, other): score for one in members for other in members if one < other}


def random_scores(seed: int, count: int, share: float = 0.3) -> dict[tuple[int, int], float]:
    rng = random.Random(seed)
    return {
        (one, other): round(rng.uniform(0.01, 1), 2)
        for one in range(count)
        for other in range(one + 1, count)
        if rng.random() < share
    }


def partition(*groups: frozenset[ArticleId]) -> Partition:
    return Partition(
        groups=tuple(sorted((g for g in groups if len(g) > 1), key=min)),
        noise=frozenset().union(*(g for g in groups if len(g) == 1)),
    )
