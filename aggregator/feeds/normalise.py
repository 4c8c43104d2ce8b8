"""From what a feed says to what is stored: takes a `ParsedFeed`, gives clean `ArticleDraft`s; pure.

Plain titles and texts, sanitised bodies, UTC dates that can be believed, one identity an article.
"""

import re
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from itertools import islice

from aggregator.domain.articles import ArticleDraft
from aggregator.domain.feeds import ParsedEntry, ParsedFeed
from aggregator.feeds.language import language_of
from aggregator.feeds.provenance import provenance_of
from aggregator.feeds.sanitise import blocks_of, clean, has_markup, to_line, to_text, without_span
from aggregator.feeds.urls import canonical, identity_of, is_web_address, link_to_open

SUMMARY_LIMIT = 500
TITLE_LIMIT = 300
WORDS_FOR_A_TITLE = 12
OPENING = 6  # blocks at the start of a body in which headline and lede are printed again
LEDE = 40  # characters; shorter lines ("Photo: dpa", "Share") may well stand twice
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web; feeds of 1970 and 1900 are clocks never set
SKEW = timedelta(hours=24)  # clocks and zones set wrongly; more than a day ahead is no publication date
# Two titles under one URL with fewer shared words than this are two posts (PRODUCT.md section 8, case 8).
SAME_TITLE = 0.3

_WORDS = re.compile(r"\w+")
_NUMBERED_FRAGMENT = re.compile(r"#\d*$")
_FOOTER = re.compile(r"The post .{1,300} (?:first appeared|appeared first) on .{1,100}", re.DOTALL)
_READ_ON = re.compile(
    r"\s*(?:\[?(?:…|\.\.\.)\]?|\(?\b(?:continue reading|read more|read the full (?:story|article)|full story"
    r"|weiterlesen|lire la suite|leer más)\b[^.\n]{0,40}\)?)\s*$",
    re.IGNORECASE,
)


def normalise(
    parsed: ParsedFeed, *, feed_url: str, site_url: str | None, now: datetime
) -> tuple[ArticleDraft, ...]:
    """Return the feed's articles, cleaned, each once, in the feed's order.

    `now` (UTC) judges dates: more than 24 h ahead or before 1990 counts as missing, up to 24 h
    ahead becomes `now`. An entry with neither title nor text nor link is left out.
    """
    found = [_candidate(entry, parsed, feed_url, site_url, now) for entry in parsed.entries]
    return _settled([candidate for candidate in found if candidate is not None])


def guid_key(guid: str | None) -> str | None:
    """Return the part of a guid that names the article: no tracking, and no numbering like `…#0`.

    Outlets that list one article in several feeds number its guids; the number is the feed's.
    """
    text = (guid or "").strip()
    if not text:
        return None
    if not is_web_address(text):
        return text
    _, _, fragment = _NUMBERED_FRAGMENT.sub("", text).partition("#")
    return identity_of(text) + (f"#{fragment}" if fragment and not fragment.startswith("!") else "")


def title_overlap(one: str, other: str) -> float:
    """Return how many words two titles share, from 0 to 1 (of the shorter one's distinct words)."""
    first, second = set(_WORDS.findall(one.casefold())), set(_WORDS.findall(other.casefold()))
    if not first or not second:
        return 1.0 if first == second else 0.0
    return len(first & second) / min(len(first), len(second))


def content_hash(title: str, text: str) -> str:
    """Return the SHA-256 of title and text in hexadecimal: equal hashes mean an equal passage."""
    return sha256(f"{title}\n{text}".encode()).hexdigest()


