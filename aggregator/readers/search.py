"""Answer a search with stories: by their words and by their meaning, both orders made one.

The two orders are fused by reciprocal rank (Cormack, Clarke & Büttcher 2009): a story gets 1 / (60 + its
place) from each, so that neither has to be measured in the other's units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from aggregator.clock import Clock
from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.readstate import Reading
from aggregator.domain.search import Query, Standing
from aggregator.domain.topics import Topic
from aggregator.readers.cards import cards_of
from aggregator.readers.found import FoundStory, SearchPage
from aggregator.readers.lens import Lens, read_states
from aggregator.readers.meaning import Meaning
from aggregator.readers.passages import best_passage
from aggregator.readers.query import Known, parse_query
from aggregator.storage import Storage, UnitOfWork

SHOWN = 20
"""Stories on one page of a search."""
IN_FEED = 30
"""Stories in the feed of a search."""
FOUND = 200
"""Articles that a search looks at before they become stories."""
FOUND_FOR_READER = 1000
"""The same where `is:` then leaves some of their stories out."""
RANK_CONSTANT = 60
"""Cormack, Clarke & Büttcher 2009 found results hardly to depend on it."""
PATIENCE = 0.1
"""Seconds that a page waits for the model."""
FEED_PATIENCE = 20.0
"""Seconds that a feed waits: a story should not come and go with the model."""
FEED_SPAN = timedelta(days=14)
"""How far a feed looks back; one that asks with `after:` may look further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The search of pages and feeds."""

    storage: Storage
    clock: Clock
    meaning: Meaning
    topics: tuple[Topic, ...] = ()

    def __call__(
        self, text: str, *, zone: tzinfo | None = None, lens: Lens | None = None, start: int = 0
    ) -> SearchPage:
        """Return the stories that answer `text`, best first; dates in it are days of `zone`.

        With a `lens`, the cards tell what its reader did with them, and `is:` filters by it. The page begins
        after `start` stories.
        """
        query = self._read(text, zone, lens)
        return self._answer(text, query, slice(start, start + SHOWN), patience=PATIENCE, lens=lens)

    def latest(self, text: str, *, zone: tzinfo | None = None, lens: Lens | None = None) -> SearchPage:
        """Return the stories of the last days that answer `text`, those with the newest report first."""
        query = self._read(text, zone, lens)
        if query.is_empty:
            return SearchPage(query=text, notes=query.notes)
        after = query.after or self.clock.now() - FEED_SPAN
        query = replace(query, after=after)
        page = self._answer(text, query, slice(IN_FEED), patience=FEED_PATIENCE, lens=lens)
        newest_first = sorted(page.found, key=lambda one: (one.card.last_at, one.card.id), reverse=True)
        return replace(page, found=tuple(newest_first))

    def _read(self, text: str, zone: tzinfo | None, lens: Lens | None) -> Query:
        with self.storage.reading() as work:
            outlets = work.outlets.all()
        known = Known(outlets=outlets, topics=self.topics, zone=zone, now=self.clock.now())
        return for_reader(parse_query(text, known), lens)

    def _answer(
        self, text: str, query: Query, place: slice, *, patience: float, lens: Lens | None
    ) -> SearchPage:
        if query.is_empty:
            return SearchPage(query=text, notes=query.notes)
        said, near = self._looked_for(query, patience=patience)
        notes = query.notes if isinstance(near, tuple) else (*query.notes, near)
        with self.storage.reading() as work:
            meant = work.search.holding(near, query) if isinstance(near, tuple) else ()
            best, order = _best(work, query, said, meant)
            found = _stories(work, query, order[place], best, now=self.clock.now(), lens=lens)
        more = place.stop if len(order) > place.stop else None
        return SearchPage(query=text, found=found, notes=notes, start=place.start or 0, more=more)

    def _looked_for(
        self, query: Query, *, patience: float
    ) -> tuple[tuple[ArticleId, ...], tuple[ArticleId, ...] | str]:
        """Return the articles that hold the words, and those near in meaning, or a sentence.

        The model reads while the words are looked for; no unit of work is open while it is waited for.
        """
        if query.text:
            self.meaning.begin(query.text)
        with self.storage.reading() as work:
            most = FOUND_FOR_READER if query.standings else FOUND
            said = (work.search.by_words if query.text else work.search.newest)(query, limit=most)
            allowed = work.search.allowed(query) if query.text and query.is_narrowed else None
        if not query.text:
            return said, ()
        self.storage.renew()
        return said, self.meaning.nearest(query.text, allowed=allowed, patience=patience)


def for_reader(query: Query, lens: Lens | None) -> Query:
    """Return a query with the reader whose stories `is:` asks about; without one it can ask about none."""
    if lens is not None:
        return replace(query, reader=lens.reader)
    if not query.standings:
        return query
    told = "Nobody in particular searches here, so “is:” was left out."
    return replace(query, standings=frozenset(), notes=(*query.notes, told))


def standing_so(work: UnitOfWork, query: Query, stories: Sequence[StoryId]) -> list[StoryId]:
    """Return those of the stories that are read, or unread, as the query asks."""
    wanted = query.standings & {Standing.READ, Standing.UNREAD}
    if not wanted or query.reader is None:
        return list(stories)
    states = read_states(work, query.reader, stories)
    return [
        story
        for story in stories
        if wanted == {Standing.READ if states[story].reading is Reading.READ else Standing.UNREAD}
    ]


def fused(*orders: Sequence[StoryId]) -> list[StoryId]:
    """Return all stories of some orders, those that stand high in most of them first."""
    scores: dict[StoryId, float] = {}
    for order in orders:
        for place, story in enumerate(dict.fromkeys(order), start=1):
            scores[story] = scores.get(story, 0.0) + 1 / (RANK_CONSTANT + place)
    return sorted(scores, key=lambda story: -scores[story])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Best:
    """The article of a story that answers best; `by_words` when it holds all words."""

    article: ArticleId
    by_words: bool


def _best(
    work: UnitOfWork, query: Query, said: Sequence[ArticleId], meant: Sequence[ArticleId]
) -> tuple[Mapping[StoryId, _Best], list[StoryId]]:
    """Return the stories of articles, by words and by meaning, with their best articles; and their order."""
    homes = work.stories.story_of([*said, *meant])
    best: dict[StoryId, _Best] = {}
    for order, by_words in ((said, True), (meant, False)):
        for one in order:
            if one in homes:
                best.setdefault(homes[one], _Best(article=one, by_words=by_words))
    orders = [[homes[one] for one in order if one in homes] for order in (said, meant)]
    return best, standing_so(work, query, fused(*orders))


def _stories(
    work: UnitOfWork,
    query: Query,
    order: Sequence[StoryId],
    best: Mapping[StoryId, _Best],
    *,
    now: datetime,
    lens: Lens | None,
) -> tuple[FoundStory, ...]:
    """Return these stories, each with the sentence of its best article."""
    stories = work.stories.get_many(order)
    articles = {a.id: a for a in work.articles.get_many(best[story.id].article for story in stories)}
    outlets = {outlet.id: outlet.name for outlet in work.outlets.all()}
    return tuple(
        FoundStory(
            card=card,
            article_id=article.id,
            passage=best_passage(article.title, article.text, query),
            outlet_id=article.outlet_id,
            outlet=outlets[article.outlet_id],
            at=article.at,
            lang=article.lang,
            by_words=best[card.id].by_words,
        )
        for card in cards_of(work, stories, now=now, lens=lens)
        for article in (articles[best[card.id].article],)
    )
