"""The topics as sections of pages: which have stories, how many, and the stories of each, from storage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeAlias

from aggregator.domain.ids import StoryId
from aggregator.domain.stories import Story
from aggregator.domain.topics import EVERY, OTHER, Topic
from aggregator.readers.lens import Picked, Position, Sieve, pick
from aggregator.readers.views import HiddenStory, StoryCard, TopicLine, TopicSection
from aggregator.storage import UnitOfWork

OTHER_SHOWN = "Other stories"
EVERY_SHOWN = "All stories"
BEST = 3
"""Stories in a section of the front page."""

Chosen: TypeAlias = Sequence[tuple[TopicLine, Sequence[Story]]]
"""Topics, each with the stories that stand in its section."""


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

    def pick(
        self,
        work: UnitOfWork,
        name: str,
        sieve: Sieve,
        *,
        after: Position | None = None,
        limit: int,
        here: str | None = None,
    ) -> Picked:
        """Return the next stories of a topic; `here` is the topic of the page, by default the same."""

        def fetch(position: Position | None, most: int) -> Sequence[Story]:
            return self.ranked(work, name, after=position, limit=most)

        return pick(work, fetch, sieve, after=after, limit=limit, here=name if here is None else here)

    def best(
        self, work: UnitOfWork, above: Sequence[Story], sieve: Sieve
    ) -> tuple[Chosen, tuple[HiddenStory, ...]]:
        """Return the topics with their best stories that do not stand `above`, and what rules hide."""
        taken = {story.id for story in above}
        chosen: list[tuple[TopicLine, Sequence[Story]]] = []
        hidden: list[HiddenStory] = []
        for line in self.sections():
            found = self.pick(work, line.name, sieve, limit=BEST + len(above), here="")
            hidden += found.hidden
            if best := [story for story in found.stories if story.id not in taken][:BEST]:
                chosen.append((line, best))
        return tuple(chosen), tuple(hidden)


def filled(chosen: Chosen, cards: Iterator[StoryCard]) -> tuple[TopicSection, ...]:
    """Return the sections that have stories; `cards` yields those of all sections, in their order."""
    laid = [TopicSection(topic=line, cards=tuple(islice(cards, len(best)))) for line, best in chosen]
    return tuple(section for section in laid if section.cards)
