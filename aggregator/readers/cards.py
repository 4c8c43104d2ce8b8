"""Stories become the cards that every list shows: one reading of members and outlets for all."""

from collections.abc import Sequence
from datetime import datetime

from aggregator.domain.stories import Story
from aggregator.readers import lines
from aggregator.readers.lens import Lens, marked
from aggregator.readers.names import short_names
from aggregator.readers.views import StoryCard
from aggregator.storage import UnitOfWork


def cards_of(
    work: UnitOfWork, stories: Sequence[Story], *, now: datetime, lens: Lens | None = None
) -> tuple[StoryCard, ...]:
    """Return the card of each story, in their order, with what the reader of the lens did with it."""
    if not stories:
        return ()
    members = work.story_members.of([story.id for story in stories])
    outlets = {outlet.id: outlet for outlet in work.outlets.all()}
    short = short_names(outlets)
    cards = [lines.card(story, members[story.id], outlets, short=short, now=now) for story in stories]
    return marked(work, lens, cards, members)
