"""Join groups that tell of one event from different sides: a learned look at two groups as wholes.

Takes a first partition and the evidence from group. The parts of a large event (a hearing, an awards
night) hardly share a pair that is likely by itself; what tells is how all their pairs look together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.nearest import Floats
from aggregator.stories.relate import Evidence

BETWEEN = (
    *(
        "mean",
        "highest",
        "linked",
        "inside_low",
        "inside_high",
        "size_low",
        "size_high",
        "best_low",
        "best_high",
    ),
    *("tfidf", "names", "burst", "told_high", "cosine", "rare", "runs", "alike", "through", "hours"),
    *("tfidf_highest", "names_highest", "burst_highest", "outlets"),
)
"""The columns of two groups that the judge of groups reads, in its order."""

_AVERAGED = ("tfidf", "names", "burst", "told_high", "cosine", "rare", "runs", "alike", "through", "hours")
_HIGHEST = ("tfidf", "names", "burst")
_ROUNDS = 20

Labels = NDArray[np.int64]
Look = Callable[[Mapping[str, Floats]], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs of groups that have evidence between them, by label, and their columns, float32[m]."""

    one: Labels
    other: Labels
    columns: Mapping[str, Floats]


def unite(evidence: Evidence, labels: Labels, look: Look, floor: float) -> Labels:
    """Return the labels after joining, round by round, groups that are each other's likeliest partner.

    Args:
        evidence: of n articles.
        labels: the group of each article, int64[n], 0 and up; an article alone is a group.
        look: the probability that two groups are one, from the columns of BETWEEN.
        floor: the least probability that joins.
    """
    for _ in range(_ROUNDS):
        found = between(evidence, labels)
        chance = look(found.columns)
        joined = _mutual(found, chance, floor, int(labels.max(initial=-1)) + 1)
        if not len(joined):
            return labels
        onto = np.arange(int(labels.max()) + 1)
        onto[found.other[joined]] = found.one[joined]
        labels = onto[labels]
    return labels


def _mutual(found: Pairs, chance: Floats, floor: float, count: int) -> NDArray[np.intp]:
    """Return the places of the pairs that are the likeliest of both their groups."""
    order = np.lexsort((found.other, found.one, -chance))
    order = order[chance[order] >= floor]
    first = np.full(count, len(chance))
    for ends in (found.one, found.other):
        np.minimum.at(first, ends[order], np.arange(len(order)))
    ranks = np.arange(len(order))
    both = first[found.one[order]] == ranks
    both &= first[found.other[order]] == ranks
    mutual: NDArray[np.intp] = order[both]
    return mutual


def between(evidence: Evidence, labels: Labels) -> Pairs:
    """Return how the evidence between every two groups looks as a whole."""
    left, right = labels[evidence.left], labels[evidence.right]
    count = int(labels.max(initial=-1)) + 1
    size = np.bincount(labels, minlength=count)
    within = left == right
    inside = np.bincount(left[within], weights=evidence.score[within], minlength=count)
    inside = np.where(size > 1, inside / np.maximum(size * (size - 1) / 2, 1), 1.0)
    across = np.flatnonzero(~within)
    low, high = np.minimum(left, right)[across], np.maximum(left, right)[across]
    kinds, of = np.unique(low * max(count, 1) + high, return_inverse=True)
    one, other = kinds // max(count, 1), kinds % max(count, 1)
    score = evidence.score[across]
    edges = np.bincount(of, minlength=len(kinds))
    total = np.bincount(of, weights=score, minlength=len(kinds))
    products = size[one] * size[other]
    columns = {
        "mean": total / products,
        "linked": edges / products,
        "highest": _highest(of, score, len(kinds)),
    }
    columns |= _both("inside", inside[one], inside[other]) | _both("size", size[one], size[other])
    best = np.zeros(count)
    for ends in (one, other):
        np.maximum.at(best, ends, columns["mean"])
    columns |= _both("best", columns["mean"] / best[one], columns["mean"] / best[other])
    for name in _AVERAGED:
        part = np.nan_to_num(evidence.parts[name][across])
        columns[name] = np.bincount(of, weights=part * score, minlength=len(kinds)) / np.maximum(total, 1e-9)
    for name in _HIGHEST:
        columns[f"{name}_highest"] = _highest(of, evidence.parts[name][across], len(kinds))
    own = evidence.parts["same_outlet"][across]
    columns["outlets"] = np.bincount(of, weights=own, minlength=len(kinds)) / np.maximum(edges, 1)
    return Pairs(one=one, other=other, columns={k: v.astype(np.float32) for k, v in columns.items()})


def _both(name: str, one: NDArray[np.float64], other: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    return {f"{name}_low": np.minimum(one, other), f"{name}_high": np.maximum(one, other)}


def _highest(of: NDArray[np.intp], values: Floats, count: int) -> NDArray[np.float64]:
    highest = np.zeros(count)
    np.maximum.at(highest, of, values)
    return highest
