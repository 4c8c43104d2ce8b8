"""Join pieces of the evidence graph, nearest first, for group and for what stands.

The nearness of two pieces is the sum of evidence between them by the number of pairs, damped.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, compress

import numpy as np
from numpy.typing import NDArray

Piece = list[int]
Edges = dict[int, dict[int, float]]

ROUNDING = 1e-9
"""What numpy finds so little below a floor is looked at again, exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The edges of a graph of `count` reports as columns, both ways, by `one` and then by `other`."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    score: NDArray[np.float64]
    count: int

    def numbers(self, pieces: Sequence[Piece]) -> NDArray[np.int64]:
        """Return for each report which of the pieces holds it, −1 where none does."""
        lengths = [len(piece) for piece in pieces]
        number = np.full(self.count, -1, dtype=np.int64)
        members = np.fromiter(chain.from_iterable(pieces), dtype=np.int64, count=sum(lengths))
        number[members] = np.repeat(np.arange(len(pieces)), lengths)
        return number

    def within(self, number: NDArray[np.int64]) -> "Ends":
        """Return the edges between two reports of one piece, by the number of their pieces."""
        inside = np.flatnonzero((number[self.one] >= 0) & (number[self.one] == number[self.other]))
        return Ends(
            one=self.one[inside], other=self.other[inside], score=self.score[inside], count=self.count
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """How near two pieces must be to join: both new; one new and one that people have seen; both seen."""

    new: float
    admit: float
    merge: float


class _Sums(dict[int, dict[int, float]]):
    """The sums of evidence between pieces, by their names, both ways.

    Most pieces of a window join no other, so that the sums of one are listed when it is first asked for.
    """

    def __init__(self, pieces: Sequence[Piece], ends: Ends) -> None:
        super().__init__()
        number, sizes = ends.numbers(pieces), np.array([len(piece) for piece in pieces], dtype=np.int64)
        self._names = [piece[0] for piece in pieces]
        one, other = number[ends.one], number[ends.other]
        met = np.flatnonzero((one >= 0) & (one < other))
        keys, place = np.unique(one[met] * len(pieces) + other[met], return_inverse=True)
        self._low, self._high = keys // max(len(pieces), 1), keys % max(len(pieces), 1)
        # One after the other, in the order of the edges: the rounding, too, is that of a plain loop.
        self._totals = np.bincount(place, weights=ends.score[met], minlength=len(keys))
        self._pairs = sizes[self._low] * sizes[self._high]
        order = np.argsort(firsts := np.concatenate([self._low, self._high]), kind="stable")
        self._starts = np.searchsorted(firsts[order], np.arange(len(pieces) + 1)).tolist()
        self._others = np.concatenate([self._high, self._low])[order].tolist()
        self._both = np.tile(self._totals, 2)[order].tolist()
        self._number = dict(zip(self._names, range(len(pieces)), strict=True))

    def __missing__(self, name: int) -> dict[int, float]:
        """List the sums of a piece that has joined none so far."""
        here = slice(*self._starts[(number := self._number[name]) : number + 2])
        others = map(self._names.__getitem__, self._others[here])
        row = self[name] = dict(zip(others, self._both[here], strict=True))
        return row

    def near(self, seen: Sequence[bool], floors: Floors, damping: float) -> Iterator[tuple[int, int, float]]:
        """Yield the names of two pieces and the sum between them wherever they may be near enough to join."""
        how_many = (flags := np.array(seen, dtype=np.int64))[self._low] + flags[self._high]
        least = np.array([floors.new, floors.admit, floors.merge])[how_many]
        found = np.flatnonzero(self._totals >= (least - ROUNDING) * self._pairs**damping)
        columns = (column[found].tolist() for column in (self._low, self._high, self._totals))
        for low, high, total in zip(*columns, strict=True):
            yield self._names[low], self._names[high], total


@dataclass(slots=True, kw_only=True)
class _Linkage:
    """The state of the linkage: alive pieces, those that were seen, and the sums of evidence between them."""

    pieces: dict[int, Piece]
    seen: set[int]
    sums: _Sums
    damping: float
    floors: Floors

    def nearness(self, one: int, other: int) -> float:
        """Return the damped mean evidence over all pairs of the two pieces; missing pairs count as none."""
        return nearness(self.sums[one][other], len(self.pieces[one]) * len(self.pieces[other]), self.damping)

    def floor(self, one: int, other: int) -> float:
        """Return how near the two must be to join."""
        if one in self.seen and other in self.seen:
            return self.floors.merge
        return self.floors.admit if one in self.seen or other in self.seen else self.floors.new

    def join(self, one: int, other: int) -> None:
        """Put the other piece into the first."""
        self.pieces[one] = sorted(self.pieces[one] + self.pieces.pop(other))
        if other in self.seen:
            self.seen.add(one)
        row = self.sums[one]
        for third, total in self.sums[other].items():
            beyond = self.sums[third]
            del beyond[other]
            if third != one:
                row[third] = beyond[one] = row.get(third, 0.0) + total
        del self.sums[other]


def linked(
    pieces: Sequence[Piece],
    ends: Ends,
    *,
    damping: float,
    floors: Floors,
    old: AbstractSet[int] = frozenset(),
) -> list[Piece]:
    """Return the pieces after joining, nearest first, all that are near enough.

    Args:
        pieces: disjoint, each ascending.
        ends: evidence between reports.
        damping: the number of pairs counts to this power.
        floors: how near is near enough.
        old: the reports that people have seen; a piece that holds one has been seen.
    """
    by_name = sorted(pieces)
    named, sums = {piece[0]: piece for piece in by_name}, _Sums(by_name, ends)
    were_seen = [not old.isdisjoint(piece) for piece in by_name]
    seen = set(compress(named, were_seen))
    state = _Linkage(pieces=named, seen=seen, sums=sums, damping=damping, floors=floors)
    heap: list[tuple[float, int, int]] = []
    for one, other, total in sums.near(were_seen, floors, damping):
        near = nearness(total, len(named[one]) * len(named[other]), damping)
        if near >= state.floor(one, other):
            heap.append((-near, one, other))
    heapq.heapify(heap)
    while heap:
        near, one, other = heapq.heappop(heap)
        if one not in named or other not in named or -near != state.nearness(one, other):
            continue  # a join has changed this pair since it was pushed
        if -near < state.floor(one, other):
            continue  # one of the two has since joined what people have seen
        state.join(one, other)
        _push(heap, state, one, sums[one].items())
    return sorted(named.values())


def nearness(total: float, pairs: int, damping: float) -> float:
    """Return the sum of evidence by the number of pairs, damped."""
    return float(total / pairs**damping)


def _push(
    heap: list[tuple[float, int, int]], state: _Linkage, one: int, sums: Iterable[tuple[int, float]]
) -> None:
    """Put the pairs of a piece that are near enough to join on the heap, nearest first."""
    floors = state.floors
    least = min(floors.admit, floors.merge if one in state.seen else floors.new)
    for other, total in sums:
        # The nearness is no higher than the sum: most pairs need no further look.
        if total >= least and (near := state.nearness(one, other)) >= state.floor(one, other):
            heapq.heappush(heap, (-near, min(one, other), max(one, other)))
