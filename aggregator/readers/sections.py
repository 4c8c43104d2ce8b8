"""The topics as sections of pages: which have stories, how many, and the stories of each, from storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.domain.ids import StoryId
from aggregator.domain.stories import Story
from aggregator.domain.topics import EVERY, OTHER, Topic
from aggregator.readers.views import TopicLine
from aggregator.storage import UnitOfWork

OTHER_SHOWN = "Other stories"
EVERY_SHOWN = "All stories"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """The topics in their order, then what has no topic, then everything, each with its number of stories."""

    names: tuple[str, ...]
    since: datetime
    known: tuple[TopicLine, ...]

    @classmethod
    def read(cls, work: UnitOfWork, topics: Sequence[Topic], *, since: datetime) -> "Sections":
        """Count the stories with news since `since` (UTC) by topic."""
        counts = work.stories.topic_counts(since=since)
        total = sum(counts.values())
        named = [TopicLine(name=t.name, shown=t.shown, stories=counts.get(t.name, 0)) for t in topics]
        rest = total - sum(line.stories for line in named)
        return cls(
            names=tuple(topic.name for topic in topics),
            since=since,
            known=(
                *named,
                TopicLine(name=OTHER, shown=OTHER_SHOWN, stories=rest),
                TopicLine(name=EVERY, shown=EVERY_SHOWN, stories=total),
            ),
        )

    @property
    def lines(self) -> tuple[TopicLine, ...]:
        """Return what has stories, the list of everything last."""
        return tuple(line for line in self.known if line.stories)

    def sections(self) -> tuple[TopicLine, ...]:
        """Return the sections of the front page; none while no story has a topic."""
        if not any(line.stories for line in self.known if line.name in self.names):
            return ()
        return tuple(line for line in self.lines if line.name != EVERY)

    def line(self, name: str) -> TopicLine | None:
        """Return the topic of this name."""
        return next((line for line in self.known if line.name == name), None)

    def ranked(
        self, work: UnitOfWork, name: str, *, after: tuple[float, StoryId] | None = None, limit: int
    ) -> tuple[Story, ...]:
        """Return the stories of a topic, best first, from `after`, the last (score, id) seen, on."""
        return work.stories.ranked(
            since=self.since,
            after=after,
            limit=limit,
            topic=name if name in self.names else None,
            besides=self.names if name == OTHER else (),
        )
