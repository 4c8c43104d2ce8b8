"""What a feed's bytes say: takes the body of a 200 answer, gives a `ParsedFeed` or why it is none.

feedparser reads RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0 and CDF, `jsonfeed.py` reads JSON Feed.
Nothing is cleaned here; sanitising is the last step (`sanitise.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from aggregator.domain.feeds import Failure, ParsedEntry, ParsedFeed, ParseFailed
from aggregator.feeds.dates import utc_of
from aggregator.feeds.encoding import decode
from aggregator.feeds.jsonfeed import parse_json
from aggregator.feeds.urls import is_web_address, link_to_open

if TYPE_CHECKING:
    from feedparser.util import FeedParserDict

# News feeds list 10 to 200 entries; a document with more is an archive or an attack.
MAX_ENTRIES = 2_000
MAX_TAGS = 20

_UPDATE_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
# Dialects that feedparser reads without naming them, by their first element.
_UNVERSIONED = {"channel": "cdf", "rss": "rss", "rdf:rdf": "rss10", "feed": "atom"}
_FEED_ROOT = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_ROOT = re.compile(r"<([a-z][\w:.-]*)", re.IGNORECASE)
_PROLOG_NOISE = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?P<subset>\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(
    r"<!ENTITY\s+(?P<kind>%?)\s*[^\s\"']+\s+(?P<how>SYSTEM|PUBLIC)?\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)')",
    re.IGNORECASE,
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHARACTER = re.compile(r"&#(?:[xX](?P<hex>[0-9a-fA-F]+)|(?P<dec>[0-9]+));")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OTHER_DOCUMENTS = {
    "html": "an HTML page",
    "opml": "an OPML list",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap",
    "svg": "an image",
}

# What feedparser's loose parser has been seen to raise on hostile input, besides returning bozo.
_PARSER_FAULTS = (
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
)


def parse(body: bytes, content_type: str | None, *, url: str) -> ParsedFeed | ParseFailed:
    """Return the feed in `body`, served at `url` as `content_type`, or the reason why it is none.

    A broken document whose entries can be recovered is a feed with a `warning`. Relative links are
    resolved against `url`; dates are UTC.
    """
    decoded = decode(body, content_type)
    text = _CHARACTER.sub(_valid_reference, _CONTROLS.sub("", decoded.text)).lstrip()
    if not text:
        return ParseFailed(failure=Failure.EMPTY)
    is_json = text[0] in "{[" or (text[0] != "<" and "json" in (content_type or "").lower())
    feed = parse_json(text, url=url, limit=MAX_ENTRIES) if is_json else _parse_xml(text, url)
    if isinstance(feed, ParseFailed) or decoded.warning is None:
        return feed
    return _with_warning(feed, decoded.warning)


def _parse_xml(text: str, url: str) -> ParsedFeed | ParseFailed:
    root = _root(text)
    if root == "html" or text[:64].lower().startswith("<!doctype html"):
        return ParseFailed(failure=Failure.NOT_A_FEED, detail=_OTHER_DOCUMENTS["html"])
    import feedparser

    try:
        result = feedparser.parse(
            BytesIO(_harmless(text).encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _PARSER_FAULTS as error:
        return ParseFailed(failure=Failure.MALFORMED, detail=f"{type(error).__name__} in the parser")
    problem = _problem(result.get("bozo_exception")) if result.get("bozo") else None
    entries = [entry for entry in result.entries if _says_anything(entry)]
    result.version = result.version or _UNVERSIONED.get(root, "")
    if not entries and (problem is not None or not result.version):
        if _FEED_ROOT.search(text[:4096]):
            return ParseFailed(failure=Failure.MALFORMED, detail=problem or "")
        return ParseFailed(failure=Failure.NOT_A_FEED, detail=_OTHER_DOCUMENTS.get(root, ""))
    return _feed(result, entries, url, problem)


def _feed(
    result: "FeedParserDict", entries: Sequence["FeedParserDict"], url: str, problem: str | None
) -> ParsedFeed:
    channel = result.feed
    lang = _text(channel, "language") or None
    feed = ParsedFeed(
        format=result.version or "unknown",
        title=_text(channel, "title"),
        site_url=link_to_open(_text(channel, "link"), url) or None,
        lang=lang,
        ttl=_ttl(channel),
        entries=tuple(_entry(entry, url, lang) for entry in entries[:MAX_ENTRIES]),
    )
    if problem:
        feed = _with_warning(feed, f"The feed is not well-formed ({problem}); its entries were recovered.")
    if len(entries) > MAX_ENTRIES:
        feed = _with_warning(feed, f"The feed has {len(entries)} entries; the first {MAX_ENTRIES} were read.")
    return feed


def _entry(entry: "FeedParserDict", url: str, feed_lang: str | None) -> ParsedEntry:
    summary, content, base, lang = _bodies(entry)
    source = _mapping(entry, "source")
    return ParsedEntry(
        guid=_text(entry, "id") or None,
        link=link_to_open(_link(entry), base or url) or None,
        title=_text(entry, "title"),
        summary=summary,
        content=content,
        author=_author(entry),
        published=_date(entry, "published") or _date(entry, "created"),
        updated=_date(entry, "updated"),
        source_title=_text(source, "title") or None,
        source_url=link_to_open(_text(source, "href") or _text(source, "link"), url) or None,
        comments_url=link_to_open(_text(entry, "comments") or _related(entry, "replies"), url) or None,
        image_url=link_to_open(_image(entry), base or url) or None,
        lang=_text(entry, "language") or lang or feed_lang,
        tags=_tags(entry),
        base_url=base,
    )


def _says_anything(entry: "FeedParserDict") -> bool:
    """Return whether an entry has a title, a text, an address or a name; a cut one may have none."""
    return any(_text(entry, name) for name in ("title", "summary", "link", "id")) or bool(
        _list(entry, "content")
    )


def _bodies(entry: "FeedParserDict") -> tuple[str, str, str | None, str | None]:
    """Return summary, fullest content, the xml:base of the latter and its language."""
    parts = [part for part in _list(entry, "content") if _is_readable(part)]
    chosen = max(parts, key=lambda part: len(_text(part, "value")), default=None)
    detail = chosen if chosen is not None else _mapping(entry, "summary_detail")
    base, content = _text(detail, "base"), _text(chosen, "value") if chosen is not None else ""
    summary = _text(entry, "summary")
    return (
        "" if summary == content else summary,  # feedparser repeats a lone content as summary
        content,
        base if is_web_address(base) else None,
        _text(detail, "language") or None,
    )


def _is_readable(part: Any) -> bool:
    kind = _text(part, "type")
    return kind.startswith("text/") or kind in ("", "application/xhtml+xml")


def _link(entry: "FeedParserDict") -> str:
    """Return where the entry points: its alternate, else any link that is no file, feed or comment page."""
    if origin := _text(entry, "feedburner_origlink"):
        return origin  # the outlet's own address behind a counting redirect
    link = _text(entry, "link")
    if link and (link != _text(entry, "id") or is_web_address(link) or _links(entry, "alternate")):
        return link  # feedparser also takes a guid for a link, unless told that it is none
    for relation in ("alternate", "related", "via"):
        if addresses := _links(entry, relation):
            return addresses[0]
    return ""


def _links(entry: "FeedParserDict", relation: str) -> list[str]:
    return [
        href
        for link in _list(entry, "links")
        if _text(link, "rel") == relation and (href := _text(link, "href"))
    ]


def _related(entry: "FeedParserDict", relation: str) -> str:
    return next(iter(_links(entry, relation)), "")


def _author(entry: "FeedParserDict") -> str | None:
    """Return the authors' names; a bare e-mail address names nobody."""
    names = [_text(author, "name") for author in _list(entry, "authors") if not _is_residue(author)]
    if not any(names):
        names = [_text(entry, "author")]
    return ", ".join(dict.fromkeys(name for name in names if name and "@" not in name)) or None


