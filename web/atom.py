"""Stories as an Atom feed (RFC 4287): values in, bytes out.

A story's id is its permanent address, so that it is the same entry in every feed and after every
report that comes to it; `updated` is the time of its latest report.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from xml.etree import ElementTree as ET

from aggregator.digests.desk import PastDigest
from aggregator.readers.found import FoundStory
from web.presenters import iso, size_line

ATOM: Final = "http://www.w3.org/2005/Atom"
NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a number (section 2.2)."""


def render_atom(
    stories: Sequence[FoundStory],
    *,
    title: str,
    self_link: str,
    page_link: str,
    story_link: Callable[[FoundStory], str],
    now: datetime,
) -> bytes:
    """Return a feed of stories in their order; an empty one was updated `now`."""
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(feed, "id", self_link)
    _add(feed, "title", title)
    _add(feed, "updated", iso(max((one.card.last_at for one in stories), default=now)))
    _add(feed, "link", rel="self", type="application/atom+xml", href=self_link)
    _add(feed, "link", rel="alternate", type="text/html", href=page_link)
    _add(feed, "generator", "Broadfold")
    for one in stories:
        _add_entry(feed, one, story_link(one))
    ET.indent(feed)
    document: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add_entry(feed: ET.Element, one: FoundStory, link: str) -> None:
    entry = ET.SubElement(feed, "entry")
    _add(entry, "id", link)
    _add(entry, "title", one.card.headline)
    _add(entry, "updated", iso(one.card.last_at))
    _add(entry, "published", iso(one.card.first_at))
    _add(entry, "link", rel="alternate", type="text/html", href=link)
    _add(ET.SubElement(entry, "author"), "name", one.card.outlet.name)
    passage = "".join(piece.text for piece in one.passage)
    _add(entry, "summary", f"{one.outlet}: {passage} ({size_line(one.card)})", type="text")


def render_digest_atom(
    editions: Sequence[tuple[str, PastDigest, str]], *, title: str, self_link: str, now: datetime
) -> bytes:
    """Return a feed of past digests, the newest first: (address, edition, its HTML) each."""
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(feed, "id", self_link)
    _add(feed, "title", title)
    _add(feed, "updated", iso(max((one.edition.made_at for _, one, _ in editions), default=now)))
    _add(feed, "link", rel="self", type="application/atom+xml", href=self_link)
    _add(ET.SubElement(feed, "author"), "name", "Broadfold")
    for address, one, html in editions:
        entry = ET.SubElement(feed, "entry")
        _add(entry, "id", address)
        _add(entry, "title", one.digest.subject)
        _add(entry, "updated", iso(one.edition.made_at))
        _add(entry, "link", rel="alternate", type="text/html", href=address)
        _add(entry, "content", html, type="html")
    ET.indent(feed)
    document: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> None:
    child = ET.SubElement(parent, tag, {name: _clean(value) for name, value in attributes.items()})
    child.text = None if text is None else _clean(text)


def _clean(text: str) -> str:
    return NOT_XML.sub("", text)
