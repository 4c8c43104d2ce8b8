"""Close stories after a long silence: what comes later opens a follow-up.

Takes nameless groups and times, before corrections are heeded and stories are tracked, and tells after that
which story a new one follows. An article without a date breaks no silence and ends none.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
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
    nor keeps a story open: groups hold all copies of their reports. Undated reports go to the part that
    they have most evidence with.
    """
    groups, noise = [], set(partition.noise)
    place_of: dict[ArticleId, int] = {}
    for group in partition.groups:
        dated = [times[one] for one in group if one in times]
        if not dated or max(dated) - min(dated) <= idle:
            groups.append(group)
            continue
        place_of = place_of or {one: place for place, one in enumerate(graph.ids)}
        reports = sorted({int(graph.report_of[place_of[one]]) for one in group})
        for part in _parts(reports, graph.edges, _report_times(reports, graph, times), idle):
            members = [graph.ids[place] for one in part for place in graph.reports[one]]
            if len(members) > 1:
                groups.append(frozenset(members))
            else:
                noise |= {*members}
    return Partition(groups=tuple(sorted(groups, key=min)), noise=frozenset(noise))


def _report_times(reports: Iterable[int], graph: Graph, times: Times) -> dict[int, datetime]:
    """Return when each dated one of some reports was first published, in whatever copy."""
    found: dict[int, datetime] = {}
    for report in reports:
        dated = [times[one] for place in graph.reports[report] if (one := graph.ids[place]) in times]
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
    fresh = [one for one in changes.opened if one.split_from is None]
    if not fresh:
        return changes
    report_of = dict(zip(graph.ids, graph.report_of.tolist(), strict=True))
    own_of = {
        one.members: sorted({report_of[article] for article in one.members if article in report_of})
        for one in fresh
    }
    near = {
        graph.ids[place]
        for reports in own_of.values()
        for one in reports
        for other, score in graph.edges[one].items()
        if score >= floor
        for place in graph.reports[other]
    }
    last_of = _last_reports(near, partition, graph, times, report_of)
    opened = []
    for one in changes.opened:
        own = own_of.get(one.members, []) if one.split_from is None else []
        first = min(_report_times(own, graph, times).values(), default=None)
        found = _strongest(own, graph.edges, last_of, first - idle) if first is not None else None
        follows = graph.ids[graph.reports[found[1]][0]] if found and found[0] >= floor else one.follows
        opened.append(replace(one, follows=follows))
    return replace(changes, opened=tuple(opened))


def _last_reports(
    near: AbstractSet[ArticleId],
    partition: Partition,
    graph: Graph,
    times: Times,
    report_of: Mapping[ArticleId, int],
) -> dict[int, datetime]:
    """Return for every dated report of groups with one of these articles when the group's last one came."""
    found: dict[int, datetime] = {}
    alone = (frozenset({one}) for one in partition.noise if one in near)
    for group in (*(group for group in partition.groups if not near.isdisjoint(group)), *alone):
        at = _report_times({report_of[one] for one in group if one in report_of}, graph, times)
        if at:
            found |= dict.fromkeys(at, max(at.values()))
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
