"""Cut the evidence graph into nameless groups and noise.

Takes the evidence of relate; the partition goes to track. HDBSCAN finds the dense cores (Campello,
Moulavi & Sander 2013). Its density is relative, so that two lone articles in an empty region look
dense: each core is therefore split, and the pieces merged, by average linkage at one absolute floor
(UPGMA, Sokal & Michener 1958), damped for large pieces, and a group that hangs together by a single
bridge is cut there.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Partition
from aggregator.stories.linkage import Edges, Ends, Floors, Piece, linked
from aggregator.stories.standing import Homes, held, homes, switched
from aggregator.stories.survey import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNumbers:
    """Floors of the grouping, on the scale of the evidence's score.

    Chosen on the five labelled days, 2026-11-23; docs/explanation/grouping-quality.md has the scores of
    each day with what the other four alone would have chosen.
    """

    floor: float = 0.3
    """Evidence between two pieces that makes them one group: its sum by the number of pairs, damped."""
    damping: float = 0.8
    """The number of pairs counts to this power. At 1 it would be the mean: but the members of a large
    story, a hearing or an awards night, tell of its different sides, and few of their pairs are alike."""
    edge_floor: float = 0.1
    """Weaker pairs connect no component; they still count in the means."""
    bridge_floor: float = 0.25
    """An edge at least this strong is a tie; a group whose halves share only one tie is cut there."""
    keep: float = 0.05
    """What stands together stays together down to this evidence,"""
    admit: float = 0.4
    """a new article joins what stands from here on,"""
    merge: float = 0.7
    """and two that stand apart become one from here on. These three and `switch` were chosen on the
    streams of 2020-06-09 and 2020-09-08, so that stories are calm at a cost of half a point of B-cubed F."""
    switch: float = 0.25
    """A report leaves its story for another that is nearer by this much, and near enough to merge."""
    largest_component: int = 2000
    """HDBSCAN reads a dense matrix (2,000² doubles: 32 MB); larger components are cut at a higher floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The evidence between independent reports, read once for any number of groupings.

    `reports` holds the places in `ids` of each report with its copies, `report_of` the report of each place;
    `ends` are the edges once more, as columns.
    """

    ids: tuple[ArticleId, ...]
    reports: list[Piece]
    report_of: NDArray[np.int32]
    edges: Edges
    ends: Ends


def graph_of(evidence: Evidence) -> Graph:
    """Return the evidence as a graph of reports.

    Copies of one text count as one report: ten outlets with one agency text do not outweigh two
    that wrote their own.
    """
    reports, report_of = _reports(evidence)
    ends = _ends(evidence, report_of, len(reports))
    return Graph(ids=evidence.ids, reports=reports, report_of=report_of, edges=_listed(ends), ends=ends)


def group(
    evidence: Evidence,
    settings: GroupNumbers = GroupNumbers(),
    standing: Iterable[frozenset[ArticleId]] = (),
) -> Partition:
    """Return groups of two or more, and noise. Every article of the evidence is in exactly one place."""
    return grouped(graph_of(evidence), settings, standing)


def grouped(
    graph: Graph,
    settings: GroupNumbers = GroupNumbers(),
    standing: Iterable[frozenset[ArticleId]] = (),
) -> Partition:
    """Return groups of two or more, and noise. Every article of the graph is in exactly one place.

    Args:
        graph: of the articles to group.
        settings: the floors.
        standing: the groups, and articles alone, that people have seen: disjoint. What they hold
            besides the articles of the graph does not matter, nor does their order.
    """
    edges, ends = graph.edges, graph.ends
    home = homes(graph.ids, graph.report_of, standing)
    new = {one: {o: s for o, s in edges[one].items() if o not in home} for one in edges if one not in home}
    cores = [core for part in _components(new, settings.edge_floor, settings) for core in _cores(part, new)]
    numbers: dict[str, Any] = {
        "damping": settings.damping,
        "floors": Floors(new=settings.floor, admit=settings.admit, merge=settings.merge),
    }
    lone = [[one] for core in cores for one in core]
    pieces = linked(lone, ends.within(ends.numbers(cores)), **numbers)
    merged = linked(_seen(graph, home, settings) + pieces, ends, **numbers, old=home.keys())
    final = [part for piece in merged for part in _tied(piece, edges, home, settings)]
    return _partition(final, graph)


def _seen(graph: Graph, home: Homes, settings: GroupNumbers) -> list[Piece]:
    """Return the pieces of what people have seen that hold."""
    return switched(
        held(home, graph.ends, damping=settings.damping, keep=settings.keep),
        graph.edges,
        graph.ends,
        damping=settings.damping,
        near=settings.merge,
        nearer=settings.switch,
    )


def _partition(pieces: Iterable[Piece], graph: Graph) -> Partition:
    """Return the articles of the pieces."""
    ids, reports = graph.ids, graph.reports
    every = [
        reports[piece[0]] if len(piece) == 1 else sorted(chain.from_iterable(map(reports.__getitem__, piece)))
        for piece in pieces
    ]
    return Partition(
        groups=tuple(
            frozenset(ids[place] for place in places)
            for places in sorted(places for places in every if len(places) > 1)
        ),
        noise=frozenset(ids[places[0]] for places in every if len(places) == 1),
    )


def _reports(evidence: Evidence) -> tuple[list[Piece], NDArray[np.int32]]:
    """Return the places of each independent report with its copies, and the report of each place."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    size = len(evidence.ids)
    same = evidence.parts["same"] > 0
    links = csr_array(
        (np.ones(int(same.sum())), (evidence.left[same], evidence.right[same])), shape=(size, size)
    )
    _, labels = connected_components(links, directed=False)
    first: dict[int, int] = {}
    report_of = np.array([first.setdefault(label, len(first)) for label in labels.tolist()], dtype=np.int32)
    reports: list[Piece] = [[] for _ in first]
    for place, report in enumerate(report_of.tolist()):
        reports[report].append(place)
    return reports, report_of


