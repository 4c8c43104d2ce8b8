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


SPARE = 24
"""Neighbours known beyond those asked for, so that when some leave the window the next are at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The nearest of each article, nearest first: places int32[n, k] (−1 where there is none), cosines.

    Whatever is not listed is no nearer than `bound` float32[n]: 0 where all are listed.
    """

    places: Places
    cosines: Floats
    bound: Floats

    def first(self, count: int) -> "Neighbours":
        """Return the nearest `count` of each."""
        bound = (
            np.maximum(self.bound, self.cosines[:, count]) if count < self.cosines.shape[1] else self.bound
        )
        return Neighbours(places=self.places[:, :count], cosines=self.cosines[:, :count], bound=bound)


def nearest(rows: Floats, hours: NDArray[np.float64], *, count: int, horizon: float) -> Neighbours:
    """Return the `count` nearest of each row among those at most `horizon` hours away.

    Args:
        rows: unit rows, float32[n, d].
        hours: when each was published, NaN for the undated, which are within every horizon.
        count: how many to return.
        horizon: in hours.
    """
    return _nearest_of(np.arange(len(rows)), rows, hours, count, horizon)


def _nearest_of(
    asked: NDArray[np.int64], rows: Floats, hours: NDArray[np.float64], count: int, horizon: float
) -> Neighbours:
    """Return the neighbours of the rows asked for, in their order, among all rows."""
    order = np.argsort(hours, kind="stable")  # NaN, the undated, come last
    times = hours[order]
    dated = int(np.isfinite(times).sum())
    by_time = np.argsort(hours[asked], kind="stable")
    places = np.full((len(asked), count), -1, dtype=np.int32)
    cosines = np.zeros((len(asked), count), dtype=np.float32)

    def find(some: slice) -> None:
        """Write the neighbours of some rows; each slice writes rows of its own."""
        rank_of = by_time[some]
        here = asked[rank_of]
        there = order[_reach(times, dated, hours[here], horizon)]
        beside = rows[there]
        step = max(_CELLS // max(len(there), 1), 16)
        for start in range(0, len(here), step):
            part, to = here[start : start + step], rank_of[start : start + step]
            likeness = rows[part] @ beside.T
            likeness[part[:, None] == there[None, :]] = -1
            _forget_beyond(likeness, hours[part], hours[there], horizon)
            one, rank, column = _highest(likeness, there, count)
            places[to[one], rank] = there[column]
            cosines[to[one], rank] = likeness[one, column]

    if len(asked):
        in_slices(len(asked), _CHUNK, find)
    return Neighbours(places=places, cosines=cosines, bound=cosines[:, -1].copy())


def renewed(
    before: Neighbours,
    kept: NDArray[np.int64],
    rows: Floats,
    hours: NDArray[np.float64],
    *,
    count: int,
    horizon: float,
) -> Neighbours:
    """Return the same as `nearest` would, of a window of which most was there before.

    Args:
        before: the neighbours in the window before, a few more than `count`.
        kept: the place before of each row, −1 for what is new.
        rows: as in `nearest`.
        hours: as in `nearest`.
        count: how many are needed. Where fewer are left, they are looked for again.
        horizon: as in `nearest`.
    """
    there = np.full(len(before.places) + 1, -1, dtype=np.int32)
    there[kept[kept >= 0]] = np.flatnonzero(kept >= 0)
    width = before.places.shape[1]
    places = there[before.places[kept]]  # of the new, those of some other row: found anew below
    cosines = np.where(places >= 0, before.cosines[kept], 0)
    bound = before.bound[kept]
    new = np.flatnonzero(kept < 0)
    one, other, cosine = _near_new(new, rows, hours, horizon, np.where(kept < 0, np.inf, bound))
    places, cosines, bound = _merged(places, cosines, bound, one, other, cosine, width)
    short = np.flatnonzero((kept < 0) | (((places >= 0).sum(axis=1) < count) & (bound > 0)))
    found = _nearest_of(short, rows, hours, width, horizon)
    places[short], cosines[short], bound[short] = found.places, found.cosines, found.bound
    return Neighbours(places=places, cosines=cosines, bound=bound)


def _near_new(
    new: NDArray[np.int64], rows: Floats, hours: NDArray[np.float64], horizon: float, above: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return the rows that a new one is nearer to than `above`, the new one of each, and the cosine."""
    found = []
    for start in range(0, len(new), _CHUNK // 4):
        some = new[start : start + _CHUNK // 4]
        there = np.flatnonzero(
            ~(hours < hours[some].min() - horizon) & ~(hours > hours[some].max() + horizon)
        )
        likeness = rows[there] @ rows[some].T
        likeness[np.abs(hours[there, None] - hours[some]) > horizon] = -1
        one, column = np.nonzero(likeness > above[there, None])
        found.append((there[one], some[column], likeness[one, column]))
    if not found:
        return new[:0], new[:0], np.zeros(0, dtype=np.float32)
    one, other, cosine = (np.concatenate(lot) for lot in zip(*found, strict=True))
    return one, other, cosine


def _merged(
    places: Places,
    cosines: Floats,
    bound: Floats,
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    cosine: Floats,
    width: int,
) -> tuple[Places, Floats, Floats]:
    """Return the lists with what has come, and without gaps."""
    order = np.argsort(one, kind="stable")
    one, other, cosine = one[order], other[order], cosine[order]
    gaps = np.flatnonzero(((places[:, :-1] < 0) & (places[:, 1:] >= 0)).any(axis=1))
    touched = np.union1d(one, gaps)
    at = np.searchsorted(touched, one)
    rank = np.arange(len(one)) - np.searchsorted(one, one)
    more = int(rank.max()) + 1 if len(one) else 0
    all_places = np.full((len(touched), width + more), -1, dtype=np.int32)
    all_cosines = np.zeros((len(touched), width + more), dtype=np.float32)
    all_places[:, :width], all_cosines[:, :width] = places[touched], cosines[touched]
    all_places[at, width + rank], all_cosines[at, width + rank] = other, cosine
    by = np.lexsort((all_places, -all_cosines), axis=1)
    all_places = np.take_along_axis(all_places, by, axis=1)
    all_cosines = np.take_along_axis(all_cosines, by, axis=1)
    places[touched], cosines[touched] = all_places[:, :width], all_cosines[:, :width]
    if more:
        bound[touched] = np.maximum(bound[touched], all_cosines[:, width])
    return places, cosines, bound


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


def _reach(
    times: NDArray[np.float64], dated: int, here: NDArray[np.float64], horizon: float
) -> NDArray[np.intp]:
    """Return the places, in order of time, that articles of some hours (ascending) may be near to."""
    if not np.isfinite(here[-1]):
        return np.arange(len(times))
    first = np.searchsorted(times[:dated], here[0] - horizon)
    last = np.searchsorted(times[:dated], here[-1] + horizon, side="right")
    return np.concatenate([np.arange(first, last), np.arange(dated, len(times))])


def near_keys(near: Neighbours, floor: float, among: NDArray[np.bool_] | None = None) -> Keys:
    """Return the pairs of each article with its neighbours of at least this cosine, with one of `among`."""
    wanted = (near.cosines >= floor) & (near.places >= 0)
    if among is not None:
        wanted &= among[:, None] | among[near.places]
    one, rank = np.nonzero(wanted)
    return keys(one, near.places[one, rank], len(near.places))


def rare_word_keys(
    rows: Any, spread: Floats, *, at_most: int, floor: float, among: NDArray[np.bool_] | None = None
) -> Keys:
    """Return the pairs whose unit word rows, over words in at most so many articles, reach the floor."""
    from scipy.sparse import triu

    rare = rows[:, np.flatnonzero((spread > 1) & (spread <= at_most))]
    if among is None:
        shared = triu(rare @ rare.T, k=1).tocoo()
        left, right = shared.row, shared.col
    else:
        places = np.flatnonzero(among)
        shared = (rare[places] @ rare.T).tocoo()
        left, right = places[shared.row], shared.col
    enough = (shared.data >= floor) & (left != right)
    return keys(left[enough], right[enough], rows.shape[0])


def with_one(pairs: Keys, among: NDArray[np.bool_] | None) -> Keys:
    """Return the pairs with at least one article that is told, all if none are."""
    if among is None:
        return pairs
    size = max(len(among), 1)
    return pairs[among[pairs // size] | among[pairs % size]]


def keys(one: NDArray[Any], other: NDArray[Any], size: int) -> Keys:
    """Return a number for each pair of places."""
    low, high = np.minimum(one, other).astype(np.int64), np.maximum(one, other).astype(np.int64)
    numbered: Keys = low * size + high
    return numbered
