"""Join pieces of the evidence graph, nearest first, for group and for what stands.

The nearness of two pieces is the sum of evidence between them by the number of pairs, damped.
"""

import heapq
from collections.abc import Container, Iterable
from dataclasses import dataclass

Piece = list[int]
Edges = dict[int, dict[int, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """How near two pieces must be to join: both new; one new and one that people have seen; both seen."""

    new: float
    admit: float
    merge: float


@dataclass(slots=True, kw_only=True)
class _Linkage:
    """The state of the linkage: alive pieces, those that were seen, and the sums of evidence between them."""

    pieces: dict[int, Piece]
    seen: set[int]
    sums: dict[int, dict[int, float]]
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
        for third, total in self.sums.pop(other).items():
            del self.sums[third][other]
            if third != one:
                self.sums[one][third] = self.sums[third][one] = self.sums[one].get(third, 0.0) + total


def linked(
    pieces: Iterable[Piece], edges: Edges, *, damping: float, floors: Floors, old: Container[int] = ()
) -> list[Piece]:
    """Return the pieces after joining, nearest first, all that are near enough.

    Args:
        pieces: disjoint, each ascending.
        edges: evidence between reports, both ways.
        damping: the number of pairs counts to this power.
        floors: how near is near enough.
        old: the reports that people have seen; a piece that holds one has been seen.
    """
    named = {piece[0]: piece for piece in pieces}
    home = {one: name for name, piece in named.items() for one in piece}
    sums: dict[int, dict[int, float]] = {name: {} for name in named}
    for one, name in sorted(home.items()):
        for other, score in edges[one].items():
            if name < (beyond := home.get(other, name)):
                sums[name][beyond] = sums[beyond][name] = sums[name].get(beyond, 0.0) + score
    seen = {name for name, piece in named.items() if any(one in old for one in piece)}
    state = _Linkage(pieces=named, seen=seen, sums=sums, damping=damping, floors=floors)
    heap: list[tuple[float, int, int]] = []
    for one, totals in sums.items():
        _push(heap, state, one, ((other, total) for other, total in totals.items() if one < other))
    while heap:
        near, one, other = heapq.heappop(heap)
        if other not in state.sums.get(one, {}) or -near != state.nearness(one, other):
            continue  # a join has changed this pair since it was pushed
        if -near < state.floor(one, other):
            continue  # one of the two has since joined what people have seen
        state.join(one, other)
        _push(heap, state, one, state.sums[one].items())
    return sorted(state.pieces.values())


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
