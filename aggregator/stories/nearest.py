"""Find the pairs of articles that are worth weighing: near in the text space, or sharing rare words.

Takes unit rows, hours and word rows from relate; neither way alone finds all pairs of a story.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.int32]
Keys = NDArray[np.int64]
"""Pairs as left * n + right, left < right: one number a pair, so that numpy can sort and join them."""

_CHUNK = 1024


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
    for start in range(0, len(rows), _CHUNK):
        stop = min(start + _CHUNK, len(rows))
        reach = _reach(times, dated, start, stop, horizon)
        here, there = order[start:stop], order[reach]
        likeness = rows[here] @ rows[there].T
        likeness[here[:, None] == there[None, :]] = -1
        _part_distant(likeness, times[:dated], times[start : min(stop, dated)], reach, horizon)
        some = _highest(likeness, count)
        values = np.take_along_axis(likeness, some, axis=1)
        found = np.where(values > 0, there[some], -1)
        ranked = np.lexsort((found, -values), axis=1)
        width = ranked.shape[1]
        places[here, :width] = np.take_along_axis(found, ranked, axis=1)
        cosines[here, :width] = np.take_along_axis(values, ranked, axis=1).clip(0)
    return Neighbours(places=places, cosines=cosines)


def _highest(likeness: Floats, count: int) -> NDArray[np.intp]:
    """Return the columns of the `count` highest values of each row, in any order."""
    if likeness.shape[1] <= count:
        return np.broadcast_to(np.arange(likeness.shape[1]), likeness.shape)
    return np.argpartition(likeness, -count, axis=1)[:, -count:]


def _reach(times: NDArray[np.float64], dated: int, start: int, stop: int, horizon: float) -> NDArray[np.intp]:
    """Return the places, in order of time, that rows start to stop may be near to."""
    if stop > dated:
        return np.arange(len(times))
    first = np.searchsorted(times[:dated], times[start] - horizon)
    last = np.searchsorted(times[:dated], times[stop - 1] + horizon, side="right")
    return np.concatenate([np.arange(first, last), np.arange(dated, len(times))])


def _part_distant(
    likeness: Floats,
    dated: NDArray[np.float64],
    own: NDArray[np.float64],
    reach: NDArray[np.intp],
    horizon: float,
) -> None:
    """Make the likeness of each dated row, with its own time, to those beyond its horizon −1, in place."""
    first = np.searchsorted(reach, np.searchsorted(dated, own - horizon)).tolist()
    last = np.searchsorted(reach, np.searchsorted(dated, own + horizon, side="right")).tolist()
    end = int(np.searchsorted(reach, len(dated)))
    for row, (left, right) in enumerate(zip(first, last, strict=True)):
        likeness[row, :left] = -1
        likeness[row, right:end] = -1


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
