"""Test what people have seen together: it stays, unless the evidence clearly says otherwise.

Takes the standing groups and the evidence graph from group, and gives back the pieces that hold. What was
together stays down to a low floor, because evidence sways as words grow common and articles find
nearer ones, and each change of mind is an article that somebody looks for in vain.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Partition
from aggregator.stories.linkage import Edges, Floors, Piece, linked, nearness

Homes = Mapping[int, int]
"""The standing group, by a number, of every report that was in one."""


def settled(again: Callable[[Sequence[frozenset[ArticleId]]], Partition], start: Partition) -> Partition:
    """Return the partition that grouping again, from itself, does not change.

    So a build without news changes nothing. Should it go round in a circle, the first of the circle
    is taken, in the order of their groups: whoever starts within the circle ends there, too.
    """
    walked = [start]
    while (found := again(groups_of(walked[-1]))) not in walked:
        walked.append(found)
    circle = walked[walked.index(found) :]
    return min(circle, key=lambda one: sorted(map(sorted, groups_of(one)))) if circle[1:] else found


def groups_of(partition: Partition) -> list[frozenset[ArticleId]]:
    """Return the groups, and each article alone as one."""
    return [*partition.groups, *(frozenset({one}) for one in partition.noise)]


def homes(
    ids: Sequence[ArticleId], report_of: NDArray[np.int32], standing: Iterable[frozenset[ArticleId]]
) -> dict[int, int]:
    """Return the standing group of each report: that of most of its copies; the earliest of several."""
    place_of = {one: place for place, one in enumerate(ids)}
    present = [sorted(place_of[one] for one in group if one in place_of) for group in standing]
    reports = report_of.tolist()
    votes: dict[int, list[int]] = defaultdict(list)
    for number, places in enumerate(sorted(places for places in present if places)):
        for place in places:
            votes[reports[place]].append(number)
    # `max` takes the first of equals, and the numbers ascend.
    return {one: max(by, key=by.count) if by[1:] else by[0] for one, by in sorted(votes.items())}


def held(home: Homes, edges: Edges, *, damping: float, keep: float) -> list[Piece]:
    """Return the standing groups, each in the pieces that are still as near as `keep`."""
    groups: dict[int, Piece] = defaultdict(list)
    for one in sorted(home):
        groups[home[one]].append(one)
    floors = Floors(new=keep, admit=keep, merge=keep)
    pieces: list[Piece] = []
    for _, group in sorted(groups.items()):
        # Where every pair is near enough, so are any two pieces.
        if all(edges[one].get(other, 0) >= keep for at, one in enumerate(group) for other in group[:at]):
            pieces.append(group)
        else:
            pieces += linked([[one] for one in group], edges, damping=damping, floors=floors)
    return pieces


def switched(
    pieces: Sequence[Piece], edges: Edges, *, damping: float, near: float, nearer: float
) -> list[Piece]:
    """Return the pieces after reports went over to another of two or more that is clearly nearer.

    Args:
        pieces: what holds.
        edges: evidence between reports, both ways.
        damping: as in the linkage.
        near: how near the other piece must be at least,
        nearer: and by how much nearer than the rest of the own one.
    """
    now = [list(piece) for piece in pieces]
    wishes = sorted(_wishes(pieces, edges, damping, near, nearer))
    touched: set[int] = set()
    for _, one, source, target in wishes:
        # The others of a piece that changes are asked again when the build groups again.
        if not touched & {source, target}:
            touched |= {source, target}
            now[source].remove(one)
            now[target] = sorted([*now[target], one])
    return sorted(piece for piece in now if piece)


def _wishes(
    pieces: Sequence[Piece], edges: Edges, damping: float, near: float, nearer: float
) -> Iterator[tuple[float, int, int, int]]:
    """Yield (−gain, report, its piece, the piece that it is nearer to)."""
    name = {one: number for number, piece in enumerate(pieces) for one in piece}
    for one, source in name.items():
        if len(pieces[source]) < 2:
            continue
        sums: dict[int, float] = defaultdict(float)
        for other, score in edges[one].items():
            if other in name:
                sums[name[other]] += score
        own = nearness(sums.pop(source, 0.0), len(pieces[source]) - 1, damping)
        found = [
            (-nearness(total, len(pieces[number]), damping), number)
            for number, total in sums.items()
            if len(pieces[number]) > 1
        ]
        if found and -min(found)[0] >= max(near, own + nearer):
            yield min(found)[0] + own, one, source, min(found)[1]