def _is_residue(author: Any) -> bool:
    """Return whether a name is what feedparser leaves of a mail address whose top level is a long word."""
    name = _text(author, "name")
    return bool(_text(author, "email")) and name.islower() and " " not in name


def _date(entry: "FeedParserDict", name: str) -> datetime | None:
    # dict.get: FeedParserDict would answer a missing `updated` with `published` and a warning.
    raw, parsed = dict.get(entry, name), dict.get(entry, f"{name}_parsed")
    return utc_of(raw if isinstance(raw, str) else None, parsed)


def _image(entry: "FeedParserDict") -> str:
    """Return the widest picture of Media RSS, else an attached one."""
    media = [
        part
        for part in _list(entry, "media_content")
        if _text(part, "medium") == "image" or _text(part, "type").startswith("image/")
    ]
    for group in (media, _list(entry, "media_thumbnail")):
        pictures = [part for part in group if _text(part, "url")]
        if pictures:
            return _text(max(pictures, key=_width), "url")
    for link in _list(entry, "links"):
        if _text(link, "rel") == "enclosure" and _text(link, "type").startswith("image/"):
            return _text(link, "href")
    return _text(_mapping(entry, "image"), "href")


def _width(part: Any) -> int:
    width = _text(part, "width")
    return int(width) if width.isdecimal() and len(width) < 6 else 0