def _ends(evidence: Evidence, report_of: NDArray[np.int32], count: int) -> Ends:
    """Return the strongest evidence between every two reports, both ways; −1 between those held apart."""
    left, right = report_of[evidence.left], report_of[evidence.right]
    ends = np.concatenate([left, right]), np.concatenate([right, left])
    scores = np.tile(np.where(evidence.parts["held_apart"] > 0, np.float32(-1), evidence.score), 2)
    order = np.lexsort((-scores, ends[1], ends[0]))
    one, other, scores = ends[0][order], ends[1][order], scores[order]
    is_first = np.append(True, (one[1:] != one[:-1]) | (other[1:] != other[:-1]))[: len(one)]
    kept = np.flatnonzero(is_first & (one != other) & (scores != 0))
    return Ends(
        one=one[kept].astype(np.int64),
        other=other[kept].astype(np.int64),
        score=scores[kept].astype(np.float64),
        count=count,
    )


def _listed(ends: Ends) -> Edges:
    """Return the edges of each report."""
    starts = np.searchsorted(ends.one, np.arange(ends.count + 1)).tolist()
    others, strengths = ends.other.tolist(), ends.score.tolist()
    return {
        report: dict(zip(others[first:last], strengths[first:last], strict=True))
        for report, (first, last) in enumerate(pairwise(starts))
    }


def _components(edges: Edges, floor: float, settings: GroupNumbers) -> list[Piece]:
    """Return the connected parts over edges of at least `floor`; parts too large are cut at a higher one."""
    parts = []
    todo = [(sorted(edges), floor)]
    while todo:
        members, least = todo.pop()
        for part in _connected(members, edges, least):
            if len(part) > settings.largest_component and least < 1:
                todo.append((part, least + (1 - least) / 10 + 1e-3))
            else:
                parts.append(part)
    return sorted(parts)


def _connected(members: Sequence[int], edges: Edges, floor: float) -> list[Piece]:
    """Return the connected parts of the members over edges of at least `floor`."""
    left = set(members)
    parts = []
    for start in members:
        if start not in left:
            continue
        left.discard(start)
        part, frontier = [start], [start]
        while frontier:
            one = frontier.pop()
            for other, score in edges[one].items():
                if other in left and score >= floor:
                    left.discard(other)
                    part.append(other)
                    frontier.append(other)
        parts.append(sorted(part))
    return parts


