"""Writes an outlet's feed as it stands at one moment: the server sends it, a test may ask for any moment.

Pure, and byte-stable for equal input, so that an ETag made from the bytes means something.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from types import MappingProxyType
from typing import Any, Literal
from xml.etree import ElementTree as ET

from aggregator.sample.newsroom import Newsroom
from aggregator.sample.pieces import Format, Outlet, Piece, moment

Links = Literal["local", "public"]
"""Whether articles link to pages of the sample server, or to the outlets' invented sites."""

MOST_ITEMS = 60
"""Longest feed; real ones hold 10 to 100 items."""

FEED_TYPES: Mapping[Format, str] = MappingProxyType(
    {
        "rss2": "application/rss+xml",
        "atom": "application/atom+xml",
        "rdf": "application/rdf+xml",
        "json": "application/feed+json",
    }
)

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RSS1 = "http://purl.org/rss/1.0/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A document ready to be served. `last_modified` is when its content last changed."""

    body: bytes
    content_type: str
    last_modified: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """An article as one feed shows it now. Times are None where the outlet gives none."""

    piece: Piece
    link: str
    guid: str
    comments: str | None
    published: datetime | None
    updated: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    newsroom: Newsroom
    outlet: Outlet
    feed: str
    start: datetime
    at: datetime
    base: str
    links: Links
    shown: tuple[Piece, ...]

    @property
    def title(self) -> str:
        return self.outlet.title_of(self.feed)

    @property
    def address(self) -> str:
        return self.base + self.outlet.document_of(self.feed)

    @property
    def updated(self) -> datetime:
        times = [piece.updated(self.start, self.at) for piece in self.shown]
        return max(times, default=moment(min(self.start, self.at), 0))

    def items(self) -> Iterator[_Item]:
        return (_item(self, piece) for piece in self.shown)


def render(
    newsroom: Newsroom,
    outlet: str,
    feed: str,
    *,
    start: datetime,
    at: datetime,
    base: str,
    links: Links = "local",
) -> Rendered:
    """Return the feed document at moment `at` of a newsroom that started at `start` (both aware).

    `base` is the server's address without a slash at its end. Newest first, at most MOST_ITEMS.
    Raises KeyError when there is no such outlet or feed.
    """
    house = newsroom.outlet(outlet)
    if feed not in house.feeds:
        raise KeyError(feed)
    shown = visible(newsroom, outlet, feed=feed, start=start, at=at)[:MOST_ITEMS]
    channel = _Channel(
        newsroom=newsroom,
        outlet=house,
        feed=feed,
        start=start,
        at=at,
        base=base,
        links=links,
        shown=shown,
    )
    kind = house.format_of(feed)
    return Rendered(
        body=_WRITERS[kind](channel),
        content_type=f"{FEED_TYPES[kind]}; charset=utf-8",
        last_modified=channel.updated,
    )


def visible(
    newsroom: Newsroom, outlet: str, *, feed: str | None = None, start: datetime, at: datetime
) -> tuple[Piece, ...]:
    """Return an outlet's articles that are out by `at`, newest first, before any edit."""
    out = [
        piece
        for piece in newsroom.of_outlet(outlet)
        if piece.published(start) <= at and (feed is None or feed in piece.feeds)
    ]
    return tuple(sorted(out, key=lambda piece: (piece.published(start), piece.id), reverse=True))


def link_of(newsroom: Newsroom, piece: Piece, *, base: str, links: Links) -> str:
    """Return the address a feed gives for an article in its present state, without its query.

    An aggregator's entry gives exactly the first address of the article that it discusses.
    """
    if piece.discussion_of is not None:
        return link_of(newsroom, newsroom.piece(piece.discussion_of), base=base, links=links)
    if piece.url is not None:
        return piece.url
    return f"{base}/{piece.outlet}{piece.path}" if links == "local" else newsroom.public_url(piece)


def own_page(newsroom: Newsroom, piece: Piece, *, base: str, links: Links) -> str:
    """Return the address of an article's page at its own outlet, also where its link points elsewhere."""
    if links == "local":
        return f"{base}/{piece.outlet}{piece.path}"
    return f"https://{newsroom.outlet(piece.outlet).domain}{piece.path}"


