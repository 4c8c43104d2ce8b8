"""Write a story down for other programs and for notes, as JSON and Markdown, with every source and link."""

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from aggregator.readers.views import CopyLine, ReportLine, StoryPage
from web.presenters import count, external, iso

MARKS: Final = re.compile(r"([\\`*_\[\]<>#|~])")
"""Signs that mean something in Markdown wherever they stand."""
LINK_SAFE: Final = "%/:?#@!$&*+,;=-._~"
"""Signs that an address keeps inside `(…)`; brackets and blanks are percent-encoded."""


def story_json(story: StoryPage, *, address: str, comments: int = 0) -> dict[str, Any]:
    """Return a story as JSON values; times are ISO 8601 in UTC, `address` is its lasting one.

    `comments` is how many readers' comments it has.
    """
    card = story.card
    return {
        "id": card.id,
        "url": address,
        "headline": card.headline,
        "language": card.lang,
        "state": story.state,
        "topic": card.topic,
        "first_at": iso(card.first_at),
        "last_at": iso(card.last_at),
        "articles": card.article_count,
        "outlets": card.outlet_count,
        "independent_reports": card.origin_count,
        "comments": comments,
        "summary": [
            {"text": line.text, "outlet": line.outlet, "article": line.article} for line in story.summary
        ],
        "quotes": [
            {"speaker": line.speaker, "text": line.text, "outlet": line.outlet, "article": line.article}
            for line in story.quotes
        ],
        "reports": [
            {**_report(line), "copies": [_copy(copy) for copy in line.copies]} for line in story.reports
        ],
        "discussions": [
            {"outlet": line.outlet, "headline": line.headline, "link": line.link, "at": iso(line.at)}
            for line in story.discussions
        ],
        "follows": [other.id for other in story.follows],
        "followed_by": [other.id for other in story.followed_by],
        "split_from": story.split_from,
    }


def _report(line: ReportLine) -> dict[str, Any]:
    return {
        "article": line.id,
        "outlet": line.outlet,
        "headline": line.headline,
        "excerpt": line.excerpt,
        "link": line.link,
        "at": iso(line.at),
        "dated": line.dated,
        "language": line.lang,
        "credits": line.provenance,
    }


def _copy(line: CopyLine) -> dict[str, Any]:
    return {
        "article": line.id,
        "outlet": line.outlet,
        "headline": line.headline,
        "link": line.link,
        "at": iso(line.at),
        "is_repost": line.is_repost,
    }


def story_markdown(story: StoryPage, *, address: str, site: str, comments: int = 0) -> str:
    """Return a story as CommonMark; what feeds wrote is text in it, never markup."""
    return "\n".join(_lines(story, address, site, comments)) + "\n"


def _lines(story: StoryPage, address: str, site: str, comments: int) -> Iterator[str]:
    card = story.card
    yield f"# {plain(card.headline)}"
    yield ""
    yield (
        f"{count(card.article_count, 'article')}, {count(card.outlet_count, 'outlet')}, "
        + count(card.origin_count, "independent report")
        + (f", {count(comments, 'comment')}" if comments else "")
    )
    yield f"First {iso(card.first_at)}, latest {iso(card.last_at)}. {plain(site)}: <{address}>"
    if story.summary:
        yield from ("", "## In the outlets’ own words", "")
        yield from (f"- {plain(line.text)} ({plain(line.outlet)})" for line in story.summary)
    if story.quotes:
        yield from ("", "## Who said what", "")
        yield from (
            f"- {plain(line.speaker)}: “{plain(line.text)}” ({plain(line.outlet)})" for line in story.quotes
        )
    yield from ("", "## Reports", "")
    for line in story.reports:
        yield f"- {linked(line.headline, line.link)} – {plain(line.outlet)}, {iso(line.at)}"
        for copy in line.copies:
            told = "reposted" if copy.is_repost else "copy"
            yield f"  - {told}: {linked(copy.headline, copy.link)} – {plain(copy.outlet)}, {iso(copy.at)}"
    if story.discussions:
        yield from ("", "## Discussions", "")
        yield from (
            f"- {linked(line.headline, line.link)} – {plain(line.outlet)}, {iso(line.at)}"
            for line in story.discussions
        )


def plain(text: str) -> str:
    """Return a text on one line in which nothing is markup."""
    return MARKS.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;")


def linked(text: str, link: str) -> str:
    """Return a link of Markdown; the text alone where the address is no web page."""
    return f"[{plain(text)}]({quote(link, safe=LINK_SAFE)})" if external(link) else plain(text)
