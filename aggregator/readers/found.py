"""What a search finds, as its page and its feed show it: frozen values from `search.py`."""

from dataclasses import dataclass
from datetime import datetime

from aggregator.domain.ids import ArticleId, OutletId
from aggregator.readers.views import StoryCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A run of plain text in a sentence; `is_match` when it is what was searched for."""

    text: str
    is_match: bool = False


Passage = tuple[Marked, ...]
"""A sentence, in pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStory:
    """A story that answers a search, and the article of it that answers best: its sentence, outlet and time.

    `by_words` is false when it holds not all the words and only its meaning is near.
    """

    card: StoryCard
    article_id: ArticleId
    passage: Passage
    outlet_id: OutletId
    outlet: str
    at: datetime
    lang: str | None
    by_words: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """The stories that answer a search, best first; `notes` are sentences about how it was understood.

    The page begins after `start` stories, and the next one after `more`; None when it is the last one.
    """

    query: str
    found: tuple[FoundStory, ...] = ()
    notes: tuple[str, ...] = ()
    start: int = 0
    more: int | None = None
