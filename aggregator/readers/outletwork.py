"""Answer the pages about outlets over weeks: one outlet's work, and how outlets overlap. Only reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from aggregator.clock import Clock
from aggregator.domain.articles import Outlet
from aggregator.domain.ids import OutletId
from aggregator.domain.labels import Label, labels_of
from aggregator.domain.topics import OTHER, Topic
from aggregator.readers import lines
from aggregator.readers.health import with_history
from aggregator.readers.outletfacts import Facts, facts_of
from aggregator.readers.overlap import Matrix, Suggestion, matrix, suggestions
from aggregator.readers.sections import OTHER_SHOWN
from aggregator.readers.views import FeedLine
from aggregator.storage import Storage, UnitOfWork

SPAN = timedelta(days=28)
"""Four of each day of the week."""
MOST_ARTICLES = 6000
"""Articles of an outlet that are counted, 200 a day. Of more, the span is shorter, as its page says."""
MOST_OUTLETS = 30
"""Outlets of the matrix, those with most articles: more cannot be read on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletPage:
    """What an outlet did in the last `days` days, with the names of the others and of the topics."""

    outlet: Outlet
    labels: tuple[Label, ...]
    facts: Facts
    days: int
    names: Mapping[OutletId, str]
    topics: Mapping[str | None, tuple[str, str]]
    """For each topic, None too: its name in addresses and on pages."""
    feeds: tuple[FeedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapPage:
    """How the busiest outlets of the last `days` days overlap; `left_out` are those with fewer articles."""

    matrix: Matrix
    suggestions: tuple[Suggestion, ...]
    names: Mapping[OutletId, str]
    days: int
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletWork:
    """The questions about outlets' work; `topics` are the sections of the front page.

    Of an outlet with more articles than `most` in these weeks, the newest are counted.
    """

    storage: Storage
    clock: Clock
    topics: tuple[Topic, ...] = ()
    most: int = MOST_ARTICLES

    def outlet(self, outlet_id: int, *, zone: tzinfo | None = None) -> OutletPage | None:
        """Return an outlet's work, its days counted in `zone`; None for no outlet."""
        until = self.clock.now()
        since = until - SPAN
        with self.storage.reading() as work:
            outlet = work.outlets.get(OutletId(outlet_id))
            if outlet is None:
                return None
            articles = work.coverage.of_outlet(outlet.id, since=since, until=until, limit=self.most)
            if len(articles) == self.most:
                since = articles[0].at
            stories = {one.story for one in articles if one.story is not None}
            around = work.coverage.around(stories)
            return OutletPage(
                outlet=outlet,
                labels=labels_of(outlet, work.outlet_labels.all()),
                facts=facts_of(outlet.id, articles, around, since=since, until=until, zone=zone),
                days=max(1, round((until - since) / timedelta(days=1))),
                names={other.id: other.name for other in work.outlets.all()},
                topics=self._topics(),
                feeds=with_history(work, _feeds(work, outlet), now=until),
            )

    def overlap(self) -> OverlapPage:
        """Return how the outlets with most articles overlap, and what that suggests."""
        until = self.clock.now()
        since = until - SPAN
        with self.storage.reading() as work:
            outlets = work.outlets.all()
            counts = work.coverage.busiest(since=since, limit=len(outlets))
            chosen = tuple(counts)[:MOST_OUTLETS]
            tellers = work.coverage.tellers(chosen, since=since, until=until)
        found = matrix(chosen, tellers)
        return OverlapPage(
            matrix=found,
            suggestions=suggestions(found),
            names={outlet.id: outlet.name for outlet in outlets},
            days=SPAN.days,
            left_out=len(counts) - len(chosen),
        )

    def _topics(self) -> Mapping[str | None, tuple[str, str]]:
        known: dict[str | None, tuple[str, str]] = {one.name: (one.name, one.shown) for one in self.topics}
        return known | {None: (OTHER, OTHER_SHOWN)}


def _feeds(work: UnitOfWork, outlet: Outlet) -> tuple[FeedLine, ...]:
    counts = work.feeds.article_counts()
    return tuple(
        lines.feed(feed, outlet.name, counts.get(feed.id, 0))
        for feed in work.feeds.all()
        if feed.outlet_id == outlet.id
    )
