"""Answer the question of the page that compares a story's outlets. A service.

`compare` is the stories room's: it gives the comparison of a story, from the store or worked out now.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.clock import Clock
from aggregator.domain.articles import Article
from aggregator.domain.comparing import Comparison, StoryVoices
from aggregator.domain.ids import OutletId, StoryId
from aggregator.domain.stories import Folding, Story
from aggregator.readers.axes import axes_of
from aggregator.readers.blindspots import FEWEST_REPORTS
from aggregator.readers.compared import ComparePage
from aggregator.readers.laying import Material, lay_out
from aggregator.readers.voices import RecentVoices
from aggregator.storage import Storage, UnitOfWork

FEWEST, MOST = 2, 6
"""Outlets that can be laid side by side."""
USUAL = timedelta(days=30)
"""How far back, to the beginning of the day, the stories lie from which a usual share is worked out."""
AROUND = timedelta(hours=6)
"""Before a story's first and after its last report, a failing feed makes its outlet unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """Lay the outlets of a story side by side, by outlet or along an axis; `voices` is what it recalls."""

    storage: Storage
    clock: Clock
    compare: Callable[[StoryId], Comparison]
    voices: RecentVoices = field(default_factory=RecentVoices, compare=False, repr=False)

    def __call__(
        self, story_id: int, *, outlets: Sequence[int] = (), axis: str = ""
    ) -> ComparePage | int | None:
        """Return the page of a story, the id of the story that it was merged into, or None.

        Args:
            story_id: the story.
            outlets: numbers of two to six of its outlets; those that tell most, where none are given.
            axis: the name of an axis to lay it out by, in place of outlets.

        Raises:
            ModelUnusable: the story was not compared yet, and the embedding model cannot be loaded.
        """
        with self.storage.reading() as work:
            story = work.stories.resolve(StoryId(story_id))
        if story is None:
            return None
        if story.id != story_id:
            return story.id
        comparison = self.compare(story.id)
        with self.storage.reading() as work:
            material = self._read(work, story, comparison)
        return lay_out(material, outlets=[OutletId(one) for one in outlets], axis=axis)

    def _read(self, work: UnitOfWork, story: Story, comparison: Comparison) -> Material:
        now = self.clock.now()
        ids = work.stories.members([story.id]).get(story.id, ())
        folding = work.articles.folding(ids)
        members = work.articles.get_many(ids)
        outlets = {one.id: one for one in work.outlets.all()}
        changed = work.articles.version_counts(ids)
        articles = _reporting(members, folding)
        own = _voices(story, articles, folding)
        is_large = sum(own.reports.values()) >= FEWEST_REPORTS
        return Material(
            story=story,
            comparison=comparison,
            articles=articles,
            folding=folding,
            outlets=outlets,
            axes=axes_of(list(outlets.values()), work.outlet_labels.all()),
            versions={one: work.articles.versions(one) for one in ids if changed.get(one)},
            own=own,
            voices=self.voices(work, since=story.face.last_at - USUAL, now=now) if is_large else None,
            failing=_failing(work, story, now=now),
        )


def _reporting(members: Sequence[Article], folding: Folding) -> tuple[Article, ...]:
    reporting = [one for one in members if one.id not in folding.discusses] or list(members)
    return tuple(sorted(reporting, key=lambda one: (one.at, one.id)))


def _voices(story: Story, articles: Sequence[Article], folding: Folding) -> StoryVoices:
    independent = [one for one in articles if folding.origin_of.get(one.id, one.id) == one.id]
    reports = Counter(one.outlet_id for one in independent if one.id not in folding.discusses)
    return StoryVoices(story=story.id, topic=story.face.topic, reports=reports)


def _failing(work: UnitOfWork, story: Story, *, now: datetime) -> frozenset[OutletId]:
    """Return the outlets one of whose feeds fails now, or mostly failed while the story ran."""
    since = story.face.first_at - AROUND
    span = min(now, story.face.last_at + AROUND) - since
    return work.polls.unheard(since=since, until=since + max(span, AROUND))
