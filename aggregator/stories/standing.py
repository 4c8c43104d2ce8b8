"""Test what people have seen together: it stays, unless the evidence clearly says otherwise.

Takes the standing groups and the evidence graph from group, and gives back the pieces that hold. What was
together stays down to a low floor, because evidence sways as words grow common and articles find
nearer ones, and each change of mind is an article that somebody looks for in vain.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Partition
from aggregator.stories.linkage import ROUNDING, Edges, Ends, Floors, Piece, linked, nearness

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
    groups = list(standing)
    count, lengths = max(len(groups), 1), [len(group) for group in groups]
    members = np.fromiter(chain.from_iterable(groups), dtype=np.int64, count=sum(lengths))
    known = np.array(ids, dtype=np.int64)
    here = np.isin(members, known)
    place, group = np.searchsorted(known, members[here]), np.repeat(np.arange(len(groups)), lengths)[here]
    first = np.full(len(groups), len(ids))
    np.minimum.at(first, group, place)
    number = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    votes, counts = np.unique(report_of[place].astype(np.int64) * count + number[group], return_counts=True)
    report, home = votes // count, votes % count
    by_votes = np.lexsort((home, -counts, report))
    reports, best = np.unique(report[by_votes], return_index=True)
    return dict(zip(reports.tolist(), home[by_votes][best].tolist(), strict=True))


def held(home: Homes, ends: Ends, *, damping: float, keep: float) -> list[Piece]:
    """Return the standing groups, each in the pieces that are still as near as `keep`."""
    by_home: dict[int, Piece] = defaultdict(list)
    for one in sorted(home):
        by_home[home[one]].append(one)
    groups = list(by_home.values())
    number = ends.numbers(groups)
    inside = ends.within(number)
    strong = np.bincount(number[inside.one[inside.score >= keep]], minlength=len(groups)).tolist()
    # Where every pair is near enough, so are any two pieces.
    whole = [len(group) * (len(group) - 1) == ties for group, ties in zip(groups, strong, strict=True)]
    pieces = list(compress(groups, whole))
    loose = [[one] for group, is_whole in zip(groups, whole, strict=True) if not is_whole for one in group]
    floors = Floors(new=keep, admit=keep, merge=keep)
    pieces += linked(loose, inside, damping=damping, floors=floors)
    first = np.array([piece[0] for piece in pieces], dtype=np.int64)
    return [pieces[place] for place in np.lexsort((first, number[first])).tolist()]


def switched(
    pieces: Sequence[Piece], edges: Edges, ends: Ends, *, damping: float, near: float, nearer: float
) -> list[Piece]:
    """Return the pieces after reports went over to another of two or more that is clearly nearer.

    Args:
        pieces: what holds.
        edges: evidence between reports, both ways.
        ends: the same.
        damping: as in the linkage.
        near: how near the other piece must be at least,
        nearer: and by how much nearer than the rest of the own one.
    """
    now = [list(piece) for piece in pieces]
    asked = _tempted(pieces, ends, damping, near)
    wishes = sorted(_wishes(asked, pieces, edges, damping, near, nearer)) if asked else []
    touched: set[int] = set()
    for _, one, source, target in wishes:
        # The others of a piece that changes are asked again when the build groups again.
        if not touched & {source, target}:
            touched |= {source, target}
            now[source].remove(one)
            now[target] = sorted([*now[target], one])
    return sorted(piece for piece in now if piece)


def _tempted(pieces: Sequence[Piece], ends: Ends, damping: float, near: float) -> Piece:
    """Return the reports in pieces of two or more to which another such piece may be near enough."""
    many = [piece for piece in pieces if len(piece) > 1]
    number, sizes = ends.numbers(many), np.array([len(piece) for piece in many], dtype=np.int64)
    source, target = number[ends.one], number[ends.other]
    met = np.flatnonzero((source >= 0) & (target >= 0) & (source != target))
    count = max(len(many), 1)
    pairs, place = np.unique(ends.one[met] * count + target[met], return_inverse=True)
    totals = np.bincount(place, weights=ends.score[met], minlength=len(pairs))
    tempted: Piece = np.unique(
        pairs[totals >= (near - ROUNDING) * sizes[pairs % count] ** damping] // count
    ).tolist()
    return tempted


def _wishes(
    asked: Iterable[int], pieces: Sequence[Piece], edges: Edges, damping: float, near: float, nearer: float
) -> Iterator[tuple[float, int, int, int]]:
    """Yield (−gain, report, its piece, the piece that it is nearer to) of those asked."""
    name = {one: number for number, piece in enumerate(pieces) for one in piece}
    for one in asked:
        source = name[one]
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
