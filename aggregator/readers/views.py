"""What a page shows, as values: the answers of `reading.py`. All times are aware and in UTC."""

from dataclasses import dataclass
from datetime import datetime

from aggregator.domain.articles import ArticleVersion, Outlet
from aggregator.domain.feeds import NO_WISH, Feed, FeedWish, PollSlot
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.readers import Mute, StoryRead
from aggregator.domain.readstate import ReadState
from aggregator.domain.stories import Name, RankPart, StoryEvent
from aggregator.readers.course import Coverage, Timeline
from aggregator.readers.edits import Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletCount:
    """An outlet and how many articles of one story it has."""

    id: OutletId
    name: str
    articles: int
    short: str = ""
    """What people call it, for lists of many; empty where nobody worked it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMark:
    """What a reader did with a story: what of it was read and when, and whether it is kept.

    `as_of` goes with every form that marks the story: what joins it later stays unread.
    """

    state: ReadState
    since: StoryRead | None = None
    is_saved: bool = False
    is_followed: bool = False
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenStory:
    """A story that a reader's rule keeps off a list; `why` says which rule, in words."""

    id: StoryId
    headline: str
    lang: str | None
    score: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteLine:
    """A reader's rule, and what it hides in words."""

    mute: Mute
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCard:
    """One story in a list. `also` names the other outlets, the lead's outlet is `outlet`.

    `lead_link` is the lead's address at its outlet, for the link to the original.
    """

    id: StoryId
    lead_id: ArticleId
    lead_link: str
    headline: str
    excerpt: str
    outlet: OutletCount
    also: tuple[OutletCount, ...]
    article_count: int
    outlet_count: int
    origin_count: int
    first_at: datetime
    last_at: datetime
    lang: str | None
    score: float
    parts: tuple[RankPart, ...]
    topic: str | None = None
    """Name of its topic, None where none is sure enough."""
    coverage: Coverage | None = None
    """None where too few articles came, or all at once."""
    mark: StoryMark | None = None
    """What the reader did with it; None where nobody in particular asks."""

    def __hash__(self) -> int:
        """Return a hash of what tells most cards apart: all of a card takes longer than to compare two."""
        return hash((self.id, self.score, self.mark))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """The stories that a reader saved or follows, the latest first; `cursor` gets the next page."""

    cards: tuple[StoryCard, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLine:
    """A topic: its name in addresses, its name on pages, and how many stories of the window it has."""

    name: str
    shown: str
    stories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSection:
    """A section of the front page: the best stories of a topic that do not stand above already."""

    topic: TopicLine
    cards: tuple[StoryCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPage:
    """The stories of a topic, best first; `cursor` is passed as `after` to get the next page.

    `topics` are all that have stories, in the order of the front page.
    """

    topic: TopicLine
    topics: tuple[TopicLine, ...]
    cards: tuple[StoryCard, ...]
    cursor: str | None
    hidden: tuple[HiddenStory, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeLine:
    """What a story is part of: the typical words of the theme, and its other stories, best first."""

    words: tuple[str, ...]
    others: tuple[StoryCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTrouble:
    """A feed whose last poll failed: what happened and what to do, as sentences."""

    feed: Feed
    outlet: str
    what: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPage:
    """The day's stories, best first; `cursor` is passed as `after` to get the next page, None at the end.

    `feeds` and `polled` count the subscriptions and those polled at least once; `troubles` explains
    every failing feed. Together they say why a page is empty.
    """

    cards: tuple[StoryCard, ...]
    cursor: str | None
    feeds: int
    polled: int
    waiting: int
    """Articles stored that no build has grouped yet."""
    troubles: tuple[FeedTrouble, ...]
    top: int = 0
    """How many cards stand above the sections: all of them; 0 without sections, where they are one list."""
    topics: tuple[TopicLine, ...] = ()
    """The topics that have stories, in the order of their sections, then the list of all stories."""
    sections: tuple[TopicSection, ...] = ()
    """Empty before the first build that knows topics, and on later pages."""
    hidden: tuple[HiddenStory, ...] = ()
    revision: int = 0
    """How often the stories had changed by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLine:
    """A repost or copy folded under its origin: outlet, link and time stay visible.

    `is_repost` is true when the same outlet published the text again; `hours_later` counts from
    the origin.
    """

    id: ArticleId
    outlet_id: OutletId
    outlet: str
    headline: str
    link: str
    at: datetime
    is_repost: bool
    hours_later: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyLine:
    """Why a report is in its story: the report nearest to it, how sure that is, and what they share.

    `score` is the probability that both report one event, and `likely` tells it in words.
    `shared` are words out of the articles, in their language; `words` are ready to read ("2 h apart").
    `is_weakest` marks the link that holds the least of all in the story.
    """

    nearest: ArticleId
    outlet: str
    headline: str
    score: float
    likely: str
    shared: tuple[str, ...]
    words: tuple[str, ...]
    is_weakest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One independent report in a story, with the copies of its text folded under it."""

    id: ArticleId
    outlet_id: OutletId
    outlet: str
    headline: str
    excerpt: str
    link: str
    at: datetime
    dated: bool
    lang: str | None
    provenance: str | None
    versions: int
    """How many earlier states of it are kept."""
    copies: tuple[CopyLine, ...]
    why: WhyLine | None = None
    """None for a lone article, one put here by a reader, and outside the page of its story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscussionLine:
    """An aggregator's entry that points at an article of the story."""

    outlet: str
    headline: str
    link: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryLine:
    """A sentence of a story's summary, with the article that it stands in."""

    text: str
    article: ArticleId
    outlet: str
    headline: str
    at: datetime
    lang: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """What somebody said, with the article that quotes it."""

    speaker: str
    text: str
    article: ArticleId
    outlet: str
    headline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """Everything the page of one story shows; `related` are other stories, never this one's articles."""

    card: StoryCard
    state: str
    reports: tuple[ReportLine, ...]
    discussions: tuple[DiscussionLine, ...]
    related: tuple[StoryCard, ...]
    split_from: StoryId | None
    follows: tuple[StoryCard, ...]
    """The closed stories that it takes up after a silence; `followed_by` is the other way round."""
    followed_by: tuple[StoryCard, ...]
    history: tuple[StoryEvent, ...]
    topic: TopicLine | None = None
    theme: ThemeLine | None = None
    summary: tuple[SummaryLine, ...] = ()
    quotes: tuple[QuoteLine, ...] = ()
    timeline: Timeline | None = None
    names: tuple[Name, ...] = ()
    """Whom and what it names, those of most independent reports first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """One article with its clean body (`html` is already sanitised), its story and its versions."""

    id: ArticleId
    outlet: Outlet
    headline: str
    author: str | None
    link: str
    at: datetime
    dated: bool
    first_seen_at: datetime
    lang: str | None
    summary: str
    html: str
    provenance: str | None
    feeds: tuple[str, ...]
    """Titles of the feeds that delivered it."""
    versions: tuple[ArticleVersion, ...]
    story: StoryCard | None
    copies: tuple[CopyLine, ...]
    """The same text elsewhere, and again at its own outlet; their hours count from this article."""
    others: tuple[ReportLine, ...]
    """The other outlets' own reports of the same story."""
    edits: tuple[Edit, ...] = ()
    full_html: str = ""
    """The whole text from the outlet's own page, sanitised; empty until a reader asked for it."""
    full_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLine:
    """An article in an outlet's list."""

    id: ArticleId
    headline: str
    excerpt: str
    link: str
    at: datetime
    lang: str | None
    story_id: StoryId | None
    story_outlets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletPage:
    """An outlet: facts, feeds with their health, and its latest articles (newest first, paged)."""

    outlet: Outlet
    feeds: tuple["FeedLine", ...]
    articles: tuple[ArticleLine, ...]
    article_count: int
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletLine:
    """An outlet in the list of outlets."""

    outlet: Outlet
    article_count: int
    feed_count: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """A subscription and its health. `health` is `ok`, `waiting`, `failing`, `gone` or `paused`.

    `what` went wrong and what `todo` about it are sentences, empty when all is well.
    """

    feed: Feed
    outlet: str
    article_count: int
    health: str
    what: str
    todo: str
    history: tuple[PollSlot, ...] = ()
    """The polls of the last days in spans of equal length, the oldest first; empty when not asked for."""
    wish: FeedWish = NO_WISH
