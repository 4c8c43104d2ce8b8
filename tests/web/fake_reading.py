"""A Reading and a Subscribe made of values: a small paper's worth of stories, for tests and screenshots."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from aggregator.domain.articles import Outlet
from aggregator.domain.errors import (
    CorrectionRefused,
    CorrectionUnknown,
    FeedAddressRefused,
    FeedUnknown,
    FolderUnknown,
    InvitationUnknown,
    OpmlUnreadable,
    RemovalUnknown,
    SeveralFeeds,
    StoryUnknown,
    WrongUse,
)
from aggregator.domain.feeds import Failure, ImportLine, ImportReport, NewFeed
from aggregator.domain.ids import ArticleId, CorrectionId, FeedId, OutletId, ReaderId, StoryId
from aggregator.domain.people import Invitation
from aggregator.domain.readers import PERSONAL, Reader, Role, Shelf
from aggregator.domain.stories import Correction, CorrectionAction, RankPart
from aggregator.readers.comments import Thread
from aggregator.readers.course import Coverage, FirstReport
from aggregator.readers.days import DayPage, DayState
from aggregator.readers.found import FoundStory, Marked, SearchPage
from aggregator.readers.lens import Lens
from aggregator.readers.preferences import Source
from aggregator.readers.views import (
    ArticlePage,
    CopyLine,
    FeedLine,
    FeedTrouble,
    FrontPage,
    KeptPage,
    MuteLine,
    OutletCount,
    OutletLine,
    OutletPage,
    ReportLine,
    StoryCard,
    StoryPage,
    SummaryLine,
    TopicPage,
)
from tests.factories import make_feed
from tests.fakes import NOON, FrozenClock
from tests.web.fake_comparing import FakeComparing
from web.services import Services

OUTLETS = {
    1: "The Orsholm Lantern",
    2: "Porto Sereno Courier",
    3: "Isvik Post",
    4: "Kessou Daily",
    5: "Brannoc Broadcasting",
    6: "Dosht Times",
    7: "Veldmark Wire",
    8: "Nordhelm Abendblatt",
    9: "Tamarin Business",
}


def ago(**span: float) -> datetime:
    return NOON - timedelta(**span)


def make_outlet(number: int = 1, **fields: Any) -> Outlet:
    name = OUTLETS[number]
    values: dict[str, Any] = {
        "id": OutletId(number),
        "domain": name.lower().replace("the ", "").replace(" ", "-") + ".example",
        "name": name,
    }
    return Outlet(**values | fields)


def make_count(number: int, articles: int = 1) -> OutletCount:
    return OutletCount(id=OutletId(number), name=OUTLETS[number], articles=articles)


def make_card(number: int = 1, headline: str = "Harbour bridge closed", **fields: Any) -> StoryCard:
    values: dict[str, Any] = {
        "id": StoryId(number),
        "headline": headline,
        "excerpt": "The bridge over the harbour mouth is shut to all traffic after divers found a crack.",
        "outlet": make_count(1),
        "also": (),
        "article_count": 1,
        "outlet_count": 1,
        "origin_count": 1,
        "first_at": ago(hours=1),
        "last_at": ago(hours=1),
        "lang": "en",
        "score": 1.25,
        "parts": (
            RankPart(name="breadth", value=0.75, why="One outlet reports it"),
            RankPart(name="freshness", value=0.5, why="The newest report is an hour old"),
        ),
        "lead_id": ArticleId(number),
        "lead_link": f"https://orsholm-lantern.example/{number}",
    }
    return StoryCard(**values | fields)


def make_coverage(*counts: int, hours: float = 6) -> Coverage:
    span = timedelta(hours=hours) / len(counts)
    peak = ago(hours=hours) + counts.index(max(counts)) * span
    return Coverage(
        counts=counts, first_at=ago(hours=hours), last_at=NOON, peak_at=peak, peak_until=peak + span
    )


def make_first(number: int, hours_later: float = 0, **fields: Any) -> FirstReport:
    values: dict[str, Any] = {
        "outlet_id": OutletId(number),
        "outlet": OUTLETS[number],
        "article": ArticleId(number),
        "headline": "Harbour bridge closed",
        "lang": "en",
        "at": ago(hours=6) + timedelta(hours=hours_later),
        "hours_later": hours_later,
        "is_copy": False,
    }
    return FirstReport(**values | fields)


def make_report(number: int = 1, headline: str = "Harbour bridge closed", **fields: Any) -> ReportLine:
    outlet = fields.pop("outlet", 1)
    values: dict[str, Any] = {
        "id": ArticleId(number),
        "outlet_id": OutletId(outlet),
        "outlet": OUTLETS[outlet],
        "headline": headline,
        "excerpt": "The bridge over the harbour mouth is shut to all traffic.",
        "link": f"https://outlet{outlet}.example/{number}",
        "at": ago(hours=1),
        "dated": True,
        "lang": "en",
        "provenance": None,
        "versions": 0,
        "copies": (),
    }
    return ReportLine(**values | fields)


def make_copy(number: int = 90, headline: str = "Bridge at harbour is closed", **fields: Any) -> CopyLine:
    outlet = fields.pop("outlet", 1)
    values: dict[str, Any] = {
        "id": ArticleId(number),
        "outlet_id": OutletId(outlet),
        "outlet": OUTLETS[outlet],
        "headline": headline,
        "link": f"https://outlet{outlet}.example/{number}",
        "at": ago(minutes=20),
        "is_repost": False,
        "hours_later": 1.0,
    }
    return CopyLine(**values | fields)


def make_summary(number: int = 1, text: str = "The bridge is shut.", **fields: Any) -> SummaryLine:
    values: dict[str, Any] = {
        "text": text,
        "article": ArticleId(number),
        "outlet": OUTLETS[fields.pop("outlet", 1)],
        "headline": "Harbour bridge closed",
        "at": ago(hours=1),
        "lang": "en",
    }
    return SummaryLine(**values | fields)


def make_story(card: StoryCard | None = None, **fields: Any) -> StoryPage:
    values: dict[str, Any] = {
        "card": card or make_card(),
        "state": "open",
        "reports": (make_report(),),
        "discussions": (),
        "related": (),
        "split_from": None,
        "follows": (),
        "followed_by": (),
        "history": (),
    }
    return StoryPage(**values | fields)


def make_article_page(number: int = 1, **fields: Any) -> ArticlePage:
    values: dict[str, Any] = {
        "id": ArticleId(number),
        "outlet": make_outlet(1),
        "headline": "Harbour bridge closed",
        "author": None,
        "link": f"https://orsholm-lantern.example/{number}",
        "at": ago(hours=1),
        "dated": True,
        "first_seen_at": ago(minutes=50),
        "lang": "en",
        "summary": "",
        "html": "<p>The bridge is shut.</p>",
        "provenance": None,
        "feeds": ("Front page",),
        "versions": (),
        "story": None,
        "copies": (),
        "others": (),
    }
    return ArticlePage(**values | fields)


def make_feed_line(number: int = 1, health: str = "ok", **fields: Any) -> FeedLine:
    feed_fields = {
        "id": FeedId(number),
        "title": f"{OUTLETS[number]}: front page",
        "outlet_id": OutletId(number),
        "last_polled_at": ago(minutes=12),
        "last_ok_at": ago(minutes=12),
        "next_poll_at": NOON + timedelta(minutes=18),
    } | fields.pop("feed", {})
    values: dict[str, Any] = {
        "feed": make_feed(f"https://outlet{number}.example/front.xml", **feed_fields),
        "outlet": OUTLETS[number],
        "article_count": 1240 + number,
        "health": health,
        "what": "",
        "todo": "",
    }
    return FeedLine(**values | fields)


def make_trouble(number: int = 1, **fields: Any) -> FeedTrouble:
    line = make_feed_line(number, "failing", feed={"failures": 3, "failure": Failure.NAME_UNKNOWN})
    values: dict[str, Any] = {
        "feed": line.feed,
        "outlet": line.outlet,
        "what": f"The name outlet{number}.example could not be found.",
        "todo": "See whether this machine is online.",
    }
    return FeedTrouble(**values | fields)


def make_front(*cards: StoryCard, **fields: Any) -> FrontPage:
    values: dict[str, Any] = {
        "cards": cards,
        "cursor": None,
        "feeds": 3,
        "polled": 3,
        "waiting": 0,
        "troubles": (),
    }
    return FrontPage(**values | fields)


@dataclass
class FakeReading:
    """Answers from the values that a test puts in."""

    front: FrontPage = field(default_factory=make_front)
    later: Mapping[str, FrontPage] = field(default_factory=dict)
    topics: Mapping[str, TopicPage] = field(default_factory=dict)
    stories: Mapping[int, StoryPage | int] = field(default_factory=dict)
    articles: Mapping[int, ArticlePage] = field(default_factory=dict)
    outlet_pages: Mapping[int, OutletPage] = field(default_factory=dict)
    outlet_lines: tuple[OutletLine, ...] = ()
    feed_lines: tuple[FeedLine, ...] = ()
    fault: Exception | None = None

    def front_page(self, *, after: str | None = None, limit: int = 30, lens: Lens | None = None) -> FrontPage:
        self._fail()
        if after is None:
            return self.front
        if after not in self.later:
            raise WrongUse("This page of stories is no longer there. Start again at the front page.")
        return self.later[after]

    def topic(self, name: str, /, *, after: str | None = None, lens: Lens | None = None) -> TopicPage | None:
        page = self.topics.get(name)
        return replace(page, cards=(), cursor=None) if page and after else page

    def story(self, story_id: int, /, *, lens: Lens | None = None) -> StoryPage | int | None:
        self._fail()
        return self.stories.get(story_id)

    def kept(self, shelf: Shelf, /, *, lens: Lens, after: str | None = None) -> KeptPage:
        return KeptPage(cards=self.front.cards if shelf is Shelf.SAVED else (), cursor=None)

    def article(self, article_id: int, /, *, lens: Lens | None = None) -> ArticlePage | None:
        return self.articles.get(article_id)

    def outlet(self, outlet_id: int, /, *, after: str | None = None) -> OutletPage | None:
        page = self.outlet_pages.get(outlet_id)
        return replace(page, articles=(), cursor=None) if page and after else page

    def outlets(self) -> tuple[OutletLine, ...]:
        return self.outlet_lines

    def feeds(self) -> tuple[FeedLine, ...]:
        self._fail()
        return self.feed_lines

    def _fail(self) -> None:
        if self.fault:
            raise self.fault


@dataclass
class FakeSearch:
    """Finds the cards of a front page whose headline has all words; `notes` come with every answer."""

    cards: tuple[StoryCard, ...] = ()
    notes: tuple[str, ...] = ()
    shown: int = 20
    queries: list[str] = field(default_factory=list)
    zones: list[tzinfo | None] = field(default_factory=list)

    def __call__(
        self, text: str, /, *, zone: tzinfo | None = None, lens: Lens | None = None, start: int = 0
    ) -> SearchPage:
        self.queries.append(text)
        self.zones.append(zone)
        words = text.lower().split()
        cards = [card for card in self.cards if all(word in card.headline.lower() for word in words)]
        found = tuple(map(make_found, cards))[start : start + self.shown]
        more = start + self.shown if len(cards) > start + self.shown else None
        return SearchPage(query=text, found=found, notes=self.notes, start=start, more=more)

    def latest(self, text: str, /, *, zone: tzinfo | None = None, lens: Lens | None = None) -> SearchPage:
        return self(text, zone=zone, lens=lens)


def make_found(card: StoryCard, **fields: Any) -> FoundStory:
    values: dict[str, Any] = {
        "card": card,
        "article_id": card.lead_id,
        "passage": (Marked(text="The <b> "), Marked(text="bridge", is_match=True), Marked(text=" is shut.")),
        "outlet_id": card.outlet.id,
        "outlet": card.outlet.name,
        "at": card.last_at,
        "lang": card.lang,
        "by_words": True,
    }
    return FoundStory(**values | fields)


@dataclass(frozen=True)
class FakeAdded:
    is_new: bool = True
    note: str = ""


@dataclass
class FakeSubscribe:
    """Remembers what it was asked to do; `.invalid` is refused, outlet1 is known, "asleep" is silent.

    "several" has two feeds.
    """

    added: list[NewFeed] = field(default_factory=list)
    chosen: list[frozenset[int] | None] = field(default_factory=list)

    def add(self, feed: NewFeed, /) -> FakeAdded:
        if ".invalid" in feed.url:
            raise FeedAddressRefused(feed.url, "names under .invalid never exist")
        if "several" in feed.url:
            choices = [NewFeed(url=f"{feed.url}/{name}", title=f"<{name}>") for name in ("news", "sport")]
            raise SeveralFeeds(feed.url, choices, "the page there announces 2 feeds")
        if "outlet1.example" in feed.url:
            return FakeAdded(is_new=False)
        self.added.append(feed)
        return FakeAdded(note="It could not be reached just now." if "asleep" in feed.url else "")

    def preview_opml(self, document: bytes, name: str, /) -> ImportReport:
        if b"<opml" not in document:
            raise OpmlUnreadable(name, "it is not OPML")
        new, *others = self.import_opml(document, name).lines
        return ImportReport(lines=(replace(new, result="new", folder="World"), *others))

    def import_opml(
        self, document: bytes, name: str, /, chosen: Collection[int] | None = None
    ) -> ImportReport:
        self.chosen.append(None if chosen is None else frozenset(chosen))
        return ImportReport(
            lines=(
                ImportLine(url="https://new.example/rss", title="New <b>Paper</b>", result="added"),
                ImportLine(
                    url="https://outlet1.example/front.xml", title="The Orsholm Lantern", result="known"
                ),
                ImportLine(
                    url="gopher://old.example",
                    title="",
                    result="refused",
                    reason="only http and https addresses can be read",
                ),
            )
        )

    def export_opml(self) -> bytes:
        return b'<?xml version="1.0"?><opml version="2.0"><body/></opml>'


@dataclass
class FakeManage:
    """Remembers what it was asked to do; feed 404 and removal 404 do not exist."""

    asked: list[tuple[object, ...]] = field(default_factory=list)

    def pause(self, feeds: Sequence[int], /) -> int:
        return self._done("pause", *feeds)

    def resume(self, feeds: Sequence[int], /) -> int:
        return self._done("resume", *feeds)

    def move(self, feeds: Sequence[int], folder: str, /) -> int:
        return self._done("move", *feeds, folder) - 1

    def poll_every(self, feeds: Sequence[int], interval: timedelta | None, /) -> int:
        return self._done("every", *feeds, interval) - 1

    def fetch_whole(self, feeds: Sequence[int], /, *, wanted: bool) -> int:
        return self._done("whole" if wanted else "brief", *feeds)

    def mute(self, feeds: Sequence[int], /, *, muted: bool) -> int:
        return self._done("mute" if muted else "unmute", *feeds)

    def rename_folder(self, old: str, new: str, /) -> int:
        if old == "nowhere":
            raise FolderUnknown(old)
        return self._done("rename", old, new)

    def remove(self, feeds: Sequence[int], /) -> int:
        self._done("remove", *feeds)
        return 77

    def restore(self, removal: int, /) -> int:
        if removal == 404:
            raise RemovalUnknown(removal)
        return self._done("restore", removal)

    def _done(self, *asked: object) -> int:
        if 404 in asked:
            raise FeedUnknown("404")
        self.asked.append(asked)
        return len(asked) - 1


@dataclass
class FakeCorrect:
    """Remembers what it was asked to do; story 404 does not exist, and article 1 may not leave."""

    asked: list[tuple[object, ...]] = field(default_factory=list)
    stored: tuple[Correction, ...] = ()

    def merge(self, story: int, other: int, /, *, by: str = "") -> Correction:
        return self._done("merge", story, other, by)

    def split(self, story: int, articles: Collection[int], /, *, by: str = "") -> Correction:
        if 1 in articles:
            raise CorrectionRefused(f"every article of story {story} would leave it")
        return self._done("split", story, *articles, by)

    def move(self, article: int, story: int, /, *, by: str = "") -> Correction:
        return self._done("move", article, story, by)

    def undo(self, correction: int, /) -> Correction:
        if correction == 404:
            raise CorrectionUnknown(correction)
        return self._done("undo", correction)

    def of_story(self, story: int, /) -> tuple[Correction, ...]:
        return self.stored

    def _done(self, *asked: object) -> Correction:
        if 404 in asked:
            raise StoryUnknown(404)
        self.asked.append(asked)
        return make_correction()


@dataclass
class FakeMarks:
    """Remembers what readers marked; nothing is muted."""

    asked: list[tuple[object, ...]] = field(default_factory=list)

    def read(self, *asked: object, patience: float | None = None, **bound: object) -> int:
        self.asked.append(("read", *asked, *bound.values()))
        return 5

    def article(self, *asked: object, is_read: bool, patience: float | None = None) -> None:
        self.asked.append(("article", *asked, is_read))

    def mutes(self, reader: ReaderId) -> tuple[MuteLine, ...]:
        return ()


class FakeComments:
    """Nobody has written anything."""

    def thread(self, reader: ReaderId, story: int, *, whole: bool = False) -> Thread:
        return Thread()


def make_correction(number: int = 7, **fields: Any) -> Correction:
    values: dict[str, Any] = {
        "id": CorrectionId(number),
        "action": CorrectionAction.SPLIT,
        "detail": "“Otter seen in canal” is not part of story 1",
        "at": ago(minutes=5),
        "by": "story page",
        "links": (),
        "moved": {},
    }
    return Correction(**values | fields)


@dataclass
class Bell:
    """Counts how often somebody asked for a check of the feeds."""

    rings: int = 0

    def __call__(self) -> None:
        self.rings += 1


@dataclass
class FakeAccounts:
    """Nobody has an account: the instance is one reader's."""

    reader: Reader = field(
        default_factory=lambda: Reader(id=PERSONAL, name="", role=Role.ADMIN, created_at=NOON)
    )

    def personal(self) -> Reader:
        return self.reader

    def all(self) -> tuple[Reader, ...]:
        return ()