def _item(channel: _Channel, piece: Piece) -> _Item:
    newsroom, outlet, base, links = channel.newsroom, channel.outlet, channel.base, channel.links
    now = piece.state(channel.start, channel.at).in_feed(channel.feed)
    is_pointer = piece.discussion_of is not None or piece.url is not None
    return _Item(
        piece=now,
        link=link_of(newsroom, now, base=base, links=links) + now.query,
        # The public address, so that an article keeps its guid when the server's port changes.
        guid=now.guid or own_page(newsroom, now, base=base, links="public"),
        comments=own_page(newsroom, now, base=base, links=links) if is_pointer else None,
        published=piece.published(channel.start) if outlet.dated else None,
        updated=piece.updated(channel.start, channel.at) if outlet.dated else None,
    )


def _rss2(channel: _Channel) -> bytes:
    root = ET.Element(
        "rss", {"version": "2.0", "xmlns:atom": _ATOM, "xmlns:content": _CONTENT, "xmlns:dc": _DC}
    )
    top = ET.SubElement(root, "channel")
    _add(top, "title", channel.title)
    _add(top, "link", channel.outlet.site_url)
    _add(top, "description", _about(channel.outlet))
    _add(top, "language", channel.outlet.lang)
    if channel.outlet.dated:
        _add(top, "lastBuildDate", format_datetime(channel.updated, usegmt=True))
    ET.SubElement(top, "atom:link", {"rel": "self", "href": channel.address, "type": FEED_TYPES["rss2"]})
    for item in channel.items():
        _rss2_item(ET.SubElement(top, "item"), channel, item)
    return _written(root)


def _rss2_item(node: ET.Element, channel: _Channel, item: _Item) -> None:
    piece = item.piece
    _add(node, "title", piece.title)
    _add(node, "link", item.link)
    _add(node, "guid", item.guid, isPermaLink="true" if item.guid == item.link else "false")
    if item.published is not None:
        _add(node, "pubDate", format_datetime(item.published, usegmt=True))
    # RSS descriptions are HTML, so plain words are escaped once for HTML and once more for XML.
    _add(node, "description", escape(piece.summary, quote=False))
    _add(node, "dc:creator", piece.author)
    _add(node, "content:encoded", piece.body_html())
    _add(node, "category", piece.topic)
    _add(node, "comments", item.comments)
    if piece.source is not None:
        source = channel.newsroom.outlet_named(piece.source)
        _add(node, "source", source.name, url=channel.base + source.document_of(source.feeds[0]))
    _add(node, "dc:language", None if piece.lang == channel.outlet.lang else piece.lang)


def _atom(channel: _Channel) -> bytes:
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": channel.outlet.lang})
    _add(root, "title", channel.title)
    _add(root, "subtitle", _about(channel.outlet))
    _add(root, "id", channel.outlet.site_url + channel.title.replace(" ", "-").lower())
    _add(root, "updated", _iso(channel.updated))
    ET.SubElement(root, "link", {"rel": "self", "href": channel.address, "type": FEED_TYPES["atom"]})
    ET.SubElement(root, "link", {"rel": "alternate", "href": channel.outlet.site_url, "type": "text/html"})
    _add(ET.SubElement(root, "author"), "name", channel.outlet.name)
    for item in channel.items():
        _atom_entry(ET.SubElement(root, "entry"), channel, item)
    return _written(root)