def _tags(entry: "FeedParserDict") -> tuple[str, ...]:
    """Return the names of the entry's sections and themes, machine codes left out."""
    names = (_text(tag, "label") or _text(tag, "term") for tag in _list(entry, "tags"))
    return tuple(
        dict.fromkeys(name for name in names if name and len(name) <= 60 and not _UUID.fullmatch(name))
    )[:MAX_TAGS]


def _ttl(channel: "FeedParserDict") -> timedelta | None:
    """Return how long the feed asks to be left alone: RSS ttl in minutes, else the syndication module."""
    ttl = _text(channel, "ttl")
    if ttl.isdecimal() and 0 < len(ttl) < 6 and int(ttl):
        return timedelta(minutes=int(ttl))
    hours = _UPDATE_PERIODS.get(_text(channel, "sy_updateperiod").lower())
    often = _text(channel, "sy_updatefrequency")
    if hours is None:
        return None
    return timedelta(hours=hours) / (
        int(often) if often.isdecimal() and 0 < len(often) < 4 and int(often) else 1
    )


def _harmless(text: str) -> str:
    """Return the document without entity declarations that could grow (CWE-776) or reach out (CWE-611).

    feedparser drops most of them itself, but not when they share a line or follow a comment.
    """
    first = _FEED_ROOT.search(text)
    found = _DOCTYPE.search(text, 0, first.start() if first else len(text))
    if found is None or found["subset"] is None:
        return text
    entities = list(_ENTITY.finditer(found["subset"]))
    short = all(_is_short(one) for one in entities) and len(entities) == found["subset"].upper().count(
        "<!ENTITY"
    )
    return text if short else text[: found.start("subset")] + text[found.end("subset") :]


def _is_short(entity: re.Match[str]) -> bool:
    value = entity["a"] if entity["a"] is not None else entity["b"]
    return (
        not entity["kind"]
        and not entity["how"]
        and len(value) <= 64
        and re.search(r"[&%](?!#)", value) is None
    )


def _valid_reference(found: re.Match[str]) -> str:
    """Return a numeric character reference, or U+FFFD for one that names no XML character (XML 1.0, 2.2)."""
    digits = (found["hex"] or found["dec"]).lstrip("0")
    code = int(digits or "0", 16 if found["hex"] else 10) if len(digits) < 8 else -1
    is_character = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD
    return found[0] if is_character or 0x10000 <= code <= 0x10FFFF else "\ufffd"


def _root(text: str) -> str:
    """Return the name of the document's first element in lower case, "" when it has none."""
    found = _ROOT.search(_PROLOG_NOISE.sub("", text[:4096]))
    return found[1].lower() if found else ""


def _problem(error: BaseException | None) -> str | None:
    """Return in a few words what feedparser stumbled over, with its line."""
    line = getattr(error, "getLineNumber", None)
    message = getattr(error, "getMessage", None)
    if callable(line) and callable(message):
        return f"line {line()}: {message()}"
    return type(error).__name__ if error is not None else None


def _with_warning(feed: ParsedFeed, warning: str) -> ParsedFeed:
    return replace(feed, warning=f"{feed.warning} {warning}" if feed.warning else warning)


def _text(holder: Any, name: str) -> str:
    """Return a text field; feedparser puts other types there when a feed uses a name of its own."""
    value = dict.get(holder, name) if isinstance(holder, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _mapping(holder: "FeedParserDict", name: str) -> dict[str, Any]:
    value = dict.get(holder, name)
    return value if isinstance(value, dict) else {}


def _list(holder: "FeedParserDict", name: str) -> list[Any]:
    value = dict.get(holder, name)
    return value if isinstance(value, list) else []
