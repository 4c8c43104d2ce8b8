"""Close stories after a long silence: what comes later opens a follow-up.

Takes nameless groups and times, before corrections are heeded and stories are tracked, and tells after that
which story a new one follows. An article without a date breaks no silence and ends none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Partition, StoryChanges
from aggregator.stories.group import Graph
from aggregator.stories.linkage import Edges, Piece

Times = Mapping[ArticleId, datetime]
"""When the dated articles were published, UTC."""


def cut_idle(partition: Partition, graph: Graph, times: Times, idle: timedelta) -> Partition:
    """Return the groups, each cut wherever no report came for longer than `idle`.

    A report counts at the time of its earliest copy, so that a late copy neither leaves its origin
    nor keeps a story open. Undated reports go to the part that they have most evidence with.
    """
    at = _report_times(graph, times)
    place_of = {one: place for place, one in enumerate(graph.ids)}
    parts: list[list[ArticleId]] = []
    for group in partition.groups:
        reports = sorted({int(graph.report_of[place_of[one]]) for one in group})
        parts += [
            [graph.ids[place] for one in part for place in graph.reports[one]]
            for part in _parts(reports, graph.edges, at, idle)
        ]
    return Partition(
        groups=tuple(frozenset(part) for part in sorted(map(sorted, parts)) if len(part) > 1),
        noise=partition.noise.union(part[0] for part in parts if len(part) == 1),
    )


def _report_times(graph: Graph, times: Times) -> dict[int, datetime]:
    """Return when each dated report was first published, in whatever copy."""
    found: dict[int, datetime] = {}
    for report, places in enumerate(graph.reports):
        dated = [times[graph.ids[place]] for place in places if graph.ids[place] in times]
        if dated:
            found[report] = min(dated)
    return found


def _parts(reports: Sequence[int], edges: Edges, at: Mapping[int, datetime], idle: timedelta) -> list[Piece]:
    """Return the reports of a group in parts, by time."""
    parts: list[Piece] = []
    last: datetime | None = None
    for one in sorted((one for one in reports if one in at), key=lambda one: (at[one], one)):
        if last is None or at[one] - last > idle:
            parts.append([])
        parts[-1].append(one)
        last = at[one]
    if len(parts) < 2:
        return [list(reports)]
    undated = [one for one in reports if one not in at]
    joins = [max(parts, key=lambda part: _between([one], part, edges)) for one in undated]
    for one, part in zip(undated, joins, strict=True):
        part.append(one)
    return parts


def _between(some: Iterable[int], others: Iterable[int], edges: Edges) -> float:
    """Return the sum of evidence between two lots of reports."""
    return sum(edges[one].get(other, 0.0) for one in some for other in others)


def with_follows(
    changes: StoryChanges,
    partition: Partition,
    graph: Graph,
    times: Times,
    *,
    idle: timedelta,
    floor: float,
) -> StoryChanges:
    """Return the changes, each story that opens after a silence with the article that it takes up.

    That is the report with the strongest evidence, at least `floor`, among those of stories whose last
    report came longer than `idle` before the first of the new one. What broke off from a story
    follows none.
    """
    at = _report_times(graph, times)
    last_of = _last_reports(partition, graph, at)
    report_of = dict(zip(graph.ids, graph.report_of.tolist(), strict=True))
    opened = []
    for one in changes.opened:
        own = sorted({report_of[article] for article in one.members if article in report_of})
        first = min((at[report] for report in own if report in at), default=None)
        if first is not None and one.split_from is None:
            found = _strongest(own, graph.edges, last_of, first - idle)
            if found and found[0] >= floor:
                opened.append(replace(one, follows=graph.ids[graph.reports[found[1]][0]]))
                continue
        opened.append(one)
    return replace(changes, opened=tuple(opened))


def _last_reports(partition: Partition, graph: Graph, at: Mapping[int, datetime]) -> dict[int, datetime]:
    """Return for every dated report when the last one of its group came."""
    place_of = {one: place for place, one in enumerate(graph.ids)}
    found: dict[int, datetime] = {}
    for group in [*partition.groups, *(frozenset({one}) for one in partition.noise)]:
        reports = {int(graph.report_of[place_of[one]]) for one in group if one in place_of} & at.keys()
        if reports:
            found |= dict.fromkeys(reports, max(at[one] for one in reports))
    return found


def _strongest(
    own: Iterable[int], edges: Edges, last_of: Mapping[int, datetime], before: datetime
) -> tuple[float, int] | None:
    """Return the strongest evidence to a report of a story that ended before then; the earliest of equals."""
    found = [
        (-score, other)
        for one in own
        for other, score in edges[one].items()
        if other in last_of and last_of[other] < before
    ]
    return (-min(found)[0], min(found)[1]) if found else None