def _cores(part: Piece, edges: Edges) -> list[Piece]:
    """Return the dense cores of a component by HDBSCAN, and each article outside them alone."""
    if len(part) < 3:
        return [part]
    labels = _density_labels(_distances(part, edges))
    cores: dict[int, Piece] = defaultdict(list)
    for one, label in zip(part, labels, strict=True):
        cores[label if label >= 0 else -1 - one].append(one)
    return sorted(cores.values())


def _distances(part: Piece, edges: Edges) -> NDArray[np.float64]:
    """Return 1 − evidence between the members, float64[n, n]; pairs without evidence lie 1 apart."""
    place = {one: number for number, one in enumerate(part)}
    distances = np.ones((len(part), len(part)))
    np.fill_diagonal(distances, 0)
    for one in part:
        for other, score in edges[one].items():
            if other in place:
                distances[place[one], place[other]] = 1 - score
    return distances


def _density_labels(distances: NDArray[np.float64]) -> list[int]:
    """Return HDBSCAN's label of each row, −1 for noise."""
    from hdbscan import HDBSCAN

    # One neighbour is density enough, because most stories have two or three reports; leaves rather
    # than stable clusters, because what is shattered here is merged again by an absolute floor.
    model: Any = HDBSCAN(
        metric="precomputed",
        min_cluster_size=2,
        min_samples=1,
        cluster_selection_method="leaf",
        core_dist_n_jobs=1,
    )
    return [int(label) for label in model.fit_predict(distances)]


def _tied(piece: Piece, edges: Edges, home: Homes, settings: GroupNumbers) -> list[Piece]:
    """Return the piece cut at its bridges."""
    if len(piece) < 4:
        return [piece]
    ties = _ties(piece, edges, home, settings)
    # Of two parts with one tie between them, the smaller has a report that is tied to fewer than half.
    if all(2 * len(of) >= len(piece) for of in ties.values()):
        return [piece]
    return _without_bridges(piece, ties)


def _ties(piece: Piece, edges: Edges, home: Homes, settings: GroupNumbers) -> Edges:
    """Return the edges within a piece that are ties; what stands together is tied by less."""
    inside = set(piece)
    floors = (settings.bridge_floor, min(settings.bridge_floor, settings.keep))
    return {
        one: {
            other: score
            for other, score in edges[one].items()
            if other in inside and score >= floors[one in home and home[one] == home.get(other)]
        }
        for one in piece
    }


def _without_bridges(piece: Piece, ties: Edges) -> list[Piece]:
    """Return the piece cut at every tie that alone joins two parts of two or more reports each.

    A single report may hang by one tie: its mean evidence to all the others reached the floor.
    """
    if len(piece) < 4:
        return [piece]
    inside = set(piece)
    within = {one: {o: s for o, s in ties[one].items() if o in inside} for one in piece}
    for one, other in sorted(_bridges(piece, within), key=lambda ends: (ties[ends[0]][ends[1]], ends)):
        del within[one][other], within[other][one]
        side = next(part for part in _connected(piece, within, 0) if other in part)
        rest = sorted(inside.difference(side))
        if one in rest and min(len(side), len(rest)) >= 2:
            return _without_bridges(rest, ties) + _without_bridges(side, ties)
        within[one][other] = within[other][one] = ties[one][other]
    return [piece]


def _bridges(piece: Piece, ties: Edges) -> list[tuple[int, int]]:
    """Return the ties whose loss would part the graph, by lowest reachable visit (Tarjan 1974)."""
    seen: dict[int, int] = {}
    lowest: dict[int, int] = {}
    bridges = []
    for root in piece:
        if root in seen:
            continue
        seen[root] = lowest[root] = len(seen)
        walk = [(root, root, iter(sorted(ties[root])))]
        while walk:
            one, parent, others = walk[-1]
            other = next(others, None)
            if other is None:
                walk.pop()
                if one != parent:
                    lowest[parent] = min(lowest[parent], lowest[one])
                    if lowest[one] > seen[parent]:
                        bridges.append((min(one, parent), max(one, parent)))
            elif other not in seen:
                seen[other] = lowest[other] = len(seen)
                walk.append((other, one, iter(sorted(ties[other]))))
            elif other != parent:
                lowest[one] = min(lowest[one], seen[other])
    return bridges
