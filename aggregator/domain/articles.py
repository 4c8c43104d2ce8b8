"""Articles and outlets, before and after they are stored."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from aggregator.domain.ids import ArticleId, OutletId


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletFacts:
    """What is known of an outlet from a data file (config/outlets.csv): facts only, no ratings."""

    domain: str
    name: str
    country: str | None = None
    kind: str | None = None
    owner: str | None = None
    lang: str | None = None
    source: str | None = None
    """Where these facts can be looked up, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """Who publishes. `domain` is the registrable domain of its site, unique in an instance."""

    id: OutletId
    domain: str
    name: str
    country: str | None = None
    kind: str | None = None
    owner: str | None = None
    lang: str | None = None
    source: str | None = None
    """Where the facts can be looked up; None when nobody told any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDraft:
    """An entry made clean by `feeds/normalise.py`, not yet stored.

    `identity` names the article within its outlet: the canonical URL, or the guid where the URL
    cannot tell two articles apart. `text` is plain text, blocks separated by a blank line.
    `published_at` is UTC, None when the feed gave no usable date. `content_hash` covers title and
    text, so equal hashes mean an equal passage to embed. `provenance` is an agency or outlet that
    the entry itself credits ("Reuters").
    """

    identity: str
    guid: str | None
    url: str
    link: str
    title: str
    summary: str
    text: str
    html: str
    content_hash: str
    published_at: datetime | None = None
    author: str | None = None
    lang: str | None = None
    provenance: str | None = None
    image_url: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What `decide` needs to know of a stored article to recognise it again."""

    article_id: ArticleId
    identity: str
    url: str
    guids: tuple[str, ...]
    title: str
    content_hash: str
    text_hash: str
    """SHA-256 of the text alone, so that a new guid or title over the same text is recognised."""
    text: str
    html: str
    """Text and body as stored, so that a feed with only a summary never takes a full body away."""
    past_hashes: tuple[str, ...] = ()
    """Content hashes of its earlier versions: two feeds that word it differently must not take turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A stored piece as the grouping and the pages read it.

    `at` is the time it counts from: the published time when there is one and it is not absurd,
    else `first_seen_at`. Both UTC. `dated` tells which.
    """

    id: ArticleId
    outlet_id: OutletId
    url: str
    link: str
    title: str
    summary: str
    text: str
    content_hash: str
    at: datetime
    dated: bool
    first_seen_at: datetime
    lang: str | None = None
    author: str | None = None
    provenance: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    """One earlier state of an article; `seen_at` is when Broadfold first saw that state (UTC)."""

    title: str
    summary: str
    text: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FullText:
    """The whole text of an article from the outlet's own page: sanitised HTML, fetched at a time in UTC."""

    html: str
    fetched_at: datetime


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, as hexadecimal digits: what a `Fingerprint` compares."""
    return sha256(text.encode()).hexdigest()
