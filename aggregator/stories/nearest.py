"""Find the pairs of articles that are worth weighing: near in the text space, or sharing rare words.

Takes unit rows, hours and word rows from relate; neither way alone finds all pairs of a story.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.slices import in_slices

Floats = NDArray[np.float32]
Places = NDArray[np.int32]
Keys = NDArray[np.int64]
"""Pairs as left * n + right, left < right: one number a pair, so that numpy can sort and join them."""

_CHUNK = 512
"""Articles in a row of time whose neighbours are sought at once."""
_CELLS = 1 << 22
"""Most cosines that are held at once (16 MB): where nothing is dated, an article has the whole window."""
_GROUPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The nearest of each article, nearest first: places int32[n, k] (−1 where there is none), cosines."""

    places: Places
    cosines: Floats


def nearest(rows: Floats, hours: NDArray[np.float64], *, count: int, horizon: float) -> Neighbours:
    """Return the `count` nearest of each row among those at most `horizon` hours away.

    Args:
        rows: unit rows, float32[n, d].
        hours: when each was published, NaN for the undated, which are within every horizon.
        count: how many to return.
        horizon: in hours.
    """
    order = np.argsort(hours, kind="stable")  # NaN, the undated, come last
    times = hours[order]
    dated = int(np.isfinite(times).sum())
    places = np.full((len(rows), count), -1, dtype=np.int32)
    cosines = np.zeros((len(rows), count), dtype=np.float32)

    def find(some: slice) -> None:
        """Write the neighbours of some rows; each slice writes rows of its own."""
        here = order[some]
        there = order[_reach(times, dated, some.start, some.stop, horizon)]
        beside = rows[there]
        step = max(_CELLS // max(len(there), 1), 16)
        for start in range(0, len(here), step):
            part = here[start : start + step]
            likeness = rows[part] @ beside.T
            likeness[part[:, None] == there[None, :]] = -1
            _forget_beyond(likeness, hours[part], hours[there], horizon)
            one, rank, column = _highest(likeness, there, count)
            places[part[one], rank] = there[column]
            cosines[part[one], rank] = likeness[one, column]

    if len(rows):
        in_slices(len(rows), _CHUNK, find)
    return Neighbours(places=places, cosines=cosines)


def _forget_beyond(
    likeness: Floats, here: NDArray[np.float64], there: NDArray[np.float64], horizon: float
) -> None:
    """Make the cosines of those more than the horizon apart −1; `there` ascends, the undated last."""
    dated = int(np.isfinite(there).sum())
    first = np.searchsorted(there[:dated], here - horizon)
    last = np.searchsorted(there[:dated], here + horizon, side="right")
    for row in np.flatnonzero(np.isfinite(here)).tolist():
        likeness[row, : first[row]] = -1
        likeness[row, last[row] : dated] = -1


def _highest(likeness: Floats, there: NDArray[np.intp], count: int) -> tuple[Any, Any, Any]:
    """Return the `count` highest values of each row that are above 0, as row, rank and column.

    Equal values are ranked by the place that their column stands for.
    """
    width = max(likeness.shape[1], 1)
    found = np.flatnonzero((likeness >= _at_least(likeness, count)[:, None]).ravel())
    one, column = found // width, found % width
    # Rows are further apart than any two values, so one number stands for both.
    order = np.lexsort((there[column], 4.0 * one - likeness.ravel()[found]))
    one, column = one[order], column[order]
    rank = np.arange(len(one)) - np.searchsorted(one, one)
    kept = rank < count
    return one[kept], rank[kept], column[kept]


def _at_least(likeness: Floats, count: int) -> Floats:
    """Return for each row a value above 0 that no fewer than `count` of it reach, where so many are there.

    That many groups of columns have a highest value of their own: a bound that is cheaper than to sort,
    and with several times more groups than `count` hardly any other column reaches it.
    """
    groups = count * _GROUPS
    deep = likeness.shape[1] // groups
    least = np.full(len(likeness), np.finfo(np.float32).tiny, dtype=np.float32)
    if deep:
        highest = likeness[:, : deep * groups].reshape(len(likeness), deep, groups).max(axis=1)
        least = np.maximum(least, np.partition(highest, -count, axis=1)[:, -count])
    return least


def _reach(times: NDArray[np.float64], dated: int, start: int, stop: int, horizon: float) -> NDArray[np.intp]:
    """Return the places, in order of time, that rows start to stop may be near to."""
    if stop > dated:
        return np.arange(len(times))
    first = np.searchsorted(times[:dated], times[start] - horizon)
    last = np.searchsorted(times[:dated], times[stop - 1] + horizon, side="right")
    return np.concatenate([np.arange(first, last), np.arange(dated, len(times))])


def near_keys(near: Neighbours, floor: float) -> Keys:
    """Return the pairs of each article with its neighbours of at least this cosine."""
    one, rank = np.nonzero((near.cosines >= floor) & (near.places >= 0))
    return keys(one, near.places[one, rank], len(near.places))


def rare_word_keys(rows: Any, spread: Floats, *, at_most: int, floor: float) -> Keys:
    """Return the pairs whose unit word rows, over words in at most so many articles, reach the floor."""
    from scipy.sparse import triu

    rare = rows[:, np.flatnonzero((spread > 1) & (spread <= at_most))]
    shared = triu(rare @ rare.T, k=1).tocoo()
    enough = shared.data >= floor
    return keys(shared.row[enough], shared.col[enough], rows.shape[0])


def keys(one: NDArray[Any], other: NDArray[Any], size: int) -> Keys:
    """Return a number for each pair of places."""
    low, high = np.minimum(one, other).astype(np.int64), np.maximum(one, other).astype(np.int64)
    numbered: Keys = low * size + high
    return numbered
