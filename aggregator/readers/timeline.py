"""Tell how a story was covered over time: who was first, how much later each outlet came, and when most came.

Takes the articles of a story from `reading.py`; undated ones are left out, because the time at
which they were first seen says nothing about when they were published.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from aggregator.domain.articles import Article, Outlet
from aggregator.domain.ids import OutletId
from aggregator.domain.stories import Folding, Member
from aggregator.readers.course import Coverage, Development, FirstReport, Timeline

BARS = 24
"""Bars of the picture on a story's page."""
SPARKS = 12
"""Bars of the picture on a card."""
FEWEST = 3
"""Articles of a card that has a picture: two make no course."""
SHORTEST = timedelta(hours=1)
"""A story that was told within less has no course to show."""


def coverage(articles: Sequence[Article | Member], *, bars: int = SPARKS) -> Coverage | None:
    """Return how many of the dated articles fall into each of `bars` equal spans; None for too few."""
    times = sorted(one.at for one in articles if one.dated)
    if len(times) < FEWEST or times[-1] - times[0] < SHORTEST:
        return None
    start, span = times[0], (times[-1] - times[0]) / bars
    counts = [0] * bars
    for at in times:
        counts[min(int((at - start) / span), bars - 1)] += 1
    fullest = counts.index(max(counts))
    return Coverage(
        counts=tuple(counts),
        first_at=start,
        last_at=times[-1],
        peak_at=start + fullest * span,
        peak_until=start + (fullest + 1) * span,
    )


def timeline(
    articles: Sequence[Article],
    folding: Folding,
    outlets: Mapping[OutletId, Outlet],
    developments: Sequence[Development] = (),
) -> Timeline | None:
    """Return the course of a story's coverage; None where fewer than two outlets dated their reports."""
    reporting = [one for one in articles if one.dated and one.id not in folding.discusses]
    firsts = _firsts(reporting)
    if len(firsts) < 2:
        return None
    start = min(one.at for one in firsts.values())
    return Timeline(
        outlets=tuple(
            FirstReport(
                outlet_id=outlet,
                outlet=outlets[outlet].name,
                article=one.id,
                headline=one.title,
                lang=one.lang,
                at=one.at,
                hours_later=(one.at - start).total_seconds() / 3600,
                is_copy=folding.origin_of.get(one.id, one.id) != one.id,
            )
            for outlet, one in sorted(firsts.items(), key=lambda pair: (pair[1].at, pair[1].id))
        ),
        coverage=coverage(reporting, bars=BARS),
        developments=tuple(developments),
        undated=len({one.outlet_id for one in articles if not one.dated} - firsts.keys()),
    )


def _firsts(articles: Sequence[Article]) -> Mapping[OutletId, Article]:
    found: dict[OutletId, Article] = {}
    for one in sorted(articles, key=lambda a: (a.at, a.id)):
        found.setdefault(one.outlet_id, one)
    return found
