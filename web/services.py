"""What the pages may ask of the rest of Broadfold: handed to `create_app`, read back in each request."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Protocol, cast

from flask import current_app

from aggregator.clock import Clock
from aggregator.digests.desk import Desk
from aggregator.domain.feeds import ImportReport, NewFeed
from aggregator.domain.readers import Shelf
from aggregator.domain.stories import Correction
from aggregator.readers.comments import Comments
from aggregator.readers.compared import ComparePage
from aggregator.readers.days import Days
from aggregator.readers.desk import OutletDesk
from aggregator.readers.found import SearchPage
from aggregator.readers.lens import Lens
from aggregator.readers.marks import Marks
from aggregator.readers.people import People
from aggregator.readers.savedsearches import SavedSearches
from aggregator.readers.views import (
    ArticlePage,
    FeedLine,
    FrontPage,
    KeptPage,
    OutletLine,
    OutletPage,
    StoryPage,
    TopicPage,
)

EXTENSION = "broadfold"


class Reading(Protocol):
    """Answer a page's question. Implementations: `readers/reading.py`, and the fake of the tests."""

    def front_page(self, *, after: str | None = None, limit: int = 30, lens: Lens | None = None) -> FrontPage:
        """Return the stories that follow the cursor `after`; raise WrongUse for a cursor nobody gave out."""
        ...

    def topic(self, name: str, /, *, after: str | None = None, lens: Lens | None = None) -> TopicPage | None:
        """Return the stories of a topic that follow the cursor `after`, or None for no topic."""
        ...

    def story(self, story_id: int, /, *, lens: Lens | None = None) -> StoryPage | int | None:
        """Return the story, or the id of the story that it was merged into, or None."""
        ...

    def kept(self, shelf: Shelf, /, *, lens: Lens, after: str | None = None) -> KeptPage:
        """Return the stories on a list of the reader's that follow the cursor `after`."""
        ...

    def article(self, article_id: int, /, *, lens: Lens | None = None) -> ArticlePage | None:
        """Return the article with its story, or None."""
        ...

    def outlet(self, outlet_id: int, /, *, after: str | None = None) -> OutletPage | None:
        """Return the outlet and its articles that follow the cursor `after`, or None."""
        ...

    def outlets(self) -> tuple[OutletLine, ...]:
        """Return every outlet, in the order in which to show them."""
        ...

    def feeds(self) -> tuple[FeedLine, ...]:
        """Return every subscription with its health."""
        ...


class Search(Protocol):
    """Answer a search, whatever is asked; `zone` is the reader's, None the machine's own."""

    def __call__(
        self, text: str, /, *, zone: tzinfo | None = None, lens: Lens | None = None, start: int = 0
    ) -> SearchPage:
        """Return the stories that answer best, after the first `start`, soon."""
        ...

    def latest(self, text: str, /, *, zone: tzinfo | None = None, lens: Lens | None = None) -> SearchPage:
        """Return the stories of the last days that answer, the newest first, for a feed."""
        ...


class Comparing(Protocol):
    """Lay a story's outlets side by side. Implementations: `readers/comparing.py`, a fake of the tests."""

    def __call__(
        self, story_id: int, /, *, outlets: Sequence[int] = (), axis: str = ""
    ) -> ComparePage | int | None:
        """Return the page, or the id of the story that it was merged into, or None; raise ModelUnusable."""
        ...


class Added(Protocol):
    """What became of an address to add."""

    @property
    def is_new(self) -> bool:
        """Whether it was not a subscription before."""
        ...

    @property
    def note(self) -> str:
        """A sentence about a feed that was added although it could not be looked at; empty otherwise."""
        ...


class Subscribe(Protocol):
    """Change the list of feeds. What cannot be done raises a WrongUse, whose text is for the reader."""

    def add(self, feed: NewFeed, /) -> Added:
        """Subscribe to a feed; raise FeedAddressRefused for an address that cannot be one."""
        ...

    def preview_opml(self, document: bytes, name: str, /) -> ImportReport:
        """Say what an import would do with each line of an OPML document; raise OpmlUnreadable."""
        ...

    def import_opml(
        self, document: bytes, name: str, /, chosen: Collection[int] | None = None
    ) -> ImportReport:
        """Subscribe to the chosen lines of an OPML document called `name`; raise OpmlUnreadable."""
        ...

    def export_opml(self) -> bytes:
        """Return every subscription as an OPML document."""
        ...


