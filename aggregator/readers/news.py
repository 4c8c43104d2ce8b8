"""Tells of stories that a reader has read, and that got reports since, whether those bring new facts."""

from collections.abc import Collection, Mapping, Sequence

from aggregator.domain.facts import READ, Tells, new_facts, tells
from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.readstate import Reading, ReadState, Text, with_facts
from aggregator.storage import UnitOfWork

KEPT = 200
"""Stories of which is kept what their reports tell: some 10 kB a report."""


def judged(
    work: UnitOfWork, states: Mapping[StoryId, ReadState], texts: Mapping[StoryId, Sequence[Text]]
) -> Mapping[StoryId, ReadState]:
    """Return the states of stories, those of updated ones with how many facts are new to the reader.

    Args:
        work: the open unit of work.
        states: of `state_of`.
        texts: the reports of the same stories.
    """
    updated = [story for story, state in states.items() if state.reading is Reading.UPDATED]
    if not updated:
        return states

    def read(stories: Collection[StoryId]) -> Mapping[StoryId, Mapping[ArticleId, Tells]]:
        wanted = {story: [_speaker(text) for text in texts[story]] for story in stories}
        heads = work.articles.heads([one for some in wanted.values() for one in some], length=READ)
        return {
            story: {one: tells(*heads[one]) for one in some if one in heads} for story, some in wanted.items()
        }

    told = work.revisions.each("tells", updated, read, most=KEPT)
    return {**states, **{story: _judged(states[story], texts[story], told[story]) for story in updated}}


def _judged(state: ReadState, texts: Sequence[Text], told: Mapping[ArticleId, Tells]) -> ReadState:
    speakers = {_speaker(text): text.members <= state.new for text in texts}
    new = [told[one] for one in sorted(speakers) if speakers[one] and one in told]
    known = [told[one] for one in speakers if not speakers[one] and one in told]
    return with_facts(state, new_facts(new, known))


def _speaker(text: Text) -> ArticleId:
    """Return the article of a report that is read for it: the first one, since all have its text."""
    return min(text.members)
