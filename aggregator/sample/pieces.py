"""What the sample newsroom is made of: outlets, articles, edits. `newsroom.py` reads them from files."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from html.parser import HTMLParser
from typing import Literal

Format = Literal["rss2", "atom", "rdf", "json"]

_BLOCKS = frozenset(
    ("p", "div", "h1", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "table", "tr", "figure", "br", "hr")
)
_UNSEEN = frozenset(("script", "style"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An invented outlet. `formats` names the feeds that are not in the outlet's own `format`.

    `dated` is false where the feed carries no dates (PRODUCT.md section 8, case 14).
    """

    key: str
    name: str
    domain: str
    country: str
    kind: str
    owner: str
    lang: str
    format: Format
    feeds: tuple[str, ...]
    formats: tuple[tuple[str, Format], ...] = ()
    dated: bool = True

    @property
    def site_url(self) -> str:
        """Return the address of the outlet's site, which exists only in the newsroom's world."""
        return f"https://{self.domain}/"

    def format_of(self, feed: str) -> Format:
        """Return the format that one of the outlet's feeds is written in."""
        return dict(self.formats).get(feed, self.format)

    def title_of(self, feed: str) -> str:
        """Return the feed's title: the outlet's name, and the section where there are several."""
        return self.name if len(self.feeds) == 1 else f"{self.name} – {feed.capitalize()}"

    def document_of(self, feed: str) -> str:
        """Return the path at which the sample server serves the feed."""
        ending = "json" if self.format_of(feed) == "json" else "xml"
        return f"/{self.key}/{feed}.{ending}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A later version of an article; what is None stays as it was. `hours_ago` counts like the article's."""

    hours_ago: float
    title: str | None = None
    summary: str | None = None
    body: str | None = None
    html: str | None = None
    guid: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What one feed says otherwise than the article's other feeds."""

    feed: str
    guid: str | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An article in its first state. `hours_ago` counts back from the start; negative arrives later.

    `body` is plain paragraphs separated by blank lines, `html` a raw body; both are empty where the
    feed has a summary only. `story` is None for an aggregator's entry about `discussion_of`.
    `query` is what the link carries as served; `path` lies on the outlet's domain.
    """

    id: str
    outlet: str
    feeds: tuple[str, ...]
    hours_ago: float
    title: str
    path: str
    lang: str
    story: str | None
    topic: str
    summary: str = ""
    body: str = ""
    html: str = ""
    author: str | None = None
    source: str | None = None
    url: str | None = None
    guid: str | None = None
    query: str = ""
    edits: tuple[Edit, ...] = ()
    per_feed: tuple[Override, ...] = ()
    discussion_of: str | None = None

    def published(self, start: datetime) -> datetime:
        """Return when the article appears if the newsroom starts at `start` (whole seconds)."""
        return moment(start, self.hours_ago)

    def updated(self, start: datetime, at: datetime) -> datetime:
        """Return when the state shown at `at` came about: the latest edit by then, or publication."""
        times = [moment(start, edit.hours_ago) for edit in self.edits]
        return max([self.published(start), *(time for time in times if time <= at)])

    def state(self, start: datetime, at: datetime) -> "Piece":
        """Return the article with every edit applied that was made by `at`."""
        piece = self
        for edit in self.edits:
            if moment(start, edit.hours_ago) <= at:
                piece = _edited(piece, edit)
        return piece

    def in_feed(self, feed: str) -> "Piece":
        """Return the article as this feed gives it, with the feed's own guid and query."""
        for override in self.per_feed:
            if override.feed == feed:
                guid = self.guid if override.guid is None else override.guid
                query = self.query if override.query is None else override.query
                return replace(self, guid=guid, query=query)
        return self

    def paths(self) -> frozenset[str]:
        """Return every path the article ever has: an old link keeps working."""
        return frozenset([self.path, *(edit.path for edit in self.edits if edit.path)])

    def body_html(self) -> str:
        """Return the body as HTML, empty when the feed has a summary only."""
        return self.html or "\n".join(f"<p>{escape(each, quote=False)}</p>" for each in paragraphs(self.body))

    def text(self) -> str:
        """Return the full text as plain paragraphs, the summary where there is no body."""
        parts = paragraphs_of_html(self.html) if self.html else paragraphs(self.body)
        return "\n\n".join(parts) or self.summary


def moment(start: datetime, hours_ago: float) -> datetime:
    """Return the time (UTC) `hours_ago` before `start`, in whole seconds as feeds and HTTP can tell it."""
    return start.astimezone(UTC).replace(microsecond=0) - timedelta(seconds=round(hours_ago * 3600))


def paragraphs(body: str) -> tuple[str, ...]:
    """Return the paragraphs of a plain body, each on one line."""
    blocks = "\n".join(line.strip() for line in body.splitlines()).split("\n\n")
    return tuple(" ".join(block.split()) for block in blocks if block.strip())


def paragraphs_of_html(html: str) -> tuple[str, ...]:
    """Return the visible text of an HTML body, a paragraph for each block."""
    reader = _Blocks()
    reader.feed(html)
    reader.close()
    return paragraphs("".join(reader.parts))


def _edited(piece: Piece, edit: Edit) -> Piece:
    has_new_body = edit.body is not None or edit.html is not None
    return replace(
        piece,
        title=piece.title if edit.title is None else edit.title,
        summary=piece.summary if edit.summary is None else edit.summary,
        body=(edit.body or "") if has_new_body else piece.body,
        html=(edit.html or "") if has_new_body else piece.html,
        guid=piece.guid if edit.guid is None else edit.guid,
        path=piece.path if edit.path is None else edit.path,
    )


class _Blocks(HTMLParser):
    """Collects text with blank lines between blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's
        self.unseen += tag in _UNSEEN
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in _UNSEEN
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            # A line end inside a block is only white space; two would look like a new paragraph.
            self.parts.append(" ".join(data.split("\n")))
