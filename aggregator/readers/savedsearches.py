"""Searches that readers keep: under a name, in an order, as sections of the front page and as feeds.

A section is found by words alone, and the latest first, so that the front page stays quick: no model is
asked, nothing is ranked, and only the latest articles that hold the words are looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from aggregator.clock import Clock
from aggregator.domain.errors import SavedSearchRefused
from aggregator.domain.ids import ReaderId, StoryId
from aggregator.domain.saved_searches import SavedSearch, SavedSearchId
from aggregator.domain.search import Query
from aggregator.domain.stories import Story
from aggregator.domain.topics import Topic
from aggregator.readers.cards import cards_of
from aggregator.readers.lens import Lens, sifted
from aggregator.readers.query import Known, parse_query
from aggregator.readers.search import for_reader, standing_so
from aggregator.readers.sections import BEST
from aggregator.readers.views import HiddenStory, StoryCard
from aggregator.storage import Storage, UnitOfWork

MOST = 50
"""Searches that one reader may keep."""
MOST_ON_FRONT = 6
"""Of them on the front page: each takes a few milliseconds there."""
LOOKED_AT = 60
"""The latest articles that a section looks at."""
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSection:
    """A saved search as a section of the front page: its newest stories, and what rules hide."""

    search: SavedSearch
    cards: tuple[StoryCard, ...]
    hidden: tuple[HiddenStory, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearches:
    """What the buttons on searches do. `new_token` makes the secret part of a feed's address.

    A number of no search of this reader is answered with false, and nothing is changed.
    """

    storage: Storage
    clock: Clock
    window: timedelta
    new_token: Callable[[], str]
    topics: tuple[Topic, ...] = ()

    def of(self, reader: ReaderId) -> tuple[SavedSearch, ...]:
        """Return a reader's searches in their order."""
        with self.storage.reading() as work:
            return work.saved_searches.of(reader)

    def by_token(self, token: str) -> SavedSearch | None:
        """Return the search whose feed has this secret in its address, or None."""
        with self.storage.reading() as work:
            return work.saved_searches.by_token(token)

    def save(self, reader: ReaderId, query: str, name: str = "") -> SavedSearchId:
        """Keep a search; without a name, under its own words.

        Raises:
            SavedSearchRefused: it is empty, is kept already, the name is too long, or there are too many.
        """
        text = " ".join(query.split())
        if not text:
            raise SavedSearchRefused("search for something first")
        called = _name(name or text[:LONGEST_NAME])
        with self.storage.writing() as work:
            mine = work.saved_searches.of(reader)
            same = next((one for one in mine if one.query == text), None)
            if same is not None:
                raise SavedSearchRefused(f"it is kept already, as “{same.name}”")
            if len(mine) >= MOST:
                raise SavedSearchRefused(f"{MOST} are kept, and there is no room for more; delete one first")
            return work.saved_searches.add(
                reader, name=called, query=text, token=self.new_token(), now=self.clock.now()
            )

    def rename(self, reader: ReaderId, number: int, name: str) -> bool:
        """Give a search another name; raise SavedSearchRefused for none, or one that is too long."""
        called = _name(name)
        with self.storage.writing() as work:
            return work.saved_searches.change(reader, SavedSearchId(number), name=called)

    def remove(self, reader: ReaderId, number: int) -> SavedSearch | None:
        """Forget a search, its feed with it, and return what it was."""
        with self.storage.writing() as work:
            gone = next((one for one in work.saved_searches.of(reader) if one.id == number), None)
            if gone is not None:
                work.saved_searches.remove(reader, gone.id)
            return gone

    def move(self, reader: ReaderId, number: int, steps: int) -> bool:
        """Move a search up (-1) or down (1) among the others; at an end it stays."""
        with self.storage.writing() as work:
            order = [one.id for one in work.saved_searches.of(reader)]
            if number not in order:
                return False
            place = order.index(SavedSearchId(number))
            order.insert(min(max(place + steps, 0), len(order) - 1), order.pop(place))
            work.saved_searches.arrange(reader, order)
            return True

    def show(self, reader: ReaderId, number: int, *, on_front: bool) -> bool:
        """Put a search on the front page, or take it off.

        Raises:
            SavedSearchRefused: the front page has as many as it may.
        """
        with self.storage.writing() as work:
            others = [one for one in work.saved_searches.of(reader) if one.on_front and one.id != number]
            if on_front and len(others) >= MOST_ON_FRONT:
                raise SavedSearchRefused(
                    f"the front page has {MOST_ON_FRONT}, and more would make it slow; take one off"
                )
            return work.saved_searches.change(reader, SavedSearchId(number), on_front=on_front)

    def renew(self, reader: ReaderId, number: int) -> bool:
        """Give the feed of a search another address; the old one ends."""
        with self.storage.writing() as work:
            return work.saved_searches.change(reader, SavedSearchId(number), token=self.new_token())

    def sections(self, lens: Lens, *, zone: tzinfo | None) -> tuple[SearchSection, ...]:
        """Return the searches that the reader has on the front page, each with its newest stories."""
        now = self.clock.now()
        with self.storage.reading() as work:
            searches = [one for one in work.saved_searches.of(lens.reader) if one.on_front][:MOST_ON_FRONT]
            if not searches:
                return ()
            known = Known(outlets=work.outlets.all(), topics=self.topics, zone=zone, now=now)
            return tuple(self._section(work, one, known, lens) for one in searches)

    def _section(self, work: UnitOfWork, search: SavedSearch, known: Known, lens: Lens) -> SearchSection:
        query = for_reader(parse_query(search.query, known), lens)
        stories = newest_stories(work, query, since=known.now - self.window)
        kept, hidden = sifted(work, lens, stories)
        cards = cards_of(work, kept[:BEST], now=known.now, lens=lens)
        return SearchSection(search=search, cards=cards, hidden=hidden)


def newest_stories(work: UnitOfWork, query: Query, *, since: datetime) -> tuple[Story, ...]:
    """Return the stories with news since then that answer a query by their words, the newest first."""
    stories = work.stories.get_many(stories_by_words(work, query, limit=LOOKED_AT))
    recent = [story for story in stories if story.face.last_at >= since]
    return tuple(sorted(recent, key=lambda story: (story.face.last_at, story.id), reverse=True))


def stories_by_words(work: UnitOfWork, query: Query, *, limit: int) -> list[StoryId]:
    """Return the stories of the latest articles, so many at most, that answer a query by their words."""
    if query.is_empty:
        return []
    find = work.search.latest_by_words if query.text else work.search.newest
    homes = work.stories.story_of(find(query, limit=limit))
    return standing_so(work, query, list(dict.fromkeys(homes.values())))


def _name(name: str) -> str:
    """Return a name on one line; raise SavedSearchRefused for none, or one that is too long."""
    called = " ".join(name.split())
    if not called:
        raise SavedSearchRefused("write a name for it")
    if len(called) > LONGEST_NAME:
        raise SavedSearchRefused(f"a name may have {LONGEST_NAME} characters")
    return called
