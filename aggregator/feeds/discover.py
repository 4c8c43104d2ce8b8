"""Find the feeds of a site: its address in, feeds that could be subscribed to out."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from aggregator.domain.feeds import Failure, Fetched, FetchFailed, FetchRequest, NewFeed, ParsedFeed
from aggregator.feeds.guard import feed_address, refusal
from aggregator.feeds.parse import parse

if TYPE_CHECKING:
    from aggregator.feeds.fetch import Fetcher

FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/xml",
        "text/xml",
    }
)
"""`application/json` is left out: sites announce their programming interfaces with it."""

CHARSET = re.compile(rb"""(?i)charset\s*=\s*["']?([\w.:-]{1,40})""")
COMMENTS = re.compile(r"(?i)\bcomments?\b")
HEAD_BYTES = 1_000_000
"""How much of a page is read for its <head>; pages with inlined images have long ones."""


def discover(url: str, fetcher: "Fetcher") -> tuple[NewFeed, ...] | FetchFailed:
    """Return the feed at `url`, or the feeds that the page at `url` announces, in the page's order.

    An empty tuple means: a page that announces none. `FetchFailed` means: nothing could be read there.
    """
    result = fetcher(FetchRequest(url=url))
    if isinstance(result, FetchFailed):
        return result
    if not isinstance(result, Fetched):
        return FetchFailed(url=url, failure=Failure.EMPTY)
    at = result.moved_to or url
    parsed = parse(result.body, result.content_type, url=at)
    if isinstance(parsed, ParsedFeed):
        return (NewFeed(url=at, title=parsed.title, site_url=parsed.site_url, lang=parsed.lang),)
    return announced(result.body, result.content_type, url=at)


def announced(page: bytes, content_type: str | None, *, url: str) -> tuple[NewFeed, ...]:
    """Return the feeds that a page's <link rel="alternate"> elements announce, each address once.

    Feeds of readers' comments, which every WordPress site announces too, are left out beside others.
    """
    reader = _Head()
    reader.feed(_text(page[:HEAD_BYTES], content_type))
    reader.close()
    base = urljoin(url, reader.base) if reader.base else url
    found: dict[str, NewFeed] = {}
    for link in reader.links:
        address = _joined(base, link.href)
        if address is not None and refusal(address, allow_private=True) is None:
            found.setdefault(address, NewFeed(url=address, title=link.title, site_url=url, lang=reader.lang))
    of_articles = tuple(feed for feed in found.values() if not COMMENTS.search(f"{feed.url} {feed.title}"))
    return of_articles or tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    href: str
    title: str


@dataclass(slots=True)
class _Seen:
    links: list[_Link] = field(default_factory=list)
    base: str | None = None
    lang: str | None = None


class _Head(HTMLParser):
    """Collect feed links, <base> and the language of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._seen = _Seen()

    @property
    def links(self) -> tuple[_Link, ...]:
        return tuple(self._seen.links)

    @property
    def base(self) -> str | None:
        return self._seen.base

    @property
    def lang(self) -> str | None:
        return self._seen.lang

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip() for name, value in attrs}
        if tag == "html":
            self._seen.lang = given.get("lang") or None
        elif tag == "base" and self._seen.base is None:
            self._seen.base = given.get("href") or None
        elif tag == "link" and given.get("href") and _is_feed_link(given):
            self._seen.links.append(_Link(href=given["href"], title=" ".join(given.get("title", "").split())))


def _is_feed_link(given: dict[str, str]) -> bool:
    relations = given.get("rel", "").lower().split()
    kind = given.get("type", "").partition(";")[0].strip().lower()
    return "alternate" in relations and "stylesheet" not in relations and kind in FEED_TYPES


def _joined(base: str, href: str) -> str | None:
    try:
        return feed_address(urljoin(base, href))
    except ValueError:  # brackets in the host that are no IPv6 address
        return None


def _text(page: bytes, content_type: str | None) -> str:
    """Return the page as text; only ASCII matters for addresses, titles may suffer from a wrong charset."""
    declared = CHARSET.search((content_type or "").encode()) or CHARSET.search(page[:4096])
    try:
        return page.decode(declared[1].decode() if declared else "utf-8", "replace")
    except LookupError:
        return page.decode("utf-8", "replace")
