"""Writes the sample outlets' web pages, the list of them all, and the OPML file to subscribe from. Pure."""

from datetime import datetime
from html import escape
from itertools import groupby
from xml.etree import ElementTree as ET

from aggregator.domain.feeds import NewFeed
from aggregator.sample.newsroom import Newsroom
from aggregator.sample.pieces import Outlet, Piece, moment
from aggregator.sample.render import FEED_TYPES, Rendered, link_of, visible

_HTML = "text/html; charset=utf-8"
_STYLE = (
    "body{font:1.05rem/1.6 Georgia,serif;max-width:42rem;margin:2rem auto;padding:0 1rem;"
    "color-scheme:light dark}header,time,footer{font-family:system-ui,sans-serif;font-size:.9rem}"
)


def render_page(
    newsroom: Newsroom, outlet: str, path: str, *, start: datetime, at: datetime, base: str
) -> Rendered | None:
    """Return the page at `path` of an outlet as it stands at `at`: "/" is the front page.

    None where the outlet has no such page yet. Where several articles share a path, the newest is
    shown, as on a site that reuses one address for every post. Raises KeyError for an unknown outlet.
    """
    house = newsroom.outlet(outlet)
    out = visible(newsroom, outlet, start=start, at=at)
    if path == "/":
        return _front(newsroom, house, out, start=start, at=at, base=base)
    for piece in out:
        if path in piece.paths():
            return _article(newsroom, house, piece, start=start, at=at, base=base)
    return None


def render_index(newsroom: Newsroom, *, start: datetime, base: str) -> Rendered:
    """Return the page that lists every outlet with its feeds."""
    lines = []
    for outlet in newsroom.outlets:
        feeds = ", ".join(
            f'<a href="{_attribute(base + outlet.document_of(feed))}">{escape(feed)}</a>'
            for feed in outlet.feeds
        )
        lines.append(
            f'<li><a href="{_attribute(f"{base}/{outlet.key}/")}">{escape(outlet.name)}</a>, '
            f"{escape(outlet.kind)}, {escape(outlet.country)}: {feeds}</li>"
        )
    content = (
        "<h1>The sample newsroom</h1>\n<p>Invented outlets of invented countries. "
        f'<a href="{_attribute(base)}/opml">All feeds as OPML</a></p>\n<ul>\n' + "\n".join(lines) + "\n</ul>"
    )
    return _page("The sample newsroom", "en", "", content, start)


def render_opml(feeds: tuple[NewFeed, ...], *, start: datetime) -> Rendered:
    """Return the feeds as OPML 2.0, one folder for each run of feeds with the same folder name."""
    root = ET.Element("opml", {"version": "2.0"})
    ET.SubElement(ET.SubElement(root, "head"), "title").text = "The sample newsroom"
    body = ET.SubElement(root, "body")
    for folder, members in groupby(sorted(feeds, key=lambda feed: feed.folder), key=lambda feed: feed.folder):
        node = ET.SubElement(body, "outline", {"text": folder, "title": folder})
        for feed in members:
            values = {"type": "rss", "text": feed.title, "title": feed.title, "xmlUrl": feed.url}
            more = {"htmlUrl": feed.site_url, "language": feed.lang}
            ET.SubElement(node, "outline", values | {key: text for key, text in more.items() if text})
    ET.indent(root)
    content = bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
    return Rendered(body=content, content_type="text/x-opml; charset=utf-8", last_modified=moment(start, 0))


def _front(
    newsroom: Newsroom, outlet: Outlet, out: tuple[Piece, ...], *, start: datetime, at: datetime, base: str
) -> Rendered:
    lines = []
    for piece in out:
        now = piece.state(start, at)
        address = link_of(newsroom, now, base=base, links="local")
        lines.append(
            f'<li><a href="{_attribute(address)}">{escape(now.title, quote=False)}</a>'
            f"<br>{escape(now.summary, quote=False)}</li>"
        )
    content = f"<h1>{escape(outlet.name)}</h1>\n<ul>\n" + "\n".join(lines) + "\n</ul>"
    changed = max((piece.updated(start, at) for piece in out), default=min(start, at))
    return _page(outlet.name, outlet.lang, _alternates(outlet, base), content, changed)


def _article(
    newsroom: Newsroom, outlet: Outlet, piece: Piece, *, start: datetime, at: datetime, base: str
) -> Rendered:
    now = piece.state(start, at)
    home = f'<a href="{_attribute(f"{base}/{outlet.key}/")}">{escape(outlet.name)}</a>'
    parts = [f"<header>{home}</header>", "<article>", f"<h1>{escape(now.title, quote=False)}</h1>"]
    if now.author:
        parts.append(f'<p class="byline">{escape(now.author)}</p>')
    if outlet.dated:
        published = piece.published(start)
        words = f"{published:%Y-%m-%d %H:%M} UTC"
        parts.append(f'<p><time datetime="{published.isoformat()}">{words}</time></p>')
    summary = f"<p><strong>{escape(now.summary, quote=False)}</strong></p>"
    parts.extend([] if now.html or not now.summary else [summary])
    parts.append(now.body_html())
    if piece.discussion_of is not None or piece.url is not None:
        target = link_of(newsroom, now, base=base, links="local")
        parts.append(f'<p><a href="{_attribute(target)}">The article under discussion</a></p>')
    parts.extend(["</article>", "<footer>Invented by the sample newsroom of Broadfold.</footer>"])
    title = f"{now.title} – {outlet.name}"
    content = "\n".join(part for part in parts if part)
    return _page(title, now.lang, _alternates(outlet, base), content, piece.updated(start, at))


def _alternates(outlet: Outlet, base: str) -> str:
    """Return the links by which a reader finds the feeds of a page."""
    return "".join(
        f'<link rel="alternate" type="{FEED_TYPES[outlet.format_of(feed)]}" '
        f'title="{_attribute(outlet.title_of(feed))}" href="{_attribute(base + outlet.document_of(feed))}">\n'
        for feed in outlet.feeds
    )


def _page(title: str, lang: str, head: str, content: str, changed: datetime) -> Rendered:
    text = (
        f'<!doctype html>\n<html lang="{_attribute(lang)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title, quote=False)}</title>\n{head}<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{content}\n</body>\n</html>\n"
    )
    return Rendered(body=text.encode(), content_type=_HTML, last_modified=moment(changed, 0))


def _attribute(text: str) -> str:
    return escape(text, quote=True)