def shortened(text: str, limit: int) -> str:
    """Return the text on one line, cut at a word and marked with an ellipsis when longer than `limit`."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    return (cut[: cut.rfind(" ")] if " " in cut else cut).rstrip(" ,;:–—-") + "…"


def believable(published: datetime | None, updated: datetime | None, now: datetime) -> datetime | None:
    """Return when an article was published, as far as it can be believed, in UTC."""
    for moment in (published, updated):
        if moment is not None and OLDEST <= moment <= now + SKEW:
            return min(moment, now)
    return None


def _candidate(
    entry: ParsedEntry, parsed: ParsedFeed, feed_url: str, site_url: str | None, now: datetime
) -> ArticleDraft | None:
    link = link_to_open(entry.link or "", site_url or feed_url)
    if not link and is_web_address(entry.guid or ""):
        link = link_to_open(entry.guid or "")
    title = shortened(to_line(entry.title), TITLE_LIMIT)
    summary, html, text = _body(entry, title, entry.base_url or link or site_url or feed_url)
    title = title or _title_of(text)
    if not title and not link:
        return None
    text = text if text else summary
    author = to_line(entry.author or "")
    return ArticleDraft(
        identity="",
        guid=guid_key(entry.guid),
        url=canonical(link),
        link=link,
        title=title,
        summary=summary,
        text=text,
        html=html,
        content_hash=content_hash(title, text),
        published_at=believable(entry.published, entry.updated, now),
        author=author[:200] or None,
        lang=language_of(f"{title}\n{text}", entry.lang or parsed.lang),
        provenance=provenance_of(
            entry, text, feed_title=to_line(parsed.title), feed_url=feed_url, site_url=site_url
        ),
        image_url=link_to_open(entry.image_url or "", feed_url) or None,
        tags=tuple(dict.fromkeys(tag for name in entry.tags if (tag := to_line(name)))),
    )


def _body(entry: ParsedEntry, title: str, base: str) -> tuple[str, str, str]:
    """Return summary, HTML and text of an entry; the body is its content or summary, whichever says more."""
    content, summary = _once_escaped(entry.content), _once_escaped(entry.summary)
    content_text, summary_text = to_text(content), _READ_ON.sub("…", to_text(summary))
    fuller = content if len(content_text) >= len(summary_text) else summary
    html = without_repeats(_without_footer(clean(fuller, base=base)), title)
    text = _READ_ON.sub("…", to_text(html))
    if _same(text, title):
        html = text = ""
    short = shortened(_without_heading(summary_text, title), SUMMARY_LIMIT)
    if not short or _same(short, title):
        first = next((block for block in text.split("\n\n") if not _same(block, title)), "")
        short = shortened(first, SUMMARY_LIMIT)
    return short, html, text


def _once_escaped(html: str) -> str:
    """Return HTML whose tags were escaped once too often, unescaped."""
    if (
        html
        and not has_markup(html)
        and re.search(r"&lt;/?(?:p|br|div|a|b|i|em|strong|img|span|ul|li)\b", html)
    ):
        return unescape(html)
    return html


def _without_footer(html: str) -> str:
    """Return a cleaned body without the line "The post … appeared first on …" that WordPress appends."""
    last = deque(blocks_of(html), maxlen=1)
    return without_span(html, *last[0][1:]) if last and _FOOTER.fullmatch(last[0][0]) else html


def without_repeats(html: str, title: str) -> str:
    """Return a cleaned body without the headline printed above it and with its lede printed once.

    Only the opening is looked at, with room for a byline or a time between its parts.
    """
    for _ in range(OPENING):
        spans = list(islice(blocks_of(html, by_line=True), OPENING))
        repeated = next((at for at in range(len(spans)) if _is_repeated(spans, at, title)), None)
        if repeated is None:
            break
        html = without_span(html, *spans[repeated][1:])
    return html


def _is_repeated(spans: Sequence[tuple[str, int, int]], at: int, title: str) -> bool:
    """Return whether an opening block says what the title, an earlier block or the next block says."""
    block = spans[at][0]
    if at < 3 and len(spans) > 1 and _same(block, title):
        return True
    if any(_same(block, earlier) for earlier, _, _ in spans[:at]) and len(_plain(block)) >= LEDE:
        return True
    return at + 1 < len(spans) and _opens(spans[at + 1][0], block)


def _opens(paragraph: str, lede: str) -> bool:
    """Return whether a paragraph begins with the whole lede (of a sentence's length) and goes on."""
    return len(_plain(paragraph)) > len(_plain(lede)) >= LEDE and _plain(paragraph).startswith(_plain(lede))


def _same(one: str, other: str) -> bool:
    """Return whether two lines say the same but for case, spaces and punctuation."""
    return bool(_plain(one)) and _plain(one) == _plain(other)


def _plain(line: str) -> str:
    return " ".join(_WORDS.findall(line.casefold()))


def _without_heading(summary: str, title: str) -> str:
    """Return a summary without the title that some feeds print as its first block."""
    first, _, rest = summary.partition("\n")
    return rest.strip() if rest.strip() and _same(first, title) else summary


def _title_of(text: str) -> str:
    """Return a title for an entry without one: the first sentence, or its first words."""
    first = text.split("\n", 1)[0]
    sentence = re.match(r"(.{15,100}?[.!?])(?=\s|$)", first)
    if sentence:
        return sentence[1].rstrip(".")
    words = first.split()
    return shortened(
        " ".join(words[:WORDS_FOR_A_TITLE]) + ("…" if len(words) > WORDS_FOR_A_TITLE else ""), TITLE_LIMIT
    )


def _settled(candidates: Sequence[ArticleDraft]) -> tuple[ArticleDraft, ...]:
    """Return the drafts with identities, entries that are one article folded into the first of them."""
    by_url: dict[str, list[ArticleDraft]] = defaultdict(list)
    for candidate in candidates:
        by_url[identity_of(candidate.url)].append(candidate)
    drafts: dict[str, ArticleDraft] = {}
    by_guid: dict[str, str] = {}
    for candidate in candidates:
        page = identity_of(candidate.url)
        own = not page or any(_are_different(candidate, other) for other in by_url[page])
        identity = _own_identity(candidate) if own else page
        same = by_guid.setdefault(candidate.guid or identity, identity)
        if same != identity and _is_alike(drafts[same], candidate):
            identity = same  # one guid under two addresses: one article listed twice
        known = drafts.get(identity)
        draft = replace(candidate, identity=identity)
        drafts[identity] = draft if known is None else _fuller(known, draft)
    return tuple(drafts.values())


def _is_alike(one: ArticleDraft, other: ArticleDraft) -> bool:
    """Return whether two drafts agree in their title, or in a text that is there."""
    return title_overlap(one.title, other.title) >= SAME_TITLE or (bool(one.text) and one.text == other.text)


def _are_different(one: ArticleDraft, other: ArticleDraft) -> bool:
    """Return whether two entries under one URL are two posts: other guids, other titles, other texts."""
    return _own_identity(one) != _own_identity(other) and not _is_alike(one, other)


def _own_identity(draft: ArticleDraft) -> str:
    """Return a name that does not need the URL: the guid, or a hash of title and text."""
    return draft.guid or f"sha256:{draft.content_hash}"


def _fuller(first: ArticleDraft, second: ArticleDraft) -> ArticleDraft:
    """Return the one of two listings of an article that says more; the earlier one when equal."""
    return second if len(second.text) > len(first.text) else first
