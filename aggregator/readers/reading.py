"""Answer every page's question from storage: front page, story, article, outlet, feeds.

Only reads. What a page shows is worked out here and in `lines.py`, so that pages, the API and the
command line tell the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import TypedDict

from aggregator.clock import Clock
from aggregator.domain.articles import Article, Outlet
from aggregator.domain.feeds import NO_WISH
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.readers import Shelf
from aggregator.domain.stories import Story
from aggregator.domain.topics import EVERY, OTHER, Topic
from aggregator.readers import lines
from aggregator.readers.cards import cards_of, step_of
from aggregator.readers.cursors import score_cursor, score_mark, time_cursor, time_mark
from aggregator.readers.edits import edits
from aggregator.readers.health import with_history
from aggregator.readers.lens import Lens, Picked, Sieve
from aggregator.readers.related import Related
from aggregator.readers.sections import Sections, filled
from aggregator.readers.telling import Told, tell
from aggregator.readers.views import (
    ArticleLine,
    ArticlePage,
    CopyLine,
    FeedLine,
    FeedTrouble,
    FrontPage,
    KeptPage,
    OutletLine,
    OutletPage,
    ReportLine,
    StoryCard,
    StoryPage,
    ThemeLine,
    TopicPage,
)
from aggregator.storage import Storage, UnitOfWork

CARDS = 30
"""Stories on one page of the front page."""
ARTICLES = 50
"""Articles on one page of an outlet."""
TOP = 5
"""Stories above the sections of the front page."""
PAGES_KEPT = 200
"""Stories of which is kept what their pages tell: some 100 kB each."""


class _Beside(TypedDict):
    """The fields of an article's page that come from its story."""

    copies: tuple[CopyLine, ...]
    others: tuple[ReportLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The questions that pages ask.

    `model` names the vectors by which related stories are found; `topics` are the sections of the
    front page, in their order.
    """

    storage: Storage
    clock: Clock
    window: timedelta
    model: str
    topics: tuple[Topic, ...] = ()
    related: Related = field(default_factory=Related, compare=False, repr=False)

    def is_new(self) -> bool:
        """Return whether this instance has never had a feed: no feed now, and no article of a former one."""
        with self.storage.reading() as work:
            return not work.feeds.all() and work.articles.count() == 0

    def front_page(
        self, *, after: str | None = None, limit: int = CARDS, lens: Lens | None = None
    ) -> FrontPage:
        """Return the best stories of the window, from `after` (a cursor) on; the first page has sections.

        With a `lens`, as its reader sees them.

        Raises:
            CursorUnknown: `after` is no cursor of ours.
        """
        since = self._since()
        with self.storage.reading() as work:
            topics, sieve = Sections.read(work, self.topics, since=since), Sieve.read(work, lens)
            found = topics.pick(work, EVERY, sieve, after=score_cursor(after), limit=limit)
            feeds, polled = work.feeds.tally()
            chosen, hidden = ((), ()) if after else topics.best(work, found.stories[:TOP], sieve)
            shown = found.stories[:TOP] if chosen else found.stories
            # One reading for all cards of the page.
            every = [*shown, *(story for _, best in chosen for story in best)]
            cards = iter(self._cards(work, every, lens))
            above, sections = tuple(islice(cards, len(shown))), filled(chosen, cards)
            return FrontPage(
                cards=above,
                cursor=_next(found),
                hidden=tuple({one.id: one for one in (*found.hidden, *hidden)}.values()),
                top=TOP if sections else 0,
                topics=topics.lines if sections else (),
                sections=sections,
                feeds=feeds,
                polled=polled,
                waiting=work.stories.count_ungrouped(since=since),
                troubles=_troubles(work),
                revision=work.stories.revision(),
            )

    def topic(
        self, name: str, *, after: str | None = None, limit: int = CARDS, lens: Lens | None = None
    ) -> TopicPage | None:
        """Return the stories of a topic, best first, from `after` (a cursor) on; None for no topic.

        Raises:
            CursorUnknown: `after` is no cursor of ours.
        """
        with self.storage.reading() as work:
            topics = Sections.read(work, self.topics, since=self._since())
            topic = topics.line(name)
            if topic is None:
                return None
            found = topics.pick(work, name, Sieve.read(work, lens), after=score_cursor(after), limit=limit)
            return TopicPage(
                topic=topic,
                topics=topics.lines,
                cards=self._cards(work, found.stories, lens),
                cursor=_next(found),
                hidden=found.hidden,
            )

    def kept(self, shelf: Shelf, *, lens: Lens, after: str | None = None, limit: int = CARDS) -> KeptPage:
        """Return the stories on a list of the reader's, the latest first, from `after` (a cursor) on.

        Raises:
            CursorUnknown: `after` is no cursor of ours.
        """
        seen = time_cursor(after)
        before = (seen[0], StoryId(seen[1])) if seen else None
        with self.storage.reading() as work:
            found = work.shelf(shelf).page(lens.reader, before=before, limit=limit + 1)
            page = found[:limit]
            stories = work.stories.get_many([story for story, _ in page])
            cursor = time_mark(page[-1][1], page[-1][0]) if len(found) > limit else None
            return KeptPage(cards=self._cards(work, stories, lens), cursor=cursor)

    def topic_names(self) -> tuple[str, ...]:
        """Return the names that `topic` knows."""
        return (*(topic.name for topic in self.topics), OTHER, EVERY)

    def story(self, story_id: int, *, lens: Lens | None = None) -> StoryPage | int | None:
        """Return the page of a story, the id of the story that it was merged into, or None."""
        with self.storage.reading() as work:
            story = work.stories.resolve(StoryId(story_id))
            if story is None:
                return None
            if story.id != story_id:
                return story.id
            return self._story_page(work, story, lens)

    def _story_page(self, work: UnitOfWork, story: Story, lens: Lens | None) -> StoryPage:
        (card,) = self._cards(work, [story], lens)
        # What is told of a story is worked out once for all readers, until a story or an article changes.
        pages = work.revisions.of_each("pages", most=PAGES_KEPT)
        told: Told | None = pages.get(story.id)
        if told is None:
            told = pages[story.id] = tell(work, story)
        topics = Sections.read(work, self.topics, since=self._since())
        theme, follows, followed_by, near = self._around(work, story, told, lens)
        return StoryPage(
            card=card,
            state=story.state.value,
            related=near,
            topic=topics.line(story.face.topic) if story.face.topic else None,
            theme=theme,
            split_from=story.split_from,
            follows=follows,
            followed_by=followed_by,
            reports=told.reports,
            discussions=told.discussions,
            summary=told.summary,
            quotes=told.quotes,
            names=told.names,
            timeline=told.timeline,
            history=told.history,
        )

    def _around(
        self, work: UnitOfWork, story: Story, told: Told, lens: Lens | None
    ) -> tuple[ThemeLine | None, tuple[StoryCard, ...], tuple[StoryCard, ...], tuple[StoryCard, ...]]:
        """Return what stands beside a story: its theme, what it takes up, what takes it up, what is near."""
        beside = (told.themed, told.before, told.after, self._near(work, story, told))
        cards = iter(self._cards(work, [one for some in beside for one in some], lens))
        themed, follows, followed_by, near = (tuple(islice(cards, len(some))) for some in beside)
        line = ThemeLine(words=told.theme, others=themed) if themed else None
        return line, follows, followed_by, near

    def _near(self, work: UnitOfWork, story: Story, told: Told) -> tuple[Story, ...]:
        """Return the stories of the window nearest to one, but those that stand beside it anyway."""
        kept, since = work.revisions.of_each("near", most=PAGES_KEPT), self._since()
        found: tuple[datetime, tuple[Story, ...]] | None = kept.get(story.id)
        if found is None or found[0] != since:
            taken = {one.id for one in (*told.themed, *told.before, *told.after)}
            near = self.related(work, story, model=self.model, since=since)
            found = since, work.stories.get_many([one for one in near if one not in taken])
            kept[story.id] = found
        return found[1]

    def article(self, article_id: int, *, lens: Lens | None = None) -> ArticlePage | None:
        """Return the page of an article, its story as the reader of the `lens` sees it; or None."""
        with self.storage.reading() as work:
            stored = work.articles.get(ArticleId(article_id))
            if stored is None:
                return None
            article = stored.article
            story = _story_of(work, article.id)
            outlets = _outlets(work)
            listed = work.articles.feeds_of([article.id]).get(article.id, ())
            feeds = work.feeds.names()
            versions, full = work.articles.versions(article.id), work.full_texts.get(article.id)
            return ArticlePage(
                id=article.id,
                outlet=outlets[article.outlet_id],
                headline=article.title,
                author=article.author,
                link=article.link,
                at=article.at,
                dated=article.dated,
                first_seen_at=article.first_seen_at,
                lang=article.lang,
                summary=article.summary,
                html=stored.html,
                provenance=article.provenance,
                feeds=tuple(feeds[one] for one in listed if one in feeds),
                versions=versions,
                edits=edits(article, versions),
                full_html=full.html if full else "",
                full_at=full.fetched_at if full else None,
                story=self._cards(work, [story], lens)[0] if story else None,
                **_beside(work, story, article, outlets),
            )

    def outlet(self, outlet_id: int, *, after: str | None = None) -> OutletPage | None:
        """Return an outlet with its latest articles, from `after` (a cursor) on, or None.

        Raises:
            CursorUnknown: `after` is no cursor of ours.
        """
        with self.storage.reading() as work:
            outlet = work.outlets.get(OutletId(outlet_id))
            if outlet is None:
                return None
            articles = work.articles.of_outlet(outlet.id, before=_article_cursor(after), limit=ARTICLES + 1)
            page = articles[:ARTICLES]
            count, _ = work.outlets.article_counts().get(outlet.id, (0, None))
            more = len(articles) > ARTICLES
            return OutletPage(
                outlet=outlet,
                feeds=tuple(line for line in _feed_lines(work) if line.feed.outlet_id == outlet.id),
                articles=_article_lines(work, page),
                article_count=count,
                cursor=time_mark(page[-1].at, page[-1].id) if more else None,
            )

    def outlets(self) -> tuple[OutletLine, ...]:
        """Return every outlet, by name."""
        with self.storage.reading() as work:
            counts = work.outlets.article_counts()
            feeds = [feed.outlet_id for feed in work.feeds.all()]
            found = [
                OutletLine(
                    outlet=outlet,
                    article_count=counts.get(outlet.id, (0, None))[0],
                    feed_count=feeds.count(outlet.id),
                    last_at=counts.get(outlet.id, (0, None))[1],
                )
                for outlet in work.outlets.all()
            ]
        return tuple(sorted(found, key=lambda line: line.outlet.name.casefold()))

    def feeds(self) -> tuple[FeedLine, ...]:
        """Return every subscription with its health, the failing ones told in words."""
        with self.storage.reading() as work:
            return with_history(work, _feed_lines(work), now=self.clock.now())

    def _since(self) -> datetime:
        """Return when the window begins, to ten minutes: what all pages count is kept so long."""
        return step_of(self.clock.now() - self.window)

    def _cards(
        self, work: UnitOfWork, stories: Sequence[Story], lens: Lens | None = None
    ) -> tuple[StoryCard, ...]:
        return cards_of(work, stories, now=self.clock.now(), lens=lens)


def _next(found: Picked) -> str | None:
    """Return the cursor of what follows these stories, None when nothing does."""
    return score_mark(found.after.face.score, found.after.id) if found.after else None


def _article_cursor(after: str | None) -> tuple[datetime, ArticleId] | None:
    seen = time_cursor(after)
    return (seen[0], ArticleId(seen[1])) if seen else None


def _outlets(work: UnitOfWork) -> Mapping[OutletId, Outlet]:
    return {outlet.id: outlet for outlet in work.outlets.all()}


def _story_of(work: UnitOfWork, article: ArticleId) -> Story | None:
    home = work.stories.story_of([article]).get(article)
    return work.stories.resolve(home) if home is not None else None


def _beside(
    work: UnitOfWork, story: Story | None, article: Article, outlets: Mapping[OutletId, Outlet]
) -> _Beside:
    """Return what stands beside an article: the same text elsewhere, and the other outlets' own reports."""
    if story is None:
        return {"copies": (), "others": ()}
    kept = work.revisions.of_each("beside", most=PAGES_KEPT)
    known: dict[ArticleId, _Beside] = kept.setdefault(story.id, {})
    if article.id not in known:
        known[article.id] = _told_beside(work, story, article, outlets)
    return known[article.id]


def _told_beside(
    work: UnitOfWork, story: Story, article: Article, outlets: Mapping[OutletId, Outlet]
) -> _Beside:
    ids = work.stories.members([story.id])[story.id]
    folding = work.articles.folding(ids)
    members = work.articles.get_many(ids)
    same = lines.same_text(article, members, folding)
    others = [a for a in members if a not in same and a.outlet_id != article.outlet_id]
    return {
        "copies": tuple(lines.copy(a, article, outlets) for a in same),
        "others": lines.reports(
            others, folding, outlets, work.articles.version_counts([a.id for a in others])
        ),
    }


def _article_lines(work: UnitOfWork, articles: Sequence[Article]) -> tuple[ArticleLine, ...]:
    homes = work.stories.story_of([a.id for a in articles])
    stories = {story.id: story for story in work.stories.get_many(sorted(set(homes.values())))}
    return tuple(lines.article(a, stories.get(homes[a.id]) if a.id in homes else None) for a in articles)


def _troubles(work: UnitOfWork) -> tuple[FeedTrouble, ...]:
    """Return the feeds that the front page speaks of."""
    failing = work.feeds.failing()
    outlets = _outlets(work) if failing else {}
    told = [lines.feed(feed, outlets[feed.outlet_id].name, 0) for feed in failing]
    return tuple(
        FeedTrouble(feed=line.feed, outlet=line.outlet, what=line.what, todo=line.todo)
        for line in told
        if line.health in lines.IN_TROUBLE
    )


def _feed_lines(work: UnitOfWork) -> tuple[FeedLine, ...]:
    counts = work.feeds.article_counts()
    outlets, wishes = _outlets(work), work.feed_wishes.all()
    return tuple(
        lines.feed(feed, outlets[feed.outlet_id].name, counts.get(feed.id, 0), wishes.get(feed.id, NO_WISH))
        for feed in work.feeds.all()
    )
