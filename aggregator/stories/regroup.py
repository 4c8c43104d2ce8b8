"""Group a window again, starting from the stories that people have seen.

Takes the evidence, the open stories and what readers corrected from build and evaluate, so that what is
scored is what readers get; the groups go to `track.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Correction, Folding, Partition, TrackedStory
from aggregator.stories.constrain import constrain
from aggregator.stories.group import Graph, GroupNumbers, grouped
from aggregator.stories.idle import Times, cut_idle
from aggregator.stories.standing import settled
from aggregator.stories.uncollected import uncollected

IDLE = timedelta(hours=72)
"""In the five labelled days the longest silence within a true story is 56 hours, of 1,286."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a build knows besides the evidence: the open stories and what readers corrected."""

    tracked: Sequence[TrackedStory]
    corrections: Sequence[Correction] = ()
    folding: Folding = field(default_factory=Folding)


@uncollected()
def regroup(
    graph: Graph, known: Known, times: Times, *, idle: timedelta, settings: GroupNumbers
) -> Partition:
    """Return the groups and the noise that stay as they are when grouped once more.

    Args:
        graph: the evidence of the window.
        known: the stories until now; corrections overrule the evidence and the silence.
        times: of the dated articles, UTC.
        idle: a silence longer than this closes a story.
        settings: the floors of the grouping.
    """

    def again(standing: Iterable[frozenset[ArticleId]]) -> Partition:
        found = cut_idle(grouped(graph, settings, standing), graph, times, idle)
        return constrain(found, known.corrections, tracked=known.tracked, folding=known.folding)

    return settled(again, again([story.members for story in known.tracked]))


def times_of(articles: Iterable[Article]) -> Times:
    """Return when the dated ones were published."""
    return {one.id: one.at for one in articles if one.dated}