class Manage(Protocol):
    """Change feeds, given by number. A number of no feed raises FeedUnknown, and nothing is changed."""

    def pause(self, feeds: Sequence[int], /) -> int:
        """Stop polling feeds; return how many."""
        ...

    def resume(self, feeds: Sequence[int], /) -> int:
        """Poll feeds again; return how many."""
        ...

    def move(self, feeds: Sequence[int], folder: str, /) -> int:
        """File feeds in a folder; return how many."""
        ...

    def poll_every(self, feeds: Sequence[int], interval: timedelta | None, /) -> int:
        """Set how often to poll feeds, None for the default; return how many."""
        ...

    def fetch_whole(self, feeds: Sequence[int], /, *, wanted: bool) -> int:
        """Fetch the whole text of new articles of feeds, or no longer; return how many."""
        ...

    def mute(self, feeds: Sequence[int], /, *, muted: bool) -> int:
        """Keep what only these feeds bring off the front page, or no longer; return how many."""
        ...

    def rename_folder(self, old: str, new: str, /) -> int:
        """Give a folder another name; return how many feeds are in it; raise FolderUnknown."""
        ...

    def remove(self, feeds: Sequence[int], /) -> int:
        """End subscriptions; return the number that undoes it."""
        ...

    def restore(self, removal: int, /) -> int:
        """Undo a removal; return how many feeds came back; raise RemovalUnknown."""
        ...


class Correct(Protocol):
    """Put stories right. What cannot be done raises a WrongUse, whose text is for the reader."""

    def merge(self, story: int, other: int, /, *, by: str = "") -> Correction:
        """Make one story of two; raise StoryUnknown or CorrectionRefused."""
        ...

    def split(self, story: int, articles: Collection[int], /, *, by: str = "") -> Correction:
        """Take articles out into a story of their own; raise StoryUnknown or CorrectionRefused."""
        ...

    def move(self, article: int, story: int, /, *, by: str = "") -> Correction:
        """Take an article into another story; raise StoryUnknown or CorrectionRefused."""
        ...

    def undo(self, correction: int, /) -> Correction:
        """Take a correction back; raise CorrectionUnknown."""
        ...

    def of_story(self, story: int, /) -> tuple[Correction, ...]:
        """Return the corrections that bind articles of a story, the newest first."""
        ...


def at_once(call: Callable[[], object]) -> None:
    """Do what may be done later now."""
    call()


def never(_call: Callable[[], object]) -> None:
    """Leave what need not be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything the site stands on.

    `time_zone` is an IANA name for the times on the pages; empty means the machine's own zone.
    `full_text` fetches the whole text of an article: it returns nothing when that is kept, a sentence for the
    reader when it could not be had, and None for no article.
    `refresh_soon` asks for a look at the feeds that are due, `refresh_all_soon` at all of them.
    `digest_soon` asks for a look at the mails that wait.
    `allowed_hosts` are the names, besides the loopback ones, under which the site may be opened.
    `later` does what no page should wait for; it must not fail silently. So does `ahead`, or it does nothing:
    what it is given spares a wait, and is lost when the instance stops.
    Within `one_view`, all that a thread reads is as of one moment.
    """

    reading: Reading
    search: Search
    subscribe: Subscribe
    manage: Manage
    correct: Correct
    marks: Marks
    people: People
    comments: Comments
    days: Days
    saved_searches: SavedSearches
    comparing: Comparing
    desk: OutletDesk
    full_text: Callable[[int], str | None]
    digests: Desk
    digest_soon: Callable[[], None]
    refresh_soon: Callable[[], None]
    refresh_all_soon: Callable[[], None]
    clock: Clock
    time_zone: str = ""
    site_name: str = "Broadfold"
    allowed_hosts: tuple[str, ...] = ()
    later: Callable[[Callable[[], object]], None] = at_once
    ahead: Callable[[Callable[[], object]], None] = never
    one_view: Callable[[], AbstractContextManager[object]] = nullcontext


def current_services() -> Services:
    """Return the services of the app that answers this request."""
    return cast(Services, current_app.extensions[EXTENSION])
