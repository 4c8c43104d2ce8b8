"""Values for tests: every field has a plain default, a test names only what it is about."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from aggregator.domain.articles import Article, ArticleDraft
from aggregator.domain.feeds import Feed, NewFeed, ParsedEntry
from aggregator.domain.ids import ArticleId, FeedId, OutletId
from tests.fakes import NOON


def digest(*texts: str) -> str:
    """Return the content hash that normalise gives to these texts."""
    return sha256("\n".join(texts).encode()).hexdigest()


def make_entry(title: str = "Harbour bridge closed", **fields: Any) -> ParsedEntry:
    values: dict[str, Any] = {"guid": None, "link": "https://lantern.example/bridge", "title": title}
    return ParsedEntry(**values | fields)


def make_draft(
    title: str = "Harbour bridge closed", text: str = "The bridge is shut.", **fields: Any
) -> ArticleDraft:
    url = fields.pop("url", "https://lantern.example/" + title.lower().replace(" ", "-"))
    values: dict[str, Any] = {
        "identity": url,
        "guid": url,
        "url": url,
        "link": url,
        "title": title,
        "summary": text,
        "text": text,
        "html": f"<p>{text}</p>",
        "content_hash": digest(title, text),
        "published_at": NOON - timedelta(hours=1),
        "lang": "en",
    }
    return ArticleDraft(**values | fields)


def make_article(
    number: int,
    title: str = "Harbour bridge closed",
    text: str = "The bridge is shut.",
    *,
    outlet: int = 1,
    at: datetime | None = None,
    **fields: Any,
) -> Article:
    url = f"https://outlet{outlet}.example/{number}"
    when = at or NOON - timedelta(hours=1)
    values: dict[str, Any] = {
        "id": ArticleId(number),
        "outlet_id": OutletId(outlet),
        "url": url,
        "link": url,
        "title": title,
        "summary": text,
        "text": text,
        "content_hash": digest(title, text),
        "at": when,
        "dated": True,
        "first_seen_at": when,
        "lang": "en",
    }
    return Article(**values | fields)


def make_new_feed(url: str = "https://lantern.example/front.xml", **fields: Any) -> NewFeed:
    return NewFeed(**{"url": url, "title": "The Orsholm Lantern"} | fields)


def make_feed(url: str = "https://lantern.example/front.xml", **fields: Any) -> Feed:
    values: dict[str, Any] = {
        "id": FeedId(1),
        "url": url,
        "outlet_id": OutletId(1),
        "title": "The Orsholm Lantern",
        "added_at": NOON,
        "next_poll_at": NOON,
    }
    return Feed(**values | fields)
