"""Fetch the whole text of an article from its outlet's page, when a reader asks: page in, safe body out.

The same guarded fetcher as for feeds; trafilatura finds the text, `sanitise.py` cleans it, storage keeps it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.clock import Clock
from aggregator.domain.articles import FullText
from aggregator.domain.feeds import Failure, Fetched, FetchFailed, FetchRequest
from aggregator.domain.ids import ArticleId
from aggregator.feeds.normalise import without_repeats
from aggregator.feeds.sanitise import clean, to_text

if TYPE_CHECKING:
    from aggregator.feeds.fetch import Fetcher
    from aggregator.storage import Storage

FEWEST_WORDS = 60
"""A shorter find is a teaser, a notice about cookies or a request to pay."""
PAGES = frozenset({"", "text/html", "application/xhtml+xml"})

WHY = {
    Failure.NAME_UNKNOWN: "its name could not be found; see whether this machine is online",
    Failure.CONNECT: "no connection could be made",
    Failure.TLS: "no secure connection could be made",
    Failure.TIMEOUT: "it took too long",
    Failure.TOO_LARGE: "the page is too large",
    Failure.REFUSED_ADDRESS: "the address is not one that may be fetched",
    Failure.TOO_MANY_REDIRECTS: "the address leads on and on",
    Failure.RATE_LIMITED: "it asks to be left alone for a while",
    Failure.GONE: "the page is gone for good",
    Failure.EMPTY: "the page is empty",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFullText:
    """Get and keep the whole text of one article; what went wrong is a sentence, never an exception."""

    storage: "Storage"
    fetcher: "Fetcher"
    clock: Clock

    def __call__(self, article_id: int) -> str | None:
        """Return nothing when the text is kept, a sentence when it could not be had; None for no article."""
        with self.storage.reading() as work:
            stored = work.articles.get(ArticleId(article_id))
        if stored is None:
            return None
        link = stored.article.link
        result = self.fetcher(FetchRequest(url=link))
        if isinstance(result, FetchFailed):
            return f"{_host(link)} did not hand out the page: {_why(result)}."
        html = whole_text(result, stored.article.title) if isinstance(result, Fetched) else ""
        if not html:
            return (
                f"No whole text was found on the page at {_host(link)}: it may ask for a login or a payment, "
                "or be made by a script. Open the original instead."
            )
        with self.storage.writing() as work:
            work.full_texts.put(stored.article.id, FullText(html=html, fetched_at=self.clock.now()))
        return ""


def whole_text(page: Fetched, title: str) -> str:
    """Return the sanitised text of a page without its headline, nothing where there is too little of it."""
    import trafilatura

    if (page.content_type or "").partition(";")[0].strip().lower() not in PAGES:
        return ""
    at = page.moved_to or page.url
    found = trafilatura.extract(
        page.body,
        url=at,
        output_format="html",
        include_links=True,
        include_formatting=True,
        include_comments=False,
        include_images=False,
    )
    html = without_repeats(clean(found or "", base=at), title)
    return html if len(to_text(html).split()) >= FEWEST_WORDS else ""


def _why(failed: FetchFailed) -> str:
    if failed.failure is Failure.HTTP and failed.status:
        return f"it answered {failed.status} {failed.detail}".rstrip(" .")
    return WHY.get(failed.failure, "the answer could not be read")


def _host(link: str) -> str:
    return urlsplit(link).hostname or link
