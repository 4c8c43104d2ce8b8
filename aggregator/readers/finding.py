"""Find the stories of saved searches for what is made while nobody looks, such as a digest.

By words alone, as a section of the front page does: no model is asked and nothing is ranked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from aggregator.domain.ids import ReaderId, StoryId
from aggregator.domain.saved_searches import SavedSearchId
from aggregator.domain.topics import Topic
from aggregator.readers.lens import Lens
from aggregator.readers.query import Known, parse_query
from aggregator.readers.savedsearches import stories_by_words
from aggregator.readers.search import for_reader
from aggregator.storage import UnitOfWork

LOOKED_AT = 2000
"""The latest articles that hold the words of a search: more than a week of what most searches are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindStories:
    """Return the stories that any of some saved searches find. `topics` are those that a query may name."""

    topics: Sequence[Topic] = ()

    def __call__(
        self,
        work: UnitOfWork,
        reader: ReaderId,
        searches: Collection[SavedSearchId],
        *,
        zone: tzinfo,
        now: datetime,
    ) -> frozenset[StoryId]:
        """Return the stories found; a search that is not this reader's, or was deleted, finds nothing.

        Args:
            work: an open unit of work.
            reader: whose searches they are, and whom `is:` asks about.
            searches: their numbers.
            zone: whose days the dates in a query are.
            now: what "today" counts from (UTC).
        """
        mine = [one for one in work.saved_searches.of(reader) if one.id in searches]
        if not mine:
            return frozenset()
        known = Known(outlets=work.outlets.all(), topics=self.topics, zone=zone, now=now)
        queries = (for_reader(parse_query(one.query, known), Lens(reader=reader)) for one in mine)
        return frozenset(
            story for query in queries for story in stories_by_words(work, query, limit=LOOKED_AT)
        )
