"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/): takes its text, gives a parsed feed.

Feedparser reads XML only. A field of the wrong type is left out, an item that is no object is
skipped with a warning: a reader would rather have the other items.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from aggregator.domain.feeds import Failure, ParsedEntry, ParsedFeed, ParseFailed
from aggregator.feeds.dates import utc_of
from aggregator.feeds.sanitise import html_of_plain
from aggregator.feeds.urls import link_to_open

_VERSION = "jsonfeed.org/version/"


def parse_json(text: str, *, url: str, limit: int) -> ParsedFeed | ParseFailed:
    """Return the feed in a JSON document served at `url`, its first `limit` items, or why it is none."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        return ParseFailed(
            failure=Failure.MALFORMED, detail=f"JSON breaks off or errs at line {error.lineno}"
        )
    except (RecursionError, ValueError):  # nested too deep, or a number of thousands of digits
        return ParseFailed(failure=Failure.MALFORMED, detail="JSON that no feed would use")
    if not _is_feed(document):
        return ParseFailed(failure=Failure.NOT_A_FEED, detail="JSON that is not a JSON Feed")
    items = document.get("items")
    objects = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    skipped = len(items) - len(objects) if isinstance(items, list) else 0
    feed_author = _author(document)
    lang = _string(document, "language")
    return ParsedFeed(
        format="json11" if _string(document, "version").rstrip("/").endswith("1.1") else "json10",
        title=escape(_string(document, "title"), quote=False),
        site_url=link_to_open(_string(document, "home_page_url"), url) or None,
        lang=lang or None,
        entries=tuple(_entry(item, url, feed_author, lang) for item in objects[:limit]),
        warning=f"{skipped} items of the feed are no objects and were skipped." if skipped else None,
    )


def _is_feed(document: object) -> bool:
    """Return whether a document is a JSON Feed; one with items but without its version is taken too."""
    if not isinstance(document, dict):
        return False
    version = _string(document, "version")
    return _VERSION in version or (
        not version and isinstance(document.get("items"), list) and "title" in document
    )


def _entry(item: Mapping[str, Any], base: str, feed_author: str | None, feed_lang: str) -> ParsedEntry:
    # content_text may hold "<" that means itself; content_html is HTML (JSON Feed 1.1, "items").
    content = _string(item, "content_html") or html_of_plain(_string(item, "content_text"))
    link = _string(item, "url") or _string(item, "external_url")
    identifier = item.get("id")
    image = _string(item, "image") or _string(item, "banner_image") or _attached_image(item)
    tags = item.get("tags")
    return ParsedEntry(
        guid=str(identifier).strip() or None if isinstance(identifier, str | int | float) else None,
        link=link_to_open(link, base) or None,
        title=escape(_string(item, "title"), quote=False),
        summary=escape(_string(item, "summary"), quote=False),
        content=content,
        author=_author(item) or feed_author,
        published=_date(item, "date_published"),
        updated=_date(item, "date_modified"),
        image_url=link_to_open(image, base) or None,
        lang=_string(item, "language") or feed_lang or None,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _author(holder: Mapping[str, Any]) -> str | None:
    """Return the names of `authors` (1.1) or `author` (1.0)."""
    authors = holder.get("authors")
    listed = authors if isinstance(authors, list) else [holder.get("author")]
    names = [_string(author, "name") for author in listed if isinstance(author, dict)]
    return ", ".join(name for name in names if name) or None


def _attached_image(item: Mapping[str, Any]) -> str:
    attachments = item.get("attachments")
    for attachment in attachments if isinstance(attachments, list) else ():
        if isinstance(attachment, dict) and _string(attachment, "mime_type").startswith("image/"):
            return _string(attachment, "url")
    return ""


def _date(item: Mapping[str, Any], name: str) -> datetime | None:
    return utc_of(_string(item, name))


def _string(holder: Mapping[str, Any], name: str) -> str:
    """Return a text field, "" when it is missing or of another type; lone surrogates are replaced."""
    value = holder.get(name)
    return value.encode("utf-8", "replace").decode().strip() if isinstance(value, str) else ""