def _atom_entry(node: ET.Element, channel: _Channel, item: _Item) -> None:
    piece = item.piece
    if piece.lang != channel.outlet.lang:
        node.set("xml:lang", piece.lang)
    _add(node, "title", piece.title)
    ET.SubElement(node, "link", {"rel": "alternate", "href": item.link, "type": "text/html"})
    if item.comments is not None:  # RFC 4685, section 4
        ET.SubElement(node, "link", {"rel": "replies", "href": item.comments, "type": "text/html"})
    _add(node, "id", item.guid)
    _add(node, "published", _iso(item.published))
    _add(node, "updated", _iso(item.updated))
    if piece.author:
        _add(ET.SubElement(node, "author"), "name", piece.author)
    ET.SubElement(node, "category", {"term": piece.topic})
    _add(node, "summary", piece.summary)
    _add(node, "content", piece.body_html(), type="html")
    if piece.source is not None:
        source = channel.newsroom.outlet_named(piece.source)
        origin = ET.SubElement(node, "source")
        _add(origin, "id", source.site_url)
        _add(origin, "title", source.name)
        ET.SubElement(origin, "link", {"rel": "alternate", "href": source.site_url})


def _rdf(channel: _Channel) -> bytes:
    root = ET.Element(
        "rdf:RDF", {"xmlns": _RSS1, "xmlns:rdf": _RDF, "xmlns:dc": _DC, "xmlns:content": _CONTENT}
    )
    top = ET.SubElement(root, "channel", {"rdf:about": channel.address})
    _add(top, "title", channel.title)
    _add(top, "link", channel.outlet.site_url)
    _add(top, "description", _about(channel.outlet))
    _add(top, "dc:language", channel.outlet.lang)
    if channel.outlet.dated:
        _add(top, "dc:date", _iso(channel.updated))
    contents = ET.SubElement(ET.SubElement(top, "items"), "rdf:Seq")
    for item in channel.items():
        ET.SubElement(contents, "rdf:li", {"rdf:resource": item.guid})
    for item in channel.items():
        _rdf_item(ET.SubElement(root, "item", {"rdf:about": item.guid}), channel, item)
    return _written(root)


def _rdf_item(node: ET.Element, channel: _Channel, item: _Item) -> None:
    piece = item.piece
    _add(node, "title", piece.title)
    _add(node, "link", item.link)
    _add(node, "description", escape(piece.summary, quote=False))
    _add(node, "dc:creator", piece.author)
    _add(node, "dc:subject", piece.topic)
    _add(node, "dc:date", _iso(item.published))
    _add(node, "dc:source", piece.source)
    _add(node, "dc:language", None if piece.lang == channel.outlet.lang else piece.lang)
    _add(node, "content:encoded", piece.body_html())


def _json(channel: _Channel) -> bytes:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.outlet.site_url,
        "feed_url": channel.address,
        "description": _about(channel.outlet),
        "language": channel.outlet.lang,
        "items": [_json_item(channel, item) for item in channel.items()],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _json_item(channel: _Channel, item: _Item) -> dict[str, Any]:
    piece = item.piece
    body = piece.body_html()
    values: dict[str, Any] = {
        "id": item.guid,
        "url": item.link,
        "title": piece.title,
        "summary": piece.summary,
    }
    # One of the two is compulsory, also for an item that is only a summary (JSON Feed 1.1, Items).
    values |= {"content_html": body} if body else {"content_text": piece.summary}
    if item.published is not None and item.updated is not None:
        values["date_published"] = _iso(item.published)
        if item.updated != item.published:
            values["date_modified"] = _iso(item.updated)
    byline = piece.author or piece.source  # JSON Feed has no element for a source
    if byline:
        values["authors"] = [{"name": byline}]
    if piece.lang != channel.outlet.lang:
        values["language"] = piece.lang
    return values | {"tags": [piece.topic]}


_WRITERS: Mapping[Format, Callable[[_Channel], bytes]] = MappingProxyType(
    {"rss2": _rss2, "atom": _atom, "rdf": _rdf, "json": _json}
)


def _about(outlet: Outlet) -> str:
    return f"{outlet.kind.capitalize()}, {outlet.country}. Invented, like everything it reports."


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _add(parent: ET.Element, tag: str, text: str | None, **attributes: str) -> None:
    """Add an element that holds text; nothing where there is no text."""
    if text:
        ET.SubElement(parent, tag, attributes).text = text


def _written(root: ET.Element) -> bytes:
    # Prefixes are written as plain tag names: ElementTree's own registry of them is global state.
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