class FakePreferences:
    """There are no outlets to follow."""

    def sources(self, reader: ReaderId) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
        return (), ()


class FakeInvitations:
    """Nobody was invited."""

    def open(self) -> tuple[Invitation, ...]:
        return ()

    def look(self, secret: str) -> Invitation:
        raise InvitationUnknown


@dataclass
class FakePeople:
    """An instance without accounts."""

    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    preferences: FakePreferences = field(default_factory=FakePreferences)
    invitations: FakeInvitations = field(default_factory=FakeInvitations)


class FakeDays:
    """Answers every day with the same page, but for its date; `None` is no such topic."""

    page: DayPage | None = field(
        default_factory=lambda: DayPage(day=NOON.date(), state=DayState.EMPTY, begins=NOON.date())
    )
    asked: list[date] = field(default_factory=list)

    def __call__(self, day: date, **_: Any) -> DayPage | None:
        self.asked.append(day)
        return replace(self.page, day=day) if self.page else None


class FakeSavedSearches:
    """Keeps nothing."""

    def of(self, reader: ReaderId) -> tuple[()]:
        return ()

    def sections(self, lens: Lens, *, zone: tzinfo | None) -> tuple[()]:
        return ()


def make_services(reading: FakeReading | None = None, **fields: Any) -> Services:
    from tests.web.fake_outlets import FakeDesk

    values: dict[str, Any] = {
        "reading": reading or FakeReading(),
        "search": FakeSearch(),
        "subscribe": FakeSubscribe(),
        "manage": FakeManage(),
        "correct": FakeCorrect(),
        "marks": FakeMarks(),
        "people": FakePeople(),
        "comments": FakeComments(),
        "days": FakeDays(),
        "saved_searches": FakeSavedSearches(),
        "comparing": FakeComparing(),
        "desk": FakeDesk(),
        "full_text": lambda article: {1: "", 3: "It took too long."}.get(article),
        "digests": None,
        "digest_soon": Bell(),
        "refresh_soon": Bell(),
        "refresh_all_soon": Bell(),
        "clock": FrozenClock(),
        "time_zone": "Europe/Oslo",
    }
    return Services(**values | fields)
