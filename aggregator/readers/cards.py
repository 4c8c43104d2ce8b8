"""Stories become the cards that every list shows: one reading of members and outlets for all."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from aggregator.domain.ids import StoryId
from aggregator.domain.stories import Story
from aggregator.readers import lines
from aggregator.readers.lens import Lens, marked
from aggregator.readers.names import short_names
from aggregator.readers.views import StoryCard
from aggregator.storage import UnitOfWork

CARDS_KEPT = 1000
"""Stories whose cards are kept until one changes: some kB each."""
STEP = timedelta(minutes=10)
"""How exactly lists know the time: a story loses a 72nd of a point of its newness meanwhile."""


def step_of(now: datetime) -> datetime:
    """Return when the ten minutes began that a moment is in: what lists say stays the same so long."""
    return now - (now - datetime.fromtimestamp(0, UTC)) % STEP


def cards_of(
    work: UnitOfWork, stories: Sequence[Story], *, now: datetime, lens: Lens | None = None
) -> tuple[StoryCard, ...]:
    """Return the card of each story, in their order, with what the reader of the lens did with it.

    What its newness counts for is told as of `step_of(now)`, so that all readers see the same card.
    """
    if not stories:
        return ()
    since = step_of(now)
    kept = work.revisions.of_each("cards", most=CARDS_KEPT)
    # A page of a former day tells a story as it was then: the same number, but another face.
    wanted = {story.id: (since, story.face) for story in stories}
    found: dict[StoryId, StoryCard] = {
        key: known[1] for key, of in wanted.items() if (known := kept.get(key)) and known[0] == of
    }
    made = _made(work, [story for story in stories if story.id not in found], since)
    kept.update({key: (wanted[key], card) for key, card in made.items()})
    every = {**found, **made}
    return marked(work, lens, [every[story.id] for story in stories])


def _made(work: UnitOfWork, stories: Sequence[Story], now: datetime) -> Mapping[StoryId, StoryCard]:
    if not stories:
        return {}
    members = work.story_members.of([story.id for story in stories])
    outlets = {outlet.id: outlet for outlet in work.outlets.all()}
    short = short_names(outlets)
    return {
        story.id: lines.card(story, members[story.id], outlets, short=short, now=now) for story in stories
    }
