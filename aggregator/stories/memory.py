"""The stories in memory, for evaluations: what build and storage do in production, without a database.

Takes windows of articles with their vectors from evaluate; counts on the way how calm the stories are.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.stories import StoryChanges, TrackedStory
from aggregator.stories.copies import fold
from aggregator.stories.group import GroupNumbers, graph_of
from aggregator.stories.idle import with_follows
from aggregator.stories.judge import Judges
from aggregator.stories.regroup import Known, regroup, times_of
from aggregator.stories.relate import Recall
from aggregator.stories.survey import RelateNumbers
from aggregator.stories.track import track

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(slots=True, kw_only=True)
class Table:
    """The table of stories. `watch` is entered with the name of each step."""

    vectors: Mapping[ArticleId, "NDArray[np.float32]"]
    domains: Mapping[OutletId, str]
    relate_numbers: RelateNumbers
    group_numbers: GroupNumbers
    idle: timedelta
    watch: Callable[[str], AbstractContextManager[object]]
    judges: Judges | None = None
    """The packaged ones unless told."""
    relate: Recall = field(default_factory=Recall)
    open: dict[StoryId, TrackedStory] = field(default_factory=dict)
    closed: dict[StoryId, TrackedStory] = field(default_factory=dict)
    last_id: int = 0

    def build(self, window: Sequence[Article], now: datetime) -> None:
        """Group the window again and bring the stories up to date."""
        import numpy as np

        rows = np.stack([self.vectors[one.id] for one in window])
        known, times = Known(tracked=tuple(self.open.values())), times_of(window)
        with self.watch("fold"):
            folding = fold(window, self.domains)
        with self.watch("relate"):
            evidence = self.relate(window, rows, folding, self.relate_numbers, self.judges)
        with self.watch("group"):
            graph = graph_of(evidence)
            partition = regroup(graph, known, times, idle=self.idle, settings=self.group_numbers)
        with self.watch("track"):
            changes = track(known.tracked, partition, at={one.id: one.at for one in window})
            floor = self.group_numbers.floor
            self.apply(with_follows(changes, partition, graph, times, idle=self.idle, floor=floor), now)

    def apply(self, changes: StoryChanges, now: datetime) -> None:
        """Do what storage does with the changes of one run."""
        for story, members in changes.members.items():
            before = self.open[story]
            self.open[story] = TrackedStory(id=story, opened_at=before.opened_at, members=members)
        for merge in changes.merged:
            del self.open[merge.story]
        for opened in changes.opened:
            self.last_id += 1
            story = StoryId(self.last_id)
            self.open[story] = TrackedStory(id=story, opened_at=now, members=opened.members)
        for story in changes.retired:
            self.closed[story] = self.open.pop(story)

    def story_of(self) -> dict[ArticleId, StoryId]:
        """Return the story that each article is in."""
        every = [*self.closed.values(), *self.open.values()]
        return {article: story.id for story in every for article in story.members}


@dataclass(slots=True)
class Calm:
    """Counts the articles whose story changes its number between builds, merged numbers not followed."""

    first: dict[ArticleId, StoryId] = field(default_factory=dict)
    last: dict[ArticleId, StoryId] = field(default_factory=dict)
    shares: list[float] = field(default_factory=list)

    def see(self, now: Mapping[ArticleId, StoryId]) -> None:
        """Take the stories after one more build."""
        if self.last:
            changed = sum(now[one] != story for one, story in self.last.items())
            self.shares.append(changed / len(self.last))
        self.first = {**now, **self.first}
        self.last = dict(now)

    def moved(self) -> float:
        """Return the mean over builds, without the first, of the share of articles that changed story."""
        return sum(self.shares) / len(self.shares) if self.shares else 0.0

    def churn(self) -> float:
        """Return the share of articles that are not in the story that they were in at first."""
        changed = sum(self.last[one] != story for one, story in self.first.items())
        return changed / len(self.first) if self.first else 0.0
